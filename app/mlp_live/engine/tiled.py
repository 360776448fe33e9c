"""Predictions, and gradients of batches, for a tile of up to `TILE` examples at a time.

The lanes are eight examples. The formulas are those of `mlp_live.nn.network`. Every unit has a row
of `TILE` numbers, one for each example. A weight is a single number that multiplies a whole row, so
it does not matter whether M is W or Wᵀ. A tile may hold m < TILE examples. The unused lanes of the
last register hold zeros as inputs, and their gradient is set to zero at the output, so they add
nothing to a sum.
"""

from typing import Any

from mlp_live.engine.activations import LINEAR, activate
from mlp_live.engine.losses import to_gradient
from mlp_live.engine.memory_layout import (
    TILE,
    KernelParams,
    Layer,
    dot,
    layer_at,
    padded,
    weighted_sum,
    weighted_sum_pair,
)
from mlp_live.engine.simd import LANES, compiled, load, mask_tail, reduce_add, splat, store


@compiled
def tile_gradient(
    layers: Any,
    depth: int,
    params: KernelParams,
    vectors: Any,
    gradient: int,
    scratch: Any,
    X: Any,
    Y: Any,
    order: Any,
    start: int,
    m: int,
    share: float,
) -> None:
    """Add `share` times the gradient of the summed loss of m examples to the gradient.

    The examples are the rows order[start], ..., order[start + m - 1] of X and Y.
    """
    bottom, top = layer_at(layers, 0), layer_at(layers, depth - 1)
    logits, targets = top.outputs * TILE, target_rows(top)
    transpose(X, padded(bottom.n_in), bottom.n_in, order, start, m, scratch, bottom.inputs * TILE)
    transpose(Y, padded(top.n_out), top.n_out, order, start, m, scratch, targets)
    forward(layers, depth, params, vectors, scratch, m)
    for s in range(0, m, LANES):
        to_gradient(params.loss, scratch, logits + s, targets + s, TILE, top.n_out)
        for i in range(top.n_out):
            error = mask_tail(load(scratch, logits + i * TILE + s), m - s, 0.0)
            store(scratch, (top.deltas + i) * TILE + s, share * error)
    backward(layers, depth, vectors, gradient, scratch, m)


@compiled
def target_rows(top: Layer) -> int:
    """Return the position of the targets in scratch."""
    return (top.deltas + padded(top.n_out)) * TILE


@compiled
def transpose(
    source: Any, stride: int, size: int, order: Any, start: int, m: int, scratch: Any, rows: int
) -> None:
    """Copy m rows of the source, order[start], order[start + 1], ..., to scratch as columns.

    The unused lanes of the last register become zero.
    """
    for s in range(m):
        at = order[start + s] * stride
        for i in range(size):
            scratch[rows + i * TILE + s] = source[at + i]
    for s in range(m, padded(m)):
        for i in range(size):
            scratch[rows + i * TILE + s] = 0.0


@compiled
def copy_tile(
    source: Any, stride: int, size: int, start: int, m: int, scratch: Any, rows: int
) -> None:
    """Copy m columns of the source, start, start + 1, ..., to scratch.

    The unused lanes of the last register become zero.
    """
    for i in range(size):
        at, source_at = rows + i * TILE, i * stride + start
        for s in range(m):
            scratch[at + s] = source[source_at + s]
        for s in range(m, padded(m)):
            scratch[at + s] = 0.0


@compiled
def forward(
    layers: Any, depth: int, params: KernelParams, vectors: Any, scratch: Any, m: int
) -> None:
    """Compute h = f(h Wᵀ + b) for each layer, and store f'(h̃) in the deltas."""
    for index in range(depth):
        layer = layer_at(layers, index)
        activation = params.activation if index < depth - 1 else LINEAR
        for o in range(layer.n_out):
            W = layer.matrix + o * layer.step_out
            b = splat(vectors[layer.bias + o])
            for s in range(0, m, LANES):
                h = layer.inputs * TILE + s
                z = weighted_sum(vectors, W, layer.step_in, scratch, h, TILE, layer.n_in, b)
                h, slope = activate(activation, z)
                store(scratch, (layer.outputs + o) * TILE + s, h)
                store(scratch, (layer.deltas + o) * TILE + s, slope)


@compiled
def infer(
    layers: Any, depth: int, params: KernelParams, vectors: Any, scratch: Any, m: int
) -> None:
    """Compute h = f(h Wᵀ + b) for each layer.

    Two registers of examples are processed at a time. Their operations do not depend on each other,
    so the processor overlaps them.
    """
    for index in range(depth):
        layer = layer_at(layers, index)
        activation = params.activation if index < depth - 1 else LINEAR
        for o in range(layer.n_out):
            W = layer.matrix + o * layer.step_out
            b = splat(vectors[layer.bias + o])
            for s in range(0, m, 2 * LANES):
                at, row = (layer.outputs + o) * TILE + s, layer.inputs * TILE + s
                z, z_next = weighted_sum_pair(
                    vectors, W, layer.step_in, scratch, row, TILE, layer.n_in, b
                )
                store(scratch, at, activate(activation, z)[0])
                store(scratch, at + LANES, activate(activation, z_next)[0])


@compiled
def backward(layers: Any, depth: int, vectors: Any, gradient: int, scratch: Any, m: int) -> None:
    """Compute ∇h̃ ← (∇h̃ W) ⊙ f'(h̃) from the last layer down; add ∇W and ∇b to the gradient."""
    for index in range(depth - 1, -1, -1):
        layer = layer_at(layers, index)
        add_weight_gradient(layer, vectors, gradient, scratch, m)
        if index == 0:
            return
        below = layer_at(layers, index - 1).deltas
        for i in range(layer.n_in):
            W = layer.matrix + i * layer.step_in
            for s in range(0, m, LANES):
                delta, at = layer.deltas * TILE + s, (below + i) * TILE + s
                g = weighted_sum(
                    vectors, W, layer.step_out, scratch, delta, TILE, layer.n_out, splat(0.0)
                )
                store(scratch, at, g * load(scratch, at))


@compiled
def add_weight_gradient(layer: Layer, vectors: Any, gradient: int, scratch: Any, m: int) -> None:
    """Add ∇W = ∇h̃ᵀ h and ∇b = Σ ∇h̃ over the examples to the gradient."""
    for o in range(layer.n_out):
        delta = (layer.deltas + o) * TILE
        column = splat(0.0)
        for s in range(0, m, LANES):
            column = column + load(scratch, delta + s)
        vectors[gradient + layer.bias + o] += reduce_add(column)
        for i in range(layer.n_in):
            at = gradient + layer.matrix + o * layer.step_out + i * layer.step_in
            vectors[at] += reduce_add(dot(scratch, delta, scratch, (layer.inputs + i) * TILE, m))
