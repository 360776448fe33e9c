"""The compiled engine: the training of `mlp_live.nn.network`, at the speed of C, without the GIL.

The engine computes in float32 because it is faster. With eight float32 or four float64 numbers in a
register, the same kernels took for an epoch of 200 points at batch sizes 1, 10, 50 and 200:

    2-10-2                 float32: 21.6, 7.5, 3.2, 2.9 µs     float64: 21.3, 8.5, 5.0, 4.8 µs
    six layers of eight    float32: 72, 35, 17, 16 µs          float64: 97, 40, 24, 22 µs

The parameters learned differ in the fifth digit.
"""

from collections.abc import Callable, Sequence
from copy import copy
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine import kernels
from mlp_live.engine.examples import NO_EXAMPLES, PackedExamples, plain
from mlp_live.engine.interruption import piece_size, pieces
from mlp_live.engine.kernel_cache import compile_declared
from mlp_live.engine.memory_layout import TILE, VECTORS, kernel_params, memory_layout_of
from mlp_live.engine.state import State, Vector
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array
from mlp_live.nn.optimizers import Optimizer
from mlp_live.nn.regularization import Regularizer


class StopReason(Enum):
    """Why an epoch could not be completed."""

    LOSS_NOT_FINITE = kernels.LOSS_NOT_FINITE
    PARAMETERS_NOT_FINITE = kernels.PARAMETERS_NOT_FINITE


class EpochResults(NamedTuple):
    """The result of `Engine.train_epochs`, which completed E epochs."""

    metrics: NDArray[np.float64]
    """(E, 6): loss and accuracy on the training, validation and test set, see `Engine.evaluate`.

    The columns of a set that was not given are NaN.
    """

    start_state: Callable[[int], State]
    """Returns a copy of the state before epoch i, for i from 0 to E - 1."""

    stop_reason: StopReason | None
    """Why epoch E was undone, or None if every epoch was completed."""


class Engine:
    """Trains and evaluates networks of one architecture with one optimizer and one regularizer.

    An engine is immutable, and several threads may use it at the same time. Each training has a
    `State` of its own. The kernels release the GIL. Results are float32. They are the same to the
    bit however a training is divided into calls, and on any thread.
    """

    def __init__(
        self,
        architecture: Architecture,
        optimizer: Optimizer | None = None,
        regularizer: Regularizer | None = None,
    ) -> None:
        optimizer, regularizer = optimizer or Optimizer(), regularizer or Regularizer()
        self.architecture = architecture
        self._layout = memory_layout_of(architecture)
        self._layers = np.array(self._layout.layers).ravel()
        # Forward, backward and the gradient of the weights are a product each.
        self._piece = piece_size(architecture.n_parameters, TILE)
        self._training_piece = piece_size(3 * architecture.n_parameters, TILE)
        self._params = np.array(kernel_params(architecture, optimizer, regularizer))

    def trained_by(self, optimizer: Optimizer, regularizer: Regularizer) -> "Engine":
        """Return an engine of the same architecture, which shares the memory layout."""
        engine = copy(self)
        engine._params = np.array(kernel_params(self.architecture, optimizer, regularizer))
        return engine

    def init_state(self, theta: Array) -> State:
        """Return the state of a training that starts at θ.

        Raises ValueError unless θ has shape (n_parameters,).
        """
        self.architecture.views(theta)
        vectors = np.zeros(VECTORS * self._layout.size, np.float32)
        vectors[self._layout.parameter_index] = theta
        return State(vectors, self._layout.parameter_index)

    def pack(self, X: Array, Y: Array) -> PackedExamples:
        """Pack inputs X (n, n_x) and targets Y (n, n_y), which are one-hot for classification.

        Raises ValueError if a shape is wrong or n is 0.
        """
        n_x, n_y = self.architecture.sizes[0], self.architecture.sizes[-1]
        if X.ndim != 2 or X.shape[1] != n_x or Y.shape != (len(X), n_y) or not len(X):
            raise ValueError(
                f"X and Y must have shapes (n, {n_x}) and (n, {n_y}), not {X.shape} and {Y.shape}"
            )
        return PackedExamples.pack(X, Y)

    def train(
        self,
        state: State,
        examples: PackedExamples,
        orders: NDArray[np.int64],
        rates: NDArray[np.float64],
        batch_size: int,
        first: int = 0,
        last: int | None = None,
    ) -> None:
        """Make one step for each of the batches first, ..., last - 1 of E epochs, in place.

        orders (E, n) has a permutation of the examples for each epoch, rates (E,) its learning
        rate. An epoch has B = ⌈n / batch_size⌉ batches; the last is smaller where batch_size does
        not divide n. Batch i of epoch e has the number e B + i. Without `last`, train to the end.

        Raises ValueError if a shape is wrong, batch_size is not from 1 to n, or the batches are not
        from 0 to E B.
        """
        orders, rates = examples.check_epochs(orders, rates, batch_size)
        batches = len(orders) * -(-examples.n // batch_size)
        last = batches if last is None else last
        if not 0 <= first <= last <= batches:
            raise ValueError(f"batches must be within 0 to {batches}, not {first} to {last}")
        scratch = self._scratch()

        def train(first: int, last: int, skip: int, until: int) -> None:
            state.steps = kernels.train(
                self._layers,
                self._params,
                state.vectors,
                scratch,
                state.steps,
                examples.X,
                examples.Y,
                orders,
                rates,
                batch_size,
                first,
                last,
                skip,
                until,
            )

        piece = self._training_piece
        if batch_size <= piece:
            for begin, end in pieces(first, last, piece // batch_size):
                train(begin, end, 0, batch_size)
        else:
            for batch, _ in pieces(first, last, 1):
                start = batch % -(-examples.n // batch_size) * batch_size
                size = min(batch_size, examples.n - start)
                for begin, end in pieces(0, size, piece):
                    train(batch, batch + 1, begin, end)

    def evaluate(self, state: State, examples: PackedExamples) -> tuple[float, float]:
        """Return the mean loss, and the accuracy in percent (NaN for a single output)."""
        scratch, loss, correct = self._scratch(), 0.0, 0.0
        for first, last in pieces(0, examples.n, self._piece):
            loss, correct = kernels.evaluate(
                self._layers,
                self._params,
                state.vectors,
                scratch,
                examples.X,
                examples.Y,
                examples.rows,
                first,
                last,
                loss,
                correct,
            )
        several = self.architecture.sizes[-1] > 1
        return loss / examples.n, 100.0 * correct / examples.n if several else np.nan

    def train_epochs(
        self,
        state: State,
        sets: Sequence[PackedExamples | None],
        orders: NDArray[np.int64],
        rates: NDArray[np.float64],
        batch_size: int,
    ) -> EpochResults:
        """Train E whole epochs as `train` does, and evaluate after each, in one compiled call.

        `sets` are the training, the validation and the test set; the last two may be None. The
        state is changed in place. If a parameter or the training loss is not finite after an
        epoch, that epoch is undone and training stops.

        Raises ValueError as `train` does.
        """
        train, validation, test = (NO_EXAMPLES if one is None else one for one in sets)
        orders, rates = train.check_epochs(orders, rates, batch_size)
        starts = np.empty((len(orders), len(state.vectors)), np.float32)
        metrics = np.full((len(orders), 6), np.nan)
        first_step = state.steps
        completed, state.steps, status = kernels.train_epochs(
            self._layers,
            self._params,
            state.vectors,
            self._scratch(),
            state.steps,
            train.X,
            train.Y,
            train.rows,
            validation.X,
            validation.Y,
            validation.rows,
            test.X,
            test.Y,
            test.rows,
            orders,
            rates,
            batch_size,
            starts,
            metrics,
        )
        batches = -(-train.n // batch_size)

        def start_state(epoch: int) -> State:
            return State(starts[epoch].copy(), state.parameter_index, first_step + epoch * batches)

        reason = None if status == kernels.COMPLETED else StopReason(status)
        return EpochResults(metrics[:completed], start_state, reason)

    def predict(self, state: State, X: Array) -> Vector:
        """Return the predictions Ŷ (m, n_y), float32, for X (m, n_x).

        With a cross-entropy loss they are class probabilities, with the squared error the linear
        outputs. Ŷ is in Fortran order; X is not copied if it is float32 in Fortran order.

        Raises ValueError if X has another shape.
        """
        X = self._check_points(X)
        Yhat = np.empty((self.architecture.sizes[-1], X.shape[1]), np.float32)
        scratch = self._scratch()
        for first, last in pieces(0, X.shape[1], self._piece):
            kernels.predict(
                self._layers, self._params, state.vectors, scratch, X, Yhat, first, last
            )
        return Yhat.T

    def hidden_activations(self, state: State, X: Array, shown: int) -> Vector:
        """Return the activations h (units, m), float32, of hidden units for X (m, n_x).

        The units are the first ones of each hidden layer, at most `shown` of a layer, in the order
        of the layers.

        Raises ValueError if X has another shape.
        """
        X = self._check_points(X)
        units = sum(min(size, shown) for size in self.architecture.sizes[1:-1])
        h, scratch = np.empty((units, X.shape[1]), np.float32), self._scratch()
        for first, last in pieces(0, X.shape[1], self._piece):
            kernels.hidden_activations(
                self._layers, self._params, state.vectors, scratch, X, shown, h, first, last
            )
        return h

    def _check_points(self, X: Array) -> Vector:
        """Return X (m, n_x) as (n_x, m), float32, copied only where necessary."""
        if X.ndim != 2 or X.shape[1] != self.architecture.sizes[0]:
            raise ValueError(f"X must have shape (m, {self.architecture.sizes[0]}), not {X.shape}")
        return plain(X.T, np.float32)

    def _scratch(self) -> Vector:
        return np.empty(self._layout.scratch_rows * TILE, np.float32)


def warm_up() -> None:
    """Compile every kernel, or load it from the cache on disk, so that later calls are fast.

    Raises MemoryError if there is not enough memory to compile.
    """
    compile_declared()
    engine = Engine(Architecture((1, 1)))
    point, order, rate = np.zeros((1, 1)), np.zeros((1, 1), np.int64), np.zeros(1)
    examples, state = engine.pack(point, point), engine.init_state(np.zeros(2))
    engine.train(state, examples, order, rate, batch_size=1)
    engine.evaluate(state, examples)
    engine.predict(state, point)
    engine.hidden_activations(state, point, 1)
    engine.train_epochs(state, (examples, None, None), order, rate, batch_size=1)
