"""Losses, each with its gradient.

A loss is the mean of ℓ over the m examples of a batch. Its function takes the logits ỹ (the linear
outputs) and the targets y, both of shape (m, n_y). It returns the mean and the gradient of the mean
with respect to ỹ, of shape (m, n_y). For all three losses the gradient of ℓ for one example is
ŷ - y, where ŷ is the network's prediction (see `prediction`).
"""

from collections.abc import Callable
from typing import Literal, get_args

import numpy as np

from mlp_live.nn.arrays import Array

LossName = Literal["cross_entropy", "squared_error", "naive_cross_entropy"]
LOSSES: tuple[LossName, ...] = get_args(LossName)
"""All names, in the order by which the compiled engine numbers them."""


def softmax(logits: Array) -> Array:
    """ŷᵢ = exp ỹᵢ / Σⱼ exp ỹⱼ for each row.

    The maximum of the row is subtracted first. This does not change ŷ and prevents overflow.
    """
    return naive_softmax(logits - logits.max(axis=1, keepdims=True))


def naive_softmax(logits: Array) -> Array:
    """ŷᵢ = exp ỹᵢ / Σⱼ exp ỹⱼ for each row, computed as it is written.

    ŷ is NaN where exp overflows and 0 where it underflows.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        powers = np.exp(logits)
        yhat: Array = powers / powers.sum(axis=1, keepdims=True)
        return yhat


def cross_entropy(logits: Array, Y: Array) -> tuple[float, Array]:
    """ℓ = log Σᵢ exp ỹᵢ - Σᵢ yᵢ ỹᵢ; ∇ỹ = ŷ - y.

    The loss is computed from the logits, so it does not underflow. The rows of Y are one-hot, or
    any probabilities that sum to 1.
    """
    top = logits.max(axis=1, keepdims=True)
    log_sum = top[:, 0] + np.log(np.exp(logits - top).sum(axis=1))
    loss = (log_sum - (Y * logits).sum(axis=1)).mean()
    return float(loss), (softmax(logits) - Y) / len(Y)


def naive_cross_entropy(logits: Array, Y: Array) -> tuple[float, Array]:
    """ℓ = -Σᵢ yᵢ log ŷᵢ with the naive softmax, term by term; ∇ỹ = ŷ - y.

    Where ŷᵢ has underflowed to 0, its logarithm is -∞. The term is then NaN even where yᵢ is 0,
    because 0 · (-∞) is NaN.
    """
    Yhat = naive_softmax(logits)
    with np.errstate(divide="ignore", invalid="ignore"):
        loss = -(Y * np.log(Yhat)).sum(axis=1).mean()
    return float(loss), (Yhat - Y) / len(Y)


def squared_error(logits: Array, Y: Array) -> tuple[float, Array]:
    """ℓ = ½ Σᵢ (ỹᵢ - yᵢ)²; ∇ỹ = ỹ - y.

    The factor ½ gives the same form of gradient as the cross-entropy. ℓ is the sum over the
    outputs, not their mean.
    """
    error = logits - Y
    return float((error * error).sum(axis=1).mean() / 2), error / len(Y)


def prediction(loss: LossName, logits: Array) -> Array:
    """The network's prediction ŷ, shape (m, n_y), for logits of that shape.

    With a cross-entropy loss ŷ is the softmax of the logits. With the squared error ŷ is the
    logits.
    """
    if loss == "squared_error":
        return logits
    return naive_softmax(logits) if loss == "naive_cross_entropy" else softmax(logits)


FUNCTIONS: dict[LossName, Callable[[Array, Array], tuple[float, Array]]] = {
    "cross_entropy": cross_entropy,
    "squared_error": squared_error,
    "naive_cross_entropy": naive_cross_entropy,
}
"""The function of each name."""
