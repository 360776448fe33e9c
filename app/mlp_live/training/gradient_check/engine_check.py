"""Compares the compiled engine, float32, with the readable network, float64.

Both compute from the same numbers, those of the engine: θ, the slots of the optimizer, inputs and
targets, all float32. A step is checked in two parts. First the gradient of the engine is compared
with that of the readable network. Then the readable update rule makes the same step with the
gradient of the engine, and θ and the slots after it are compared. So an optimizer that divides by a
tiny gradient does not enlarge the rounding of that gradient.

The engine computes batches in two ways: example by example, or in tiles of examples. Steps are
checked with batches of the size of the run, of one example, and of the whole training set, so that
both ways are checked; and with the first and the last batch of an epoch, because the last one may
be smaller. A second epoch has another order and learning rate, and slots that are not zero.
"""

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine.engine import Engine
from mlp_live.engine.state import State
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array
from mlp_live.nn.network import forward, loss_accuracy
from mlp_live.nn.optimizers import SLOTS, Optimizer, step
from mlp_live.nn.regularization import Regularizer, penalty
from mlp_live.training.gradient_check.comparison import Comparison, Tally, parameter_name
from mlp_live.training.gradient_check.objective import Objective
from mlp_live.training.gradient_check.rounding import (
    LARGEST,
    ROUNDING,
    TINY,
    float32_errors,
)

SHARE = 0.1
"""A gradient is compared if rounding explains at most this share of the gradients in its layer.

The share is of the largest gradient of the same matrix or bias vector, before terms of opposite
sign cancel.
"""

SUBNORMAL = 1e-44
"""A float32 below 1.2e-38 has an absolute error of this order, however small it is."""

UNCERTAIN = "where rounding, or a unit at its kink, could hide an error"
NOT_FINITE = "because the numbers are not finite, or too large for float32"


class EngineCheck:
    """Compares an engine with the readable network on the examples X (n, n_x), Y (n, n_y)."""

    def __init__(
        self,
        architecture: Architecture,
        optimizer: Optimizer,
        regularizer: Regularizer,
        X: Array,
        Y: Array,
    ) -> None:
        self._architecture = architecture
        self._optimizer = optimizer
        self._regularizer = regularizer
        self._engine = Engine(architecture, optimizer, regularizer)
        self._packed = self._engine.pack(X, Y)
        # As the engine has them: rounded to float32.
        self._X, self._Y = (one.astype(np.float32).astype(np.float64) for one in (X, Y))

    def compare_training(
        self, state: State, batch_size: int, rate: float
    ) -> tuple[Comparison, Comparison]:
        """Compare the gradients and the updates of steps that begin at a copy of ``state``."""
        P = self._architecture.n_parameters
        gradients = Tally(
            "gradient: compiled engine (float32), readable network (float64)",
            "absolute error",
            P,
        )
        updates = Tally(
            f"step of {self._optimizer.name}: compiled engine (float32), readable rule (float64)",
            "absolute error",
            (1 + SLOTS) * P,
        )
        n, in_range = self._packed.n, False
        orders = np.array([np.arange(n), np.arange(n)[::-1]])
        rates = np.array([rate, rate / 2])
        for size in sorted({1, batch_size, n}):
            trained, batches = state.copy(), -(-n // size)
            some = sorted({0, batches - 1, batches, 2 * batches - 1})
            for t, batch in enumerate(some, start=state.steps + 1):
                epoch, start = batch // batches, batch % batches * size
                rows = orders[epoch, start : start + size]
                before = trained.copy()
                self._engine.train(trained, self._packed, orders, rates, size, batch, batch + 1)
                if not self._compare_gradient(gradients, before, trained, rows):
                    break
                in_range = True
                if not self._compare_update(updates, before, trained, rates[epoch], t, len(rows)):
                    break
        return (
            gradients.result({NOT_FINITE: not in_range, UNCERTAIN: True}),
            updates.result({NOT_FINITE: True}),
        )

    def _compare_gradient(
        self, tally: Tally, before: State, after: State, rows: NDArray[np.int64]
    ) -> bool:
        """Compare the gradient of the step between two states; return whether it is in range."""
        theta, X, Y = before.theta.astype(np.float64), self._X[rows], self._Y[rows]
        bounds = float32_errors(self._architecture, theta, X, Y)
        if not bounds.in_range:
            return False
        expected = Objective(self._architecture, X, Y, self._regularizer).gradient(theta)
        weights = np.abs(penalty(self._regularizer, self._architecture, theta)[1])
        tolerances = bounds.gradient + ROUNDING * (np.abs(expected) + weights)
        tally.add(
            np.abs(after.gradient - expected),
            tolerances,
            lambda index: f"{self._name(index)}, in a batch of {len(rows)}",
            tolerances <= SHARE * self._largest(bounds.gradient_size + weights) + 2 * TINY,
        )
        return True

    def _compare_update(
        self, tally: Tally, before: State, after: State, rate: float, t: int, m: int
    ) -> bool:
        """Compare θ and the slots after a step; return whether they are in range."""
        inputs = np.vstack([before.theta, before.slots, after.gradient]).astype(np.float64)
        if not (inputs[-1] ** 2 <= LARGEST).all():
            return False
        expected = self._update(inputs, rate, t)
        changed = [self._update(inputs, rate * (1 + ROUNDING), t)]
        smallest = SUBNORMAL * max(1.0, min(1 / rate, 1e7))  # η g may be subnormal where g is not
        for row in range(len(inputs)):
            rounded = inputs.copy()
            rounded[row] += ROUNDING * np.abs(rounded[row]) + smallest
            changed.append(self._update(rounded, rate, t))
        if not (np.abs([*changed, expected]) <= LARGEST).all() or rate > LARGEST:
            return False
        # What rounding each number that the rule computes from changes, and rounding the results.
        tolerances = ROUNDING * np.abs(expected) + TINY
        tolerances += sum(np.abs(one - expected) for one in changed)
        P, kinds = len(before.theta), ("", *(f"slot {i + 1} of " for i in range(SLOTS)))
        tally.add(
            np.abs(np.vstack([after.theta, after.slots]) - expected).ravel(),
            tolerances.ravel(),
            lambda index: f"{kinds[index // P]}{self._name(index % P)}, in a batch of {m}",
        )
        return after.finite

    def _update(self, inputs: Array, rate: float, t: int) -> Array:
        """Return θ and the slots, (1 + SLOTS, P), after the readable step t.

        The rows of inputs are θ, the slots and the gradient.
        """
        theta, slots, g = inputs[0].copy(), inputs[1:-1].copy(), inputs[-1]
        with np.errstate(over="ignore", invalid="ignore"):  # not in range
            step(self._optimizer, theta, slots, g, rate, t)
        return np.vstack([theta, slots])

    def compare_evaluation(self, state: State) -> Comparison:
        """Compare the predictions, the loss and the accuracy on all examples."""
        theta, n_y = state.theta.astype(np.float64), self._Y.shape[1]
        names = ("loss", "accuracy") if n_y > 1 else ("loss",)
        numbers = self._Y.size + len(names)
        tally = Tally(
            "predictions and loss: compiled engine (float32), readable network (float64)",
            "absolute error",
            numbers,
        )
        bounds = float32_errors(self._architecture, theta, self._X, self._Y)
        if bounds.in_range:
            Yhat, outputs = forward(self._architecture, theta, self._X)
            accuracy_bound = 100.0 * float(_undecided(outputs.h[-1], bounds.logits).mean())
            expected = *Yhat.ravel(), *loss_accuracy(self._architecture, outputs, self._Y)
            measured = self._engine.evaluate(state, self._packed)
            found = *self._engine.predict(state, self._X).ravel(), *measured
            tolerances = *bounds.predictions.ravel(), bounds.loss, accuracy_bound + 100 * ROUNDING
            tally.add(
                np.abs(np.subtract(found, expected))[:numbers],
                np.array(tolerances)[:numbers],
                lambda i: (
                    f"prediction for example {i // n_y}, output {i % n_y}"
                    if i < self._Y.size
                    else names[i - self._Y.size]
                ),
            )
        return tally.result({NOT_FINITE: True})

    def _name(self, index: int) -> str:
        return parameter_name(self._architecture, index)

    def _largest(self, sizes: Array) -> Array:
        """Return for each parameter the largest number in sizes of the same matrix or vector."""
        largest = np.empty_like(sizes)
        views = zip(self._architecture.views(sizes), self._architecture.views(largest), strict=True)
        for (W, b), (W_largest, b_largest) in views:
            W_largest[:], b_largest[:] = W.max(), b.max()
        return largest


def _undecided(logits: Array, errors: Array) -> NDArray[np.bool_]:
    """Return for which examples rounding may decide which of the logits is largest, bool (m,)."""
    top, rows = logits.argmax(axis=1), np.arange(len(logits))
    gaps = logits[rows, top][:, np.newaxis] - logits
    close = gaps < errors + errors[rows, top][:, np.newaxis]
    close[rows, top] = False
    return np.asarray(close.any(axis=1))
