"""Three steps of an optimizer, each with its own gradient and rate."""

from typing import Any

import numpy as np

from mlp_live.nn.network import zero_slots
from mlp_live.nn.optimizers import Optimizer, step
from mlp_live.nn.regularization import Regularizer

RATES = (0.1, 0.02, 0.05)
# float64 on both sides, in another order of operations
CLOSE: dict[str, Any] = {"rtol": 1e-12, "atol": 1e-12}

GRADIENTS = np.random.default_rng(0).normal(size=(3, 4))
START = np.random.default_rng(1).normal(size=4)


def three_steps(optimizer: Optimizer, regularizer: Regularizer | None = None) -> Any:
    """θ after a step with each of `GRADIENTS` at each of `RATES`, plus λ θ with a regularizer."""
    theta, slots = START.copy(), zero_slots(START)
    for t, (g, eta) in enumerate(zip(GRADIENTS, RATES, strict=True), start=1):
        decay = regularizer.rate * theta if regularizer else 0.0
        step(optimizer, theta, slots, g + decay, eta, t)
    return theta
