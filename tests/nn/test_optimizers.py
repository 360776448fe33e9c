"""Each readable optimizer against independent implementations and closed forms."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


@given(
    mu=st.floats(0, 0.99),
    rho=st.floats(0, 0.99),
    beta1=st.floats(0, 0.99),
    beta2=st.floats(0, 0.99),
    epsilon=st.floats(1e-3, 1),
    eta=st.floats(1e-3, 2),
    seed=st.integers(0, 2**32 - 1),
)
def test_any_constants_weigh_past_gradients_as_the_formulas_say(
    mu: float, rho: float, beta1: float, beta2: float, epsilon: float, eta: float, seed: int
) -> None:
    """The last step of each rule, from sums over all gradients instead of a recursion."""
    gradients = np.random.default_rng(seed).normal(size=(4, 3))
    g, ages = gradients[-1], np.arange(4)[::-1, np.newaxis]  # the last gradient has age 0
    velocity = (mu**ages * gradients).sum(axis=0)

    def mean(beta: float, values: Array) -> Array:  # with weights that sum to 1 - βᵗ
        return ((1 - beta) * beta**ages * values).sum(axis=0)

    corrected = mean(beta1, gradients) / (1 - beta1**4)
    squares = mean(beta2, gradients**2) / (1 - beta2**4)
    expected = {
        "sgd": g,
        "momentum": velocity,
        "nesterov": g + mu * velocity,
        "adagrad": g / (np.sqrt((gradients**2).sum(axis=0)) + epsilon),
        "rmsprop": g / (np.sqrt(mean(rho, gradients**2)) + epsilon),
        "adam": corrected / (np.sqrt(squares) + epsilon),
    }
    for name in OPTIMIZERS:
        optimizer = Optimizer(name, mu, rho, beta1, beta2, epsilon)
        theta, slots = np.zeros(3), np.zeros((2, 3))
        for t, gradient in enumerate(gradients, 1):
            before = theta.copy()
            step(optimizer, theta, slots, gradient, eta, t)
        # sums of four float64 numbers, divided by 1e-3 at least
        np.testing.assert_allclose(before - theta, eta * expected[name], rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("constant", ["momentum", "decay", "beta1", "beta2"])
def test_a_constant_from_zero_to_below_one_is_accepted(constant: str) -> None:
    for value in (0.0, 0.5, np.nextafter(1, 0)):
        optimizer = Optimizer(**{constant: value})  # type: ignore[arg-type]
        assert getattr(optimizer, constant) == value
    for value in (-0.1, 1.0, 1.5, np.nan):
        with pytest.raises(ValueError, match=f"{constant} must be"):
            Optimizer(**{constant: value})  # type: ignore[arg-type]


def test_epsilon_is_from_a_trillionth_to_one() -> None:
    for value in (1e-12, 1e-3, 1.0):
        assert Optimizer(epsilon=value).epsilon == value
    for value in (0.0, 0.99e-12, 1.01, np.nan):
        with pytest.raises(ValueError, match="epsilon must be"):
            Optimizer(epsilon=value)


def test_an_unknown_optimizer_is_refused() -> None:
    with pytest.raises(ValueError, match="one of"):
        Optimizer("newton")  # type: ignore[arg-type]
