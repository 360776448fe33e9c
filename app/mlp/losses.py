"""Losses: each with its gradient beside it, first in readable NumPy, then compiled.

A loss is the mean over the m examples of a batch. It takes the logits ỹ (the linear outputs) and
the targets y, both of shape (m, n_y), and returns the number together with its gradient with
respect to ỹ, mean already taken. For all three the gradient of one example is ŷ - y, where ŷ is
what the network answers: `prediction(loss, logits)`.

The compiled forms work on many examples side by side, one a lane: logit i of examples s, s + 1, ...
lies at values[at + i * stride + s], their target i at values[targets + i * stride + s].
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.mlp.activations import exp
from app.mlp.lanes import LANES, choose_less, compiled, first, load, pick, splat, store, total

Array = NDArray[np.floating[Any]]

LOSSES = ("cross_entropy", "squared_error", "naive_cross_entropy")
"""Names of the losses; compiled code knows them by their position."""

CROSS_ENTROPY, SQUARED_ERROR, NAIVE_CROSS_ENTROPY = range(len(LOSSES))


def softmax(logits: Array) -> Array:
    """ŷᵢ = exp ỹᵢ / Σ exp ỹ, row by row.

    The row's maximum is subtracted first, which changes nothing but overflow.
    """
    return naive_softmax(logits - logits.max(axis=1, keepdims=True))


def naive_softmax(logits: Array) -> Array:
    """ŷᵢ = exp ỹᵢ / Σ exp ỹ, row by row, as it is written.

    NaN where exp overflows, 0 where it underflows.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(logits)
        yhat: Array = powers / powers.sum(axis=1, keepdims=True)
        return yhat


def cross_entropy(logits: Array, Y: Array) -> tuple[float, Array]:
    """ℓ = log Σᵢ exp ỹᵢ - Σᵢ yᵢ ỹᵢ, from the logits so that nothing underflows; ∇ỹ = ŷ - y.

    The rows of Y are one-hot, or any probabilities that sum to 1.
    """
    top = logits.max(axis=1, keepdims=True)
    log_sum = top[:, 0] + np.log(np.exp(logits - top).sum(axis=1))
    loss = (log_sum - (Y * logits).sum(axis=1)).mean()
    return float(loss), (softmax(logits) - Y) / len(Y)


def naive_cross_entropy(logits: Array, Y: Array) -> tuple[float, Array]:
    """ℓ = -Σᵢ yᵢ log ŷᵢ with the naive softmax, term by term; ∇ỹ = ŷ - y.

    Where ŷᵢ has underflowed to 0 the logarithm is -∞, and 0 · -∞ is NaN even for the classes that
    are not the target.
    """
    Yhat = naive_softmax(logits)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = -(Y * np.log(Yhat)).sum(axis=1).mean()
    return float(loss), (Yhat - Y) / len(Y)


def squared_error(logits: Array, Y: Array) -> tuple[float, Array]:
    """ℓ = ½ Σᵢ (ỹᵢ - yᵢ)²; ∇ỹ = ỹ - y.

    The half makes the gradient the same line as the cross-entropy's. The sum, not the mean, is
    taken over the outputs.
    """
    error = logits - Y
    return float((error * error).sum(axis=1).mean() / 2), error / len(Y)


def prediction(loss: str, logits: Array) -> Array:
    """ŷ, what the network answers.

    Class probabilities, or the logits themselves under the squared error.
    """
    if loss == "squared_error":
        return logits
    return naive_softmax(logits) if loss == "naive_cross_entropy" else softmax(logits)


FUNCTIONS = {
    "cross_entropy": cross_entropy,
    "squared_error": squared_error,
    "naive_cross_entropy": naive_cross_entropy,
}


@compiled
def predict_lanes(loss: int, values: Any, at: int, stride: int, n: int) -> None:
    """Turn the logits into ŷ, in place."""
    if loss == SQUARED_ERROR:
        return
    top = peak_lanes(loss, values, at, stride, n)
    powers = splat(0.0)
    for i in range(n):
        power = exp(load(values, at + i * stride) - top)
        store(values, at + i * stride, power)
        powers = powers + power
    scale = 1.0 / powers
    for i in range(n):
        store(values, at + i * stride, load(values, at + i * stride) * scale)


@compiled
def peak_lanes(loss: int, values: Any, at: int, stride: int, n: int) -> Any:
    """The largest logit of each example, or 0 for the naive loss, which does not look."""
    if loss == NAIVE_CROSS_ENTROPY:
        return splat(0.0)
    top = load(values, at)
    for i in range(1, n):
        other = load(values, at + i * stride)
        top = choose_less(top, other, other, top)
    return top


@compiled
def gradient_lanes(loss: int, values: Any, at: int, targets: int, stride: int, n: int) -> None:
    """Turn the logits into ŷ - y, in place."""
    predict_lanes(loss, values, at, stride, n)
    for i in range(n):
        error = load(values, at + i * stride) - load(values, targets + i * stride)
        store(values, at + i * stride, error)


@compiled
def loss_sum(loss: int, values: Any, at: int, targets: int, stride: int, n: int, m: int) -> float:
    """Σ ℓ over m examples, at most `stride`; the naive loss overwrites the logits.

    Σ log x is computed as log Π x: the x lie between 1 and n_y <= 10, so that the product of a tile
    of them is far from overflow, and one logarithm is taken instead of m.
    """
    if loss == NAIVE_CROSS_ENTROPY:
        return naive_loss_sum(values, at, targets, stride, n, m)
    result, product = 0.0, 1.0
    for s in range(0, m, LANES):
        top, zero = peak_lanes(loss, values, at + s, stride, n), splat(0.0)
        powers, chosen, squares = zero, zero, zero
        for i in range(n):
            logit, y = load(values, at + s + i * stride), load(values, targets + s + i * stride)
            error = logit - y
            squares = squares + error * error
            powers = powers + exp(logit - top)
            chosen = chosen + choose_less(zero, y, y * (logit - top), zero)  # 0 times -inf is 0
        count = m - s
        if loss == SQUARED_ERROR:
            result += 0.5 * total(first(squares, count, 0.0))
        else:
            result -= total(first(chosen, count, 0.0))
            for lane in range(min(LANES, count)):
                product *= pick(powers, lane)
    return float(result + np.log(product))


@compiled
def naive_loss_sum(values: Any, at: int, targets: int, stride: int, n: int, m: int) -> float:
    """-Σ y log ŷ over m examples with the naive softmax, one logarithm at a time."""
    result = 0.0
    for s in range(0, m, LANES):
        predict_lanes(NAIVE_CROSS_ENTROPY, values, at + s, stride, n)
    for s in range(m):
        for i in range(n):
            y, yhat = values[targets + s + i * stride], values[at + s + i * stride]
            result -= y * np.log(np.float64(yhat))
    return result


@compiled
def count_right(values: Any, at: int, targets: int, stride: int, n: int, m: int) -> float:
    """How many of the m examples have their (first) largest logit where the target is."""
    right = 0.0
    for s in range(0, m, LANES):
        guess, answer = splat(0.0), splat(0.0)
        top, peak = load(values, at + s), load(values, targets + s)
        for i in range(1, n):
            logit, y = load(values, at + s + i * stride), load(values, targets + s + i * stride)
            guess, answer = (
                choose_less(top, logit, splat(i), guess),
                choose_less(peak, y, splat(i), answer),
            )
            top, peak = choose_less(top, logit, logit, top), choose_less(peak, y, y, peak)
        wrong = (guess - answer) * (guess - answer)
        right += total(first(choose_less(wrong, splat(0.5), splat(1.0), splat(0.0)), m - s, 0.0))
    return right
