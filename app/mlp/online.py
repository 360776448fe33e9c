"""The gradient of one example, for batches too small to fill the lanes with examples.

The lanes run along the units of a layer.

The formulas are those of `network.py`. With the weights stored as in `layout.py`, the three
products of training,

    h̃ = h Wᵀ + b        ∇h = ∇h̃ W        ∇W = ∇h̃ᵀ h

take two forms: rows of M are added up (`mix`), or dot products are taken with them (`project`). A
widening layer mixes forward and projects backward; any other does the reverse.
"""

from typing import Any

from app.mlp.activations import LINEAR, activate
from app.mlp.lanes import LANES, compiled, first, load, place, splat, store, total
from app.mlp.layout import Layer, Rule, dot, layer_at, mix, padded
from app.mlp.losses import gradient_lanes


@compiled
def example_gradient(
    layers: Any,
    depth: int,
    rule: Rule,
    vectors: Any,
    gradient: int,
    scratch: Any,
    X: Any,
    x: int,
    Y: Any,
    y: int,
    share: float,
) -> None:
    """Add `share` times the gradient of the loss of the example at X[x], Y[y] to the gradient."""
    for c in range(0, layer_at(layers, 0).n_in, LANES):
        store(scratch, c, load(X, x + c))
    forward(layers, depth, rule, vectors, scratch)
    output_gradient(layer_at(layers, depth - 1), rule, scratch, Y, y, share)
    backward(layers, depth, vectors, gradient, scratch)


@compiled
def forward(layers: Any, depth: int, rule: Rule, vectors: Any, scratch: Any) -> None:
    """h = f(h Wᵀ + b), layer by layer; leaves f'(h̃) in the deltas."""
    for index in range(depth):
        layer = layer_at(layers, index)
        activation = rule.activation if index < depth - 1 else LINEAR
        for c in range(0, layer.n_out, LANES):
            z = load(vectors, layer.bias + c)
            if layer.widens:
                M = layer.matrix + c
                z = mix(scratch, layer.inputs, 1, vectors, M, layer.columns, layer.n_in, z)
            else:
                z = z + project(vectors, layer, scratch, layer.inputs, c, layer.n_out - c)
            h, slope = activate(activation, z)
            store(scratch, layer.outputs + c, first(h, layer.n_out - c, 0.0))
            store(scratch, layer.deltas + c, slope)


@compiled
def output_gradient(top: Layer, rule: Rule, scratch: Any, Y: Any, y: int, share: float) -> None:
    """∇ỹ = share (ŷ - y). The loss wants one example a lane: here all lanes hold the same one."""
    n = top.n_out
    logits = top.deltas + padded(n)
    targets = logits + n * LANES
    for i in range(n):
        store(scratch, logits + i * LANES, splat(scratch[top.outputs + i]))
        store(scratch, targets + i * LANES, splat(Y[y + i]))
    gradient_lanes(rule.loss, scratch, logits, targets, LANES, n)
    for c in range(0, n, LANES):
        delta = splat(0.0)
        for lane in range(min(LANES, n - c)):
            delta = place(delta, lane, scratch[logits + (c + lane) * LANES])
        store(scratch, top.deltas + c, share * delta)


@compiled
def backward(layers: Any, depth: int, vectors: Any, gradient: int, scratch: Any) -> None:
    """∇h̃ ← (∇h̃ W) ⊙ f'(h̃), layer by layer downwards, adding ∇W and ∇b to the gradient."""
    for index in range(depth - 1, -1, -1):
        layer = layer_at(layers, index)
        collect(layer, vectors, gradient, scratch)
        if index == 0:
            return
        below = layer_at(layers, index - 1).deltas
        for c in range(0, layer.n_in, LANES):
            if layer.widens:
                g = project(vectors, layer, scratch, layer.deltas, c, layer.n_in - c)
            else:
                M, n = layer.matrix + c, layer.n_out
                g = mix(scratch, layer.deltas, 1, vectors, M, layer.columns, n, splat(0.0))
            store(scratch, below + c, g * load(scratch, below + c))


@compiled
def project(vectors: Any, layer: Layer, scratch: Any, x: int, c: int, count: int) -> Any:
    """The dot products of scratch[x...] with the rows c, c + 1, ... of M, `count` or all lanes."""
    lanes = splat(0.0)
    for lane in range(min(LANES, count)):
        row = layer.matrix + (c + lane) * layer.columns
        lanes = place(lanes, lane, total(dot(scratch, x, vectors, row, layer.columns)))
    return lanes


@compiled
def collect(layer: Layer, vectors: Any, gradient: int, scratch: Any) -> None:
    """Add ∇W = ∇h̃ᵀ h, laid out like M, and ∇b = ∇h̃ to the gradient."""
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
    """Add the outer product of scratch[x...], one number a row, and scratch[y...] to ∇M."""
    at = gradient + layer.matrix
    for r in range(rows):
        number = splat(scratch[x + r])
        for c in range(0, layer.columns, LANES):
            store(vectors, at, load(vectors, at) + number * load(scratch, y + c))
            at += LANES
