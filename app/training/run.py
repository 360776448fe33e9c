"""One training, advanced a slice at a time, changed on the way, and revisited at any epoch."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import Dataset, View
from app.mlp.engine import State
from app.mlp.initialisation import initialise
from app.mlp.reference import Array
from app.mlp.shades import Bytes
from app.training.config import RunConfig
from app.training.courses import Courses
from app.training.evaluation import Evaluation, SetName, evaluate
from app.training.field import field
from app.training.fields import ConfigError
from app.training.history import History, Metrics
from app.training.loading import FindTable, Loader, architecture_of
from app.training.orders import Orders
from app.training.record import MAX_CHANGES, Change, Record
from app.training.sight import Sight
from app.training.stopping import EarlyStopping
from app.training.trail import Place, Trail, edit

WORK_AT_ONCE = 20_000_000  # multiplications: some milliseconds before others get a turn

BYTES_AT_ONCE = 4 * 1024**2  # of the states that epochs begin with

VALIDATION_LOSS = Metrics._fields.index("validation_loss")


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
        settings and data do not go together, or the network's parameters times the points are more
        than ``max_work``.
        """
        data_seed, init_seed, order_seed = np.random.SeedSequence(config.seed).spawn(3)
        self._initial_config = config
        load = Loader(data_seed, find_table, max_work)
        dataset = load(config)
        self.architecture = architecture_of(config, dataset)
        self.changes: list[Change] = []
        self._courses = Courses(config, self.architecture, dataset, load)
        self._trail = Trail(self._courses, Orders(order_seed))
        self.look()
        rng = np.random.default_rng(init_seed)
        theta = initialise(self.architecture, config.initialization, rng, config.init_std)
        self._state = self._courses.first.engine.start(theta)
        self.last_batch = np.arange(0)  # rows of the training set in the mini-batch last trained
        self.epoch = 0
        self.batch = 0
        self.diverged_at: int | None = None
        self.divergence = ""
        self.stopped_at: int | None = None  # the epoch after which early stopping ended the run
        self.test_used = config.show_test
        self.history = History()
        self._stopping = EarlyStopping(config)
        self._record_epoch(self._courses.first.measure(self._state))
        self._begin_epoch()

    @property
    def config(self) -> RunConfig:
        """The configuration as it is now, with all changes."""
        return self._courses.last.config

    @property
    def record(self) -> Record:
        """What reproduces the run."""
        return Record(config=self._initial_config, changes=self.changes, test_used=self.test_used)

    @property
    def dataset(self) -> Dataset:
        """The data as they are now, with all changes."""
        return self._courses.last.fed.dataset

    @property
    def sets(self) -> tuple[str, ...]:
        """Names of the sets that are looked at after every epoch."""
        return self._courses.first.fed.sets

    @property
    def done(self) -> bool:
        """Whether there is nothing left to train: all epochs done, diverged, or stopped early."""
        over = self.diverged_at is not None or self.stopped_at is not None
        return over or self.epoch == self.config.epochs

    @property
    def shown_epoch(self) -> int:
        """The epoch whose network this is: the last, or, once stopped early, the best."""
        restored = self.stopped_at is not None and self.config.restore_best
        return self._stopping.best_epoch if restored else self.epoch

    @property
    def place(self) -> Place:
        """Epochs trained, and mini-batches of the next."""
        return self.epoch, self.batch

    @property
    def batches_per_epoch(self) -> int:
        """Mini-batches of the epoch in training."""
        return self._courses.of(self.epoch).batches_per_epoch

    @property
    def theta(self) -> NDArray[np.float32]:
        """A copy of all weights and biases, see `Architecture.views`."""
        return self._state.theta

    @property
    def nbytes(self) -> int:
        """Bytes of what grows with points, parameters and epochs."""
        states = 2 * self._state.vectors.nbytes  # now, and as the epoch began
        own = states + self._sight.nbytes + self.history.nbytes
        return own + self._courses.nbytes + self._trail.nbytes

    def after(self, place: Place, batches: int) -> Place:
        """The place that lies ``batches`` mini-batches after ``place``."""
        epochs, batch = divmod(place[1] + batches, self.batches_per_epoch)
        return place[0] + epochs, batch

    def advance(self, batches: int) -> None:
        """Train on the next ``batches`` mini-batches, at most up to the end of the epoch.

        The epoch's last one may be smaller. With it the epoch ends: its metrics enter the history,
        or, where they or the parameters are not finite, the run is over at ``diverged_at``, for the
        reason in ``divergence``, and keeps the parameters that the epoch began with. Early stopping
        ends the run at ``stopped_at``, and puts back the best epoch's parameters if that is asked
        for.
        """
        if self.done:
            return
        last = min(self.batch + batches, self.batches_per_epoch)
        self._trail.train(self._state, (self.epoch, self.batch), (self.epoch, last))
        self._note_batch(self.epoch, last)
        self.batch = last
        if last == self.batches_per_epoch:
            self._end_epoch()

    def advance_epochs(self, epochs: int) -> None:
        """As so many calls of `advance` for whole epochs would, but in one piece, off the GIL.

        It may be fewer. Of an epoch that has begun, what is left comes first, by itself.
        """
        course = self._courses.of(self.epoch)
        work = self.architecture.n_parameters * course.fed.dataset.n
        affordable = min(WORK_AT_ONCE // work, BYTES_AT_ONCE // self._state.vectors.nbytes)
        epochs = min(epochs, 1 + affordable, self.config.epochs - self.epoch)
        if self.done or self.batch > 0 or epochs == 1:
            self.advance(self.batches_per_epoch)
            return
        orders = self._trail.orders(self.epoch, epochs)
        metrics, start = course.watch(self._state, orders, self.epoch)
        if len(metrics) == 0:  # the next one is not finite
            self.advance(self.batches_per_epoch)
            return
        first = self.epoch
        self.stopped_at = self._stopping.stop_within(first + 1, metrics[:, VALIDATION_LOSS])
        self.epoch = self.stopped_at or first + len(metrics)
        done = self.epoch - first
        self.history.extend(metrics[:done])
        for later in range(1, done):
            if self._trail.checkpoints.wants(first + later):
                self._trail.checkpoints.add(first + later, start(later))
        if done < len(metrics):
            self._state = start(done)
        self._note_batch(self.epoch - 1, course.batches_per_epoch)
        self._begin_epoch()

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
        self._courses.add(change)
        edit(self._state, change)
        self.changes.append(change)
        return change

    def rewind(self, epoch: int) -> None:
        """Go back to ``epoch`` to go on from there: what came after it is forgotten."""
        if not 0 <= epoch <= self.epoch:
            raise IndexError(f"epoch {epoch} of a run at {self.epoch}")
        self._state = self._state_at(epoch)
        self._trail.checkpoints.forget_after(epoch)
        self.history.truncate(epoch + 1)
        self.changes = [change for change in self.changes if change.epoch < epoch]
        self._courses.restart(self.changes)
        self.epoch = epoch
        self.diverged_at, self.divergence, self.stopped_at = None, "", None
        self._stopping = EarlyStopping(self._initial_config)
        for again in range(epoch + 1):
            self._stopping.stops(again, self.history[again].validation_loss)
        self._begin_epoch()

    @property
    def view(self) -> View:
        """The plane that is looked at."""
        return self._sight.view

    @property
    def input_maps(self) -> Bytes:
        """What the network is fed over the plane that is looked at, see `Responses.inputs`."""
        return self._sight.responses.inputs

    def look(self, axes: tuple[int, int] = (0, 1), held: Array | None = None) -> None:
        """Let `grid` and `snapshot` show the plane of the features ``axes``; see `Dataset.view`."""
        self._sight = Sight(self.dataset, axes, held)

    def grid(self, size: int, epoch: int | None = None) -> Bytes:
        """The network's answer over the plane that is looked at, as a `field` of size × size cells.

        With ``epoch`` the answer is that of the network as it was when that epoch had just been
        trained.
        """
        return self._grid_of(self._state_at(epoch), size)

    def snapshot(self, grid_size: int, epoch: int | None = None) -> dict[str, NDArray[Any]]:
        """What is shown of the network as it is, or was when ``epoch`` had just been trained.

        ``grid``, see `grid`; ``theta``, float32 (P,), see `Architecture.views`; and the maps of the
        hidden units, see `Responses.at`.
        """
        state = self._state_at(epoch)
        maps = self._sight.responses.at(self._courses.first.engine, state)
        return {"grid": self._grid_of(state, grid_size), "theta": state.theta, **maps}

    def evaluate(self, name: SetName, epoch: int | None = None) -> Evaluation:
        """All that can be told of the network on one set; of the test set the record knows it.

        With ``epoch`` it is the network as it was when that epoch had just been trained. Raises
        `ConfigError` if the set is empty.
        """
        dataset, fed, engine = self.dataset, self._courses.last.fed, self._courses.last.engine
        examples = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
        if not len(examples[name]):
            fault = {"train": "n_train", "validation": "n_validation", "test": "n_test"}[name]
            raise ConfigError(fault, f"the {name} set is empty.")
        self.test_used = self.test_used or name == "test"
        state = self._state_at(epoch)
        loss, _ = engine.evaluate(state, fed.samples(examples[name], engine))
        Yhat = engine.predict(state, dataset.inputs(examples[name].X))
        at = self.shown_epoch if epoch is None else epoch
        return evaluate(dataset, name, examples[name], Yhat, loss, at)

    def _grid_of(self, state: State, size: int) -> Bytes:
        Yhat = self._courses.first.engine.predict(state, self._sight.inputs(size))
        return field(Yhat, self.dataset, self.architecture.loss, size)

    def order(self, epoch: int) -> NDArray[np.int64]:
        """The permutation of the training set in which ``epoch``, counted from 0, takes it."""
        order: NDArray[np.int64] = self._trail.orders(epoch, 1)[0]
        return order

    def _begin_epoch(self) -> None:
        self.batch = 0
        if self._trail.checkpoints.wants(self.epoch):
            self._trail.checkpoints.add(self.epoch, self._state.copy())
        self._state_at_start = self._state.copy()
        if self.shown_epoch < self.epoch:  # the best epoch's parameters are put back
            self._state = self._state_at(self.shown_epoch)

    def _note_batch(self, epoch: int, last: int) -> None:
        """The mini-batches of ``epoch`` are trained up to the one before ``last``."""
        size = self._courses.of(epoch).config.batch_size
        self.last_batch = self.order(epoch)[(last - 1) * size : last * size]

    def _end_epoch(self) -> None:
        course = self._courses.of(self.epoch)
        metrics = course.measure(self._state)
        if self._state.finite and metrics.finite(course.fed.sets):
            self.epoch += 1
            self._record_epoch(metrics)
        else:
            self.diverged_at = self.epoch + 1
            self.divergence = self._explain_divergence()
            self._state = self._state_at_start
        self._begin_epoch()

    def _record_epoch(self, metrics: Metrics) -> None:
        self.history.append(metrics)
        if self._stopping.stops(self.epoch, metrics.validation_loss):
            self.stopped_at = self.epoch

    def _explain_divergence(self) -> str:
        if self.config.loss == "naive_cross_entropy":
            return (
                "the naïve cross-entropy took the logarithm of a softmax that has underflowed to 0 "
                "or overflowed; the stable one stays finite here."
            )
        what = "the loss is" if self._state.finite else "the parameters are"
        return f"{what} no longer finite; try a smaller learning rate."

    def _state_at(self, epoch: int | None) -> State:
        """The state as it is, or was when ``epoch`` had just been trained."""
        return self._state if epoch is None else self._trail.state_at(epoch, self.changes)
