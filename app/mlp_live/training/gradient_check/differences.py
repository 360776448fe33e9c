"""Compares backpropagation in the readable network with central differences, both in float64.

The partial derivative of the loss with respect to one parameter can be approximated without any
derivation, from two forward passes:

    ∂L/∂θᵢ ≈ (L(θ + h eᵢ) - L(θ - h eᵢ)) / 2h

Done for every parameter this checks the backward pass. It says nothing about a derivative that does
not exist. A parameter is **at a kink** if, between θ - h eᵢ and θ + h eᵢ, the pre-activation of a
(leaky) ReLU changes its sign, or the weight itself under L1. Then a smaller h is tried. A parameter
that is at a kink with the smallest h, too, is left out. Whether it is does not depend on the
gradients, so no wrong gradient is excused.

A smaller h is also tried where the two gradients disagree. If the difference quotients of two h
differ from each other, they are not accurate, because the loss is too steep: the parameter is left
out. Otherwise the gradient is wrong.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array
from mlp_live.nn.regularization import Regularizer
from mlp_live.training.gradient_check.comparison import Comparison, Tally, parameter_name
from mlp_live.training.gradient_check.objective import Objective

EPSILON = float(np.finfo(np.float64).eps)

STEP = EPSILON ** (1 / 3)
"""h, relative to max(1, |θᵢ|).

Near 6e-6 the truncation error, of order h², and the rounding error, of order eps / h, are about
equal.
"""

SMALLER_STEPS = (STEP / 8, STEP / 64, STEP / 512)
"""The steps that are tried in turn where `STEP` does not do."""

FLOOR = 0.01
"""Of the largest component. The error of a smaller component is relative to this fraction."""

NOISE = 10
"""The rounding error of L, in units of eps times the size of L and of the logits."""

TOLERANCE = 1e-6
"""The largest relative error of a correct gradient, where the loss is smooth."""

AT_KINK = "at a kink of the loss, where it has no derivative"
TOO_STEEP = "where the loss is too steep for a difference quotient"
NOT_FINITE = "because the gradients are not finite, or the naive softmax underflows"


@dataclass(frozen=True)
class GradientCheck:
    """Both gradients, float64 (P,), and their relative errors.

    The relative error of component i is |aᵢ - nᵢ| / max(|aᵢ|, |nᵢ|, floorᵢ). The floor is for small
    components, where the difference quotient has few correct digits: `FLOOR` times the largest
    component of either gradient, or more where the rounding of L is larger. If both gradients are
    zero the error is zero.

    at_kink and too_steep, bool (P,): the parameters that are left out.
    """

    analytic: Array
    numerical: Array
    errors: Array
    at_kink: NDArray[np.bool_]
    too_steep: NDArray[np.bool_]

    @property
    def compared(self) -> NDArray[np.bool_]:
        """The parameters that are compared, bool (P,)."""
        return ~(self.at_kink | self.too_steep)

    @property
    def worst(self) -> float:
        """The largest relative error, 0 if no parameter could be compared.

        The backward pass is correct if it is at most `TOLERANCE`.
        """
        return float(self.errors.max(where=self.compared, initial=0.0))

    @property
    def finite(self) -> bool:
        """Whether every component of both gradients is finite."""
        return bool(np.isfinite(self.analytic).all() and np.isfinite(self.numerical).all())


def check_gradient(
    architecture: Architecture,
    theta: Array,
    X: Array,
    Y: Array,
    regularizer: Regularizer | None = None,
) -> GradientCheck:
    """Compute both gradients at θ over the examples X (m, n_x), Y (m, n_y), in float64."""
    theta = np.asarray(theta, np.float64)
    objective = Objective(architecture, X, Y, regularizer or Regularizer())
    with np.errstate(over="ignore", invalid="ignore"):  # then they are not `finite`
        return _check_gradient(objective, theta)


def _check_gradient(objective: Objective, theta: Array) -> GradientCheck:
    analytic, everything = objective.gradient(theta), np.arange(len(theta))
    first = difference_quotients(objective, theta, everything, STEP)
    numerical, noise, at_kink = first.quotients, first.noise, first.at_kink
    usable = np.where(at_kink, 0.0, numerical)
    floor = FLOOR * max(np.abs(analytic).max(), np.abs(usable).max())
    errors = relative_errors(analytic, numerical, np.maximum(floor, noise / TOLERANCE))
    reliable = np.zeros(len(theta), bool)
    for step in SMALLER_STEPS:
        again = np.flatnonzero(at_kink | (errors > TOLERANCE) & ~reliable)
        before, was_at_kink = numerical[again], at_kink[again]
        smaller = difference_quotients(objective, theta, again, step)
        numerical[again], at_kink[again] = smaller.quotients, smaller.at_kink
        floors = np.maximum(floor, smaller.noise / TOLERANCE)
        errors[again] = relative_errors(analytic[again], smaller.quotients, floors)
        unchanged = relative_errors(before, smaller.quotients, floors) <= TOLERANCE
        reliable[again] = unchanged & ~was_at_kink & ~smaller.at_kink
    too_steep = (errors > TOLERANCE) & ~reliable & ~at_kink
    return GradientCheck(analytic, numerical, errors, at_kink, too_steep)


def compare_with_differences(
    architecture: Architecture, theta: Array, X: Array, Y: Array, regularizer: Regularizer
) -> Comparison:
    """Return the result of `check_gradient` in words."""
    check = check_gradient(architecture, theta, X, Y, regularizer)
    subject = "gradient: backpropagation, central differences (both float64)"
    tally = Tally(subject, "relative error", len(theta))
    usable = check.finite and not Objective(architecture, X, Y, regularizer).underflows(theta)
    if usable:
        tolerances = np.where(check.compared, TOLERANCE, np.inf)
        tally.add(
            check.errors,
            tolerances,
            lambda index: parameter_name(architecture, index),
            check.compared,
        )
    return tally.result({NOT_FINITE: not usable, AT_KINK: check.at_kink, TOO_STEEP: True})


class DifferenceQuotients(NamedTuple):
    """Central differences of some parameters, each of shape (n,)."""

    quotients: Array
    noise: Array
    """How large the rounding error of a quotient may be."""

    at_kink: NDArray[np.bool_]


def difference_quotients(
    objective: Objective, theta: Array, indices: NDArray[np.int64], step: float
) -> DifferenceQuotients:
    """Return the central differences of the parameters ``indices``, int64 (n,), at θ."""
    sides = objective.sides(objective.outputs(theta))
    weight_kinks = objective.weight_kinks()
    n = len(indices)
    result = DifferenceQuotients(np.empty(n), np.empty(n), np.zeros(n, bool))
    for k, i in enumerate(indices):
        value = theta[i]
        h = step * max(1.0, abs(value))
        crossed = bool(weight_kinks[i]) and abs(value) <= h
        values, sizes = [], []
        for moved_value in (value + h, value - h):
            moved = theta.copy()
            moved[i] = moved_value
            outputs = objective.outputs(moved)
            values.append(objective.value(moved, outputs))
            sizes.append(abs(values[-1]) + np.abs(outputs.h[-1]).max(axis=1).mean())
            crossed = crossed or bool((objective.sides(outputs) != sides).any())
        width = (value + h) - (value - h)
        result.quotients[k] = (values[0] - values[1]) / width
        result.noise[k] = NOISE * EPSILON * sum(sizes) / width
        result.at_kink[k] = crossed
    return result


def relative_errors(a: Array, n: Array, floor: Array) -> Array:
    """Return |aᵢ - nᵢ| / max(|aᵢ|, |nᵢ|, floorᵢ), or 0 where both are 0."""
    size = np.maximum(np.maximum(np.abs(a), np.abs(n)), floor)
    errors: Array = np.divide(np.abs(a - n), size, out=np.zeros_like(size), where=size != 0)
    return errors
