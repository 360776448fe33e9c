"""The losses of `mlp_live.nn.losses`, compiled for eight examples at a time, one in each lane.

Logit i of example s is at values[at + i * stride + s], and its target i is at
values[targets + i * stride + s]. n is the number of outputs, m the number of examples.
"""

from typing import Any

import numpy as np

from mlp_live.engine.activations import exp
from mlp_live.engine.simd import (
    LANES,
    compiled,
    extract,
    load,
    mask_tail,
    reduce_add,
    select_lt,
    splat,
    store,
)
from mlp_live.nn.losses import LOSSES

CROSS_ENTROPY, SQUARED_ERROR, NAIVE_CROSS_ENTROPY = range(len(LOSSES))
"""The kernels identify a loss by its index in `LOSSES`."""


@compiled
def to_prediction(loss: int, values: Any, at: int, stride: int, n: int) -> None:
    """Replace the logits of eight examples by ŷ."""
    if loss == SQUARED_ERROR:
        return
    top = largest_logit(loss, values, at, stride, n)
    powers = splat(0.0)
    for i in range(n):
        power = exp(load(values, at + i * stride) - top)
        store(values, at + i * stride, power)
        powers = powers + power
    scale = 1.0 / powers
    for i in range(n):
        store(values, at + i * stride, load(values, at + i * stride) * scale)


@compiled
def largest_logit(loss: int, values: Any, at: int, stride: int, n: int) -> Any:
    """Return the largest logit of each of eight examples, or 0 for the naive loss."""
    if loss == NAIVE_CROSS_ENTROPY:
        return splat(0.0)
    top = load(values, at)
    for i in range(1, n):
        other = load(values, at + i * stride)
        top = select_lt(top, other, other, top)
    return top


@compiled
def to_gradient(loss: int, values: Any, at: int, targets: int, stride: int, n: int) -> None:
    """Replace the logits of eight examples by ŷ - y."""
    to_prediction(loss, values, at, stride, n)
    for i in range(n):
        error = load(values, at + i * stride) - load(values, targets + i * stride)
        store(values, at + i * stride, error)


@compiled
def loss_sum(loss: int, values: Any, at: int, targets: int, stride: int, n: int, m: int) -> float:
    """Return Σ ℓ over m examples, where m is at most `stride`. The naive loss changes the logits.

    A sum of logarithms Σ log x is computed as log Π x, which takes one logarithm instead of m. Each
    x is from 1 to n, and n is at most 10, so the product over a tile cannot overflow.
    """
    if loss == NAIVE_CROSS_ENTROPY:
        return naive_loss_sum(values, at, targets, stride, n, m)
    result, product = 0.0, 1.0
    for s in range(0, m, LANES):
        top, zero = largest_logit(loss, values, at + s, stride, n), splat(0.0)
        powers, chosen, squares = zero, zero, zero
        for i in range(n):
            logit, y = load(values, at + s + i * stride), load(values, targets + s + i * stride)
            error = logit - y
            squares = squares + error * error
            powers = powers + exp(logit - top)
            chosen = chosen + select_lt(zero, y, y * (logit - top), zero)  # 0 · (-inf) counts as 0
        count = m - s
        if loss == SQUARED_ERROR:
            result += 0.5 * reduce_add(mask_tail(squares, count, 0.0))
        else:
            result -= reduce_add(mask_tail(chosen, count, 0.0))
            for lane in range(min(LANES, count)):
                product *= extract(powers, lane)
    return float(result + np.log(product))


@compiled
def naive_loss_sum(values: Any, at: int, targets: int, stride: int, n: int, m: int) -> float:
    """Return -Σ y log ŷ over m examples with the naive softmax. Changes the logits to ŷ."""
    result = 0.0
    for s in range(0, m, LANES):
        to_prediction(NAIVE_CROSS_ENTROPY, values, at + s, stride, n)
    for s in range(m):
        for i in range(n):
            y, yhat = values[targets + s + i * stride], values[at + s + i * stride]
            result -= y * np.log(np.float64(yhat))
    return result


@compiled
def count_correct(values: Any, at: int, targets: int, stride: int, n: int, m: int) -> float:
    """Count the examples, of m, whose largest logit is that of the target class.

    Of several equal logits the first is taken.
    """
    correct = 0.0
    for s in range(0, m, LANES):
        predicted, label = splat(0.0), splat(0.0)
        top, peak = load(values, at + s), load(values, targets + s)
        for i in range(1, n):
            logit, y = load(values, at + s + i * stride), load(values, targets + s + i * stride)
            predicted, label = (
                select_lt(top, logit, splat(i), predicted),
                select_lt(peak, y, splat(i), label),
            )
            top, peak = select_lt(top, logit, logit, top), select_lt(peak, y, y, peak)
        wrong = (predicted - label) * (predicted - label)
        correct += reduce_add(
            mask_tail(select_lt(wrong, splat(0.5), splat(1.0), splat(0.0)), m - s, 0.0)
        )
    return correct
