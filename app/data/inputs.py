"""What the network is fed: the features as they are, bent, or combined, on one scale."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.mlp.reference import Array

# Made of the first two features; any further ones are fed as they are.
MADE: dict[str, Callable[[Array, Array], Array]] = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1_squared": lambda x1, x2: x1 * x1,
    "x2_squared": lambda x1, x2: x2 * x2,
    "x1_x2": lambda x1, x2: x1 * x2,
    "sin_x1": lambda x1, x2: np.sin(x1),
    "sin_x2": lambda x1, x2: np.sin(x2),
}
TITLES = {
    "x1": "x₁",
    "x2": "x₂",
    "x1_squared": "x₁²",
    "x2_squared": "x₂²",
    "x1_x2": "x₁x₂",
    "sin_x1": "sin x₁",
    "sin_x2": "sin x₂",
}


@dataclass(frozen=True)
class Inputs:
    """A map from points (N, D) to inputs (N, I): ``made`` names, see `MADE`, then what is left.

    ``centre`` and ``scale``, each (I,), are 0 and 1 where inputs are fed as they are.
    """

    made: tuple[str, ...]
    centre: Array
    scale: Array

    @classmethod
    def fit(cls, X: Array, made: Sequence[str], *, standardize: bool) -> "Inputs":
        """The map for the training points ``X`` (N, D).

        With ``standardize`` it gives them mean 0 and standard deviation 1 in every input that is
        not constant.
        """
        values = _expand(X, made)
        centre, scale = np.zeros(values.shape[1]), np.ones(values.shape[1])
        if standardize:
            centre, deviation = values.mean(axis=0), values.std(axis=0)
            scale = np.where(deviation > 0.0, deviation, 1.0)
        return cls(tuple(made), centre, scale)

    def __call__(self, X: Array) -> Array:
        """The inputs (N, I) of the points ``X`` (N, D)."""
        return (_expand(X, self.made) - self.centre) / self.scale

    def names(self, features: Sequence[str]) -> tuple[str, ...]:
        """What each input is called, for features of these names."""
        own = {"x1": features[0], "x2": features[1]}
        return (*(own.get(name, TITLES[name]) for name in self.made), *features[2:])


def _expand(X: Array, made: Sequence[str]) -> Array:
    columns = [MADE[name](X[:, 0], X[:, 1]) for name in made]
    return np.column_stack([*columns, *X.T[2:]])
