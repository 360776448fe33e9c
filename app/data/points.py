"""Points with what is known of each, before they are split: what generators and tables give."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.mlp.reference import Array

Labels = NDArray[np.int64]
Answers = NDArray[Any]  # labels, or the float64 targets of a regression
Sets = NDArray[np.int8]  # of each point: TRAIN, VALIDATION or TEST

TRAIN, VALIDATION, TEST = range(3)
SET_NAMES = ("train", "validation", "test")


@dataclass(frozen=True)
class Plane:
    """The rectangle of the feature plane that is drawn: bounds in the features' own units."""

    x_min: float
    x_max: float
    y_min: float
    y_max: float

    @classmethod
    def around(cls, points: Array, margin: float = 0.1) -> "Plane":
        """The box of ``points`` (N, 2), wider by ``margin`` of its size on every side."""
        low, high = points.min(axis=0), points.max(axis=0)
        pad = margin * np.where(high > low, high - low, 1.0)
        (x_min, y_min), (x_max, y_max) = low - pad, high + pad
        return cls(float(x_min), float(x_max), float(y_min), float(y_max))

    def grid(self, size: int) -> Array:
        """Centres of ``size`` × ``size`` equal cells, (size², 2): x runs fastest, y falls.

        The order is that of an image, from the top left corner row by row.
        """
        step = (np.arange(size) + 0.5) / size
        x = self.x_min + (self.x_max - self.x_min) * step
        y = self.y_max - (self.y_max - self.y_min) * step
        return np.stack([np.tile(x, size), np.repeat(y, size)], axis=1)


@dataclass(frozen=True)
class Points:
    """Points ``X``, float64 (N, D) in the data's own units, and ``y`` (N,) of each.

    For classification ``y`` holds int64 labels, indices into ``classes``; for regression float64
    targets, and ``classes`` is empty. ``features`` names the D columns of X, ``target`` names y.
    ``sets`` tells which set each point belongs to, or is None where that is still to be drawn.
    ``plane`` is what is drawn of the first two features; None for a box around the points.
    """

    X: Array
    y: Answers
    classes: tuple[str, ...]
    features: tuple[str, ...]
    target: str
    sets: Sets | None = None
    plane: Plane | None = None

    @property
    def is_regression(self) -> bool:
        """Whether y is a quantity instead of a label."""
        return not self.classes
