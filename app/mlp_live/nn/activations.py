"""Activation functions, each with its derivative.

Every function takes the pre-activations z, an array of any shape, and returns the pair
(f(z), f'(z)) of arrays of the same shape and precision. `mlp_live.engine.activations` computes the
same functions in float32.
"""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from mlp_live.nn.arrays import Array

ActivationName = Literal["tanh", "relu", "leaky_relu", "sigmoid", "gelu", "linear"]
ACTIVATIONS: tuple[ActivationName, ...] = get_args(ActivationName)
"""All names, in the order by which the compiled engine numbers them."""

LEAK = 0.01
"""Slope of the leaky ReLU below zero (Maas, Hannun and Ng 2013)."""

GELU_SCALE = (2 / np.pi) ** 0.5
"""√(2/π), the factor of the tanh form of GELU (Hendrycks and Gimpel 2016, section 2)."""

GELU_CUBE = 0.044715
"""The coefficient of z³ in the tanh form of GELU."""


def tanh(z: Array) -> tuple[Array, Array]:
    """h = tanh z, h' = 1 - h²."""
    h = np.tanh(z)
    return h, 1 - h * h


def relu(z: Array) -> tuple[Array, Array]:
    """h = max(z, 0); h' = 1 where z > 0, else 0. At z = 0, where no derivative exists, h' is 0."""
    return np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)


def leaky_relu(z: Array) -> tuple[Array, Array]:
    """h = z and h' = 1 where z > 0; elsewhere h = LEAK z and h' = LEAK."""
    return np.where(z > 0, z, LEAK * z), np.where(z > 0, 1.0, LEAK)


def sigmoid(z: Array) -> tuple[Array, Array]:
    """h = 1 / (1 + exp(-z)), h' = h (1 - h)."""
    h = np.exp(-np.logaddexp(0, -z))
    return h, h * (1 - h)


def gelu(z: Array) -> tuple[Array, Array]:
    """h = z (1 + t) / 2 with t = tanh u, u = √(2/π) (z + 0.044715 z³).

    h' = (1 + t) / 2 + z (1 - t²) u' / 2 with u' = √(2/π) (1 + 3 · 0.044715 z²).
    """
    t, slope = tanh(GELU_SCALE * (z + GELU_CUBE * z * z * z))
    inner = GELU_SCALE * (1 + 3 * GELU_CUBE * z * z)
    return z * (1 + t) / 2, (1 + t) / 2 + z * slope * inner / 2


def linear(z: Array) -> tuple[Array, Array]:
    """h = z, h' = 1."""
    return z, np.ones_like(z)


FUNCTIONS: dict[ActivationName, Callable[[Array], tuple[Array, Array]]] = {
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "sigmoid": sigmoid,
    "gelu": gelu,
    "linear": linear,
}
"""The function of each name."""
