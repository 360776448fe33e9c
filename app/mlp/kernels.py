"""The entry points of the compiled engine: what Python calls.

They release the GIL and touch only their arguments.

layers: int64, the fields of every `Layer`. rules: float64, the fields of a `Rule`. vectors:
float32, `VECTORS` of `Layout.size` each. scratch: float32, `Layout.units * TILE`. X, Y: float32,
rows padded with zeros to whole `Lanes`.
"""

from typing import Any

import numpy as np

from app.mlp.batch import answer, copy_tile, target_rows, tile_gradient, transpose
from app.mlp.lanes import LANES, compiled, entry_point, load, memory, splat, store
from app.mlp.layout import FIELDS, TILE, VECTORS, Rule, layer_at, padded, rule_from
from app.mlp.losses import count_right, loss_sum, predict_lanes
from app.mlp.online import example_gradient
from app.mlp.optimisers import step_lanes
from app.mlp.regularisation import NONE, penalty_gradient


@compiled
def batch_gradient(
    layers: Any,
    depth: int,
    rule: Rule,
    vectors: Any,
    size: int,
    scratch: Any,
    X: Any,
    Y: Any,
    order: Any,
    start: int,
    stop: int,
) -> None:
    """Set the gradient to that of loss plus penalty over the rows order[start:stop] of X and Y."""
    gradient = (VECTORS - 1) * size
    for at in range(gradient, gradient + size, LANES):
        store(vectors, at, splat(0.0))
    share = 1.0 / (stop - start)
    if stop - start < rule.online:
        x_stride = padded(layer_at(layers, 0).n_in)
        y_stride = padded(layer_at(layers, depth - 1).n_out)
        for s in range(start, stop):
            x, y = order[s] * x_stride, order[s] * y_stride
            example_gradient(layers, depth, rule, vectors, gradient, scratch, X, x, Y, y, share)
    else:
        for s in range(start, stop, TILE):
            m = min(TILE, stop - s)
            tile_gradient(layers, depth, rule, vectors, gradient, scratch, X, Y, order, s, m, share)
    if rule.regulariser != NONE:
        add_penalty(layers, depth, rule, vectors, gradient)


@compiled
def add_penalty(layers: Any, depth: int, rule: Rule, vectors: Any, gradient: int) -> None:
    """Add the gradient of the penalty on the weights to the gradient."""
    for index in range(depth):
        layer = layer_at(layers, index)
        for at in range(layer.matrix, layer.bias, LANES):
            sum_of_both = load(vectors, gradient + at) + penalty_gradient(rule, load(vectors, at))
            store(vectors, gradient + at, sum_of_both)


@entry_point
def train(
    layers: Any,
    rules: Any,
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
) -> int:
    """Make the steps of the batches first_batch, ..., last_batch - 1, numbered through all epochs.

    orders (E, n) int64: the permutation of each epoch. rates (E,) float64: its learning rate. The
    last batch of an epoch takes what is left. `steps` counts the steps made before; the new count
    is returned.
    """
    n = orders.shape[1]
    size, depth = vectors.size // VECTORS, layers.size // FIELDS
    rule = rule_from(memory(rules))
    table, numbers, room, order = memory(layers), memory(vectors), memory(scratch), memory(orders)
    batches = (n + batch_size - 1) // batch_size
    for batch in range(first_batch, last_batch):
        epoch = batch // batches
        start = epoch * n + batch % batches * batch_size
        stop = min(start + batch_size, (epoch + 1) * n)
        batch_gradient(
            table,
            depth,
            rule,
            numbers,
            size,
            room,
            memory(X),
            memory(Y),
            order,
            start,
            stop,
        )
        steps += 1
        step_lanes(rule, numbers, size, rates[epoch], steps)
    return steps


@entry_point
def evaluate(
    layers: Any, rules: Any, vectors: Any, scratch: Any, X: Any, Y: Any, rows: Any
) -> tuple[float, float]:
    """Mean loss over the given rows, and the share of them whose argmax is right, in percent."""
    depth, n = layers.size // FIELDS, rows.size
    rule = rule_from(memory(rules))
    table, room, order = memory(layers), memory(scratch), memory(rows)
    bottom, top = layer_at(table, 0), layer_at(table, depth - 1)
    logits, targets = top.outputs * TILE, target_rows(top)
    x_stride, y_stride = padded(bottom.n_in), padded(top.n_out)
    loss, right = 0.0, 0.0
    for start in range(0, n, TILE):
        m = min(TILE, n - start)
        transpose(memory(X), x_stride, bottom.n_in, order, start, m, room, bottom.inputs * TILE)
        transpose(memory(Y), y_stride, top.n_out, order, start, m, room, targets)
        answer(table, depth, rule, memory(vectors), room, m)
        right += count_right(room, logits, targets, TILE, top.n_out, m)
        loss += loss_sum(rule.loss, room, logits, targets, TILE, top.n_out, m)
    return loss / n, 100.0 * right / n if top.n_out > 1 else np.nan


@entry_point
def predict(layers: Any, rules: Any, vectors: Any, scratch: Any, X: Any, Yhat: Any) -> None:
    """Write the network's answers to X (n_x, m), a point a column, into Yhat (n_y, m)."""
    depth, n = layers.size // FIELDS, X.shape[1]
    rule = rule_from(memory(rules))
    table, room, answers = memory(layers), memory(scratch), memory(Yhat)
    bottom, top = layer_at(table, 0), layer_at(table, depth - 1)
    for start in range(0, n, TILE):
        m = min(TILE, n - start)
        copy_tile(memory(X), n, bottom.n_in, start, m, room, bottom.inputs * TILE)
        answer(table, depth, rule, memory(vectors), room, m)
        for s in range(0, m, LANES):
            predict_lanes(rule.loss, room, top.outputs * TILE + s, TILE, top.n_out)
        for i in range(top.n_out):
            for s in range(m):
                answers[i * n + start + s] = room[(top.outputs + i) * TILE + s]


@entry_point
def respond(
    layers: Any, rules: Any, vectors: Any, scratch: Any, X: Any, shown: int, h: Any
) -> None:
    """Write the activations of the first units of each hidden layer into h (units, m).

    At most ``shown`` of a layer; X (n_x, m), a point a column.
    """
    depth, n = layers.size // FIELDS, X.shape[1]
    rule = rule_from(memory(rules))
    table, room, responses = memory(layers), memory(scratch), memory(h)
    bottom = layer_at(table, 0)
    for start in range(0, n, TILE):
        m = min(TILE, n - start)
        copy_tile(memory(X), n, bottom.n_in, start, m, room, bottom.inputs * TILE)
        answer(table, depth, rule, memory(vectors), room, m)
        at = start
        for index in range(depth - 1):
            layer = layer_at(table, index)
            for o in range(min(layer.n_out, shown)):
                for s in range(m):
                    responses[at + s] = room[(layer.outputs + o) * TILE + s]
                at += n


@entry_point
def watch(
    layers: Any,
    rules: Any,
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
    grid: Any,
    orders: Any,
    rates: Any,
    batch_size: int,
    starts: Any,
    metrics: Any,
    answers: Any,
) -> tuple[int, int]:
    """Train epoch after epoch; after each, measure on the three sets and answer the grid.

    starts (E, vectors.size) float32: the vectors as each epoch began. metrics (E, 6) float64: train
    loss, train accuracy, and so on; left alone for a set without rows. answers (E, n_y, m) float32.

    An epoch after which a parameter or a loss is not finite is taken back, and is the end. Returns
    how many epochs were trained, and the new count of steps.
    """
    epochs, n = orders.shape
    batches = (n + batch_size - 1) // batch_size
    for epoch in range(epochs):
        starts[epoch] = vectors
        first, last = epoch * batches, (epoch + 1) * batches
        stepped = train(
            layers,
            rules,
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
        )
        metrics[epoch, 0], metrics[epoch, 1] = evaluate(
            layers, rules, vectors, scratch, train_X, train_Y, train_rows
        )
        finite = np.isfinite(metrics[epoch, 0])
        if validation_rows.size:
            metrics[epoch, 2], metrics[epoch, 3] = evaluate(
                layers, rules, vectors, scratch, validation_X, validation_Y, validation_rows
            )
            finite &= np.isfinite(metrics[epoch, 2])
        if test_rows.size:
            metrics[epoch, 4], metrics[epoch, 5] = evaluate(
                layers, rules, vectors, scratch, test_X, test_Y, test_rows
            )
            finite &= np.isfinite(metrics[epoch, 4])
        for at in range(vectors.size // VECTORS):
            finite &= np.isfinite(vectors[at])
        if not finite:
            vectors[:] = starts[epoch]
            return epoch, steps
        steps = stepped
        predict(layers, rules, vectors, scratch, grid, answers[epoch])
    return epochs, steps
