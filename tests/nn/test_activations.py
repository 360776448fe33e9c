"""Derivatives are those of their functions; known values."""

import numpy as np
import pytest

from mlp_live.nn.activations import (
    ACTIVATIONS,
    FUNCTIONS,
    ActivationName,
    gelu,
    leaky_relu,
    relu,
    sigmoid,
)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_derivative_is_that_of_the_function(name: ActivationName) -> None:
    z = np.linspace(-6, 6, 1000)  # an even number of points: none of them at the kink of the ReLUs
    h = 1e-5
    slope = (FUNCTIONS[name](z + h)[0] - FUNCTIONS[name](z - h)[0]) / (2 * h)
    # central differences in float64: truncation h² f''' / 6 < 1e-10, rounding 1e-16 / h = 1e-11
    np.testing.assert_allclose(FUNCTIONS[name](z)[1], slope, atol=1e-9)


def test_known_values() -> None:
    # in float64, up to the last digits
    assert sigmoid(np.array([0.0, np.log(3)]))[0] == pytest.approx([0.5, 0.75])
    assert leaky_relu(np.array([-2.0, 0.0, 3.0]))[0] == pytest.approx([-0.02, 0.0, 3.0])
    # x Φ(x) at 1, which the tanh form approximates to 2e-4
    assert gelu(np.array([1.0]))[0] == pytest.approx([0.8413], abs=2e-4)


def test_the_sigmoid_does_not_overflow() -> None:
    with np.errstate(all="raise", under="ignore"):
        value, slope = sigmoid(np.array([-1000.0, 1000.0]))
    assert value.tolist() == [0.0, 1.0]
    assert slope.tolist() == [0.0, 0.0]


def test_the_relus_are_flat_at_their_kink() -> None:
    assert [float(value[0]) for value in relu(np.zeros(1))] == [0.0, 0.0]
    assert [float(value[0]) for value in leaky_relu(np.zeros(1))] == [0.0, 0.01]
