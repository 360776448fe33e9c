"""The thumbnails of the datasets in the form, made from the datasets themselves.

A thumbnail is a list of SVG paths in a square of `SIZE` units. Its colors are custom properties of
the page's style sheet, so that it suits both themes.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from mlp_live.data import sklearn_datasets
from mlp_live.data.points import Extent
from mlp_live.data.registry import HALF_WIDTH, SHAPES, SURFACES, generate
from mlp_live.nn.reference import Array

SIZE = 40  # units along a side
POINTS = 130
NOISE = 0.06
N_CLASSES = {"spirals": 2, "blobs": 5}  # of datasets whose number of classes can be chosen
CELLS = 10  # along a side of a surface's thumbnail
LEVELS = 5  # shades on either side of zero


@dataclass(frozen=True)
class Path:
    """One path of a thumbnail: the attributes ``d`` and ``style`` of an SVG path."""

    d: str
    style: str


@cache
def pictures() -> dict[str, list[Path]]:
    """The thumbnail of every generated dataset, by its name."""
    shapes = {name: _points(name) for name in SHAPES}
    return shapes | {name: _surface(name) for name in SURFACES}


def unavailable() -> dict[str, str]:
    """The datasets that need a package which is not installed, with a message for the user."""
    return {
        name: sklearn_datasets.missing_message(name)
        for name in sklearn_datasets.TITLES
        if not sklearn_datasets.is_available()
    }


def _points(name: str) -> list[Path]:
    """The points of a classification dataset: a path for each class."""
    rng = np.random.default_rng(0)
    points = generate(name, POINTS, 0, 0, NOISE, 0.0, N_CLASSES.get(name), rng)
    half_width = 1.1 * float(np.abs(points.X).max())
    return [
        # A line of length zero with round ends is a dot.
        Path(
            "".join(
                f"M{x:.1f} {y:.1f}h0" for x, y in _to_svg(points.X[points.y == label], half_width)
            ),
            f"stroke:var(--class-{label})",
        )
        for label in range(len(points.classes))
    ]


def _surface(name: str) -> list[Path]:
    """The target of a regression over the plane: a path for each shade."""
    side = SIZE / CELLS
    X = Extent(-HALF_WIDTH, HALF_WIDTH, -HALF_WIDTH, HALF_WIDTH).grid(CELLS)
    y = SURFACES[name].f(X)
    levels = np.rint(LEVELS * y / np.abs(y).max()).astype(int)  # -LEVELS to LEVELS
    paths = []
    for level in np.unique(levels):
        corners = _to_svg(X[levels == level], HALF_WIDTH) - 0.5 * side
        end = "--field-1" if level > 0 else "--field-0"
        percent = 100 * abs(level) // LEVELS
        paths.append(
            Path(
                "".join(f"M{x:g} {y:g}h{side:g}v{side:g}h-{side:g}z" for x, y in corners),
                f"fill:color-mix(in srgb,var({end}) {percent}%,var(--field-mid))",
            )
        )
    return paths


def _to_svg(X: Array, half_width: float) -> Array:
    """Points (N, 2) of a plane from -half_width to half_width in the units of the SVG, y down."""
    svg: Array = SIZE * (0.5 + X * [0.5, -0.5] / half_width)
    return svg
