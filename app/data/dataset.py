"""What every dataset is, wherever it came from: points in three sets, and how they are fed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from app.data.inputs import Inputs
from app.data.points import TEST, TRAIN, VALIDATION, Answers, Plane, Points, Sets
from app.mlp.reference import Array


@dataclass(frozen=True)
class Examples:
    """One set: ``X`` float64 (N, D) and ``y`` (N,), labels int64 or targets float64."""

    X: Array
    y: Answers

    def __len__(self) -> int:
        return len(self.y)


@dataclass(frozen=True, eq=False)
class View:
    """The plane through the space of features that is drawn.

    ``axes`` are the features that run across and up; all others are held at their values in
    ``held``, (D,).
    """

    axes: tuple[int, int]
    held: Array
    plane: Plane

    def points(self, size: int) -> Array:
        """Centres of size × size cells, (size², D), in the order of `Plane.grid`."""
        X = np.tile(self.held, (size * size, 1))
        X[:, self.axes] = self.plane.grid(size)
        return X


@dataclass(frozen=True)
class Dataset:
    """Training, validation and test set; the validation and the test set may be empty.

    ``classes`` is empty for regression. Nothing here but ``test`` itself has been computed from the
    test set. Targets of a regression are fed to the loss as ``(y - target_centre) / target_scale``.
    """

    train: Examples
    validation: Examples
    test: Examples
    classes: tuple[str, ...]
    features: tuple[str, ...]
    target: str
    plane: Plane
    inputs: Inputs
    target_centre: float = 0.0
    target_scale: float = 1.0

    @classmethod
    def of(cls, points: Points, sets: Sets, inputs: Sequence[str], *, standardize: bool) -> Self:
        """The dataset of points, each in its set, fed as ``inputs`` (see `Inputs.fit`).

        With ``standardize``, inputs and targets get mean 0 and standard deviation 1 over the
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
            plane=points.plane or Plane.around(seen),
            inputs=Inputs.fit(train.X, inputs, standardize=standardize),
        )
        if not (points.is_regression and standardize):
            return dataset
        deviation = float(train.y.std())
        return replace(
            dataset,
            target_centre=float(train.y.mean()),
            target_scale=deviation if deviation > 0.0 else 1.0,
        )

    @property
    def n(self) -> int:
        """Points in all sets together."""
        return len(self.train) + len(self.validation) + len(self.test)

    @property
    def is_regression(self) -> bool:
        """Whether a quantity is to be found instead of a class."""
        return not self.classes

    @property
    def score(self) -> str:
        """What tells how good answers are: the accuracy in percent, or R²."""
        return "r2" if self.is_regression else "accuracy"

    @property
    def target_range(self) -> tuple[float, float]:
        """The least and the greatest target of the training set; apart in any case."""
        low, high = float(self.train.y.min()), float(self.train.y.max())
        return (low, high) if high > low else (low - 1.0, low + 1.0)

    def targets(self, y: Answers) -> Array:
        """What the network is to answer, float64 (N, n_y).

        For labels 1 in the column of the class and 0 elsewhere; for a regression one column.
        """
        if self.is_regression:
            return ((y - self.target_centre) / self.target_scale)[:, np.newaxis]
        return np.eye(len(self.classes))[y]

    def view(self, axes: tuple[int, int] = (0, 1), held: Array | None = None) -> View:
        """The plane of the features ``axes``; the others at ``held`` (D,), or at their means.

        Means and bounds are those of the training and the validation set.
        """
        seen = np.vstack([self.train.X, self.validation.X])
        plane = self.plane if axes == (0, 1) else Plane.around(seen[:, axes])
        return View(axes, seen.mean(axis=0) if held is None else held, plane)
