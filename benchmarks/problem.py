"""The problem that every peer trains on: the default dataset and its network."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mlp_live.data.circles import circles
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import initialize

POINTS = 200
NOISE = 0.2
LEARNING_RATE = 0.03


@dataclass(frozen=True)
class Problem:
    """A network with initial parameters θ, and points X (n, 2) of two classes.

    labels (n,) are the classes, Y (n, 2) the same one-hot.
    """

    architecture: Architecture
    batch_size: int
    theta: NDArray[np.float64]
    X: NDArray[np.float64]
    Y: NDArray[np.float64]
    labels: NDArray[np.int64]

    def orders(self, epochs: int) -> NDArray[np.int64]:
        """Return a permutation of the points for each epoch, (epochs, n)."""
        rng = np.random.default_rng(1)
        return np.array([rng.permutation(len(self.X)) for _ in range(epochs)])


def problem(hidden: tuple[int, ...], batch_size: int) -> Problem:
    """Return the circles dataset and a tanh network with these hidden layers."""
    rng = np.random.default_rng(0)
    labels = np.arange(POINTS) % 2
    X = circles(labels, 2, NOISE, rng)
    architecture = Architecture((2, *hidden, 2))
    theta = initialize(architecture, "normal", rng)
    return Problem(architecture, batch_size, theta, X, np.eye(2)[labels], labels)
