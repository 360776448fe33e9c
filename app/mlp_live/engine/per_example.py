"""The gradient of one example, for batches that are too small to fill the lanes with examples.

The lanes are eight units of a layer. The formulas are those of `mlp_live.nn.network`. With weights
in the matrix M of `memory_layout`, each of the products

    h̃ = h Wᵀ + b        ∇h = ∇h̃ W

is computed in one of two ways: as a weighted sum of the rows of M (`weighted_sum`), or as dot
products with the rows of M (`row_dots`). A layer that widens has M = Wᵀ; it uses a weighted sum in
the forward pass and dot products in the backward pass. The other layers do the reverse. The third
product, ∇W = ∇h̃ᵀ h, is an outer product in the layout of M (`add_outer`).
"""

from typing import Any

from mlp_live.engine.activations import LINEAR, activate
from mlp_live.engine.losses import to_gradient
from mlp_live.engine.memory_layout import KernelParams, Layer, dot, layer_at, padded, weighted_sum
from mlp_live.engine.simd import LANES, compiled, insert, load, mask_tail, reduce_add, splat, store


@compiled
def example_gradient(
    layers: Any,
    depth: int,
    params: KernelParams,
    vectors: Any,
    gradient: int,
    scratch: Any,
    X: Any,
    x: int,
    Y: Any,
    y: int,
    share: float,
) -> None:
    """Add `share` times the gradient of the loss of one example to the gradient.

    Its inputs begin at X[x], its targets at Y[y].
    """
    for c in range(0, layer_at(layers, 0).n_in, LANES):
        store(scratch, c, load(X, x + c))
    forward(layers, depth, params, vectors, scratch)
    output_gradient(layer_at(layers, depth - 1), params, scratch, Y, y, share)
    backward(layers, depth, vectors, gradient, scratch)


@compiled
def forward(layers: Any, depth: int, params: KernelParams, vectors: Any, scratch: Any) -> None:
    """Compute h = f(h Wᵀ + b) for each layer, and store f'(h̃) in the deltas."""
    for index in range(depth):
        layer = layer_at(layers, index)
        activation = params.activation if index < depth - 1 else LINEAR
        for c in range(0, layer.n_out, LANES):
            z = load(vectors, layer.bias + c)
            if layer.widens:
                M = layer.matrix + c
                z = weighted_sum(scratch, layer.inputs, 1, vectors, M, layer.columns, layer.n_in, z)
            else:
                z = z + row_dots(vectors, layer, scratch, layer.inputs, c, layer.n_out - c)
            h, slope = activate(activation, z)
            store(scratch, layer.outputs + c, mask_tail(h, layer.n_out - c, 0.0))
            store(scratch, layer.deltas + c, slope)


@compiled
def output_gradient(
    top: Layer, params: KernelParams, scratch: Any, Y: Any, y: int, share: float
) -> None:
    """Compute ∇ỹ = share (ŷ - y).

    `to_gradient` expects eight examples, one in each lane. Here every lane holds the same example.
    """
    n = top.n_out
    logits = top.deltas + padded(n)
    targets = logits + n * LANES
    for i in range(n):
        store(scratch, logits + i * LANES, splat(scratch[top.outputs + i]))
        store(scratch, targets + i * LANES, splat(Y[y + i]))
    to_gradient(params.loss, scratch, logits, targets, LANES, n)
    for c in range(0, n, LANES):
        delta = splat(0.0)
        for lane in range(min(LANES, n - c)):
            delta = insert(delta, lane, scratch[logits + (c + lane) * LANES])
        store(scratch, top.deltas + c, share * delta)


@compiled
def backward(layers: Any, depth: int, vectors: Any, gradient: int, scratch: Any) -> None:
    """Compute ∇h̃ ← (∇h̃ W) ⊙ f'(h̃) from the last layer down; add ∇W and ∇b to the gradient."""
    for index in range(depth - 1, -1, -1):
        layer = layer_at(layers, index)
        add_weight_gradient(layer, vectors, gradient, scratch)
        if index == 0:
            return
        below = layer_at(layers, index - 1).deltas
        for c in range(0, layer.n_in, LANES):
            if layer.widens:
                g = row_dots(vectors, layer, scratch, layer.deltas, c, layer.n_in - c)
            else:
                M, n = layer.matrix + c, layer.n_out
                g = weighted_sum(scratch, layer.deltas, 1, vectors, M, layer.columns, n, splat(0.0))
            store(scratch, below + c, g * load(scratch, below + c))


@compiled
def row_dots(vectors: Any, layer: Layer, scratch: Any, x: int, c: int, count: int) -> Any:
    """Return the dot products of the numbers from scratch[x] with the rows c, c + 1, ... of M.

    There are min(count, LANES) of them, one in each lane. The other lanes are zero.
    """
    lanes = splat(0.0)
    for lane in range(min(LANES, count)):
        row = layer.matrix + (c + lane) * layer.columns
        lanes = insert(lanes, lane, reduce_add(dot(scratch, x, vectors, row, layer.columns)))
    return lanes


@compiled
def add_weight_gradient(layer: Layer, vectors: Any, gradient: int, scratch: Any) -> None:
    """Add ∇W = ∇h̃ᵀ h, in the layout of M, and ∇b = ∇h̃ to the gradient."""
    if layer.widens:
        add_outer(layer, vectors, gradient, scratch, layer.inputs, layer.n_in, layer.deltas)
    else:
        add_outer(layer, vectors, gradient, scratch, layer.deltas, layer.n_out, layer.inputs)
    for c in range(0, layer.n_out, LANES):
        at = gradient + layer.bias + c
        store(vectors, at, load(vectors, at) + load(scratch, layer.deltas + c))


@compiled
def add_outer(
    layer: Layer, vectors: Any, gradient: int, scratch: Any, x: int, rows: int, y: int
) -> None:
    """Add the outer product of the numbers from scratch[x] and from scratch[y] to ∇M.

    Row r of ∇M gets scratch[x + r] times the numbers from scratch[y].
    """
    at = gradient + layer.matrix
    for r in range(rows):
        number = splat(scratch[x + r])
        for c in range(0, layer.columns, LANES):
            store(vectors, at, load(vectors, at) + number * load(scratch, y + c))
            at += LANES
