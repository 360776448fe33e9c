"""What every dataset is, wherever it came from: labelled points of the plane, in two sets."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.mlp.reference import Array

Labels = NDArray[np.int64]


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
class Dataset:
    """Points and labels of a training set and a test set.

    ``X_*`` are float64 (N, 2) in the data's own units; ``labels_*`` are int64 (N,), indices into
    ``classes``. ``centre`` and ``scale``, each (2,), turn the data's units into the
    network's: 0 and 1 where the points are fed as they are.
    """

    X_train: Array
    labels_train: Labels
    X_test: Array
    labels_test: Labels
    classes: tuple[str, ...]
    features: tuple[str, str]
    plane: Plane
    centre: Array
    scale: Array

    def inputs(self, X: Array) -> Array:
        """What the network is fed for the points ``X`` (N, 2): ``(X - centre) / scale``."""
        return (X - self.centre) / self.scale

    def one_hot(self, labels: Labels) -> Array:
        """Targets (N, classes): 1 in the column of the label, 0 elsewhere."""
        return np.eye(len(self.classes))[labels]
