"""Where the generated datasets have their points: the formulas of the datasets, written anew."""

from collections.abc import Callable
from math import pi, sin
from typing import Any

import numpy as np

from tests.training.fields.cases import choices
from tests.training.fields.peers import Array

SURFACES = ("plane", "bumps", "wave")
GENERATED = [name for name in choices("dataset") if name not in ("iris", "wine", "digits", "table")]
SHAPES = [name for name in GENERATED if name not in SURFACES]
CLOUDS = ("gaussians", "blobs")  # Gaussian even without noise
N_CLASSES = dict.fromkeys(SHAPES, 2) | {"rings": 3, "blobs": 4} | dict.fromkeys(SURFACES, 0)


def polar(X: Array) -> tuple[Array, Array]:
    """Radius, and angle in turns."""
    return np.hypot(*X.T), np.arctan2(X[:, 1], X[:, 0]) / (2 * pi)


def is_whole(turns: Array) -> bool:
    return bool(np.allclose(turns, np.round(turns), atol=1e-9))


def on_spirals(X: Array, label: Any, n: int) -> bool:
    r, turns = polar(X)
    return is_whole(turns - (1.25 * r / 1.5 + label / n)) and set(label) == set(range(n))


def in_moons(X: Array, label: Any) -> bool:
    x, y = np.where(label == 0, 1, -1) * X.T
    return np.allclose(np.hypot(x + 0.5, y + 0.25), 1) and bool((y >= -0.25).all())


def centers(name: str, label: Any, n_classes: int = 4) -> Array:
    """The centers of the clouds."""
    if name == "gaussians":
        return np.column_stack([label - 0.5, label - 0.5])
    angle = 2 * pi * label / n_classes
    return np.column_stack([np.cos(angle), np.sin(angle)])


def unit_of_noise(name: str, n_classes: int = 2) -> float:
    """The standard deviation of the noise for a noise of 1."""
    units = {"spirals": 1.5 / (1.25 * n_classes), "checkerboard": 0.25, "rings": 0.6}
    units["blobs"] = 5 / 3 * sin(pi / n_classes)
    return units.get(name, 1.0)


def bumps(x1: Array, x2: Array) -> Array:
    """Bumps of height 2 at (1, 1) and (-1, -1), dips at the other two corners."""
    bump = [np.exp(-((x1 - a) ** 2 + (x2 - a) ** 2) / 0.72) for a in (1, -1)]
    dip = [np.exp(-((x1 - a) ** 2 + (x2 + a) ** 2) / 0.72) for a in (1, -1)]
    return 2 * (bump[0] + bump[1] - dip[0] - dip[1])


# Whether the points without noise are where the dataset has them: X, labels -> bool.
PLACES: dict[str, Callable[[Array, Any], Any]] = {
    "circles": lambda X, y: np.allclose(polar(X)[0], np.where(y == 0, 1, 1 / 3)),
    "moons": in_moons,
    "xor": lambda X, y: (np.prod(X, axis=1) > 0) == (y == 0),
    "spirals": lambda X, y: on_spirals(X, y, 2),
    "checkerboard": lambda X, y: np.floor((X + 1.5) / 0.75).sum(axis=1) % 2 == y,
    "rings": lambda X, y: np.allclose(polar(X)[0], np.array([1.5, 0.9, 0.3])[y]),
    "sine": lambda X, y: (X[:, 1] > np.sin(2 * X[:, 0]) / 2) == y,
    "cubic": lambda X, y: (X[:, 1] > 0.75 * (X[:, 0] ** 3 - 2 * X[:, 0])) == y,
    "absolute": lambda X, y: (X[:, 1] > np.abs(X[:, 0]) - 0.75) == y,
}
HEIGHTS: dict[str, Callable[[Array, Array], Array]] = {
    "plane": lambda x1, x2: (x1 + x2) / 2,
    "wave": lambda x1, x2: np.sin(pi * np.sqrt(x1**2 + x2**2)),
    "bumps": bumps,
}
