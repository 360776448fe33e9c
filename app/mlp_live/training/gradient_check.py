"""Gradient check: compares backpropagation with central differences, in results and in time.

The partial derivative of the loss with respect to one parameter can be approximated without any
derivation, from two forward passes:

    ∂L/∂θᵢ ≈ (L(θ + h eᵢ) - L(θ - h eᵢ)) / 2h

Done for every parameter this checks the backward pass. It also shows why networks are not trained
this way: it takes two forward passes per parameter, where backpropagation takes one forward and one
backward pass for all parameters together.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn.architecture import Architecture
from mlp_live.nn.network import backward, forward, loss_accuracy
from mlp_live.nn.regularization import Regularizer, penalty
from mlp_live.training.phases import regularizer_of
from mlp_live.training.run import Run

Array = NDArray[np.floating[Any]]

STEP = float(np.finfo(np.float64).eps ** (1 / 3))
"""h, relative to max(1, |θᵢ|).

Near 6e-6 the truncation error, of order h², and the rounding error, of order eps / h, are about
equal.
"""

FLOOR = 0.01
"""Of the largest component. The error of a smaller component is relative to this fraction."""

TOLERANCE = 1e-6
"""The largest relative error of a correct gradient, where the loss is smooth."""

MAX_PARAMETERS_FOR_ROUNDS = 500
"""Beyond this many parameters one round of timing takes long enough to be accurate."""


@dataclass(frozen=True)
class GradientCheck:
    """Both gradients, float64 (n_parameters,), and their relative errors.

    The relative error of component i is |aᵢ - nᵢ| / max(|aᵢ|, |nᵢ|, FLOOR · m), where m is the
    largest component of either gradient. The floor is for small components, where the difference
    quotient has few correct digits. If both gradients are zero the error is zero.
    """

    analytic: Array
    numerical: Array

    @property
    def errors(self) -> Array:
        """The relative error of each component, float64 (n_parameters,)."""
        size = np.maximum(np.abs(self.analytic), np.abs(self.numerical))
        size = np.maximum(size, FLOOR * size.max())
        difference = np.abs(self.analytic - self.numerical)
        errors: Array = np.divide(difference, size, out=np.zeros_like(size), where=size > 0)
        return errors

    @property
    def worst(self) -> float:
        """The largest relative error.

        Where the loss is smooth around θ, the backward pass is correct if it is below `TOLERANCE`.
        """
        return float(self.errors.max())


@dataclass(frozen=True)
class GradientCost:
    """Seconds for one gradient, by central differences and by backpropagation."""

    naive: float
    backpropagation: float

    @property
    def ratio(self) -> float:
        """How many times as long central differences take."""
        return self.naive / self.backpropagation


class RunCheck(NamedTuple):
    """The gradient check of a run: the largest relative error, and seconds for one gradient."""

    parameters: int
    examples: int
    worst_relative_error: float | None  # None if a gradient is not finite
    naive_seconds: float
    backpropagation_seconds: float
    ratio: float
    passed: bool


def check_run(run: Run) -> RunCheck:
    """Check the gradient at the current parameters of ``run``, over its first mini-batch.

    In float64; the mini-batch consists of the first rows of the training set.
    """
    dataset, config, architecture = run.dataset, run.config, run.engine.architecture
    rows = slice(config.batch_size)
    X, Y = dataset.feature_map(dataset.train.X[rows]), dataset.targets(dataset.train.y[rows])
    theta = run.state_at().theta.astype(np.float64)
    check = check_gradient(architecture, theta, X, Y, regularizer_of(config))
    finite = bool(np.isfinite(check.analytic).all() and np.isfinite(check.numerical).all())
    rounds = 5 if architecture.n_parameters <= MAX_PARAMETERS_FOR_ROUNDS else 1
    cost = gradient_cost(architecture, theta, X, Y, perf_counter, rounds)
    return RunCheck(
        parameters=architecture.n_parameters,
        examples=len(X),
        worst_relative_error=check.worst if finite else None,
        naive_seconds=cost.naive,
        backpropagation_seconds=cost.backpropagation,
        ratio=cost.ratio,
        passed=finite and bool(check.worst <= TOLERANCE),
    )


def check_gradient(
    architecture: Architecture,
    theta: Array,
    X: Array,
    Y: Array,
    regularizer: Regularizer | None = None,
) -> GradientCheck:
    """Compute both gradients at θ over the examples X (m, n_x), Y (m, n_y), in float64."""
    theta, regularizer = np.asarray(theta, np.float64), regularizer or Regularizer()
    return GradientCheck(
        analytic_gradient(architecture, theta, X, Y, regularizer),
        numerical_gradient(architecture, theta, X, Y, regularizer),
    )


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

    def seconds(gradient: Callable[..., Array]) -> float:
        start = clock()
        gradient(architecture, theta, X, Y, Regularizer())
        return clock() - start

    theta = np.asarray(theta, np.float64)
    timings = [(seconds(numerical_gradient), seconds(analytic_gradient)) for _ in range(rounds)]
    naive, backpropagation = zip(*timings, strict=True)
    return GradientCost(median(naive), median(backpropagation))


def analytic_gradient(
    architecture: Architecture, theta: Array, X: Array, Y: Array, regularizer: Regularizer
) -> Array:
    """Gradient of loss plus penalty by backpropagation: one forward and one backward pass."""
    _, outputs = forward(architecture, theta, X)
    return backward(architecture, theta, outputs, Y) + penalty(regularizer, architecture, theta)[1]


def numerical_gradient(
    architecture: Architecture, theta: Array, X: Array, Y: Array, regularizer: Regularizer
) -> Array:
    """Gradient of loss plus penalty by central differences: two forward passes per parameter."""

    def objective(theta: Array) -> float:
        _, outputs = forward(architecture, theta, X)
        loss, _ = loss_accuracy(architecture, outputs, Y)
        return loss + penalty(regularizer, architecture, theta)[0]

    gradient = np.empty_like(theta)
    for i, value in enumerate(theta):
        h = STEP * max(1.0, abs(value))
        above, below = theta.copy(), theta.copy()
        above[i], below[i] = value + h, value - h
        gradient[i] = (objective(above) - objective(below)) / (above[i] - below[i])
    return gradient
