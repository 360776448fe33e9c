"""Points before they are split: the result of a generator or a table."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn.reference import Array

Labels = NDArray[np.int64]
Targets = NDArray[Any]  # labels, or the float64 targets of a regression
Sets = NDArray[np.int8]  # TRAIN, VALIDATION or TEST for each point

TRAIN, VALIDATION, TEST = range(3)
SET_NAMES = ("train", "validation", "test")


@dataclass(frozen=True)
class Extent:
    """The rectangle of the feature plane that is shown, in the units of the features."""

    x_min: float
    x_max: float
    y_min: float
    y_max: float

    @classmethod
    def around(cls, points: Array, margin: float = 0.1) -> "Extent":
        """The bounding box of ``points`` (N, 2), with a margin on every side.

        ``margin`` is a fraction of the box's size.
        """
        low, high = points.min(axis=0), points.max(axis=0)
        pad = margin * np.where(high > low, high - low, 1.0)
        (x_min, y_min), (x_max, y_max) = low - pad, high + pad
        return cls(float(x_min), float(x_max), float(y_min), float(y_max))

    def grid(self, size: int) -> Array:
        """Centers of ``size`` × ``size`` equal cells, float64 (size², 2).

        They are in the order of an image: row by row, from the top left corner.
        """
        step = (np.arange(size) + 0.5) / size
        x = self.x_min + (self.x_max - self.x_min) * step
        y = self.y_max - (self.y_max - self.y_min) * step
        return np.stack([np.tile(x, size), np.repeat(y, size)], axis=1)


@dataclass(frozen=True)
class Points:
    """Points ``X``, float64 (N, D), and their labels or targets ``y`` (N,).

    For classification ``y`` holds int64 labels, which are indices into ``classes``. For regression
    it holds float64 targets, and ``classes`` is empty. ``features`` are the names of the columns of
    X, ``target`` is the name of y. ``sets`` gives the set of each point; None means that the points
    are still to be split. ``extent`` is the plane of the first two features that is shown; None
    means a box around the points.
    """

    X: Array
    y: Targets
    classes: tuple[str, ...]
    features: tuple[str, ...]
    target: str
    sets: Sets | None = None
    extent: Extent | None = None

    @property
    def is_regression(self) -> bool:
        """Whether y holds targets of a regression instead of labels."""
        return not self.classes
