"""How far the results of the engine, float32, may be from those of the readable network, float64.

Every operation of the engine is rounded. `float32_errors` follows the rounding through the network:
from the error of its inputs and the rounding of the operation itself, it computes the error of each
result, to first order. The rules are

    sums          y = Σₖ xₖ:  the error is `ROUNDING` · Σₖ |xₖ|, and that of the xₖ
    units         errors of the units of one layer are independent, √Σ e², or they have a relative
                  error in common, which is that of their sum, too
    copies        units with equal parameters, as after zero initialization, have equal errors: Σ e
    examples      errors of the examples of a batch add up: Σ e
    activations   the change of f and f' between z - e and z + e, and the `ACCURACY` of the engine

A kink of ReLU needs no rule of its own. If a pre-activation is closer to 0 than its error, then f'
jumps between z - e and z + e, and the error of f' is the height of the jump. The error of the
gradient then contains all that the example contributes through this unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mlp_live.engine.activations import ACCURACY
from mlp_live.engine.memory_layout import TILE
from mlp_live.nn import activations, losses
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array
from mlp_live.nn.losses import LossName
from mlp_live.nn.network import Outputs, forward

UNIT = 2.0**-24
"""The relative error of one float32 operation."""

ROUNDING = 16 * UNIT
"""The error of a float32 sum, relative to the sum of the absolute values of its terms: 1e-6.

In a sum of n different terms the errors partly cancel and grow like √n; n is at most 128. In a sum
of n equal terms they may all have the same sign; then n `UNIT` is added.
"""

SYSTEMATIC = 4
"""Factor of the accuracy of an activation.

Its error is nearly the same for units with nearly the same pre-activation, so these errors add up
where rounding errors cancel.
"""

TINY = 1e-37
"""An error that numbers near the smallest float32, 1.2e-38, may always have."""

LARGEST = 1e37
"""Beyond it the largest float32, 3.4e38, may be exceeded on the way to a result."""

LARGEST_NAIVE_LOGIT = 40.0
"""Up to it the naive softmax neither overflows nor underflows in float32."""


@dataclass(frozen=True)
class Float32Errors:
    """Bounds on the difference between the engine and the readable network, for m examples."""

    logits: Array
    """Float64 (m, n_y)."""

    predictions: Array
    """Float64 (m, n_y)."""

    loss: float
    gradient: Array
    """Of the loss with respect to θ, float64 (P,)."""

    gradient_size: Array
    """Float64 (P,): the gradient with every term of its sum over the examples made positive."""

    in_range: bool
    """Whether float32 can represent every number that is computed on the way."""


def float32_errors(architecture: Architecture, theta: Array, X: Array, Y: Array) -> Float32Errors:
    """Return bounds at θ (P,) for the examples X (m, n_x), Y (m, n_y), all of them float64.

    θ, X and Y can be represented in float32.
    """
    with np.errstate(all="ignore"):  # numbers that are not finite are not in range
        return _float32_errors(architecture, theta, X, Y)


def _float32_errors(architecture: Architecture, theta: Array, X: Array, Y: Array) -> Float32Errors:
    Yhat, outputs = forward(architecture, theta, X)
    passed = _forward_errors(architecture, theta, outputs)
    logits, logit_error = outputs.h[-1], passed.h[-1]
    prediction_error = _prediction_errors(architecture.loss, Yhat, logit_error)
    loss, delta = losses.FUNCTIONS[architecture.loss](logits, Y)
    delta_error = prediction_error / len(X) + ROUNDING * np.abs(delta)
    error, size, sizes = _backward_errors(architecture, theta, outputs, passed, delta, delta_error)
    numbers = [theta, Y, size + error, *passed.sizes, *sizes]
    return Float32Errors(
        logits=logit_error,
        predictions=prediction_error,
        loss=_loss_error(architecture.loss, loss, len(X) * delta, logit_error, prediction_error),
        gradient=error,
        gradient_size=size,
        in_range=_in_range(architecture.loss, np.abs(logits) + logit_error, numbers),
    )


class _ForwardErrors(NamedTuple):
    """The errors of the outputs of every layer, and the sizes of the numbers on the way."""

    h: list[Array]
    slopes: list[Array]
    sizes: list[Array]


def _forward_errors(architecture: Architecture, theta: Array, outputs: Outputs) -> _ForwardErrors:
    X, *_ = outputs.h
    passed, views = _ForwardErrors([np.zeros_like(X)], [], [X]), architecture.views(theta)
    copies = _copies(architecture, theta)
    for layer, (W, b) in enumerate(views):
        h = outputs.h[layer]
        size = np.abs(h) @ np.abs(W).T + np.abs(b)
        error = _error_of_product(h, passed.h[-1], W.T, copies[layer])
        error += ROUNDING * np.abs(b)
        passed.sizes.append(size + error)
        if layer < len(views) - 1:
            error, slope_error = _activation_errors(architecture, h @ W.T + b, error)
            passed.slopes.append(slope_error)
        passed.h.append(error)
    return passed


def _backward_errors(
    architecture: Architecture,
    theta: Array,
    outputs: Outputs,
    passed: _ForwardErrors,
    delta: Array,
    delta_error: Array,
) -> tuple[Array, Array, list[Array]]:
    """The error and the size of the gradient, (P,), and the sizes of the numbers on the way.

    ``delta`` is the gradient with respect to the logits.
    """
    gradient_error, gradient_size = np.empty_like(theta), np.empty_like(theta)
    views, copies, sizes = architecture.views(theta), _copies(architecture, theta), []
    error_views = architecture.views(gradient_error)
    size_views = architecture.views(gradient_size)
    for layer in reversed(range(len(views))):
        h, h_error, size = np.abs(outputs.h[layer]), passed.h[layer], np.abs(delta)
        size_views[layer][0][:] = size.T @ h
        size_views[layer][1][:] = size.sum(axis=0)
        error_views[layer][0][:] = delta_error.T @ h + (size + delta_error).T @ h_error
        error_views[layer][1][:] = delta_error.sum(axis=0)
        if layer:
            W, slope, slope_error = (
                views[layer][0],
                outputs.slopes[layer - 1],
                passed.slopes[layer - 1],
            )
            below, size = delta @ W, size @ np.abs(W)
            error = _error_of_product(delta, delta_error, W, copies[layer + 1])
            delta_error = error * np.abs(slope) + (np.abs(below) + error) * slope_error
            delta = below * slope
            sizes.append(size + error)
    # Tiles of examples are added up one by one; the terms may be equal.
    rounding = ROUNDING + len(delta) / TILE * UNIT
    return gradient_error + rounding * gradient_size + TINY, gradient_size, sizes


def _copies(architecture: Architecture, theta: Array) -> list[bool]:
    """Whether some units of a layer have the same parameters, for inputs and every layer."""
    rows = [np.column_stack([W, b]) for W, b in architecture.views(theta)]
    return [False, *(len(np.unique(row, axis=0)) < len(row) for row in rows)]


def _error_of_product(x: Array, error: Array, M: Array, copies: bool) -> Array:
    """The error of x M, where x (m, n), n units of m examples, has an error.

    ``copies``: whether some of the units are copies.
    """
    size = np.abs(x) @ np.abs(M)
    if copies:
        return (ROUNDING + len(M) * UNIT) * size + error @ np.abs(M)
    common = _norms(error) / np.maximum(_norms(x), TINY)
    squares = (ROUNDING * size) ** 2 + (error * error) @ (M * M) + (common * (x @ M)) ** 2
    return np.asarray(np.sqrt(squares))


def _norms(x: Array) -> Array:
    """The length of each row of x (m, n), shape (m, 1)."""
    return np.asarray(np.linalg.norm(x, axis=1, keepdims=True))


def _activation_errors(architecture: Architecture, z: Array, error: Array) -> tuple[Array, Array]:
    """The errors of f(z) and f'(z)."""
    activation = activations.FUNCTIONS[architecture.activation]
    (h, slope), low, high = activation(z), activation(z - error), activation(z + error)
    accuracy = SYSTEMATIC * ACCURACY[architecture.activation] * np.maximum(1.0, np.abs(h))
    h_error = np.maximum(np.abs(low[0] - h), np.abs(high[0] - h))
    slope_error = np.maximum(np.abs(low[1] - slope), np.abs(high[1] - slope))
    return h_error + accuracy, slope_error + accuracy


def _prediction_errors(loss: LossName, Yhat: Array, error: Array) -> Array:
    """The errors of ŷ. Those of a softmax are largest if one logit rises and all others fall."""
    if loss == "squared_error":
        return error + TINY
    rise = 2 * error.max(axis=1, keepdims=True)
    factor = np.exp(np.minimum(rise, 50.0))
    others = Yhat @ (1.0 - np.eye(Yhat.shape[1]))
    high = Yhat * factor / (Yhat * factor + others)
    low = Yhat / (Yhat + others * factor)
    change: Array = np.maximum(high - Yhat, Yhat - low) + ROUNDING * Yhat + TINY
    return np.where(rise < 50.0, change, 1.0)


def _loss_error(
    name: LossName, loss: float, residuals: Array, logit_error: Array, prediction_error: Array
) -> float:
    """The error of the mean loss. residuals: ŷ - y, which is ∂ℓ/∂ỹ, shape (m, n_y)."""
    slopes = np.abs(residuals) + prediction_error
    propagated = float((slopes * logit_error).sum(axis=1).mean())
    logarithm = 0.0 if name == "squared_error" else ROUNDING
    return propagated + ROUNDING * abs(loss) + logarithm + TINY


def _in_range(loss: LossName, logits: Array, numbers: Sequence[Array]) -> bool:
    """Whether all numbers, and what the loss computes of the logits, are finite in float32."""
    largest = {"naive_cross_entropy": LARGEST_NAIVE_LOGIT, "squared_error": LARGEST**0.5}
    return bool(logits.max() <= largest.get(loss, LARGEST)) and all(
        bool((np.abs(one) <= LARGEST).all()) for one in numbers
    )
