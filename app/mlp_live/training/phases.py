"""The phases of a run: what it trains with between two changes of its configuration."""

from collections.abc import Callable, Iterable
from copy import copy
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from mlp_live.data.dataset import Dataset, Examples
from mlp_live.engine.engine import Engine, EpochResults, StopReason
from mlp_live.engine.state import State
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.optimizers import Optimizer
from mlp_live.nn.regularization import Regularizer
from mlp_live.nn.schedules import Schedule
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError, error_message
from mlp_live.training.evaluation import Evaluation, SetName, evaluate
from mlp_live.training.events import ConfigChange, EvaluationOnTest, Event, EventError, Rewind
from mlp_live.training.history import Metrics
from mlp_live.training.prepared_data import PreparedData
from mlp_live.training.record import with_changes

MAX_CHANGED_BYTES = 32 * 1024**2  # of all tables that a run has used, to which it can go back


class TrainingPhase:
    """The engine, learning rates and batches of a run from epoch ``since`` to the next change."""

    def __init__(self, since: int, config: RunConfig, engine: Engine, data: PreparedData) -> None:
        """Raises `ConfigError` if a batch is larger than the training set."""
        n_train = len(data.dataset.train)
        if config.batch_size > n_train:
            raise ConfigError(
                "batch_size",
                f"{config.batch_size} is more than the {n_train} training points; "
                f"use {n_train} for full-batch descent.",
            )
        self.since = since
        self.config = config
        self.engine = engine.trained_by(optimizer_of(config), regularizer_of(config))
        self.data = data
        self.batches_per_epoch = -(-n_train // config.batch_size)
        self._schedule = schedule_of(config)

    def rates(self, epoch: int, epochs: int) -> NDArray[np.float64]:
        """The learning rates of ``epochs`` epochs from ``epoch`` (counted from 0) on, float64."""
        total, initial = self.config.epochs, self.config.learning_rate
        if self._schedule.is_constant:
            return np.full(epochs, initial)
        return np.array(
            [self._schedule.rate(e, total, initial) for e in range(epoch, epoch + epochs)]
        )

    def train(
        self, state: State, orders: NDArray[np.int64], epoch: int, first: int, last: int
    ) -> None:
        """Train on mini-batches first, ..., last - 1, counted from the start of ``epoch``.

        ``orders`` (E, N): the permutations of ``epoch`` and of the epochs after it.
        """
        rates, size = self.rates(epoch, len(orders)), self.config.batch_size
        self.engine.train(state, self.data.train, orders, rates, size, first, last)

    def train_epochs(self, state: State, orders: NDArray[np.int64], epoch: int) -> EpochResults:
        """Train whole epochs from ``epoch`` on, one for each of ``orders``, and score each.

        See `Engine.train_epochs`; the accuracies become R² for regression.
        """
        rates, size = self.rates(epoch, len(orders)), self.config.batch_size
        sets = [*self.data.evaluated.values()]
        results = self.engine.train_epochs(state, sets, orders, rates, size)
        self.data.score(results.metrics)
        return results

    def evaluate(self, state: State) -> Metrics:
        """Loss and score of the network on every set that may be evaluated while it trains."""
        return self.data.evaluate(self.engine, state)

    def check_set(self, name: SetName) -> Examples:
        """The examples of a set. Raises `ConfigError` if there are none."""
        dataset = self.data.dataset
        examples = {"train": dataset.train, "validation": dataset.validation, "test": dataset.test}
        if not len(examples[name]):
            raise ConfigError(f"n_{name}", f"the {name} set is empty.")
        return examples[name]

    def evaluation(self, state: State, name: SetName, epoch: int) -> Evaluation:
        """Evaluate the network of ``epoch``, with this ``state``, on one whole set.

        Raises `ConfigError` if the set is empty.
        """
        dataset, engine, chosen = self.data.dataset, self.engine, self.check_set(name)
        loss, _ = engine.evaluate(state, self.data.pack(chosen, engine))
        Yhat = engine.predict(state, dataset.feature_map(chosen.X))
        return evaluate(dataset, name, chosen, Yhat, loss, epoch)


class Phases:
    """The phase that a run starts with, and one more for each change of its configuration.

    ``load`` returns the dataset of a configuration, or raises `ConfigError`.
    """

    def __init__(
        self,
        config: RunConfig,
        architecture: Architecture,
        dataset: Dataset,
        load: Callable[[RunConfig], Dataset],
    ) -> None:
        """Raises `ConfigError` if a batch is larger than the training set."""
        self._engine = Engine(architecture)  # that of each phase shares its memory layout
        self._load = load
        data = PreparedData(dataset, self._engine, with_test=config.show_test)
        self._data_of_table = {config.table: data}
        self._phases = [TrainingPhase(0, config, self._engine, data)]
        self.changes: list[ConfigChange] = []  # those of the present branch, in order

    @property
    def first(self) -> TrainingPhase:
        """The phase that the run starts with, before any change."""
        return self._phases[0]

    @property
    def last(self) -> TrainingPhase:
        """The phase after all changes."""
        return self._phases[-1]

    @property
    def nbytes(self) -> int:
        """Memory in bytes of all datasets that are loaded."""
        # A copy: another thread may add a table.
        return sum(data.nbytes for data in list(self._data_of_table.values()))

    def at(self, epoch: int) -> TrainingPhase:
        """The phase of an epoch, counted from 0."""
        last = self._phases[-1]
        if last.since <= epoch:  # nearly always
            return last
        return next(phase for phase in reversed(self._phases) if phase.since <= epoch)

    def span(self, epoch: int) -> tuple[TrainingPhase, int]:
        """The phase of an epoch, and the epoch at which that phase ends."""
        phase = self.at(epoch)
        later = (following.since for following in self._phases if following.since > epoch)
        return phase, next(later, phase.config.epochs)

    def add(self, change: ConfigChange) -> ConfigChange:
        """Start a new phase with the next epoch, if ``change`` has new configuration values.

        Returns the change with the values as RunConfig has them: a number, not its text. Raises
        pydantic's ValidationError or `ConfigError` if the values or weights cannot be used; nothing
        is added then.
        """
        n = self._engine.architecture.n_parameters
        if any(index >= n for index, _ in change.weights):
            raise ConfigError("hidden", f"the network has {n} parameters, numbered from 0.")
        if change.config:
            since, config = _since(change), with_changes(self.last.config, change.config)
            data = self._prepared_data(config)
            self._phases.append(TrainingPhase(since, config, self._engine, data))
            self._data_of_table[config.table] = data
            values = {name: getattr(config, name) for name in change.config}
            change = change.model_copy(update={"config": values})
        self.changes = [*self.changes, change]
        return change

    def rewind(self, epoch: int) -> None:
        """Go back to the end of ``epoch``; discard every change after it."""
        self.changes = [change for change in self.changes if change.epoch < epoch]
        del self._phases[1 + sum(bool(change.config) for change in self.changes) :]
        used = {phase.config.table for phase in self._phases}
        self._data_of_table = {t: data for t, data in self._data_of_table.items() if t in used}

    def check(self, events: Iterable[Event]) -> None:
        """Raise `EventError` if one of ``events`` cannot happen; nothing is changed."""
        trial = copy(self)
        trial._phases, trial._data_of_table = self._phases.copy(), self._data_of_table.copy()
        for number, event in enumerate(events, start=1):
            batches = trial.at(event.epoch).batches_per_epoch
            if event.batch >= batches:
                reason = f"the last batch of this epoch is {batches - 1}."
                raise EventError(number, event, reason)
            try:
                match event:
                    case ConfigChange():
                        trial.add(event)
                    case Rewind():
                        trial.rewind(event.to_epoch)
                    case EvaluationOnTest():
                        trial.last.check_set("test")
            except (ValidationError, ConfigError) as error:
                raise EventError(number, event, error_message(error)) from error

    def _prepared_data(self, config: RunConfig) -> PreparedData:
        """The data of ``config``: already loaded, or a table with the same columns."""
        if config.table in self._data_of_table:
            return self._data_of_table[config.table]
        if config.dataset != "table":
            raise ConfigError(
                "table", "this run uses another dataset; start a new run to train on the table."
            )
        first, dataset = self.first.data.dataset, self._load(config)
        if (dataset.features, dataset.classes) != (first.features, first.classes):
            raise ConfigError(
                "table",
                "its columns or classes differ from those of this run; start a new run.",
            )
        same_scale = replace(
            dataset,
            extent=first.extent,
            feature_map=first.feature_map,
            target_center=first.target_center,
            target_scale=first.target_scale,
        )
        data = PreparedData(same_scale, self._engine, with_test=config.show_test)
        if self.nbytes + data.nbytes > MAX_CHANGED_BYTES:
            raise ConfigError(
                "table", "the data have been changed too often in this run; start a new run."
            )
        return data


def _since(change: ConfigChange) -> int:
    """The first epoch that is trained with the new configuration of a change."""
    return change.epoch if change.batch == 0 else change.epoch + 1


def optimizer_of(config: RunConfig) -> Optimizer:
    """The optimizer that ``config`` describes."""
    return Optimizer(
        config.optimizer,
        momentum=config.momentum,
        decay=config.rho,
        beta1=config.beta1,
        beta2=config.beta2,
        epsilon=config.epsilon,
    )


def schedule_of(config: RunConfig) -> Schedule:
    """The learning rate schedule that ``config`` describes."""
    return Schedule(
        config.schedule,
        decay=config.schedule_decay,
        factor=config.schedule_factor,
        period=config.schedule_period,
        warm_up=config.warm_up,
        cool_down=config.cool_down,
    )


def regularizer_of(config: RunConfig) -> Regularizer:
    """The regularizer that ``config`` describes."""
    return Regularizer(config.regularization, config.regularization_rate)


def divergence_message(config: RunConfig, reason: StopReason) -> str:
    """What became infinite or NaN in a training with ``config``, and what helps."""
    parameters = reason is StopReason.PARAMETERS_NOT_FINITE
    what = "the parameters are" if parameters else "the loss is"
    if config.loss != "naive_cross_entropy":
        return f"{what} no longer finite; try a smaller learning rate."
    return (
        f"{what} no longer finite. The naïve cross-entropy fails where its softmax underflows to 0 "
        "or overflows: in float32 at a logit of 89 or a difference of 104, in float64 at 710 or "
        "746. The stable cross-entropy is finite for all finite logits."
    )
