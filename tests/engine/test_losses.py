"""The compiled losses agree with the readable ones."""

import numpy as np
import pytest

from mlp_live.engine.engine import Engine
from mlp_live.nn import losses
from mlp_live.nn.architecture import Architecture
from tests.nn.problems import examples


@pytest.mark.parametrize("name", losses.LOSSES)
@pytest.mark.parametrize("n_y", [1, 2, 8, 9, 10])
def test_the_compiled_loss_agrees_for_any_number_of_outputs(
    name: losses.LossName, n_y: int
) -> None:
    rng = np.random.default_rng(3)
    architecture = Architecture((4, n_y), loss=name)
    X, Y = examples(architecture, 77, rng)
    theta = rng.normal(size=architecture.n_parameters)
    engine = Engine(architecture)
    loss, _ = engine.evaluate(engine.init_state(theta), engine.pack(X, Y))
    W, b = architecture.views(theta)[0]
    # logits rounded to float32: 7 digits, less what the subtraction of the maximum takes
    assert loss == pytest.approx(losses.FUNCTIONS[name](X @ W.T + b, Y)[0], rel=1e-5, abs=1e-6)


def test_the_compiled_loss_is_not_nan_for_any_finite_logits() -> None:
    engine = Engine(Architecture((1, 2)))
    largest = float(np.finfo(np.float32).max)
    # The difference of the two logits is above the largest float32.
    for label, expected in ((0, 0.0), (1, np.inf)):
        state = engine.init_state(np.array([largest, -largest, 0.0, 0.0]))
        packed = engine.pack(np.ones((1, 1)), np.eye(2)[[label]])
        assert engine.evaluate(state, packed)[0] == expected
