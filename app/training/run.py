"""One training, advanced a slice at a time, changed on the way, and revisited at any epoch."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.data.circles import circles
from app.data.dataset import Dataset, Labels
from app.data.table import Table
from app.mlp.architecture import Architecture
from app.mlp.engine import Samples, State
from app.mlp.initialisation import initialise
from app.mlp.reference import Array
from app.training.checkpoints import Checkpoints
from app.training.config import RunConfig
from app.training.course import Course
from app.training.fields import ConfigError
from app.training.history import History, Metrics
from app.training.record import MAX_CHANGES, Change, Record, retuned
from app.training.responses import Responses

FindTable = Callable[[str], Table | None]
Place = tuple[int, int]  # epochs trained, and mini-batches of the next


class Run:
    """A network in training: its parameters, its place in the epochs, its history, its record.

    Everything random comes from ``config.seed`` in three independent streams (data, initial
    weights, order of the examples), the last of them anew for each epoch, so that the numbers do
    not depend on how the run is sliced, paused or watched, and any epoch can be trained again.
    """

    def __init__(
        self,
        config: RunConfig,
        find_table: FindTable = lambda digest: None,
        max_work: int | None = None,
    ) -> None:
        """Prepare the run at epoch 0. ``find_table`` gives the table of a digest, or None.

        Raises `ConfigError` if the table is not there, the batch is larger than the training set,
        or the network's parameters times the points are more than ``max_work``.
        """
        data_seed, init_seed, order_seed = np.random.SeedSequence(config.seed).spawn(3)
        self._order_key = order_seed.generate_state(2, np.uint64)
        self._initial_config = config
        self.dataset = load_dataset(config, find_table, np.random.default_rng(data_seed))
        self.architecture = architecture_of(config, self.dataset)
        _check_work(self.architecture, self.dataset, max_work)
        self._responses = Responses(self.architecture, self.dataset)
        self.changes: list[Change] = []
        self._courses = [self._course(0, config)]
        self._order_epoch = -1  # whose order is at hand
        self._train = self._samples(self.dataset.X_train, self.dataset.labels_train)
        self._test = self._samples(self.dataset.X_test, self.dataset.labels_test)
        rng = np.random.default_rng(init_seed)
        theta = initialise(self.architecture, config.initialization, rng, config.init_std)
        self._state = self._courses[0].engine.start(theta)
        self._checkpoints = Checkpoints()
        self.last_batch = np.arange(0)  # rows of the training set in the mini-batch last trained
        self._grids: dict[int, NDArray[np.float32]] = {}  # the last size asked for, and its inputs
        self.epoch = 0
        self.batch = 0
        self.diverged_at: int | None = None
        self.divergence = ""
        self.history = History()
        self.history.append(self._measure())
        self._begin_epoch()

    @property
    def config(self) -> RunConfig:
        """The configuration as it is now, with all changes."""
        return self._courses[-1].config

    @property
    def record(self) -> Record:
        """What reproduces the run."""
        return Record(config=self._initial_config, changes=self.changes)

    @property
    def done(self) -> bool:
        """Whether there is nothing left to train: all epochs done, or diverged."""
        return self.epoch == self.config.epochs or self.diverged_at is not None

    @property
    def place(self) -> Place:
        """Epochs trained, and mini-batches of the next."""
        return self.epoch, self.batch

    @property
    def batches_per_epoch(self) -> int:
        """Mini-batches of the epoch in training."""
        return self._course_of(self.epoch).batches_per_epoch

    @property
    def theta(self) -> NDArray[np.float32]:
        """A copy of all weights and biases, see `Architecture.views`."""
        return self._state.theta

    @property
    def nbytes(self) -> int:
        """Bytes of what grows with points, parameters and epochs."""
        sets = (self.dataset.X_train, self.dataset.X_test)
        arrays = (*sets, self._train.X, self._train.Y, self._test.X, self._test.Y)
        states = 2 * self._state.vectors.nbytes  # now, and as the epoch began
        grids = sum(grid.nbytes for grid in self._grids.values())
        own = sum(array.nbytes for array in arrays) + states + grids
        return own + self._checkpoints.nbytes + self.history.nbytes

    def after(self, place: Place, batches: int) -> Place:
        """The place that lies ``batches`` mini-batches after ``place``."""
        epochs, batch = divmod(place[1] + batches, self.batches_per_epoch)
        return place[0] + epochs, batch

    def advance(self, batches: int) -> None:
        """Train on the next ``batches`` mini-batches, at most up to the end of the epoch.

        The epoch's last one may be smaller. With it the epoch ends: its metrics enter the history,
        or, where they or the parameters are not finite, the run is over at ``diverged_at``, for the
        reason in ``divergence``, and keeps the parameters that the epoch began with.
        """
        if self.done:
            return
        last = min(self.batch + batches, self.batches_per_epoch)
        self._train_batches(self._state, self.epoch, self.batch, last)
        size = self._course_of(self.epoch).config.batch_size
        self.last_batch = self._order[0, (last - 1) * size : last * size]
        self.batch = last
        if last == self.batches_per_epoch:
            self._end_epoch()

    def change(self, values: dict[str, Any], weights: list[tuple[int, float]]) -> Change:
        """Change settings, from the next epoch that begins, and weights, now; the record knows it.

        ``values`` are settings in `RETUNABLE`, ``weights`` pairs of a place in θ and its new value.
        Raises pydantic's ValidationError or `ConfigError` for what cannot be, and changes nothing.
        """
        change = Change(epoch=self.epoch, batch=self.batch, config=values, weights=weights)
        if len(self.changes) == MAX_CHANGES:
            raise ConfigError("learning_rate", f"a run takes {MAX_CHANGES} changes at most.")
        if any(place >= self.architecture.n_parameters for place, _ in weights):
            n = self.architecture.n_parameters
            raise ConfigError("hidden", f"the network has {n} parameters, numbered from 0.")
        self._add_course(change)
        self._edit(self._state, change)
        self.changes.append(change)
        return change

    def rewind(self, epoch: int) -> None:
        """Go back to ``epoch`` to go on from there: what came after it is forgotten."""
        if not 0 <= epoch <= self.epoch:
            raise IndexError(f"epoch {epoch} of a run at {self.epoch}")
        self._state = self._state_at(epoch)
        self._checkpoints.forget_after(epoch)
        self.history.truncate(epoch + 1)
        self.changes = [change for change in self.changes if change.epoch < epoch]
        self._courses = [self._course(0, self._initial_config)]
        for change in self.changes:
            self._add_course(change)
        self.epoch = epoch
        self.diverged_at, self.divergence = None, ""
        self._begin_epoch()

    def grid(self, size: int, epoch: int | None = None) -> NDArray[np.uint8]:
        """The network's answer over the dataset's plane, 0…255, (size, size).

        Row by row from the top left, as an image: the probability of the second class, or, under
        the squared error, how far its output is above the first class's; 128 is the boundary. An
        answer that is not a number shows as the boundary. With ``epoch`` the answer is that of the
        network as it was when that epoch had just been trained.
        """
        return self._grid_of(self._state if epoch is None else self._state_at(epoch), size)

    def snapshot(self, grid_size: int, epoch: int | None = None) -> dict[str, NDArray[Any]]:
        """What is shown of the network as it is, or was when ``epoch`` had just been trained.

        ``grid``, see `grid`; ``theta``, float32 (P,), see `Architecture.views`; and the maps of the
        hidden units, see `Responses.at`.
        """
        state = self._state if epoch is None else self._state_at(epoch)
        theta = state.theta
        grid = self._grid_of(state, grid_size)
        return {"grid": grid, "theta": theta, **self._responses.at(theta)}

    def _grid_of(self, state: State, size: int) -> NDArray[np.uint8]:
        Yhat = self._courses[0].engine.predict(state, self._grid_inputs(size))
        if self.architecture.loss == "squared_error":
            answer = 0.5 + 0.5 * (Yhat[:, 1] - Yhat[:, 0])
        else:
            answer = Yhat[:, 1]
        shade = np.rint(255.0 * np.clip(np.nan_to_num(answer, nan=0.5), 0.0, 1.0))
        grid: NDArray[np.uint8] = shade.astype(np.uint8).reshape(size, size)
        return grid

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The permutation of the training set in which ``epoch``, counted from 0, takes it."""
        # Philox is a function of key and counter: any epoch's stream can be had by itself.
        bits = np.random.Philox(key=self._order_key, counter=[0, 0, 0, epoch])
        return np.random.Generator(bits).permutation(self._train.n)

    def _grid_inputs(self, size: int) -> NDArray[np.float32]:
        if size not in self._grids:
            inputs = self.dataset.inputs(self.dataset.plane.grid(size))
            self._grids = {size: inputs.astype(np.float32)}
        return self._grids[size]

    def _samples(self, X: Array, labels: Labels) -> Samples:
        engine = self._courses[0].engine
        return engine.samples(self.dataset.inputs(X), self.dataset.one_hot(labels))

    def _course(self, since: int, config: RunConfig) -> Course:
        return Course(since, config, self.architecture, len(self.dataset.X_train))

    def _course_of(self, epoch: int) -> Course:
        return next(course for course in reversed(self._courses) if course.since <= epoch)

    def _add_course(self, change: Change) -> None:
        if change.config:
            since = change.epoch if change.batch == 0 else change.epoch + 1
            course = self._course(since, retuned(self.config, change.config))
            self._courses = [c for c in self._courses if c.since < since] + [course]

    def _begin_epoch(self) -> None:
        self.batch = 0
        self._checkpoints.offer(self.epoch, self._state)
        self._state_at_start = self._state.copy()

    def _end_epoch(self) -> None:
        metrics = self._measure()
        if self._state.finite and np.isfinite(metrics).all():
            self.epoch += 1
            self.history.append(metrics)
        else:
            self.diverged_at = self.epoch + 1
            self.divergence = self._explain_divergence()
            self._state = self._state_at_start
        self._begin_epoch()

    def _explain_divergence(self) -> str:
        if self.config.loss == "naive_cross_entropy":
            return (
                "the naïve cross-entropy took the logarithm of a softmax that has underflowed to 0 "
                "or overflowed; the stable one stays finite here."
            )
        what = "the loss is" if self._state.finite else "the parameters are"
        return f"{what} no longer finite; try a smaller learning rate."

    def _train_batches(self, state: State, epoch: int, first: int, last: int) -> None:
        course = self._course_of(epoch)
        if self._order_epoch != epoch:
            self._order_epoch, self._order = epoch, self.order(epoch)[np.newaxis]
        course.engine.train(
            state,
            self._train,
            self._order,
            course.rates(epoch),
            course.config.batch_size,
            first,
            last,
        )

    def _state_at(self, epoch: int) -> State:
        """The state when ``epoch`` had just been trained, trained again from a checkpoint."""
        start, state = self._checkpoints.before(epoch)
        for again in range(start, epoch):
            batch = 0
            for change in self.changes:
                if change.epoch == again and change.weights:
                    self._train_batches(state, again, batch, change.batch)
                    self._edit(state, change)
                    batch = change.batch
            self._train_batches(state, again, batch, self._course_of(again).batches_per_epoch)
        return state

    def _edit(self, state: State, change: Change) -> None:
        for place, value in change.weights:
            state.vectors[state.places[place]] = value

    def _measure(self) -> Metrics:
        engine = self._courses[0].engine
        return Metrics(
            *engine.evaluate(self._state, self._train), *engine.evaluate(self._state, self._test)
        )


def load_dataset(config: RunConfig, find_table: FindTable, rng: np.random.Generator) -> Dataset:
    """The dataset that ``config`` names; raises `ConfigError` if its table is not there."""
    if config.dataset == "circles":
        return circles(config.n_train, config.n_test, config.noise, rng)
    table = find_table(config.table) if config.table is not None else None
    if table is None:
        raise ConfigError("table", "this table is not on the server; upload the CSV file again.")
    return table.dataset(config.test_fraction, rng)


def _check_work(architecture: Architecture, dataset: Dataset, max_work: int | None) -> None:
    parameters, points = architecture.n_parameters, len(dataset.X_train) + len(dataset.X_test)
    if max_work is not None and parameters * points > max_work:
        raise ConfigError(
            "hidden",
            f"{parameters:,} parameters times {points:,} points are more than the {max_work:,} "
            "that a live run may take; use fewer units or points.",
        )


def architecture_of(config: RunConfig, dataset: Dataset) -> Architecture:
    """The network that ``config`` describes, for the inputs and classes of ``dataset``."""
    sizes = (len(dataset.features), *config.hidden, len(dataset.classes))
    return Architecture(sizes, config.activation, config.loss)


def replay(run: Run, changes: Iterable[Change]) -> Iterator[int]:
    """Train ``run`` to its end, making ``changes`` where they were made; tell every epoch trained.

    Raises what `Run.change` raises.
    """
    waiting = deque(changes)
    while not run.done:
        while waiting and run.place == (waiting[0].epoch, waiting[0].batch):
            change = waiting.popleft()
            run.change(change.config, change.weights)
        epoch, batches = run.epoch, run.batches_per_epoch
        if waiting and waiting[0].epoch == epoch:
            batches = waiting[0].batch - run.batch
        run.advance(batches)
        if run.epoch > epoch:
            yield run.epoch
