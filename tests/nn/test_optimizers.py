"""Fifty steps of each readable optimizer against independent implementations."""

from collections.abc import Callable

import numpy as np
import pytest

from mlp_live.nn import network
from mlp_live.nn.optimizers import OPTIMIZERS, Optimizer, OptimizerName, step
from tests.nn.published_optimizers import (
    ORACLES,
    RATE,
    STEPS,
    THETA,
    Array,
    Gradient,
    batch_gradient,
)


@pytest.mark.parametrize("oracle", ORACLES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_steps_agree_with_an_independent_implementation(
    name: OptimizerName, oracle: Callable[[str, Array, Gradient], Array]
) -> None:
    theta, slots = THETA.copy(), network.zero_slots(THETA)
    for t in range(1, STEPS + 1):
        step(Optimizer(name), theta, slots, batch_gradient(theta), RATE, t)
    # float64, the same rule
    np.testing.assert_allclose(theta, oracle(name, THETA, batch_gradient), atol=1e-12)


@pytest.mark.parametrize(
    "wrong", [{"name": "newton"}, {"momentum": 1.0}, {"beta2": -0.1}, {"epsilon": 0.0}]
)
def test_wrong_constants_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        Optimizer(**wrong)  # type: ignore[arg-type]
