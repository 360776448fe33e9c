"""Penalties on large weights."""

import numpy as np
import pytest

from mlp_live.nn.architecture import Architecture
from mlp_live.nn.regularization import Regularizer, RegularizerName, penalty


@pytest.mark.parametrize(
    ("name", "value", "slope"), [("l1", 0.3, 0.1), ("l2", 0.25, 0.2), ("none", 0, 0)]
)
def test_the_penalty_is_on_weights_only(name: RegularizerName, value: float, slope: float) -> None:
    architecture = Architecture((2, 1))
    theta = np.array([2.0, -1.0, 5.0])
    value_found, gradient = penalty(Regularizer(name, 0.1), architecture, theta)
    # exact but for the rounding of 0.1
    assert value_found == pytest.approx(value)
    assert gradient[0] == pytest.approx(slope)
    assert gradient[2] == 0


def test_a_wrong_regularizer_is_refused() -> None:
    with pytest.raises(ValueError, match="one of"):
        Regularizer("dropout")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rate"):
        Regularizer("l2", -1)
