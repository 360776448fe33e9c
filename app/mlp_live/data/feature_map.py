"""The feature map: from the features of a point to the inputs of the network."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from mlp_live.nn.reference import Array

LARGEST = 1e30  # beyond this, differences and squares of inputs are not finite in float32

TransformName = Literal["x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2"]

# Inputs that are computed from the first two features. All other features are used unchanged.
TRANSFORMS: dict[TransformName, Callable[[Array, Array], Array]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1_squared": lambda x1, x2: x1 * x1,
    "x2_squared": lambda x1, x2: x2 * x2,
    "x1_x2": lambda x1, x2: x1 * x2,
    "sin_x1": lambda x1, x2: np.sin(x1),
    "sin_x2": lambda x1, x2: np.sin(x2),
}
TITLES: dict[TransformName, str] = {
    "x1": "x₁",
    "x2": "x₂",
    "x1_squared": "x₁²",
    "x2_squared": "x₂²",
    "x1_x2": "x₁x₂",
    "sin_x1": "sin x₁",
    "sin_x2": "sin x₂",
}


@dataclass(frozen=True)
class FeatureMap:
    """A map from points (N, D) to inputs (N, I).

    The inputs are the ``transforms`` of the first two features, see `TRANSFORMS`, followed by all
    other features. ``center`` and ``scale``, float64 (I,), standardize them; they are 0 and 1 for
    inputs that are not standardized.
    """

    transforms: tuple[TransformName, ...]
    center: Array
    scale: Array

    @classmethod
    def fit(
        cls, X: Array, transforms: Sequence[TransformName], *, standardize: bool
    ) -> "FeatureMap":
        """The feature map for training points ``X`` (N, D).

        With ``standardize`` every input that is not constant has mean 0 and standard deviation 1
        over these points.
        """
        values = _expand(X, transforms)
        center, scale = np.zeros(values.shape[1]), np.ones(values.shape[1])
        if standardize:
            center, deviation = values.mean(axis=0), values.std(axis=0)
            scale = np.where(deviation > 0.0, deviation, 1.0)
        return cls(tuple(transforms), center, scale)

    def __call__(self, X: Array) -> Array:
        """The inputs (N, I) of the points ``X`` (N, D), limited to ±`LARGEST`."""
        return standardized(_expand(X, self.transforms), self.center, self.scale)

    def names(self, features: Sequence[str]) -> tuple[str, ...]:
        """The name of each input, given the names of the features."""
        unchanged = {"x1": features[0], "x2": features[1]}
        return (*(unchanged.get(name, TITLES[name]) for name in self.transforms), *features[2:])


def standardized(values: Array, center: Array | float, scale: Array | float) -> Array:
    """``(values - center) / scale``, limited to ±`LARGEST`.

    Points far from the training points may exceed it, if these lie close together.
    """
    with np.errstate(over="ignore"):
        return np.clip((values - center) / scale, -LARGEST, LARGEST)


def _expand(X: Array, transforms: Sequence[TransformName]) -> Array:
    columns = [TRANSFORMS[name](X[:, 0], X[:, 1]) for name in transforms]
    return np.column_stack([*columns, *X.T[2:]])
