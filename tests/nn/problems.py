"""Small problems, and hypothesis strategies, for the tests of the mathematics."""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from mlp_live.nn.activations import ACTIVATIONS
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.losses import LOSSES

Array = NDArray[np.float64]


def rings(n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two noisy rings, X (n, 2), and one-hot targets, Y (n, 2)."""
    labels = np.arange(n) % 2
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = np.where(labels == 0, 1.0, 1 / 3)
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X + rng.normal(0, 0.2, X.shape), np.eye(2)[labels]


def examples(architecture: Architecture, n: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Random X and targets: numbers for the squared error, else one-hot classes."""
    n_x, n_y = architecture.sizes[0], architecture.sizes[-1]
    X = rng.normal(size=(n, n_x))
    if architecture.loss == "squared_error":
        return X, rng.normal(size=(n, n_y))
    return X, np.eye(n_y)[rng.integers(n_y, size=n)]


def orders(n: int, epochs: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """A permutation for each epoch, shape (epochs, n)."""
    return np.array([rng.permutation(n) for _ in range(epochs)])


@st.composite
def architectures(draw: Any) -> Architecture:
    hidden = draw(st.lists(st.integers(1, 19), max_size=4))
    sizes = (draw(st.integers(1, 8)), *hidden, draw(st.integers(1, 10)))
    return Architecture(sizes, draw(st.sampled_from(ACTIVATIONS)), draw(st.sampled_from(LOSSES)))
