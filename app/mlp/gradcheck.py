"""Gradient check: is the backward pass right, and what is it worth?

The slope of the loss along one parameter can always be had without any derivation, from two forward
passes:

    ∂L/∂θᵢ ≈ (L(θ + h eᵢ) - L(θ - h eᵢ)) / 2h

Done for every parameter this checks the backward pass, and shows why nobody trains that way: it
takes two forward passes a parameter, where backpropagation takes one backward pass for all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.mlp.architecture import Architecture
from app.mlp.network import backward, forward, loss_accuracy
from app.mlp.regularisation import Regulariser, penalty

Array = NDArray[np.floating[Any]]

STEP = float(np.finfo(np.float64).eps ** (1 / 3))
"""h, relative to max(1, |θᵢ|).

Near 6e-6 the truncation error h² and the rounding error eps / h are about equal.
"""

FLOOR = 0.01
"""Components below this share of the largest have their error taken relative to that share."""


@dataclass(frozen=True)
class GradientCheck:
    """Both gradients, shape (n_parameters,), and how far they are apart.

    The relative error of component i is |aᵢ - nᵢ| / max(|aᵢ|, |nᵢ|, FLOOR · max |a|): relative to
    the component itself, but for the small ones, of which the difference quotient has too few
    digits left. Where both gradients are zero the error is zero.
    """

    analytic: Array
    numerical: Array

    @property
    def errors(self) -> Array:
        """The relative error of each component."""
        size = np.maximum(np.abs(self.analytic), np.abs(self.numerical))
        size = np.maximum(size, FLOOR * size.max())
        difference = np.abs(self.analytic - self.numerical)
        errors: Array = np.divide(difference, size, out=np.zeros_like(size), where=size > 0)
        return errors

    @property
    def worst(self) -> float:
        """The largest relative error.

        Below 1e-6 the backward pass is right, for a loss that is smooth around θ.
        """
        return float(self.errors.max())


@dataclass(frozen=True)
class GradientCost:
    """Seconds for one gradient, by central differences and by one forward and one backward pass."""

    naive: float
    backpropagation: float

    @property
    def ratio(self) -> float:
        """How many times longer the naïve way takes."""
        return self.naive / self.backpropagation


def analytic_gradient(
    architecture: Architecture, theta: Array, X: Array, Y: Array, regulariser: Regulariser
) -> Array:
    """Gradient of loss plus penalty, by one forward and one backward pass."""
    _, outputs = forward(architecture, theta, X)
    return backward(architecture, theta, outputs, Y) + penalty(regulariser, architecture, theta)[1]


def numerical_gradient(
    architecture: Architecture, theta: Array, X: Array, Y: Array, regulariser: Regulariser
) -> Array:
    """Gradient of loss plus penalty, by central differences: two forward passes a parameter."""

    def objective(theta: Array) -> float:
        _, outputs = forward(architecture, theta, X)
        loss, _ = loss_accuracy(architecture, outputs, Y)
        return loss + penalty(regulariser, architecture, theta)[0]

    gradient = np.empty_like(theta)
    for i, value in enumerate(theta):
        h = STEP * max(1.0, abs(value))
        above, below = theta.copy(), theta.copy()
        above[i], below[i] = value + h, value - h
        gradient[i] = (objective(above) - objective(below)) / (above[i] - below[i])
    return gradient


def check_gradient(
    architecture: Architecture,
    theta: Array,
    X: Array,
    Y: Array,
    regulariser: Regulariser | None = None,
) -> GradientCheck:
    """Compare both gradients at θ over the batch X (m, n_x), Y (m, n_y), in float64."""
    theta, regulariser = np.asarray(theta, np.float64), regulariser or Regulariser()
    return GradientCheck(
        analytic_gradient(architecture, theta, X, Y, regulariser),
        numerical_gradient(architecture, theta, X, Y, regulariser),
    )


def gradient_cost(
    architecture: Architecture,
    theta: Array,
    X: Array,
    Y: Array,
    clock: Callable[[], float],
    rounds: int = 5,
) -> GradientCost:
    """Time both gradients with the clock, which tells seconds: medians of alternating rounds."""

    def seconds(gradient: Callable[..., Array]) -> float:
        start = clock()
        gradient(architecture, theta, X, Y, Regulariser())
        return clock() - start

    theta = np.asarray(theta, np.float64)
    timings = [(seconds(numerical_gradient), seconds(analytic_gradient)) for _ in range(rounds)]
    naive, backpropagation = zip(*timings, strict=True)
    return GradientCost(median(naive), median(backpropagation))
