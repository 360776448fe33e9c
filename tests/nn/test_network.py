"""The readable network against the practical's formulas and against scikit-learn."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

from mlp_live.nn import network
from mlp_live.nn.activations import ActivationName
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array
from mlp_live.nn.initialization import initialize
from mlp_live.nn.losses import LOSSES, LossName
from mlp_live.nn.optimizers import Optimizer, OptimizerName
from mlp_live.nn.regularization import Regularizer, RegularizerName
from tests.nn.problems import examples, rings


def test_one_hidden_layer_is_the_practical_formula_by_formula() -> None:
    rng = np.random.default_rng(0)
    X, Y = rings(30, rng)
    architecture = Architecture((2, 10, 2))
    theta = initialize(architecture, "normal", rng)
    (Wh, bh), (Wy, by) = architecture.views(theta)
    h = np.tanh(X @ Wh.T + bh)
    ytilde = h @ Wy.T + by
    yhat = np.exp(ytilde) / np.exp(ytilde).sum(axis=1, keepdims=True)
    grad_ytilde = (yhat - Y) / 30
    grad_htilde = (grad_ytilde @ Wy) * (1 - h**2)

    Yhat, outputs = network.forward(architecture, theta, X)
    gradient = network.backward(architecture, theta, outputs, Y)
    loss, accuracy = network.loss_accuracy(architecture, outputs, Y)
    (gWh, gbh), (gWy, gby) = architecture.views(gradient)
    # float64 on both sides, the same formulas: equal up to the order of sums
    np.testing.assert_allclose(Yhat, yhat, atol=1e-14)
    np.testing.assert_allclose(gWy, grad_ytilde.T @ h, atol=1e-14)
    np.testing.assert_allclose(gby, grad_ytilde.sum(axis=0), atol=1e-14)
    np.testing.assert_allclose(gWh, grad_htilde.T @ X, atol=1e-14)
    np.testing.assert_allclose(gbh, grad_htilde.sum(axis=0), atol=1e-14)
    assert loss == pytest.approx(-np.log((yhat * Y).sum(axis=1)).mean(), rel=1e-12)
    assert accuracy == 100 * (yhat.argmax(axis=1) == Y.argmax(axis=1)).mean()


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid", "linear"])
def test_predictions_are_scikit_learns_for_the_same_weights(activation: ActivationName) -> None:
    rng = np.random.default_rng(1)
    X, _ = rings(40, rng)
    labels = rng.integers(3, size=40)
    kind = {"sigmoid": "logistic", "linear": "identity"}.get(activation, activation)
    peer = MLPClassifier((7, 5), activation=kind, max_iter=1, random_state=0)
    peer.partial_fit(X, labels, classes=[0, 1, 2])
    architecture = Architecture((2, 7, 5, 3), activation)
    theta = np.zeros(architecture.n_parameters)
    for (W, b), coefficients, intercepts in zip(
        architecture.views(theta), peer.coefs_, peer.intercepts_, strict=True
    ):
        W[:], b[:] = coefficients.T, intercepts
    Yhat, _ = network.forward(architecture, theta, X)
    np.testing.assert_allclose(Yhat, peer.predict_proba(X), atol=1e-12)  # float64 on both sides


def test_with_a_single_output_there_is_no_accuracy() -> None:
    architecture = Architecture((2, 1), loss="squared_error")
    theta, X = np.array([1.0, 2.0, 0.5]), np.array([[1.0, 1.0], [0.0, 0.0]])
    _, outputs = network.forward(architecture, theta, X)
    loss, accuracy = network.loss_accuracy(architecture, outputs, np.array([[3.0], [0.0]]))
    assert loss == 0.125  # half the mean of 0.5² and 0.5²
    assert np.isnan(accuracy)


@pytest.mark.parametrize(("optimizer", "regularizer"), [(None, None), ("sgd", "l2")])
@pytest.mark.parametrize("batch_size", [1, 3, 7, 20])
def test_an_epoch_of_a_linear_unit_is_the_delta_rule(
    batch_size: int, optimizer: OptimizerName | None, regularizer: RegularizerName | None
) -> None:
    rng = np.random.default_rng(2)
    x, y, order = rng.normal(size=7), rng.normal(size=7), rng.permutation(7)
    rate = 0.3 if regularizer else 0.0
    w, b = 0.5, -0.25
    theta = np.array([w, b])
    batches = np.split(order, range(batch_size, 7, batch_size))
    for batch in batches:
        error = w * x[batch] + b - y[batch]
        w, b = w - 0.1 * ((error * x[batch]).mean() + rate * w), b - 0.1 * error.mean()
    steps = network.train_epoch(
        Architecture((1, 1), loss="squared_error"),
        theta,
        network.zero_slots(theta),
        x[:, np.newaxis],
        y[:, np.newaxis],
        order,
        batch_size,
        0.1,
        optimizer and Optimizer(optimizer),
        regularizer and Regularizer(regularizer, rate),
    )
    assert steps == len(batches)
    assert theta == pytest.approx([w, b], rel=1e-12)  # the same formulas in float64


def test_two_epochs_of_adam_are_one_epoch_of_twice_the_batches() -> None:
    rng = np.random.default_rng(3)
    X, Y = rings(20, rng)
    architecture = Architecture((2, 4, 2))
    start = initialize(architecture, "normal", rng)
    order = rng.permutation(20)

    def trained(*orders: NDArray[np.int64]) -> Array:
        theta, slots, steps = start.copy(), network.zero_slots(start), 0
        for order in orders:
            steps = network.train_epoch(
                architecture, theta, slots, X, Y, order, 5, 0.1, Optimizer("adam"), steps=steps
            )
        assert steps == 8
        return theta

    assert trained(order, order).tobytes() == trained(np.tile(order, 2)).tobytes()


def test_the_first_step_of_adam_is_as_long_as_the_learning_rate() -> None:
    rng = np.random.default_rng(4)
    X, Y = rings(20, rng)
    architecture = Architecture((2, 4, 2))
    start = initialize(architecture, "normal", rng)
    theta, slots = start.copy(), network.zero_slots(start)
    optimizer = Optimizer("adam", epsilon=1e-12)
    network.train_epoch(architecture, theta, slots, X, Y, np.arange(20), 20, 0.1, optimizer)
    # ε is 1e-12 of gradients above 1e-6
    np.testing.assert_allclose(np.abs(theta - start), 0.1, rtol=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("sizes", [(3, 2), (2, 3, 2), (2, 4, 3, 2), (2, 2, 3, 4, 3)])
def test_the_gradient_is_that_of_the_loss_at_any_depth(
    sizes: tuple[int, ...], loss: LossName
) -> None:
    rng = np.random.default_rng(5)
    architecture = Architecture(sizes, "gelu", loss)
    X, Y = examples(architecture, 6, rng)
    theta = initialize(architecture, "xavier", rng)
    _, outputs = network.forward(architecture, theta, X)
    gradient = network.backward(architecture, theta, outputs, Y)
    h = 1e-5
    for index in range(theta.size):
        losses = []
        for sign in (1, -1):
            moved = theta.copy()
            moved[index] += sign * h
            _, outputs = network.forward(architecture, moved, X)
            losses.append(network.loss_accuracy(architecture, outputs, Y)[0])
        # central differences in float64: truncation below 1e-9, rounding 1e-16 / h = 1e-11
        assert gradient[index] == pytest.approx((losses[0] - losses[1]) / (2 * h), abs=1e-8)


def test_the_accuracy_is_the_share_of_the_largest_logits_that_are_right() -> None:
    architecture = Architecture((3, 3))
    theta = np.concatenate([np.eye(3).ravel(), np.zeros(3)])  # the logits are the inputs
    predicted, labels = np.eye(3)[[0, 1, 2, 0, 2]], np.eye(3)[[0, 1, 1, 1, 0]]
    _, outputs = network.forward(architecture, theta, predicted)
    assert network.loss_accuracy(architecture, outputs, labels)[1] == 40.0
