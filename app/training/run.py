"""One training, advanced a slice at a time."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.data.circles import circles
from app.data.dataset import Dataset, Labels
from app.data.table import Table
from app.mlp.architecture import Architecture
from app.mlp.engine import Engine, Samples
from app.mlp.initialisation import initialise
from app.mlp.optimisers import Optimiser
from app.mlp.reference import Array
from app.mlp.regularisation import Regulariser
from app.mlp.schedules import Schedule
from app.training.config import RunConfig
from app.training.fields import ConfigError
from app.training.history import History, Metrics
from app.training.responses import Responses

FindTable = Callable[[str], Table | None]


class Run:
    """A network in training: its parameters, its place in the epochs, its history.

    Everything random comes from ``config.seed`` in three independent streams (data, initial
    weights, order of the examples), so that the numbers do not depend on how the run is sliced,
    paused or watched.
    """

    def __init__(self, config: RunConfig, find_table: FindTable = lambda digest: None) -> None:
        """Prepare the run at epoch 0. ``find_table`` gives the table of a digest, or None.

        Raises `ConfigError` if the table is not there or the batch is larger than the training set.
        """
        streams = np.random.SeedSequence(config.seed).spawn(3)
        data_rng, init_rng, self._order_rng = map(np.random.default_rng, streams)
        self.config = config
        self.dataset = load_dataset(config, find_table, data_rng)
        n_train = len(self.dataset.X_train)
        if config.batch_size > n_train:
            raise ConfigError(
                "batch_size",
                f"{config.batch_size} is more than the {n_train} training points; "
                f"use {n_train} for full-batch descent.",
            )
        self.architecture = architecture_of(config, self.dataset)
        self.responses = Responses(self.architecture, self.dataset)
        self._engine = Engine(self.architecture, optimiser_of(config), regulariser_of(config))
        self._schedule = schedule_of(config)
        self._train = self._samples(self.dataset.X_train, self.dataset.labels_train)
        self._test = self._samples(self.dataset.X_test, self.dataset.labels_test)
        theta = initialise(self.architecture, config.initialization, init_rng, config.init_std)
        self._state = self._engine.start(theta)
        self.batches_per_epoch = -(-n_train // config.batch_size)
        self.epoch = 0
        self.batch = 0
        self.diverged_at: int | None = None
        self.divergence = ""
        self._grids: dict[int, NDArray[np.float32]] = {}  # the last size asked for, and its inputs
        self.history = History()
        self.history.append(self._measure())
        self._begin_epoch()

    @property
    def done(self) -> bool:
        """Whether there is nothing left to train: all epochs done, or diverged."""
        return self.epoch == self.config.epochs or self.diverged_at is not None

    @property
    def position(self) -> int:
        """Mini-batches trained so far, over all epochs."""
        return self.epoch * self.batches_per_epoch + self.batch

    @property
    def theta(self) -> NDArray[np.float32]:
        """A copy of all weights and biases, see `Architecture.views`."""
        return self._state.theta

    def advance(self, batches: int) -> None:
        """Train on the next ``batches`` mini-batches, at most up to the end of the epoch.

        The epoch's last one may be smaller. With it the epoch ends: its metrics enter the history,
        or, where they or the parameters are not finite, the run is over at ``diverged_at``, for the
        reason in ``divergence``, and keeps the parameters that the epoch began with.
        """
        if self.done:
            return
        last = min(self.batch + batches, self.batches_per_epoch)
        self._engine.train(
            self._state,
            self._train,
            self._order,
            self._rate,
            self.config.batch_size,
            self.batch,
            last,
        )
        self.batch = last
        if last == self.batches_per_epoch:
            self._end_epoch()

    def grid(self, size: int) -> NDArray[np.uint8]:
        """The network's answer over the dataset's plane, 0…255, (size, size).

        Row by row from the top left, as an image: the probability of the second class, or, under
        the squared error, how far its output is above the first class's; 128 is the boundary. An
        answer that is not a number shows as the boundary.
        """
        Yhat = self._engine.predict(self._state, self._grid_inputs(size))
        if self.architecture.loss == "squared_error":
            answer = 0.5 + 0.5 * (Yhat[:, 1] - Yhat[:, 0])
        else:
            answer = Yhat[:, 1]
        shade = np.rint(255.0 * np.clip(np.nan_to_num(answer, nan=0.5), 0.0, 1.0))
        grid: NDArray[np.uint8] = shade.astype(np.uint8).reshape(size, size)
        return grid

    def _grid_inputs(self, size: int) -> NDArray[np.float32]:
        if size not in self._grids:
            inputs = self.dataset.inputs(self.dataset.plane.grid(size))
            self._grids = {size: inputs.astype(np.float32)}
        return self._grids[size]

    def _samples(self, X: Array, labels: Labels) -> Samples:
        return self._engine.samples(self.dataset.inputs(X), self.dataset.one_hot(labels))

    def _begin_epoch(self) -> None:
        self.batch = 0
        self._state_at_start = self._state.copy()
        self._order = self._order_rng.permutation(self._train.n)[np.newaxis]
        if not self.done:
            epochs, base = self.config.epochs, self.config.learning_rate
            self._rate = np.array([self._schedule.rate(self.epoch, epochs, base)])

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

    def _measure(self) -> Metrics:
        return Metrics(
            *self._engine.evaluate(self._state, self._train),
            *self._engine.evaluate(self._state, self._test),
        )


def load_dataset(config: RunConfig, find_table: FindTable, rng: np.random.Generator) -> Dataset:
    """The dataset that ``config`` names; raises `ConfigError` if its table is not there."""
    if config.dataset == "circles":
        return circles(config.n_train, config.n_test, config.noise, rng)
    table = find_table(config.table) if config.table is not None else None
    if table is None:
        raise ConfigError("table", "this table is not on the server; upload the CSV file again.")
    return table.dataset(config.test_fraction, rng)


def architecture_of(config: RunConfig, dataset: Dataset) -> Architecture:
    """The network that ``config`` describes, for the inputs and classes of ``dataset``."""
    sizes = (len(dataset.features), *config.hidden, len(dataset.classes))
    return Architecture(sizes, config.activation, config.loss)


def optimiser_of(config: RunConfig) -> Optimiser:
    """The update rule that ``config`` describes."""
    return Optimiser(
        config.optimizer,
        momentum=config.momentum,
        decay=config.rho,
        beta1=config.beta1,
        beta2=config.beta2,
        epsilon=config.epsilon,
    )


def schedule_of(config: RunConfig) -> Schedule:
    """The course of the learning rate that ``config`` describes."""
    return Schedule(
        config.schedule,
        decay=config.schedule_decay,
        factor=config.schedule_factor,
        period=config.schedule_period,
        warm_up=config.warm_up,
        cool_down=config.cool_down,
    )


def regulariser_of(config: RunConfig) -> Regulariser:
    """The penalty that ``config`` describes."""
    return Regulariser(config.regularization, config.regularization_rate)
