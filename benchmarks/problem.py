"""What every peer trains on."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.mlp.architecture import Architecture
from app.mlp.initialisation import initialise

POINTS = 200
LEARNING_RATE = 0.03


@dataclass(frozen=True)
class Problem:
    """A network, its start θ, and points X (n, 2) in two classes: labels (n,), one-hot Y (n, 2)."""

    architecture: Architecture
    batch_size: int
    theta: NDArray[np.float64]
    X: NDArray[np.float64]
    Y: NDArray[np.float64]
    labels: NDArray[np.int64]

    def orders(self, epochs: int) -> NDArray[np.int64]:
        """A permutation of the points for each epoch, drawn before the clock starts."""
        rng = np.random.default_rng(1)
        return np.array([rng.permutation(len(self.X)) for _ in range(epochs)])


def rings(n: int, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Two noisy concentric rings, X (n, 2) and labels (n,)."""
    labels = np.arange(n) % 2
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = np.where(labels == 0, 1.0, 1 / 3)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X + rng.normal(0, 0.2, X.shape), labels


def problem(hidden: tuple[int, ...], batch_size: int) -> Problem:
    """The rings, to be learnt by a tanh network with the given hidden layers."""
    rng = np.random.default_rng(0)
    X, labels = rings(POINTS, rng)
    architecture = Architecture((2, *hidden, 2))
    theta = initialise(architecture, "normal", rng)
    return Problem(architecture, batch_size, theta, X, np.eye(2)[labels], labels)
