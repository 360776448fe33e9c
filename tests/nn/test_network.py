"""The readable network against the practical's formulas and against scikit-learn."""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier

from mlp_live.nn import network
from mlp_live.nn.activations import ActivationName
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import initialize
from tests.nn.problems import rings


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
