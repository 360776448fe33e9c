"""Checks everything that a run computes in one step of training."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np

from mlp_live.training.gradient_check.comparison import Comparison
from mlp_live.training.gradient_check.cost import gradient_cost
from mlp_live.training.gradient_check.differences import compare_with_differences
from mlp_live.training.gradient_check.engine_check import EngineCheck
from mlp_live.training.phases import optimizer_of, regularizer_of
from mlp_live.training.run import Run

MAX_PARAMETERS_FOR_ROUNDS = 500
"""Beyond this many parameters one round of timing takes long enough to be accurate."""


@dataclass(frozen=True)
class RunCheck:
    """The gradient check of a run. `dataclasses.asdict` makes JSON of it.

    parameters is their number, examples that of the first mini-batch. passed is whether all
    comparisons agree. The last three fields are seconds for one gradient, by central differences
    and by backpropagation, and their ratio.
    """

    parameters: int
    examples: int
    passed: bool
    differences: Comparison
    engine_gradient: Comparison
    engine_update: Comparison
    engine_evaluation: Comparison
    naive_seconds: float
    backpropagation_seconds: float
    ratio: float

    @property
    def comparisons(self) -> tuple[Comparison, ...]:
        """All comparisons."""
        return self.differences, self.engine_gradient, self.engine_update, self.engine_evaluation


def check_run(run: Run) -> RunCheck:
    """Check the networks at the current state of ``run``, which is not changed.

    Central differences are compared at the current θ over the first mini-batch, which consists of
    the first rows of the training set. The engine is checked as described in `engine_check`.
    """
    dataset, config, architecture = run.dataset, run.config, run.engine.architecture
    X, Y = dataset.feature_map(dataset.train.X), dataset.targets(dataset.train.y)
    state, regularizer = run.state_at().copy(), regularizer_of(config)
    theta = state.theta.astype(np.float64)
    first_X, first_Y = X[: config.batch_size], Y[: config.batch_size]

    differences = compare_with_differences(architecture, theta, first_X, first_Y, regularizer)
    engine = EngineCheck(architecture, optimizer_of(config), regularizer, X, Y)
    training = engine.compare_training(state, config.batch_size, config.learning_rate)
    comparisons = differences, *training, engine.compare_evaluation(state)
    rounds = 5 if architecture.n_parameters <= MAX_PARAMETERS_FOR_ROUNDS else 1
    cost = gradient_cost(architecture, theta, first_X, first_Y, perf_counter, rounds)
    return RunCheck(
        architecture.n_parameters,
        len(first_X),
        all(one.agrees for one in comparisons),
        *comparisons,
        naive_seconds=cost.naive,
        backpropagation_seconds=cost.backpropagation,
        ratio=cost.ratio,
    )
