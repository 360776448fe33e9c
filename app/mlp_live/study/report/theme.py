"""The colors of exported figures: those of the page in its light theme.

They are read from the page's style sheet, ``static/css/tokens.css``, so that a figure in a report
looks like the same figure on the page.
"""

import re
from functools import cache
from typing import NamedTuple

from mlp_live.resources import folder

ROOT_RULE = re.compile(r"^:root\s*{(.*?)}", re.DOTALL | re.MULTILINE)  # outside of any @media
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
DECLARATION = re.compile(r"(--[\w-]+)\s*:\s*([^;]+);")

ColorScale = list[tuple[float, str]]  # positions from 0 to 1 with their colors, as Plotly reads it


class LineStyle(NamedTuple):
    """The dash and the marker that distinguish a set without its color, by Plotly's names."""

    dash: str
    symbol: str


LINE_STYLES = {
    "train": LineStyle("solid", "circle"),
    "validation": LineStyle("dash", "triangle-up"),
    "test": LineStyle("dot", "x-thin"),
}


@cache
def light_theme() -> dict[str, str]:
    """The custom properties of the light theme by name, such as ``--ink``."""
    sheet = (folder("static") / "css" / "tokens.css").read_text(encoding="utf-8")
    rule = ROOT_RULE.search(COMMENT.sub("", sheet))
    return {} if rule is None else dict(DECLARATION.findall(rule[1]))


def color(name: str) -> str:
    """The value of a custom property. Raises KeyError if the style sheet has none of this name."""
    return light_theme()[name]


def set_color(name: str) -> str:
    """The color of a set's curves: ``name`` is one of `SET_NAMES`."""
    return color(f"--curve-{name}")


def class_color(label: int) -> str:
    """The color of a class's points."""
    return color(f"--class-{label}")


def tint(label: int) -> str:
    """The color of a class in a prediction grid where its probability is 1.

    It is paler than the class's points, so that they stand out.
    """
    return mix(color("--field-mid"), class_color(label), float(color("--tint-strength")))


def grid_scale() -> ColorScale:
    """The color scale of a prediction grid of two classes or of a regression."""
    return [(0.0, color("--field-0")), (0.5, color("--field-mid")), (1.0, color("--field-1"))]


def target_scale() -> ColorScale:
    """The color scale of points with targets, from the lowest target to the highest."""
    return [(0.0, color("--class-0")), (0.5, color("--target-mid")), (1.0, color("--class-1"))]


def mix(start: str, end: str, share: float) -> str:
    """The color at ``share``, 0 to 1, of the way between two colors such as ``#1f5fa8``."""
    pairs = [(int(start[i : i + 2], 16), int(end[i : i + 2], 16)) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
