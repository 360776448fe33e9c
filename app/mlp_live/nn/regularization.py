"""Regularization: a penalty on large weights, added to the loss.

Biases are not penalized, because they only shift the decision boundary. Training minimizes the sum
of loss and penalty. The reported loss does not include the penalty, so that it stays comparable.
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array

RegularizerName = Literal["none", "l1", "l2"]
REGULARIZERS: tuple[RegularizerName, ...] = get_args(RegularizerName)
"""All names, in the order by which the compiled engine numbers them."""


@dataclass(frozen=True)
class Regularizer:
    """The name of a penalty and its rate λ.

    Raises ValueError if the name is unknown, or the rate is negative or not finite.
    """

    name: RegularizerName = "none"
    rate: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in REGULARIZERS:
            raise ValueError(f"regularizer must be one of {REGULARIZERS}, not {self.name!r}")
        if not 0 <= self.rate < np.inf:
            raise ValueError(f"rate must be a finite number of at least 0, not {self.rate}")


def penalty(
    regularizer: Regularizer, architecture: Architecture, theta: Array
) -> tuple[float, Array]:
    """Return the penalty on the weights w in θ, and its gradient, of the shape of θ.

    none: 0.   l1: λ Σ |w|, gradient λ sign w (0 at w = 0).   l2: ½ λ Σ w², gradient λ w.

    The gradient is zero at the biases.
    """
    value, gradient = 0.0, np.zeros_like(theta)
    views = zip(architecture.views(theta), architecture.views(gradient), strict=True)
    for (W, _), (gW, _) in views:
        if regularizer.name == "l1":
            value += regularizer.rate * float(np.abs(W).sum())
            gW[:] = regularizer.rate * np.sign(W)
        if regularizer.name == "l2":
            value += regularizer.rate * float((W * W).sum()) / 2
            gW[:] = regularizer.rate * W
    return value, gradient
