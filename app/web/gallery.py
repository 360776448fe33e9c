"""Small pictures of the datasets for the form, drawn from the datasets themselves.

A picture is a list of paths in a square of 40 units; their colours are the page's own, so that it
suits either theme.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from app.data import measured
from app.data.points import Plane
from app.data.registry import FIELDS, HALF_WIDTH, SHAPES, draw
from app.mlp.reference import Array

SIZE = 40.0
POINTS = 130
NOISE = 0.06
ARMS_AND_BLOBS = {"spirals": 2, "blobs": 5}
CELLS = 10  # of a field's picture, along each side


@dataclass(frozen=True)
class Path:
    """One path of a picture: what an SVG path's ``d`` and ``style`` say."""

    d: str
    style: str


@cache
def pictures() -> dict[str, list[Path]]:
    """The picture of every generated dataset, by name."""
    shapes = {name: _dots(name) for name in SHAPES}
    return shapes | {name: _cells(name) for name in FIELDS}


def unavailable() -> dict[str, str]:
    """Datasets that cannot be chosen here, and why."""
    return {name: measured.missing(name) for name in measured.TITLES if not measured.is_available()}


def _dots(name: str) -> list[Path]:
    n_classes = ARMS_AND_BLOBS.get(name)
    rng = np.random.default_rng(0)
    points = draw(name, POINTS, 0, 0, NOISE, 0.0, n_classes, rng)
    half_width = 1.1 * float(np.abs(points.X).max())
    return [
        # A line of no length with round ends is a dot.
        Path(
            "".join(
                f"M{x:.1f} {y:.1f}h0" for x, y in _on_paper(points.X[points.y == label], half_width)
            ),
            f"stroke:var(--class-{label})",
        )
        for label in range(len(points.classes))
    ]


def _cells(name: str) -> list[Path]:
    side = SIZE / CELLS
    X = Plane(-HALF_WIDTH, HALF_WIDTH, -HALF_WIDTH, HALF_WIDTH).grid(CELLS)
    y = FIELDS[name].f(X)
    shades = np.rint(5.0 * y / np.abs(y).max()).astype(int)  # from -5 to 5
    paths = []
    for shade in np.unique(shades):
        corners = _on_paper(X[shades == shade], HALF_WIDTH) - 0.5 * side
        end = "--field-1" if shade > 0 else "--field-0"
        paths.append(
            Path(
                "".join(f"M{x:g} {y:g}h{side:g}v{side:g}h-{side:g}z" for x, y in corners),
                f"fill:color-mix(in srgb,var({end}) {20 * abs(shade)}%,var(--field-mid))",
            )
        )
    return paths


def _on_paper(X: Array, half_width: float) -> Array:
    """Points of a plane (N, 2), so far from the origin, in the picture's units, y downwards."""
    paper: Array = SIZE * (0.5 + X * [0.5, -0.5] / half_width)
    return paper
