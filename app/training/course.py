"""How a run trains from some epoch on: what of its configuration the training itself looks at."""

import numpy as np
from numpy.typing import NDArray

from app.mlp.architecture import Architecture
from app.mlp.engine import Engine, State
from app.mlp.optimisers import Optimiser
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

    def rates(self, epoch: int) -> NDArray[np.float64]:
        """The learning rate of the epoch, which is counted from 0, shape (1,)."""
        rate = self._schedule.rate(epoch, self.config.epochs, self.config.learning_rate)
        return np.array([rate])

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
