"""Regularisation: a penalty on large weights, added to the loss.

Biases go free: they bend nothing, they only shift.
The penalty is added to what is minimised, not to the loss that is reported, so that reported losses
stay comparable.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.mlp.architecture import Architecture
from app.mlp.lanes import choose_less, compiled, splat

Array = NDArray[np.floating[Any]]

REGULARISERS = ("none", "l1", "l2")
"""Names of the regularisers; compiled code knows them by their position."""

NONE, L1, L2 = range(len(REGULARISERS))


@dataclass(frozen=True)
class Regulariser:
    """The penalty and its rate λ. Raises ValueError for an unknown name or a negative rate."""

    name: str = "none"
    rate: float = 0.0

    def __post_init__(self) -> None:
        if self.name not in REGULARISERS:
            raise ValueError(f"regulariser must be one of {REGULARISERS}, not {self.name!r}")
        if not 0 <= self.rate < np.inf:
            raise ValueError(f"rate must be a finite number from 0, not {self.rate}")


def penalty(
    regulariser: Regulariser, architecture: Architecture, theta: Array
) -> tuple[float, Array]:
    """The penalty on the weights w in θ and its gradient, a vector like θ, zero at the biases.

    l1: λ Σ |w|, gradient λ sign w (0 at 0).   l2: ½ λ Σ w², gradient λ w.
    """
    value, gradient = 0.0, np.zeros_like(theta)
    views = zip(architecture.views(theta), architecture.views(gradient), strict=True)
    for (W, _), (gW, _) in views:
        if regulariser.name == "l1":
            value += regulariser.rate * float(np.abs(W).sum())
            gW[:] = regulariser.rate * np.sign(W)
        if regulariser.name == "l2":
            value += regulariser.rate * float((W * W).sum()) / 2
            gW[:] = regulariser.rate * W
    return value, gradient


@compiled
def penalty_gradient(rule: Any, w: Any) -> Any:
    """The penalty's gradient at the weights w, as lanes."""
    zero = splat(0.0)
    if rule.regulariser == L1:
        sign = choose_less(zero, w, splat(1.0), choose_less(w, zero, splat(-1.0), zero))
        return rule.penalty * sign
    if rule.regulariser == L2:
        return rule.penalty * w
    return zero
