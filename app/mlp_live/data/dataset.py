"""A dataset: points in three sets, and how they become inputs and targets of a network."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mlp_live.data.feature_map import FeatureMap, TransformName, standardized
from mlp_live.data.points import TEST, TRAIN, VALIDATION, Extent, Points, Sets, Targets
from mlp_live.nn.reference import Array


@dataclass(frozen=True)
class Examples:
    """One set: ``X`` float64 (N, D), and ``y`` (N,): int64 labels or float64 targets."""

    X: Array
    y: Targets

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, eq=False)
class View:
    """The plane in the space of features that is shown.

    ``axes`` are the indices of the features on the horizontal and the vertical axis. All others
    have a fixed value: that in ``held``, float64 (D,).
    """

    axes: tuple[int, int]
    held: Array
    extent: Extent

    def points(self, size: int) -> Array:
        """Centers of size × size cells, float64 (size², D), in the order of `Extent.grid`."""
        X = np.tile(self.held, (size * size, 1))
        X[:, self.axes] = self.extent.grid(size)
        return X


@dataclass(frozen=True)
class Dataset:
    """Training, validation and test set; the last two may be empty.

    ``classes`` is empty for regression. Apart from ``test`` itself, nothing here depends on the
    test set. For regression the network learns ``(y - target_center) / target_scale``.
    ``has_own_split`` tells that the points came with their sets, and were not split at random.
    """

    train: Examples
    validation: Examples
    test: Examples
    classes: tuple[str, ...]
    features: tuple[str, ...]
    target: str
    extent: Extent
    feature_map: FeatureMap
    target_center: float = 0.0
    target_scale: float = 1.0
    has_own_split: bool = False

    @classmethod
    def of(
        cls, points: Points, sets: Sets, inputs: Sequence[TransformName], *, standardize: bool
    ) -> Self:
        """The dataset of ``points``, split by ``sets``, with ``inputs`` as in `FeatureMap.fit`.

        With ``standardize``, inputs and targets have mean 0 and standard deviation 1 over the
        training set.
        """
        train, validation, test = (
            Examples(points.X[sets == which], points.y[sets == which])
            for which in (TRAIN, VALIDATION, TEST)
        )
        seen = points.X[sets != TEST][:, :2]
        dataset = cls(
            train=train,
            validation=validation,
            test=test,
            classes=points.classes,
            features=points.features,
            target=points.target,
            extent=points.extent or Extent.around(seen),
            feature_map=FeatureMap.fit(train.X, inputs, standardize=standardize),
            has_own_split=points.sets is not None,
        )
        if not (points.is_regression and standardize):
            return dataset
        deviation = float(train.y.std())
        return replace(
            dataset,
            target_center=float(train.y.mean()),
            target_scale=deviation if deviation > 0.0 else 1.0,
        )

    @property
    def n(self) -> int:
        """Number of points in all sets together."""
        return len(self.train) + len(self.validation) + len(self.test)

    @property
    def is_regression(self) -> bool:
        """Whether the target is a quantity instead of a class."""
        return not self.classes

    @property
    def score(self) -> str:
        """The score of predictions: “accuracy” (in percent), or “r2” for regression."""
        return "r2" if self.is_regression else "accuracy"

    @property
    def target_range(self) -> tuple[float, float]:
        """The smallest and the largest target of the training set, widened if they are equal."""
        low, high = float(self.train.y.min()), float(self.train.y.max())
        return (low, high) if high > low else (low - 1.0, low + 1.0)

    def targets(self, y: Targets) -> Array:
        """The targets of the network, float64 (N, n_y).

        For classification they are one-hot, for regression one scaled column.
        """
        if self.is_regression:
            return standardized(y, self.target_center, self.target_scale)[:, np.newaxis]
        return np.eye(len(self.classes))[y]

    def view(self, axes: tuple[int, int] = (0, 1), held: Array | None = None) -> View:
        """The plane of the features ``axes``, with the others at ``held`` (D,) or at their means.

        Means and bounds are those of the training and validation sets together.
        """
        seen = np.vstack([self.train.X, self.validation.X])
        extent = self.extent if axes == (0, 1) else Extent.around(seen[:, axes])
        return View(axes, seen.mean(axis=0) if held is None else held, extent)
