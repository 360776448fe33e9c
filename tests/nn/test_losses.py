"""Losses: gradients agree with differences; the stable form is stable, the naive one is not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss

from mlp_live.nn import losses


@pytest.mark.parametrize("name", losses.LOSSES)
def test_the_gradient_is_that_of_the_loss(name: losses.LossName) -> None:
    rng = np.random.default_rng(0)
    logits, Y = rng.normal(size=(5, 3)), np.eye(3)[rng.integers(3, size=5)]
    _, gradient = losses.FUNCTIONS[name](logits, Y)
    h = 1e-5
    for index in np.ndindex(logits.shape):
        above, below = logits.copy(), logits.copy()
        above[index] += h
        below[index] -= h
        slope = (losses.FUNCTIONS[name](above, Y)[0] - losses.FUNCTIONS[name](below, Y)[0]) / (
            2 * h
        )
        assert gradient[index] == pytest.approx(
            slope, abs=1e-9
        )  # as for the activations: truncation below 1e-10, rounding 1e-11


def test_cross_entropy_is_scikit_learns_log_loss() -> None:
    rng = np.random.default_rng(1)
    logits, labels = rng.normal(size=(50, 4)), rng.integers(4, size=50)
    loss, _ = losses.cross_entropy(logits, np.eye(4)[labels])
    expected = log_loss(labels, losses.softmax(logits), labels=range(4))
    assert loss == pytest.approx(expected, rel=1e-12)  # the same sum in float64


@given(shift=st.floats(-1e6, 1e6), seed=st.integers(0, 2**32 - 1))
def test_adding_a_number_to_all_logits_changes_nothing(shift: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits, Y = rng.normal(size=(6, 3)), np.eye(3)[rng.integers(3, size=6)]
    moved, _ = losses.cross_entropy(logits + shift, Y)
    # a logit near 1e6 keeps 1e-10 of absolute precision in float64
    assert moved == pytest.approx(losses.cross_entropy(logits, Y)[0], abs=1e-8)


def test_both_cross_entropies_agree_where_nothing_overflows() -> None:
    rng = np.random.default_rng(2)
    logits, Y = rng.normal(size=(20, 3)), np.eye(3)[rng.integers(3, size=20)]
    stable, naive = losses.cross_entropy(logits, Y), losses.naive_cross_entropy(logits, Y)
    assert naive[0] == pytest.approx(stable[0], rel=1e-12)
    np.testing.assert_allclose(naive[1], stable[1], atol=1e-15)


def test_the_naive_loss_is_nan_where_the_softmax_underflows_or_overflows() -> None:
    Y = np.array([[1.0, 0.0]])
    for logits in (np.array([[0.0, -2000.0]]), np.array([[2000.0, 0.0]])):
        assert np.isnan(losses.naive_cross_entropy(logits, Y)[0])
        assert losses.cross_entropy(logits, Y)[0] == 0.0
    assert np.isnan(losses.naive_cross_entropy(np.array([[2000.0, 0.0]]), Y)[1]).any()


def test_squared_error_is_half_the_mean_of_the_squared_distance() -> None:
    loss, gradient = losses.squared_error(
        np.array([[3.0, 0.0], [0.0, 0.0]]), np.array([[0.0, 4.0], [0.0, 0.0]])
    )
    assert loss == 25 / 4
    np.testing.assert_array_equal(gradient, [[1.5, -2.0], [0.0, 0.0]])


@pytest.mark.parametrize("name", losses.LOSSES)
def test_the_gradient_of_an_example_is_its_prediction_minus_its_target(
    name: losses.LossName,
) -> None:
    rng = np.random.default_rng(3)
    logits, Y = rng.normal(size=(5, 3)), np.eye(3)[rng.integers(3, size=5)]
    _, gradient = losses.FUNCTIONS[name](logits, Y)
    # float64, one division more
    np.testing.assert_allclose(5 * gradient, losses.prediction(name, logits) - Y, atol=1e-14)


def test_only_the_naive_prediction_overflows() -> None:
    logits = np.array([[2000.0, 0.0]])
    assert np.isnan(losses.prediction("naive_cross_entropy", logits)).any()
    assert losses.prediction("cross_entropy", logits).tolist() == [[1.0, 0.0]]
    assert losses.prediction("squared_error", logits).tolist() == [[2000.0, 0.0]]
