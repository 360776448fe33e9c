"""Activation functions: each with its derivative beside it, first in readable NumPy, then compiled.

Every function takes the pre-activation z and returns the pair (f(z), f'(z)), element by element.
The NumPy forms work in the precision they are given and are the definition; the compiled forms work
on eight float32 `Lanes` and are accurate to the absolute error stated in `ACCURACY`.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.mlp.lanes import choose_less, compiled, exponent, multiply_add, splat

Array = NDArray[np.floating[Any]]

LEAK = 0.01
"""Slope of the leaky ReLU below zero (Maas, Hannun and Ng 2013)."""

GELU_SCALE = (2 / np.pi) ** 0.5
GELU_CUBE = 0.044715
"""Constants of the tanh form of GELU (Hendrycks and Gimpel 2016, section 2)."""

ACCURACY = {
    "tanh": 6e-7,
    "relu": 0.0,
    "leaky_relu": 5e-8,
    "sigmoid": 2e-7,
    "gelu": 4e-6,
    "linear": 0.0,
}
"""Largest error of the compiled f(z) and f'(z), over max(1, |f|), for any finite float32 z."""


def tanh(z: Array) -> tuple[Array, Array]:
    """h = tanh z, h' = 1 - h²."""
    h = np.tanh(z)
    return h, 1 - h * h


@compiled
def tanh_lanes(z: Any) -> Any:
    """h = tanh z, h' = 1 - h²."""
    h = rational_tanh(z)
    return h, 1.0 - h * h


def relu(z: Array) -> tuple[Array, Array]:
    """h = max(z, 0), h' = 1 where z > 0, else 0 (also at 0, where there is no derivative)."""
    return np.maximum(z, 0), np.where(z > 0, 1.0, 0.0)


@compiled
def relu_lanes(z: Any) -> Any:
    """h = max(z, 0), h' = 1 where z > 0, else 0. A NaN stays NaN."""
    zero = splat(0.0)
    return choose_less(z, zero, zero, z), choose_less(zero, z, splat(1.0), zero)


def leaky_relu(z: Array) -> tuple[Array, Array]:
    """h = z and h' = 1 where z > 0, else h = LEAK z and h' = LEAK."""
    return np.where(z > 0, z, LEAK * z), np.where(z > 0, 1.0, LEAK)


@compiled
def leaky_relu_lanes(z: Any) -> Any:
    """h = z and h' = 1 where z > 0, else h = LEAK z and h' = LEAK."""
    zero = splat(0.0)
    return choose_less(zero, z, z, LEAK * z), choose_less(zero, z, splat(1.0), splat(LEAK))


def sigmoid(z: Array) -> tuple[Array, Array]:
    """h = 1 / (1 + exp(-z)), h' = h (1 - h)."""
    h = np.exp(-np.logaddexp(0, -z))
    return h, h * (1 - h)


@compiled
def sigmoid_lanes(z: Any) -> Any:
    """h = 1 / (1 + exp(-z)), h' = h (1 - h)."""
    h = 1.0 / (1.0 + exp(0.0 - z))
    return h, h * (1.0 - h)


def gelu(z: Array) -> tuple[Array, Array]:
    """h = z (1 + t) / 2 with t = tanh u, u = √(2/π) (z + 0.044715 z³).

    h' = (1 + t) / 2 + z (1 - t²) u' / 2 with u' = √(2/π) (1 + 3 · 0.044715 z²).
    """
    t, slope = tanh(GELU_SCALE * (z + GELU_CUBE * z * z * z))
    inner = GELU_SCALE * (1 + 3 * GELU_CUBE * z * z)
    return z * (1 + t) / 2, (1 + t) / 2 + z * slope * inner / 2


@compiled
def gelu_lanes(z: Any) -> Any:
    """As `gelu`, with z cut off at ±5, but for the factor z where it is positive.

    There t is ±1 to the last bit already; further out the rounding error of t would be multiplied
    by z, or by z³.
    """
    x = clamp(z, -5.0, 5.0)
    t, slope = tanh_lanes(GELU_SCALE * x * (1.0 + GELU_CUBE * x * x))
    inner = GELU_SCALE * (1.0 + 3.0 * GELU_CUBE * x * x)
    z = choose_less(x, z, z, x)
    return 0.5 * z * (1.0 + t), 0.5 * (1.0 + t) + 0.5 * x * slope * inner


def linear(z: Array) -> tuple[Array, Array]:
    """h = z, h' = 1."""
    return z, np.ones_like(z)


@compiled
def linear_lanes(z: Any) -> Any:
    """h = z, h' = 1."""
    return z, splat(1.0)


FUNCTIONS: dict[str, Callable[[Array], tuple[Array, Array]]] = {
    "tanh": tanh,
    "relu": relu,
    "leaky_relu": leaky_relu,
    "sigmoid": sigmoid,
    "gelu": gelu,
    "linear": linear,
}

ACTIVATIONS = tuple(FUNCTIONS)
"""Names of the activations; compiled code knows them by their position."""

TANH, RELU, LEAKY_RELU, SIGMOID, GELU, LINEAR = range(len(ACTIVATIONS))


@compiled
def activate(activation: int, z: Any) -> Any:
    """(f(z), f'(z)) of the activation at that position in `ACTIVATIONS`."""
    if activation == TANH:
        return tanh_lanes(z)
    if activation == RELU:
        return relu_lanes(z)
    if activation == LEAKY_RELU:
        return leaky_relu_lanes(z)
    if activation == SIGMOID:
        return sigmoid_lanes(z)
    if activation == GELU:
        return gelu_lanes(z)
    return linear_lanes(z)


LOG2_E = 1.4426950216293335
LOG2_E_REST = 1.92596298909109e-8
"""log₂ e in two parts, the first of them exactly a float32."""

ROUNDING = 1.5 * 2**23 + 127
"""Adding it rounds a float32 to an integer and leaves that, plus 127, in the lowest bits."""


@compiled
def clamp(z: Any, low: float, high: float) -> Any:
    """The lanes cut off at low and high. A NaN stays NaN."""
    below, above = splat(low), splat(high)
    z = choose_less(z, below, below, z)
    return choose_less(above, z, above, z)


@compiled
def rational_tanh(z: Any) -> Any:
    """tanh z as z P(z²) / Q(z²), |z| cut off at 8, where tanh is within 3e-7 of 1.

    The coefficients minimise the largest relative error on [-8, 8] (6e-9 before rounding to
    float32, 3.2e-7 after); they were found by reweighted least squares. Multiplications and one
    division: no table, no branch.
    """
    z = clamp(z, -8.0, 8.0)
    t = z * z
    p = (((1.5230199e-8 * t + 2.18945234e-5) * t + 3.57159022e-3) * t + 0.134444916) * t + 1.0
    q = (((8.52236325e-7 * t + 3.41127886e-4) * t + 2.61644138e-2) * t + 0.467778189) * t + 1.0
    return z * p / q


@compiled
def exp(z: Any) -> Any:
    """e to the z as 2ⁿ 2ᶠ, where n is z / ln 2 rounded and f the rest; 2ᶠ by a polynomial.

    Relative error below 3e-7. As it should in float32, it becomes infinite above 88.4 and, as
    subnormal numbers are flushed, zero below -87.7.
    """
    z = clamp(z, -88.0, 89.0)
    shifted = (
        LOG2_E * z + ROUNDING
    )  # the sum has no room for a fraction: its lowest bits are n + 127
    n = shifted - ROUNDING
    f = multiply_add(splat(LOG2_E), z, 0.0 - n) + LOG2_E_REST * z
    p = ((1.32645905e-3 * f + 9.67161927e-3) * f + 5.55073503e-2) * f + 2.40222405e-1
    p = (p * f + 6.93146976e-1) * f + 1.0
    return p * exponent(shifted)
