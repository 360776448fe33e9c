"""Penalties on large weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_live.nn.architecture import Architecture
from mlp_live.nn.regularization import REGULARIZERS, Regularizer, RegularizerName, penalty


@pytest.mark.parametrize(
    ("name", "value", "slopes"),
    [("l1", 0.9, [0.3, -0.3, 0]), ("l2", 0.75, [0.6, -0.3, 0]), ("none", 0, [0, 0, 0])],
)
def test_the_penalty_is_on_weights_only(
    name: RegularizerName, value: float, slopes: list[float]
) -> None:
    architecture = Architecture((3, 1))
    theta = np.array([2.0, -1.0, 0.0, 5.0])
    value_found, gradient = penalty(Regularizer(name, 0.3), architecture, theta)
    # exact but for the rounding of 0.3
    assert value_found == pytest.approx(value)
    assert gradient == pytest.approx([*slopes, 0.0])


@pytest.mark.parametrize("name", REGULARIZERS)
def test_the_penalties_of_the_layers_add_up(name: RegularizerName) -> None:
    rng = np.random.default_rng(0)
    both = Architecture((2, 3, 2))
    theta = rng.normal(size=both.n_parameters)
    regularizer = Regularizer(name, 0.3)
    parts = [
        penalty(regularizer, Architecture((n_in, n_out)), np.concatenate([W.ravel(), b]))
        for (n_in, n_out), (W, b) in zip(both.layers, both.views(theta), strict=True)
    ]
    value, gradient = penalty(regularizer, both, theta)
    assert value == pytest.approx(parts[0][0] + parts[1][0], rel=1e-12)  # the same sums in float64
    assert gradient.tolist() == [*parts[0][1], *parts[1][1]]


def test_nothing_is_penalized_unless_it_is_asked_for() -> None:
    assert Regularizer() == Regularizer("none", 0.0)


@given(rate=st.floats(0, 1e300))
def test_any_finite_rate_of_at_least_zero_is_accepted(rate: float) -> None:
    assert Regularizer("l2", rate).rate == rate


@pytest.mark.parametrize("rate", [-1, -1e-300, np.inf, np.nan])
def test_any_other_rate_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        Regularizer("l2", rate)


def test_a_wrong_name_is_refused() -> None:
    with pytest.raises(ValueError, match="one of"):
        Regularizer("dropout")  # type: ignore[arg-type]
