"""The gradient of a tile of examples, and all answers: the lanes run along the examples.

The formulas are those of `network.py`. Every unit has a row of TILE numbers, one for each example;
a weight is one number that multiplies a whole row, so the layout of the weights does not matter
here. Numbers beyond the tile's m examples, in the last lanes, start as zeros and come to nothing:
their gradient is set to zero at the output.
"""

from typing import Any

from app.mlp.activations import LINEAR, activate
from app.mlp.lanes import LANES, compiled, first, load, splat, store, total
from app.mlp.layout import TILE, Layer, Rule, dot, layer_at, mix, mix_two, padded
from app.mlp.losses import gradient_lanes


@compiled
def tile_gradient(
    layers: Any,
    depth: int,
    rule: Rule,
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
    """Add `share` times the gradient of the loss summed over m examples to the gradient.

    The examples are the rows order[start], order[start + 1], ... of X and Y.
    """
    bottom, top = layer_at(layers, 0), layer_at(layers, depth - 1)
    logits, targets = top.outputs * TILE, target_rows(top)
    transpose(X, padded(bottom.n_in), bottom.n_in, order, start, m, scratch, bottom.inputs * TILE)
    transpose(Y, padded(top.n_out), top.n_out, order, start, m, scratch, targets)
    forward(layers, depth, rule, vectors, scratch, m)
    for s in range(0, m, LANES):
        gradient_lanes(rule.loss, scratch, logits + s, targets + s, TILE, top.n_out)
        for i in range(top.n_out):
            error = first(load(scratch, logits + i * TILE + s), m - s, 0.0)
            store(scratch, (top.deltas + i) * TILE + s, share * error)
    backward(layers, depth, vectors, gradient, scratch, m)


@compiled
def target_rows(top: Layer) -> int:
    """Where the rows of the targets begin in scratch."""
    return (top.deltas + padded(top.n_out)) * TILE


@compiled
def transpose(
    source: Any, stride: int, size: int, order: Any, start: int, m: int, scratch: Any, rows: int
) -> None:
    """Copy the rows order[start], ... of the source to scratch, as columns of m examples.

    The last lanes are filled up with zeros.
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
    """Copy m examples from `start` on to scratch; they are columns already.

    The last lanes are filled up with zeros.
    """
    for i in range(size):
        at, source_at = rows + i * TILE, i * stride + start
        for s in range(m):
            scratch[at + s] = source[source_at + s]
        for s in range(m, padded(m)):
            scratch[at + s] = 0.0


@compiled
def forward(layers: Any, depth: int, rule: Rule, vectors: Any, scratch: Any, m: int) -> None:
    """h = f(h Wᵀ + b), layer by layer; leaves f'(h̃) in the deltas."""
    for index in range(depth):
        layer = layer_at(layers, index)
        activation = rule.activation if index < depth - 1 else LINEAR
        for o in range(layer.n_out):
            W = layer.matrix + o * layer.step_out
            b = splat(vectors[layer.bias + o])
            for s in range(0, m, LANES):
                h = layer.inputs * TILE + s
                z = mix(vectors, W, layer.step_in, scratch, h, TILE, layer.n_in, b)
                h, slope = activate(activation, z)
                store(scratch, (layer.outputs + o) * TILE + s, h)
                store(scratch, (layer.deltas + o) * TILE + s, slope)


@compiled
def answer(layers: Any, depth: int, rule: Rule, vectors: Any, scratch: Any, m: int) -> None:
    """As `forward`, without the slopes: what an answer takes.

    Two registers of examples at a time, so that neither waits for the other's arithmetic.
    """
    for index in range(depth):
        layer = layer_at(layers, index)
        activation = rule.activation if index < depth - 1 else LINEAR
        for o in range(layer.n_out):
            W = layer.matrix + o * layer.step_out
            b = splat(vectors[layer.bias + o])
            for s in range(0, m, 2 * LANES):
                at, row = (layer.outputs + o) * TILE + s, layer.inputs * TILE + s
                z, z_next = mix_two(vectors, W, layer.step_in, scratch, row, TILE, layer.n_in, b)
                store(scratch, at, activate(activation, z)[0])
                store(scratch, at + LANES, activate(activation, z_next)[0])


@compiled
def backward(layers: Any, depth: int, vectors: Any, gradient: int, scratch: Any, m: int) -> None:
    """∇h̃ ← (∇h̃ W) ⊙ f'(h̃), layer by layer downwards, adding ∇W and ∇b to the gradient."""
    for index in range(depth - 1, -1, -1):
        layer = layer_at(layers, index)
        collect(layer, vectors, gradient, scratch, m)
        if index == 0:
            return
        below = layer_at(layers, index - 1).deltas
        for i in range(layer.n_in):
            W = layer.matrix + i * layer.step_in
            for s in range(0, m, LANES):
                delta, at = layer.deltas * TILE + s, (below + i) * TILE + s
                g = mix(vectors, W, layer.step_out, scratch, delta, TILE, layer.n_out, splat(0.0))
                store(scratch, at, g * load(scratch, at))


@compiled
def collect(layer: Layer, vectors: Any, gradient: int, scratch: Any, m: int) -> None:
    """Add ∇W = ∇h̃ᵀ h and ∇b = Σ ∇h̃ over the examples to the gradient."""
    for o in range(layer.n_out):
        delta = (layer.deltas + o) * TILE
        column = splat(0.0)
        for s in range(0, m, LANES):
            column = column + load(scratch, delta + s)
        vectors[gradient + layer.bias + o] += total(column)
        for i in range(layer.n_in):
            at = gradient + layer.matrix + o * layer.step_out + i * layer.step_in
            vectors[at] += total(dot(scratch, delta, scratch, (layer.inputs + i) * TILE, m))
