"""Fifty steps of each compiled optimizer against independent implementations."""

from collections.abc import Callable

import numpy as np
import pytest

from mlp_live.engine.engine import Engine
from mlp_live.nn.optimizers import OPTIMIZERS, Optimizer, OptimizerName
from tests.nn.problems import orders
from tests.nn.published_optimizers import (
    ARCHITECTURE,
    ORACLES,
    RATE,
    STEPS,
    THETA,
    Array,
    Gradient,
    X,
    Y,
    batch_gradient,
)


@pytest.mark.parametrize("oracle", ORACLES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_steps_agree_with_an_independent_implementation(
    name: OptimizerName, oracle: Callable[[str, Array, Gradient], Array]
) -> None:
    engine = Engine(ARCHITECTURE, Optimizer(name))
    state = engine.init_state(THETA)
    order = orders(len(X), STEPS, np.random.default_rng(1))  # each step is on all examples
    engine.train(state, engine.pack(X, Y), order, np.full(STEPS, RATE), len(X))
    assert state.steps == STEPS
    # float32: half a unit in the last place of a parameter near 1, 6e-8, for some of the 50 steps
    expected = oracle(name, THETA, batch_gradient)
    np.testing.assert_allclose(state.theta, expected, atol=2e-6)
