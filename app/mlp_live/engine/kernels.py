"""The entry points of the compiled engine: the functions that Python calls.

They release the GIL and use no memory but their arguments. `memory_layout` describes the layout of
these arguments:

    layers         int64, the fields of every `Layer`
    params_vector  float64, the fields of `KernelParams`
    vectors        float32, `VECTORS` vectors of `MemoryLayout.size` numbers
    scratch        float32, `MemoryLayout.scratch_rows` rows of `TILE` numbers
    X, Y           float32, the rows of `PackedExamples`
"""

from typing import Any

import numpy as np

from mlp_live.engine.batch import batch_gradient
from mlp_live.engine.losses import count_correct, loss_sum, to_prediction
from mlp_live.engine.memory_layout import (
    FIELDS,
    TILE,
    VECTORS,
    layer_at,
    padded,
    read_params,
)
from mlp_live.engine.optimizers import step
from mlp_live.engine.simd import LANES, compiled, entry_point, pointer
from mlp_live.engine.tiled import copy_tile, infer, target_rows, transpose

COMPLETED, LOSS_NOT_FINITE, PARAMETERS_NOT_FINITE = range(3)
"""The status that `train_epochs` returns."""


@entry_point
def train(
    layers: Any,
    params_vector: Any,
    vectors: Any,
    scratch: Any,
    steps: int,
    X: Any,
    Y: Any,
    orders: Any,
    rates: Any,
    batch_size: int,
    first_batch: int,
    last_batch: int,
    skip: int,
    until: int,
) -> int:
    """Make one step for each of the batches first_batch, ..., last_batch - 1 of all epochs.

    orders (E, n) int64 has the permutation of each epoch, rates (E,) float64 its learning rate. The
    last batch of an epoch is smaller where batch_size does not divide n. `steps` is the number of
    steps made before; the new number is returned.

    Of each batch, only the examples skip, ..., until - 1 are used. To make one step in several
    calls, give each of them a part of the batch, see `batch_gradient`; the last one makes the step.
    """
    n = orders.shape[1]
    size, depth = vectors.size // VECTORS, layers.size // FIELDS
    params = read_params(pointer(params_vector))
    layer_ptr, vector_ptr = pointer(layers), pointer(vectors)
    scratch_ptr, order_ptr = pointer(scratch), pointer(orders)
    batches = (n + batch_size - 1) // batch_size
    for batch in range(first_batch, last_batch):
        epoch = batch // batches
        start = epoch * n + batch % batches * batch_size
        stop = min(start + batch_size, (epoch + 1) * n)
        batch_gradient(
            layer_ptr,
            depth,
            params,
            vector_ptr,
            size,
            scratch_ptr,
            pointer(X),
            pointer(Y),
            order_ptr,
            start,
            stop,
            start + skip,
            min(start + until, stop),
        )
        if start + until >= stop:
            steps += 1
            step(params, vector_ptr, size, rates[epoch], steps)
    return steps


@entry_point
def evaluate(
    layers: Any,
    params_vector: Any,
    vectors: Any,
    scratch: Any,
    X: Any,
    Y: Any,
    rows: Any,
    first: int,
    last: int,
    loss: float,
    correct: float,
) -> tuple[float, float]:
    """Add the loss and the correct predictions of rows[first:last] of X and Y to `loss`, `correct`.

    Returns the sums. rows is int64 (n,); `first` is a multiple of `TILE`.
    """
    depth = layers.size // FIELDS
    params = read_params(pointer(params_vector))
    layer_ptr, scratch_ptr, row_ptr = pointer(layers), pointer(scratch), pointer(rows)
    bottom, top = layer_at(layer_ptr, 0), layer_at(layer_ptr, depth - 1)
    logits, targets = top.outputs * TILE, target_rows(top)
    x_stride, y_stride = padded(bottom.n_in), padded(top.n_out)
    for start in range(first, last, TILE):
        m = min(TILE, last - start)
        transpose(
            pointer(X), x_stride, bottom.n_in, row_ptr, start, m, scratch_ptr, bottom.inputs * TILE
        )
        transpose(pointer(Y), y_stride, top.n_out, row_ptr, start, m, scratch_ptr, targets)
        infer(layer_ptr, depth, params, pointer(vectors), scratch_ptr, m)
        correct += count_correct(scratch_ptr, logits, targets, TILE, top.n_out, m)
        loss += loss_sum(params.loss, scratch_ptr, logits, targets, TILE, top.n_out, m)
    return loss, correct


@compiled
def score(
    layers: Any, params_vector: Any, vectors: Any, scratch: Any, X: Any, Y: Any, rows: Any
) -> tuple[float, float]:
    """Return mean loss and accuracy in percent over all rows. That of a single output is NaN."""
    n, n_out = rows.size, layer_at(pointer(layers), layers.size // FIELDS - 1).n_out
    loss, correct = evaluate(layers, params_vector, vectors, scratch, X, Y, rows, 0, n, 0.0, 0.0)
    return loss / n, 100.0 * correct / n if n_out > 1 else np.nan


@entry_point
def predict(
    layers: Any,
    params_vector: Any,
    vectors: Any,
    scratch: Any,
    X: Any,
    Yhat: Any,
    first: int,
    last: int,
) -> None:
    """Write the predictions for the columns of X (n_x, m) into the columns of Yhat (n_y, m).

    The columns are first, ..., last - 1; `first` is a multiple of `TILE`.
    """
    depth, n = layers.size // FIELDS, X.shape[1]
    params = read_params(pointer(params_vector))
    layer_ptr, scratch_ptr, prediction_ptr = pointer(layers), pointer(scratch), pointer(Yhat)
    bottom, top = layer_at(layer_ptr, 0), layer_at(layer_ptr, depth - 1)
    for start in range(first, last, TILE):
        m = min(TILE, last - start)
        copy_tile(pointer(X), n, bottom.n_in, start, m, scratch_ptr, bottom.inputs * TILE)
        infer(layer_ptr, depth, params, pointer(vectors), scratch_ptr, m)
        for s in range(0, m, LANES):
            to_prediction(params.loss, scratch_ptr, top.outputs * TILE + s, TILE, top.n_out)
        for i in range(top.n_out):
            for s in range(m):
                prediction_ptr[i * n + start + s] = scratch_ptr[(top.outputs + i) * TILE + s]


@entry_point
def hidden_activations(
    layers: Any,
    params_vector: Any,
    vectors: Any,
    scratch: Any,
    X: Any,
    shown: int,
    h: Any,
    first: int,
    last: int,
) -> None:
    """Write the activations of hidden units for the columns of X (n_x, m) into h (units, m).

    The units are the first ones of each hidden layer, at most `shown` of a layer. The columns are
    first, ..., last - 1; `first` is a multiple of `TILE`.
    """
    depth, n = layers.size // FIELDS, X.shape[1]
    params = read_params(pointer(params_vector))
    layer_ptr, scratch_ptr, activation_ptr = pointer(layers), pointer(scratch), pointer(h)
    bottom = layer_at(layer_ptr, 0)
    for start in range(first, last, TILE):
        m = min(TILE, last - start)
        copy_tile(pointer(X), n, bottom.n_in, start, m, scratch_ptr, bottom.inputs * TILE)
        infer(layer_ptr, depth, params, pointer(vectors), scratch_ptr, m)
        at = start
        for index in range(depth - 1):
            layer = layer_at(layer_ptr, index)
            for o in range(min(layer.n_out, shown)):
                for s in range(m):
                    activation_ptr[at + s] = scratch_ptr[(layer.outputs + o) * TILE + s]
                at += n


@entry_point
def train_epochs(
    layers: Any,
    params_vector: Any,
    vectors: Any,
    scratch: Any,
    steps: int,
    train_X: Any,
    train_Y: Any,
    train_rows: Any,
    validation_X: Any,
    validation_Y: Any,
    validation_rows: Any,
    test_X: Any,
    test_Y: Any,
    test_rows: Any,
    orders: Any,
    rates: Any,
    batch_size: int,
    starts: Any,
    metrics: Any,
) -> tuple[int, int, int]:
    """Train E epochs, and evaluate on the three sets after each.

    Writes into starts (E, vectors.size) float32 the vectors before each epoch, and into metrics
    (E, 6) float64 loss and accuracy on each set that has rows.

    If a parameter or the training loss is not finite after an epoch, that epoch is undone and
    training stops.
    Returns the number of completed epochs, the new number of steps, and the status: `COMPLETED`,
    `LOSS_NOT_FINITE` or `PARAMETERS_NOT_FINITE`.
    """
    epochs, n = orders.shape
    batches = (n + batch_size - 1) // batch_size
    for epoch in range(epochs):
        starts[epoch] = vectors
        first, last = epoch * batches, (epoch + 1) * batches
        steps_after = train(
            layers,
            params_vector,
            vectors,
            scratch,
            steps,
            train_X,
            train_Y,
            orders,
            rates,
            batch_size,
            first,
            last,
            0,
            batch_size,
        )
        metrics[epoch, 0], metrics[epoch, 1] = score(
            layers, params_vector, vectors, scratch, train_X, train_Y, train_rows
        )
        if validation_rows.size:
            metrics[epoch, 2], metrics[epoch, 3] = score(
                layers, params_vector, vectors, scratch, validation_X, validation_Y, validation_rows
            )
        if test_rows.size:
            metrics[epoch, 4], metrics[epoch, 5] = score(
                layers, params_vector, vectors, scratch, test_X, test_Y, test_rows
            )
        status = COMPLETED if np.isfinite(metrics[epoch, 0]) else LOSS_NOT_FINITE
        for at in range(vectors.size // VECTORS):
            if not np.isfinite(vectors[at]):
                status = PARAMETERS_NOT_FINITE
        if status != COMPLETED:
            vectors[:] = starts[epoch]
            return epoch, steps, status
        steps = steps_after
    return epochs, steps, COMPLETED
