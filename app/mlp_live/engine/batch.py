"""The gradient of a batch: that of its examples, one by one or in tiles, and of the penalty."""

from typing import Any

from mlp_live.engine.memory_layout import TILE, VECTORS, KernelParams, layer_at, padded
from mlp_live.engine.per_example import example_gradient
from mlp_live.engine.regularization import NONE, penalty_gradient
from mlp_live.engine.simd import LANES, compiled, load, splat, store
from mlp_live.engine.tiled import tile_gradient


@compiled
def batch_gradient(
    layers: Any,
    depth: int,
    params: KernelParams,
    vectors: Any,
    size: int,
    scratch: Any,
    X: Any,
    Y: Any,
    order: Any,
    start: int,
    stop: int,
    first: int,
    last: int,
) -> None:
    """Compute the gradient of loss plus penalty over the rows order[start:stop] of X and Y.

    A call adds the part of the rows order[first:last]. The call from start on begins the gradient,
    and the one up to stop completes it with the penalty. The parts begin at multiples of `TILE`.
    """
    gradient = (VECTORS - 1) * size
    if first == start:
        for at in range(gradient, gradient + size, LANES):
            store(vectors, at, splat(0.0))
    share = 1.0 / (stop - start)
    if stop - start < params.per_example_below:
        x_stride = padded(layer_at(layers, 0).n_in)
        y_stride = padded(layer_at(layers, depth - 1).n_out)
        for s in range(first, last):
            x, y = order[s] * x_stride, order[s] * y_stride
            example_gradient(layers, depth, params, vectors, gradient, scratch, X, x, Y, y, share)
    else:
        for s in range(first, last, TILE):
            m = min(TILE, last - s)
            tile_gradient(
                layers, depth, params, vectors, gradient, scratch, X, Y, order, s, m, share
            )
    if last == stop and params.regularizer != NONE:
        add_penalty(layers, depth, params, vectors, gradient)


@compiled
def add_penalty(layers: Any, depth: int, params: KernelParams, vectors: Any, gradient: int) -> None:
    """Add the gradient of the penalty on the weights to the gradient."""
    for index in range(depth):
        layer = layer_at(layers, index)
        for at in range(layer.matrix, layer.bias, LANES):
            total = load(vectors, gradient + at) + penalty_gradient(params, load(vectors, at))
            store(vectors, gradient + at, total)
