"""One training, advanced a slice at a time."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.data.circles import circles
from app.data.dataset import Dataset
from app.data.table import Table
from app.mlp.reference import Array, Tensors, backward, forward, init_params, loss_accuracy, sgd
from app.training.config import RunConfig
from app.training.fields import ConfigError
from app.training.history import History, Metrics

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
        self._train = _prepared(self.dataset, "train")
        self._test = _prepared(self.dataset, "test")
        self.params = init_params(
            nx=2, nh=config.hidden, ny=len(self.dataset.classes), std=config.init_std, seed=init_rng
        )
        self.batches_per_epoch = -(-n_train // config.batch_size)
        self.epoch = 0
        self.batch = 0
        self.diverged_at: int | None = None
        self._grids: dict[int, Array] = {}  # the last size asked for, and its inputs
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
    def n_parameters(self) -> int:
        """Number of weights and biases."""
        return sum(value.size for value in self.params.values())

    def advance(self, batches: int) -> None:
        """Train on the next ``batches`` mini-batches, at most up to the end of the epoch.

        The epoch's last one may be smaller. With it the epoch ends: its metrics enter the history,
        or, where they or the parameters are not finite, the run is over at ``diverged_at`` and
        keeps the parameters that the epoch began with.
        """
        if self.done:
            return
        X, Y = self._train
        size = self.config.batch_size
        last = min(self.batch + batches, self.batches_per_epoch)
        with np.errstate(over="ignore", invalid="ignore"):  # a run may diverge; it is told below
            while self.batch < last:
                rows = self._order[self.batch * size : (self.batch + 1) * size]
                _, outputs = forward(self.params, X[rows])
                grads = backward(self.params, outputs, Y[rows])
                self.params = sgd(self.params, grads, self.config.learning_rate)
                self.batch += 1
            if self.batch == self.batches_per_epoch:
                self._end_epoch()

    def grid(self, size: int) -> NDArray[np.uint8]:
        """Probability of the second class over the dataset's plane, 0…255, (size, size).

        Row by row from the top left, as an image; a probability that is not a number shows as 1/2.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            yhat, _ = forward(self.params, self._grid_inputs(size))
        shade = np.rint(255.0 * np.nan_to_num(yhat[:, 1], nan=0.5))
        return shade.astype(np.uint8).reshape(size, size)

    def _grid_inputs(self, size: int) -> Array:
        if size not in self._grids:
            self._grids = {size: self.dataset.inputs(self.dataset.plane.grid(size))}
        return self._grids[size]

    def _begin_epoch(self) -> None:
        self.batch = 0
        self._order = self._order_rng.permutation(len(self.dataset.X_train))
        self._params_at_start: Tensors = self.params

    def _end_epoch(self) -> None:
        metrics = self._measure()
        finite = all(np.isfinite(value).all() for value in self.params.values())
        if finite and np.isfinite(metrics).all():
            self.epoch += 1
            self.history.append(metrics)
        else:
            self.diverged_at = self.epoch + 1
            self.params = self._params_at_start
        self._begin_epoch()

    def _measure(self) -> Metrics:
        (X_train, Y_train), (X_test, Y_test) = self._train, self._test
        _, train = forward(self.params, X_train)
        _, test = forward(self.params, X_test)
        return Metrics(
            *loss_accuracy(train["ytilde"], Y_train), *loss_accuracy(test["ytilde"], Y_test)
        )


def load_dataset(config: RunConfig, find_table: FindTable, rng: np.random.Generator) -> Dataset:
    """The dataset that ``config`` names; raises `ConfigError` if its table is not there."""
    if config.dataset == "circles":
        return circles(config.n_train, config.n_test, config.noise, rng)
    table = find_table(config.table) if config.table is not None else None
    if table is None:
        raise ConfigError("table", "this table is not on the server; upload the CSV file again.")
    return table.dataset(config.test_fraction, rng)


def _prepared(dataset: Dataset, part: str) -> tuple[Array, Array]:
    """Inputs and one-hot targets of the “train” or the “test” set."""
    X, labels = getattr(dataset, f"X_{part}"), getattr(dataset, f"labels_{part}")
    return dataset.inputs(X), dataset.one_hot(labels)
