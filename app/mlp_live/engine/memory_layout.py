"""The memory layout of the kernels: where each parameter and each activation is stored.

**Parameters.** A padded vector holds the layers one after the other: a matrix M with the weights,
then the biases b. Each row of M, and b, is padded with zeros to a multiple of `LANES`, so that it
can be read as `F32x8`. The rows run along the wider side of the layer, so few lanes are padding:

    n_out >= n_in (the layer widens):   M = Wᵀ, n_in rows of n_out weights
    n_out < n_in:                       M = W, n_out rows of n_in weights

A state is `VECTORS` such vectors: θ, the slots of the optimizer, and the gradient.

**Scratch** is the memory for activations. It consists of rows, in this order:

    for each layer, from the inputs to the outputs:  the activations h of its units
    for each layer, in the same order:               f'(h̃), then ∇h̃ in the backward pass
    the targets

Each layer is padded to a multiple of `LANES` rows. A row is one number while a single example is
processed (`per_example`); the lanes of a register are then eight units of a layer. A row is `TILE`
numbers while a tile of examples is processed (`tiled`), one number for each example; the lanes of a
register are then eight examples of one unit.

The module also defines the parameters of the kernels and the two products that both ways use,
`weighted_sum` and `dot`.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine.simd import LANES, compiled, load, splat
from mlp_live.nn.activations import ACTIVATIONS
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.losses import LOSSES
from mlp_live.nn.optimizers import OPTIMIZERS, SLOTS, Optimizer
from mlp_live.nn.regularization import REGULARIZERS, Regularizer

TILE = 64
"""Examples processed together: enough to fill the lanes, few enough for the L1 cache."""

VECTORS = 1 + SLOTS + 1
"""How many padded vectors a state consists of: θ, the slots of the optimizer, the gradient."""


class Layer(NamedTuple):
    """The sizes and positions of one layer; a row of the int64 table that the kernels read.

    matrix and bias are positions in a padded vector; inputs, outputs and deltas are rows of
    scratch.
    """

    n_in: int
    n_out: int
    widens: int  # 1 if n_out >= n_in, so that M = Wᵀ; else 0
    columns: int  # columns of M, padding included
    matrix: int  # the first number of M
    bias: int  # the first number of b
    step_in: int  # distance in M from a weight to that of the next input
    step_out: int  # distance in M from a weight to that of the next output
    inputs: int  # the first activation of the layer below
    outputs: int  # the first activation of this layer
    deltas: int  # the first f'(h̃) or ∇h̃ of this layer


class KernelParams(NamedTuple):
    """The configuration of a training, which the kernels read from one float64 vector.

    activation, loss, optimizer and regularizer are indices in the tuples of names; momentum to
    epsilon are the constants of `Optimizer`.
    """

    activation: int
    loss: int
    optimizer: int
    regularizer: int
    momentum: float
    squares_kept: float
    squares_added: float
    beta1: float
    beta2: float
    epsilon: float
    penalty: float  # the rate λ of the regularizer
    per_example_below: int  # smaller batches are processed one example at a time


class MemoryLayout(NamedTuple):
    """The memory layout of one architecture."""

    layers: list[Layer]
    parameter_index: NDArray[np.int64]  # the position of each parameter in the padded vector
    size: int  # length of the padded vector
    scratch_rows: int


@compiled
def padded(size: int) -> int:
    """Round a size up to a multiple of `LANES`."""
    return (size + LANES - 1) // LANES * LANES


def memory_layout_of(architecture: Architecture) -> MemoryLayout:
    """Assign a position to every parameter and every activation of the network."""
    layers: list[Layer] = []
    parameter_index = np.empty(architecture.n_parameters, np.int64)
    activation_rows = sum(padded(size) for size in architecture.sizes)
    size, inputs = 0, 0
    for W, b in architecture.views(parameter_index):
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
            deltas=activation_rows + outputs,
        )
        layers.append(layer)
        size, inputs = bias + padded(n_out), outputs
    scratch_rows = 2 * activation_rows + padded(architecture.sizes[-1])
    return MemoryLayout(layers, parameter_index, size, scratch_rows)


def per_example_threshold(architecture: Architecture) -> int:
    """Return the batch size from which a tile is faster than one example at a time.

    Measured: 4 for layers of 8 or 10 units, 12 for 16 units, about 24 from 32 units on. A tile
    needs a sum across a register for every weight, so wider layers need larger batches.
    """
    widest = max(architecture.sizes[1:])
    return min(24, max(4, widest * widest // 24))


def kernel_params(
    architecture: Architecture, optimizer: Optimizer, regularizer: Regularizer
) -> KernelParams:
    """Return the configuration of a training in numbers."""
    return KernelParams(
        activation=ACTIVATIONS.index(architecture.activation),
        loss=LOSSES.index(architecture.loss),
        optimizer=OPTIMIZERS.index(optimizer.name),
        regularizer=REGULARIZERS.index(regularizer.name),
        momentum=optimizer.momentum,
        squares_kept=optimizer.squares_kept,
        squares_added=optimizer.squares_added,
        beta1=optimizer.beta1,
        beta2=optimizer.beta2,
        epsilon=optimizer.epsilon,
        penalty=regularizer.rate,
        per_example_below=per_example_threshold(architecture),
    )


FIELDS = len(Layer._fields)
"""Numbers in a row of the table of layers."""


@compiled
def layer_at(layers: Any, index: int) -> Layer:
    """Read row `index` of the table of layers."""
    p = index * FIELDS
    low = layers[p], layers[p + 1], layers[p + 2], layers[p + 3], layers[p + 4], layers[p + 5]
    high = layers[p + 6], layers[p + 7], layers[p + 8], layers[p + 9], layers[p + 10]
    return Layer(*low, *high)


@compiled
def read_params(p: Any) -> KernelParams:
    """Read the `KernelParams` from their float64 vector."""
    choices = int(p[0]), int(p[1]), int(p[2]), int(p[3])
    constants = p[4], p[5], p[6], p[7], p[8], p[9], p[10]
    return KernelParams(*choices, *constants, int(p[11]))


@compiled
def weighted_sum(
    x: Any, at: int, step: int, M: Any, row: int, stride: int, n: int, start: Any
) -> Any:
    """Return the `F32x8` start + Σₖ xₖ Mₖ for k = 0, ..., n - 1.

    xₖ is the number x[at + k * step]. Mₖ is the `F32x8` at M[row + k * stride].
    """
    for _ in range(n):
        start = start + x[at] * load(M, row)
        at += step
        row += stride
    return start


@compiled
def weighted_sum_pair(
    x: Any, at: int, step: int, M: Any, row: int, stride: int, n: int, start: Any
) -> tuple[Any, Any]:
    """Return the `weighted_sum` of the `F32x8` Mₖ, and that of those right after them."""
    one, other = start, start
    for _ in range(n):
        one = one + x[at] * load(M, row)
        other = other + x[at] * load(M, row + LANES)
        at += step
        row += stride
    return one, other


@compiled
def dot(x: Any, at: int, y: Any, row: int, n: int) -> Any:
    """Return an `F32x8` whose `reduce_add` is the dot product of n numbers from x[at] and y[row].

    n is a multiple of `LANES`, or the numbers after the n-th are zero.
    """
    products = splat(0.0)
    for c in range(0, n, LANES):
        products = products + load(x, at + c) * load(y, row + c)
    return products
