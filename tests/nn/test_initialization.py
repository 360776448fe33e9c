"""The parameters before training."""

import numpy as np
import pytest

from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import (
    INITIALIZATIONS,
    PUBLISHED_STD,
    InitializationName,
    initialize,
)

WIDE = Architecture((8, 128, 128, 10))


def test_normal_spreads_weights_and_biases_alike() -> None:
    theta = initialize(WIDE, "normal", np.random.default_rng(0), PUBLISHED_STD)
    # 18 954 draws: the standard error of the deviation is 1 / √(2 n) = 0.5 %; four of them
    assert theta.std() == pytest.approx(1.826, rel=0.02)
    assert theta.mean() == pytest.approx(0, abs=4 * 1.826 / theta.size**0.5)  # 4 standard errors
    for _, b in WIDE.views(theta):
        assert b.all()


@pytest.mark.parametrize(("name", "variance"), [("xavier", 2 / 256), ("he", 2 / 128)])
def test_the_variance_follows_the_layer_and_biases_are_zero(
    name: InitializationName, variance: float
) -> None:
    views = WIDE.views(initialize(WIDE, name, np.random.default_rng(1)))
    assert views[1][0].var() == pytest.approx(variance, rel=0.05)  # 16 384 draws: 4 standard errors
    assert views[1][0].mean() == pytest.approx(0, abs=4 * variance**0.5 / 128)
    assert not any(b.any() for _, b in views)


def test_the_limits_of_xavier_are_those_of_both_sides_of_a_layer() -> None:
    views = WIDE.views(initialize(WIDE, "xavier", np.random.default_rng(1)))
    for (n_in, n_out), (W, _) in zip(WIDE.layers, views, strict=True):
        limit = np.sqrt(6 / (n_in + n_out))
        # the largest of 1024 draws or more is within 2 % of the limit, but once in 10⁹ times
        assert 0.98 * limit < -W.min() <= limit
        assert 0.98 * limit < W.max() <= limit


def test_the_deviation_is_that_of_the_task_sheet_unless_another_is_given() -> None:
    default, told = (
        initialize(WIDE, "normal", np.random.default_rng(2), *std) for std in ((), (0.3,))
    )
    assert default.tobytes() == told.tobytes()
    assert not initialize(WIDE, "normal", np.random.default_rng(2), 0).any()


def test_zeros_are_zeros() -> None:
    assert not initialize(WIDE, "zeros", np.random.default_rng(2)).any()


@pytest.mark.parametrize("name", INITIALIZATIONS)
def test_the_same_generator_gives_the_same_start(name: InitializationName) -> None:
    first, second = (initialize(WIDE, name, np.random.default_rng(3)) for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_wrong_choices_are_refused() -> None:
    with pytest.raises(ValueError, match="one of"):
        initialize(WIDE, "ones", np.random.default_rng())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="std"):
        initialize(WIDE, "normal", np.random.default_rng(), -1)
