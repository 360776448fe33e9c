"""The compiled engine: `network.py`'s training at the speed of C, off the GIL.

In float32, because that is what was measured to be faster: the same kernels with eight float32 or
four float64 numbers to a register took, for an epoch of 200 points at batch 1, 10, 50 and 200,
21.6, 7.5, 3.2, 2.9 µs against 21.3, 8.5, 5.0, 4.8 µs (2-10-2), and 72, 35, 17, 16 µs against 97,
40, 24, 22 µs (six layers of eight). What is learnt differs in the fifth digit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.mlp import kernels
from app.mlp.activations import ACTIVATIONS
from app.mlp.architecture import Architecture
from app.mlp.layout import TILE, VECTORS, Rule, lay_out, online_below, padded
from app.mlp.losses import LOSSES
from app.mlp.optimisers import OPTIMISERS, Optimiser
from app.mlp.regularisation import REGULARISERS, Regulariser

Array = NDArray[np.floating[Any]]
Vector = NDArray[np.float32]


@dataclass(frozen=True)
class Samples:
    """Examples in the kernels' layout: rows padded with zeros, one after the other, float32."""

    X: Vector
    Y: Vector
    rows: NDArray[np.int64]

    @property
    def n(self) -> int:
        """How many."""
        return len(self.rows)


@dataclass
class State:
    """All that training changes.

    Θ and the optimiser's two slots, in the kernels' layout, and the count of steps.
    """

    vectors: Vector
    places: NDArray[np.int64]
    steps: int = 0

    @property
    def theta(self) -> Vector:
        """A copy of θ, shape (n_parameters,), float32, for `Architecture.views`."""
        return self.vectors[self.places]

    @property
    def finite(self) -> bool:
        """Whether every parameter is a finite number.

        Once false, the training has diverged for good.
        """
        return bool(np.isfinite(self.vectors[: len(self.vectors) // VECTORS]).all())

    def copy(self) -> "State":
        """An independent state that trains on from here to the same bits."""
        return State(self.vectors.copy(), self.places, self.steps)


class Watched(NamedTuple):
    """What was seen of E epochs of a training, see `Engine.watch`."""

    metrics: NDArray[np.float64]
    """(E, 6): loss and accuracy (as `Engine.evaluate`) on each set, NaN where there is none."""

    answers: Vector
    """(E, m, n_y): what `Engine.predict` would give for the grid."""

    start: Callable[[int], State]
    """The state as the epoch of this index began."""


NO_SAMPLES = Samples(np.empty(0, np.float32), np.empty(0, np.float32), np.arange(0))


class Engine:
    """Trains and evaluates networks of one architecture with one optimiser and one regulariser.

    An engine is never changed and may be shared by threads; each training has its own `State`. The
    kernels release the GIL. Results are float32 and the same to the bit however a training is cut
    into calls, on whatever thread.
    """

    def __init__(
        self,
        architecture: Architecture,
        optimiser: Optimiser | None = None,
        regulariser: Regulariser | None = None,
    ) -> None:
        optimiser, regulariser = optimiser or Optimiser(), regulariser or Regulariser()
        self.architecture = architecture
        self._layout = lay_out(architecture)
        self._layers = np.array(self._layout.layers).ravel()
        self._rule = np.array(
            Rule(
                activation=ACTIVATIONS.index(architecture.activation),
                loss=LOSSES.index(architecture.loss),
                optimiser=OPTIMISERS.index(optimiser.name),
                regulariser=REGULARISERS.index(regulariser.name),
                momentum=optimiser.momentum,
                decay=optimiser.decay,
                beta1=optimiser.beta1,
                beta2=optimiser.beta2,
                epsilon=optimiser.epsilon,
                penalty=regulariser.rate,
                online=online_below(architecture),
            )
        )

    def start(self, theta: Array) -> State:
        """A training that begins at θ, shape (n_parameters,).

        Raises ValueError for another shape.
        """
        self.architecture.views(theta)
        vectors = np.zeros(VECTORS * self._layout.size, np.float32)
        vectors[self._layout.places] = theta
        return State(vectors, self._layout.places)

    def samples(self, X: Array, Y: Array) -> Samples:
        """Examples X (n, n_x) with targets Y (n, n_y), one-hot for classification.

        Raises ValueError for other shapes.
        """
        n_x, n_y = self.architecture.sizes[0], self.architecture.sizes[-1]
        if X.ndim != 2 or X.shape[1] != n_x or Y.shape != (len(X), n_y) or not len(X):
            raise ValueError(
                f"X and Y must have shapes (n, {n_x}) and (n, {n_y}), not {X.shape} and {Y.shape}"
            )
        return Samples(_pad_rows(X), _pad_rows(Y), np.arange(len(X)))

    def train(
        self,
        state: State,
        samples: Samples,
        orders: NDArray[np.int64],
        rates: NDArray[np.float64],
        batch_size: int,
        first: int = 0,
        last: int | None = None,
    ) -> None:
        """Make the steps of the batches first, ..., last - 1, numbered through all epochs.

        orders (E, n): for each epoch a permutation of the examples; rates (E,): its learning rate.
        An epoch has ⌈n / batch_size⌉ batches, the last of which takes what is left. The state is
        changed in place.

        Raises ValueError for other shapes, a batch size outside 1..n, or batches outside the
        epochs.
        """
        orders, rates = _check_epochs(samples, orders, rates, batch_size)
        batches = len(orders) * -(-samples.n // batch_size)
        last = batches if last is None else last
        if not 0 <= first <= last <= batches:
            raise ValueError(f"batches must be within 0 to {batches}, not {first} to {last}")
        state.steps = kernels.train(
            self._layers,
            self._rule,
            state.vectors,
            self._scratch(),
            state.steps,
            samples.X,
            samples.Y,
            orders,
            rates,
            batch_size,
            first,
            last,
        )

    def evaluate(self, state: State, samples: Samples) -> tuple[float, float]:
        """Mean loss, and accuracy in percent (NaN for a single output)."""
        loss, accuracy = kernels.evaluate(
            self._layers,
            self._rule,
            state.vectors,
            self._scratch(),
            samples.X,
            samples.Y,
            samples.rows,
        )
        return float(loss), float(accuracy)

    def watch(
        self,
        state: State,
        sets: Sequence[Samples | None],
        orders: NDArray[np.int64],
        rates: NDArray[np.float64],
        batch_size: int,
        grid: Array | None = None,
    ) -> Watched:
        """Train whole epochs as `train` does, and look at the network after each: one call for all.

        ``sets``: the training, the validation and the test set; the last two may be None. ``grid``
        (m, n_x): points to be answered to. The state is changed in place. An epoch after which a
        parameter or a loss is not finite is taken back, and is the end.
        """
        train, validation, test = (NO_SAMPLES if one is None else one for one in sets)
        orders, rates = _check_epochs(train, orders, rates, batch_size)
        n_x, n_y = self.architecture.sizes[0], self.architecture.sizes[-1]
        grid = self._check_points(np.empty((0, n_x), np.float32) if grid is None else grid)
        starts = np.empty((len(orders), len(state.vectors)), np.float32)
        metrics = np.full((len(orders), 6), np.nan)
        answers = np.empty((len(orders), n_y, grid.shape[1]), np.float32)
        begun_with = state.steps
        epochs, state.steps = kernels.watch(
            self._layers,
            self._rule,
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
            grid,
            orders,
            rates,
            batch_size,
            starts,
            metrics,
            answers,
        )
        batches = -(-train.n // batch_size)

        def start(epoch: int) -> State:
            return State(starts[epoch].copy(), state.places, begun_with + epoch * batches)

        return Watched(metrics[:epochs], answers[:epochs].transpose(0, 2, 1), start)

    def predict(self, state: State, X: Array) -> Vector:
        """Ŷ (m, n_y), float32, for X (m, n_x); both fastest in Fortran's order.

        Class probabilities, or the linear outputs under the squared error.
        """
        X = self._check_points(X)
        Yhat = np.empty((self.architecture.sizes[-1], X.shape[1]), np.float32)
        kernels.predict(self._layers, self._rule, state.vectors, self._scratch(), X, Yhat)
        return Yhat.T

    def respond(self, state: State, X: Array, shown: int) -> Vector:
        """Activations h (units, m), float32, of the hidden units for X (m, n_x).

        Layer after layer, the first units of each, at most ``shown``.
        """
        X = self._check_points(X)
        units = sum(min(size, shown) for size in self.architecture.sizes[1:-1])
        h = np.empty((units, X.shape[1]), np.float32)
        kernels.respond(self._layers, self._rule, state.vectors, self._scratch(), X, shown, h)
        return h

    def _check_points(self, X: Array) -> Vector:
        """Points X (m, n_x) as columns, copied only if they are not in the kernels' form."""
        if X.ndim != 2 or X.shape[1] != self.architecture.sizes[0]:
            raise ValueError(f"X must have shape (m, {self.architecture.sizes[0]}), not {X.shape}")
        return _plain(X.T, np.float32)

    def _scratch(self) -> Vector:
        return np.empty(self._layout.units * TILE, np.float32)


def _pad_rows(rows: Array) -> Vector:
    """The rows as float32, padded with zeros, one after the other."""
    n, size = rows.shape
    result = np.zeros((n, padded(size)), np.float32)
    result[:, :size] = rows
    return result.ravel()


def _check_epochs(
    samples: Samples, orders: NDArray[np.int64], rates: NDArray[np.float64], batch_size: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The permutations and rates of some epochs, in the kernels' form, or ValueError."""
    orders, rates = _plain(orders, np.int64), _plain(rates, np.float64)
    if orders.shape != (len(orders), samples.n) or rates.shape != (len(orders),):
        raise ValueError(f"orders and rates must have shapes (E, {samples.n}) and (E,)")
    if orders.size and not 0 <= orders.min() <= orders.max() < samples.n:
        raise ValueError(f"orders must name examples 0 to {samples.n - 1}")
    if not 1 <= batch_size <= samples.n:
        raise ValueError(f"batch_size must be from 1 to {samples.n}, not {batch_size}")
    return orders, rates


def _plain(array: Any, dtype: type) -> NDArray[Any]:
    """The array in the one form the kernels are compiled for, copied only if it is in another."""
    return np.require(array, dtype, ["C_CONTIGUOUS", "ALIGNED", "WRITEABLE"])


def warm_up() -> None:
    """Compile every kernel, or load it from the cache on disk, so that no later call has to."""
    engine = Engine(Architecture((1, 1)))
    point, order, rate = np.zeros((1, 1)), np.zeros((1, 1), np.int64), np.zeros(1)
    samples, state = engine.samples(point, point), engine.start(np.zeros(2))
    engine.train(state, samples, order, rate, batch_size=1)
    engine.evaluate(state, samples)
    engine.predict(state, point)
    engine.respond(state, point, 1)
    engine.watch(state, (samples, None, None), order, rate, batch_size=1)
