"""The time of one gradient, by central differences and by backpropagation.

It shows why networks are not trained by central differences: they take two forward passes per
parameter, where backpropagation takes one forward and one backward pass for all parameters.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median

import numpy as np

from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array
from mlp_live.nn.regularization import Regularizer
from mlp_live.training.gradient_check.differences import STEP
from mlp_live.training.gradient_check.objective import Objective


@dataclass(frozen=True)
class GradientCost:
    """Seconds for one gradient, by central differences and by backpropagation."""

    naive: float
    backpropagation: float

    @property
    def ratio(self) -> float:
        """How many times as long central differences take."""
        return self.naive / self.backpropagation


def gradient_cost(
    architecture: Architecture,
    theta: Array,
    X: Array,
    Y: Array,
    clock: Callable[[], float],
    rounds: int = 5,
) -> GradientCost:
    """Time both gradients, alternating, ``rounds`` times; the result has the medians.

    ``clock`` returns the time in seconds.
    """
    objective = Objective(architecture, X, Y, Regularizer())
    theta = np.asarray(theta, np.float64)

    def seconds(gradient: Callable[[Array], Array]) -> float:
        start = clock()
        gradient(theta)
        return clock() - start

    naive = partial(numerical_gradient, objective)
    timings = [(seconds(naive), seconds(objective.gradient)) for _ in range(rounds)]
    differences, backpropagation = zip(*timings, strict=True)
    return GradientCost(median(differences), median(backpropagation))


def numerical_gradient(objective: Objective, theta: Array) -> Array:
    """Return the gradient at θ, float64 (P,), by central differences alone: 2 P evaluations."""
    gradient = np.empty_like(theta)
    for i, value in enumerate(theta):
        h = STEP * max(1.0, abs(value))
        above, below = theta.copy(), theta.copy()
        above[i], below[i] = value + h, value - h
        gradient[i] = (objective(above) - objective(below)) / (above[i] - below[i])
    return gradient
