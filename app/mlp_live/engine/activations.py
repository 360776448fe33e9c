"""The activations of `mlp_live.nn.activations`, compiled for eight float32 numbers at a time.

Every function takes the pre-activations z, an `F32x8`, and returns the pair (f(z), f'(z)). Its
error is at most that stated in `ACCURACY`.
"""

from typing import Any

from mlp_live.engine.simd import compiled, exponent, fma, select_lt, splat
from mlp_live.nn.activations import ACTIVATIONS, GELU_CUBE, GELU_SCALE, LEAK

ACCURACY = {
    "tanh": 6e-7,
    "relu": 0.0,
    "leaky_relu": 5e-8,
    "sigmoid": 2e-7,
    "gelu": 4e-6,
    "linear": 0.0,
}
"""Upper bound on the errors of f(z) and f'(z), divided by max(1, |f(z)|), for finite z."""


@compiled
def tanh(z: Any) -> Any:
    """h = tanh z, h' = 1 - h²."""
    h = rational_tanh(z)
    return h, 1.0 - h * h


@compiled
def relu(z: Any) -> Any:
    """h = max(z, 0); h' = 1 where z > 0, else 0. The h of a NaN is NaN."""
    zero = splat(0.0)
    return select_lt(z, zero, zero, z), select_lt(zero, z, splat(1.0), zero)


@compiled
def leaky_relu(z: Any) -> Any:
    """h = z and h' = 1 where z > 0; elsewhere h = LEAK z and h' = LEAK."""
    zero = splat(0.0)
    return select_lt(zero, z, z, LEAK * z), select_lt(zero, z, splat(1.0), splat(LEAK))


@compiled
def sigmoid(z: Any) -> Any:
    """h = 1 / (1 + exp(-z)), h' = h (1 - h)."""
    h = 1.0 / (1.0 + exp(0.0 - z))
    return h, h * (1.0 - h)


@compiled
def gelu(z: Any) -> Any:
    """h = z (1 + t) / 2 with t = tanh u, u = √(2/π) (z + 0.044715 z³).

    z is limited to ±5, except for a positive factor z of h. Beyond ±5, t is ±1 to the last bit, and
    the rounding error of t would be multiplied by z or z³.
    """
    x = clamp(z, -5.0, 5.0)
    t, slope = tanh(GELU_SCALE * x * (1.0 + GELU_CUBE * x * x))
    inner = GELU_SCALE * (1.0 + 3.0 * GELU_CUBE * x * x)
    z = select_lt(x, z, z, x)
    return 0.5 * z * (1.0 + t), 0.5 * (1.0 + t) + 0.5 * x * slope * inner


@compiled
def linear(z: Any) -> Any:
    """h = z, h' = 1."""
    return z, splat(1.0)


TANH, RELU, LEAKY_RELU, SIGMOID, GELU, LINEAR = range(len(ACTIVATIONS))
"""The kernels identify an activation by its index in `ACTIVATIONS`."""


@compiled
def activate(activation: int, z: Any) -> Any:
    """Return (f(z), f'(z)) of the activation with this index in `ACTIVATIONS`."""
    if activation == TANH:
        return tanh(z)
    if activation == RELU:
        return relu(z)
    if activation == LEAKY_RELU:
        return leaky_relu(z)
    if activation == SIGMOID:
        return sigmoid(z)
    if activation == GELU:
        return gelu(z)
    return linear(z)


LOG2_E = 1.4426950216293335
"""log₂ e, rounded to float32."""

LOG2_E_REST = 1.92596298909109e-8
"""log₂ e - LOG2_E."""

ROUNDING = 1.5 * 2**23 + 127
"""Adding it to a float32 x rounds x to an integer n and puts n + 127 into the lowest bits."""


@compiled
def clamp(z: Any, low: float, high: float) -> Any:
    """Limit each lane to the range from low to high. A NaN stays NaN."""
    below, above = splat(low), splat(high)
    z = select_lt(z, below, below, z)
    return select_lt(above, z, above, z)


@compiled
def rational_tanh(z: Any) -> Any:
    """tanh z as z P(z²) / Q(z²), with z limited to ±8, where tanh is within 3e-7 of ±1.

    The coefficients minimize the largest relative error on [-8, 8]. It is 6e-9 before rounding to
    float32 and 3.2e-7 after. They were found by reweighted least squares.
    """
    z = clamp(z, -8.0, 8.0)
    t = z * z
    p = (((1.5230199e-8 * t + 2.18945234e-5) * t + 3.57159022e-3) * t + 0.134444916) * t + 1.0
    q = (((8.52236325e-7 * t + 3.41127886e-4) * t + 2.61644138e-2) * t + 0.467778189) * t + 1.0
    return z * p / q


@compiled
def exp(z: Any) -> Any:
    """exp z = 2ⁿ 2ᶠ, where n is z / ln 2 rounded to an integer and f the remainder.

    2ᶠ is a polynomial. The relative error is below 3e-7. The result is infinite above z = 88.4,
    and 0 below z = -87.7, where exp z is subnormal.
    """
    z = clamp(z, -88.0, 89.0)
    # The sum is so large that its lowest bit stands for 1, so it has no fraction.
    shifted = LOG2_E * z + ROUNDING
    n = shifted - ROUNDING
    f = fma(splat(LOG2_E), z, 0.0 - n) + LOG2_E_REST * z
    p = ((1.32645905e-3 * f + 9.67161927e-3) * f + 5.55073503e-2) * f + 2.40222405e-1
    p = (p * f + 6.93146976e-1) * f + 1.0
    return p * exponent(shifted)
