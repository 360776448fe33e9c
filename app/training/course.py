"""How a run trains from some epoch on: what of its configuration the training itself looks at."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from app.mlp.architecture import Architecture
from app.mlp.engine import Engine, State
from app.mlp.optimisers import Optimiser
from app.mlp.reference import Array
from app.mlp.regularisation import Regulariser
from app.mlp.schedules import Schedule
from app.training.config import RunConfig
from app.training.fed import Fed
from app.training.fields import ConfigError
from app.training.history import Metrics


class Course:
    """The engine, rates and batches of a run from ``since`` (an epoch) until the next change."""

    def __init__(self, since: int, config: RunConfig, architecture: Architecture, fed: Fed) -> None:
        """Raises `ConfigError` if a batch is larger than the training set."""
        n_train = len(fed.dataset.train)
        if config.batch_size > n_train:
            raise ConfigError(
                "batch_size",
                f"{config.batch_size} is more than the {n_train} training points; "
                f"use {n_train} for full-batch descent.",
            )
        self.since = since
        self.config = config
        self.engine = Engine(architecture, optimiser_of(config), regulariser_of(config))
        self.fed = fed
        self.batches_per_epoch = -(-n_train // config.batch_size)
        self._schedule = schedule_of(config)

    def rates(self, epoch: int, epochs: int) -> NDArray[np.float64]:
        """The learning rates of so many epochs from ``epoch``, counted from 0, on."""
        total, initial = self.config.epochs, self.config.learning_rate
        if self._schedule.is_constant:
            return np.full(epochs, initial)
        these = range(epoch, epoch + epochs)
        return np.array([self._schedule.rate(e, total, initial) for e in these])

    def train(
        self, state: State, orders: NDArray[np.int64], epoch: int, first: int, last: int
    ) -> None:
        """Train on mini-batches first, ..., last - 1, counted from the beginning of ``epoch``.

        ``orders`` (E, N) are those of ``epoch`` and what follows it.
        """
        rates, size = self.rates(epoch, len(orders)), self.config.batch_size
        self.engine.train(state, self.fed.train, orders, rates, size, first, last)

    def watch(
        self, state: State, orders: NDArray[np.int64], epoch: int
    ) -> tuple[Array, Callable[[int], State]]:
        """Train whole epochs from ``epoch`` on, by their ``orders``, and measure after each.

        The metrics (E, 6) of those that left all numbers finite, up to the first that did not, and
        what gives the state as the epoch of an index began. The state is that after the last one.
        """
        rates, size = self.rates(epoch, len(orders)), self.config.batch_size
        watched = self.engine.watch(state, [*self.fed.watched.values()], orders, rates, size)
        return self.fed.scored(watched.metrics), watched.start

    def measure(self, state: State) -> Metrics:
        """Loss and score of a network on every set that may be looked at."""
        return self.fed.measure(self.engine, state)


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
