"""The conventions of MLP Live that the page on the mathematics states."""

from typing import Any

import numpy as np
import pytest

from mlp_live.data.feature_map import FeatureMap
from mlp_live.engine.engine import Engine
from mlp_live.nn import network
from mlp_live.nn.activations import FUNCTIONS, LEAK
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import InitializationName, initialize
from mlp_live.nn.losses import squared_error
from mlp_live.nn.metrics import class_scores, confusion_matrix, r2
from mlp_live.nn.network import Outputs, loss_accuracy, train_epoch, zero_slots
from mlp_live.nn.optimizers import Optimizer, OptimizerName, step
from mlp_live.nn.regularization import Regularizer, penalty
from mlp_live.training.config import RunConfig
from mlp_live.training.early_stopping import EarlyStopping
from tests.conventions.three_steps import CLOSE, GRADIENTS, RATES, START, three_steps
from tests.nn.problems import examples

SMALL = Architecture((2, 3, 2))


def test_momentum_applies_the_present_rate_to_past_gradients() -> None:
    g, mu = GRADIENTS, 0.9
    v = [g[0], mu * g[0] + g[1], mu * mu * g[0] + mu * g[1] + g[2]]
    expected = START - sum(eta * each for eta, each in zip(RATES, v, strict=True))
    np.testing.assert_allclose(three_steps(Optimizer("momentum")), expected, **CLOSE)


@pytest.mark.parametrize("name", ["nesterov", "adagrad", "rmsprop", "adam"])
def test_the_first_step_in_closed_form(name: OptimizerName) -> None:
    """Only adam corrects the bias; ε is outside of the root; the slots begin at 0."""
    optimizer, g, epsilon = Optimizer(name, epsilon=0.5), GRADIENTS[0], 0.5
    expected = {
        "nesterov": (1 + 0.9) * g,
        "adagrad": g / (np.abs(g) + epsilon),
        "rmsprop": g / (np.sqrt(1 - 0.9) * np.abs(g) + epsilon),
        "adam": g / (np.abs(g) + epsilon),
    }
    theta = START.copy()
    step(optimizer, theta, zero_slots(START), g, 0.1, 1)
    np.testing.assert_allclose(theta, START - 0.1 * expected[name], **CLOSE)


def test_the_gradient_of_the_last_batch_is_the_mean_over_its_own_examples() -> None:
    rng = np.random.default_rng(0)
    X, Y = examples(SMALL, 3, rng)
    theta = initialize(SMALL, "normal", rng)
    expected = theta.copy()
    for rows in ([2, 0], [1]):
        _, outputs = network.forward(SMALL, expected, X[rows])
        expected -= 0.1 * network.backward(SMALL, expected, outputs, Y[rows])
    steps = train_epoch(SMALL, theta, zero_slots(theta), X, Y, np.array([2, 0, 1]), 2, 0.1)
    assert steps == 2
    np.testing.assert_allclose(theta, expected, **CLOSE)


def test_the_derivatives_at_the_kink() -> None:
    zero = np.zeros(1)
    assert FUNCTIONS["relu"](zero)[1] == 0
    assert FUNCTIONS["leaky_relu"](zero)[1] == LEAK
    weightless = np.zeros(SMALL.n_parameters)
    assert not penalty(Regularizer("l1", 1.0), SMALL, weightless)[1].any()


def test_the_squared_error_is_half_the_sum_over_the_outputs() -> None:
    loss, _ = squared_error(np.array([[3.0, 1.0], [0.0, 0.0]]), np.zeros((2, 2)))
    assert loss == 0.5 * (9 + 1) / 2


def test_of_equal_logits_the_first_counts() -> None:
    logits, Y = np.ones((2, 3)), np.eye(3)[[0, 2]]
    assert loss_accuracy(Architecture((1, 3)), Outputs([logits], []), Y)[1] == 50


def test_an_absent_class_counts_as_0_in_the_macro_scores() -> None:
    scores = class_scores(confusion_matrix(np.array([0, 1, 1]), np.array([0, 1, 1]), 3))
    for column in (scores.precision, scores.recall, scores.f1):
        assert column.tolist() == [1, 1, 0]
        assert column.mean() == pytest.approx(2 / 3)


def test_standardized_inputs_have_deviation_1_when_divided_by_n() -> None:
    X = np.random.default_rng(0).normal(3.0, 2.0, (7, 3))
    X[:, 2] = 5.0
    inputs = FeatureMap.fit(X, ["x1", "x2"], standardize=True)(X)
    np.testing.assert_allclose(inputs.mean(axis=0), [0, 0, 0], **CLOSE)
    np.testing.assert_allclose(inputs.std(axis=0, ddof=0), [1, 1, 0], **CLOSE)


def test_the_loss_of_a_standardized_regression_gives_its_scores() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=9)
    y = (y - y.mean()) / y.std()
    predictions = y + 0.3 * rng.normal(size=9)
    loss, _ = squared_error(predictions[:, np.newaxis], y[:, np.newaxis])
    assert r2(y, predictions) == pytest.approx(1 - 2 * loss, rel=1e-12)


def test_normal_draws_the_biases_too() -> None:
    def biases(name: InitializationName) -> Any:
        theta = initialize(SMALL, name, np.random.default_rng(0))
        return np.concatenate([b for _, b in SMALL.views(theta)])

    assert biases("normal").all()
    assert not biases("xavier").any()
    assert not biases("he").any()


def test_the_precisions() -> None:
    theta = initialize(SMALL, "normal", np.random.default_rng(0))
    assert theta.dtype == np.float64
    assert Engine(SMALL).init_state(theta).theta.dtype == np.float32


def test_patience_counts_the_epochs_since_the_last_better_one() -> None:
    losses = [1.0, 0.9, 0.95, 0.89, 0.87, 0.88, 0.88]  # with min_delta 0.02, epochs 1 and 4
    early = EarlyStopping(RunConfig(early_stopping=True, patience=2, min_delta=0.02))
    assert [early.stops(epoch, loss) for epoch, loss in enumerate(losses)] == [
        *[False, False, False, True, False, False, True]
    ]
