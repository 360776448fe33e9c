"""How the kernels see a network: places in memory, the rule of a training, two products.

Weights. The weights of a layer are stored as a matrix M whose rows are padded with zeros to whole
`Lanes`. The rows run along the wider side of the layer: if it widens (n_out >= n_in) there is a row
for each input, M = Wᵀ; if not, one for each output, M = W.

Scratch. The activations of all layers follow one another, each layer padded to whole lanes, and
after them, in the same order, the slopes f'(h̃), which become the gradients ∇h̃ on the way back;
after those, the targets. A unit has one number there when one example is worked on, and a row of
TILE numbers when a tile of examples is.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.mlp.architecture import Architecture
from app.mlp.lanes import LANES, compiled, load, splat
from app.mlp.optimisers import SLOTS

TILE = 64
"""Examples worked on side by side: they fill the lanes and still fit the nearest cache."""

VECTORS = 1 + SLOTS + 1
"""Vectors of a state, one after the other: θ, the optimiser's slots, the gradient."""


class Layer(NamedTuple):
    """One layer: a row of an int64 table."""

    n_in: int
    n_out: int
    widens: int  # 1 if the rows of M are the inputs, else 0
    columns: int  # of M, padded
    matrix: int  # where M begins in θ
    bias: int  # where b begins in θ
    step_in: int  # from the weight of one input to that of the next
    step_out: int  # from the weight of one output to that of the next
    inputs: int  # the first unit of the layer below, in scratch
    outputs: int  # the first unit of this layer
    deltas: int  # the first unit's slope


class Rule(NamedTuple):
    """The choices of a training, as positions in the tuples of names, and their constants.

    Kept in one float64 vector.
    """

    activation: int
    loss: int
    optimiser: int
    regulariser: int
    momentum: float
    decay: float
    beta1: float
    beta2: float
    epsilon: float
    penalty: float
    online: int  # batches smaller than this are worked through one example at a time


class Layout(NamedTuple):
    """Where an architecture's numbers live."""

    layers: list[Layer]
    places: NDArray[np.int64]  # of each parameter of θ, in the padded vector
    size: int  # numbers in the padded vector
    units: int  # numbers in scratch for each example


@compiled
def padded(size: int) -> int:
    """The size rounded up to whole `Lanes`."""
    return (size + LANES - 1) // LANES * LANES


def lay_out(architecture: Architecture) -> Layout:
    """Give every weight and every unit of the network its place."""
    layers: list[Layer] = []
    places = np.empty(architecture.n_parameters, np.int64)
    units = sum(padded(size) for size in architecture.sizes)
    size, inputs = 0, 0
    for W, b in architecture.views(places):
        n_out, n_in = W.shape
        widens = n_out >= n_in
        rows, columns = (n_in, padded(n_out)) if widens else (n_out, padded(n_in))
        M = size + np.arange(rows * columns).reshape(rows, columns)
        W[:] = M[:, :n_out].T if widens else M[:, :n_in]
        bias = size + rows * columns
        b[:] = bias + np.arange(n_out)
        outputs = inputs + padded(n_in)
        layer = Layer(
            n_in=n_in,
            n_out=n_out,
            widens=int(widens),
            columns=columns,
            matrix=size,
            bias=bias,
            step_in=columns if widens else 1,
            step_out=1 if widens else columns,
            inputs=inputs,
            outputs=outputs,
            deltas=units + outputs,
        )
        layers.append(layer)
        size, inputs = bias + padded(n_out), outputs
    return Layout(layers, places, size, 2 * units + padded(architecture.sizes[-1]))


def online_below(architecture: Architecture) -> int:
    """The batch size from which lanes along the examples are faster than lanes along the units.

    Measured: 4 where layers have 8 or 10 units, 12 at 16 units, about 24 from 32 units on, as the
    more weights there are, the more sums across a register the lanes along the examples need.
    """
    widest = max(architecture.sizes[1:])
    return min(24, max(4, widest * widest // 24))


FIELDS = len(Layer._fields)


@compiled
def layer_at(layers: Any, index: int) -> Layer:
    """The layer in row `index` of the table."""
    p = index * FIELDS
    low = layers[p], layers[p + 1], layers[p + 2], layers[p + 3], layers[p + 4], layers[p + 5]
    high = layers[p + 6], layers[p + 7], layers[p + 8], layers[p + 9], layers[p + 10]
    return Layer(*low, *high)


@compiled
def rule_from(p: Any) -> Rule:
    """The rule in the vector."""
    return Rule(
        int(p[0]), int(p[1]), int(p[2]), int(p[3]), p[4], p[5], p[6], p[7], p[8], p[9], int(p[10])
    )


@compiled
def mix(x: Any, at: int, step: int, M: Any, row: int, stride: int, n: int, start: Any) -> Any:
    """`start` + Σₖ xₖ Mₖ for k = 0, ..., n - 1.

    The numbers xₖ = x[at + k step], the lanes Mₖ at M[row + k stride].
    """
    for _ in range(n):
        start = start + x[at] * load(M, row)
        at += step
        row += stride
    return start


@compiled
def mix_two(
    x: Any, at: int, step: int, M: Any, row: int, stride: int, n: int, start: Any
) -> tuple[Any, Any]:
    """Two `mix` with the same numbers: of the lanes in M, and of those next to them."""
    one, other = start, start
    for _ in range(n):
        one = one + x[at] * load(M, row)
        other = other + x[at] * load(M, row + LANES)
        at += step
        row += stride
    return one, other


@compiled
def dot(x: Any, at: int, y: Any, row: int, n: int) -> Any:
    """Σ x y over n numbers of each, from x[at] and y[row], whole lanes.

    The `total` of the result is the dot product.
    """
    products = splat(0.0)
    for c in range(0, n, LANES):
        products = products + load(x, at + c) * load(y, row + c)
    return products
