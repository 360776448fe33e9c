"""The network of the practical: gradients, loss, and an epoch of training."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.neural_network import MLPClassifier

from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import initialize
from mlp_live.nn.reference import backward, forward, init_params, loss_accuracy, sgd, softmax

sizes = st.integers(1, 6)
seeds = st.integers(0, 2**32 - 1)
finite_logits = st.floats(allow_nan=False, allow_infinity=False)


def batch(rng, n, nx, ny):
    return rng.normal(size=(n, nx)), np.eye(ny)[rng.integers(ny, size=n)]


@given(sizes, sizes, st.integers(2, 5), sizes, seeds)
def test_gradients_agree_with_central_differences(nx, nh, ny, n, seed):
    rng = np.random.default_rng(seed)
    params = init_params(nx, nh, ny, std=0.8, seed=rng)
    X, Y = batch(rng, n, nx, ny)
    grads = backward(params, forward(params, X)[1], Y)

    # A step h errs by O(h²) in the difference and by ε/h in rounding; h = ε^(1/3) balances them.
    h = np.finfo(float).eps ** (1 / 3)
    differences = {name: np.zeros_like(value) for name, value in params.items()}
    for name, value in params.items():
        for index in np.ndindex(value.shape):
            losses = []
            for sign in (1, -1):
                moved = {**params, name: value.copy()}
                moved[name][index] += sign * h
                losses.append(loss_accuracy(forward(moved, X)[1]["ytilde"], Y)[0])
            differences[name][index] = (losses[0] - losses[1]) / (2 * h)

    # Relative to the whole gradient: a single entry may be zero where its difference is rounding.
    analytic = np.concatenate([grads[name].ravel() for name in params])
    numeric = np.concatenate([differences[name].ravel() for name in params])
    assert np.linalg.norm(analytic - numeric) <= 1e-6 * max(
        float(np.linalg.norm(analytic)), float(np.linalg.norm(numeric)), 1e-3
    )


@given(st.integers(1, 20), st.integers(2, 5), st.data())
def test_loss_is_never_nan_and_never_warns(n, ny, data):
    ytilde = data.draw(arrays(float, (n, ny), elements=finite_logits))
    Y = np.eye(ny)[data.draw(arrays(int, n, elements=st.integers(0, ny - 1)))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loss, accuracy = loss_accuracy(ytilde, Y)
        probabilities = softmax(ytilde)
    assert loss >= 0
    assert 0 <= accuracy <= 100
    # One rounding for each of ny terms of a sum of 1.
    assert np.allclose(probabilities.sum(axis=1), 1, rtol=0, atol=1e-15 * 4 * ny)


def test_stable_loss_is_finite_where_the_naive_one_is_not():
    ytilde, Y = np.array([[1000.0, 0.0]]), np.array([[0.0, 1.0]])
    with np.errstate(divide="ignore"):
        assert np.log(softmax(ytilde))[0, 1] == -np.inf
    assert loss_accuracy(ytilde, Y) == (1000.0, 0.0)


@given(st.integers(1, 20), st.integers(2, 5), seeds)
def test_loss_is_the_logarithm_of_the_softmax_where_nothing_underflows(n, ny, seed):
    rng = np.random.default_rng(seed)
    ytilde, Y = rng.normal(0, 3, (n, ny)), np.eye(ny)[rng.integers(ny, size=n)]
    naive = -(Y * np.log(softmax(ytilde))).sum(axis=1).mean()
    # The exponentials of logits below 15 lose a few of 53 bits.
    assert loss_accuracy(ytilde, Y)[0] == pytest.approx(naive, rel=1e-12)


def test_loss_and_accuracy_by_hand():
    ytilde = np.log([[0.7, 0.3], [0.4, 0.6], [0.5, 0.5]])
    Y = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 0.0]])
    loss, accuracy = loss_accuracy(ytilde, Y)
    assert loss == pytest.approx(-np.log([0.7, 0.4, 0.5]).mean(), rel=1e-15)
    assert accuracy == pytest.approx(200 / 3, rel=1e-15)  # of equal logits the first is taken


@settings(max_examples=20)
@given(st.integers(5, 40), st.integers(1, 10), st.integers(1, 8), seeds)
def test_an_epoch_agrees_with_scikit_learn(n, size, nh, seed):
    ny = 3  # with two classes scikit-learn has one logistic output instead of a softmax
    rng = np.random.default_rng(seed)
    params = init_params(2, nh, ny, std=0.5, seed=rng)
    X, labels = rng.normal(size=(n, 2)), rng.integers(ny, size=n)
    peer = MLPClassifier(
        (nh,),
        activation="tanh",
        solver="sgd",
        alpha=0.0,
        batch_size=min(size, n),
        learning_rate_init=0.1,
        momentum=0.0,
        shuffle=False,
    )
    peer.partial_fit(X, labels, classes=range(ny))
    peer.coefs_ = [params["Wh"].T.copy(), params["Wy"].T.copy()]
    peer.intercepts_ = [params["bh"][0].copy(), params["by"][0].copy()]
    peer._optimizer.params = peer.coefs_ + peer.intercepts_
    peer.partial_fit(X, labels)

    for start in range(0, n, min(size, n)):
        rows = slice(start, start + min(size, n))
        grads = backward(params, forward(params, X[rows])[1], np.eye(ny)[labels[rows]])
        params = sgd(params, grads, 0.1)

    # The same sums in another order: some 10² float64 roundings, none amplified.
    assert np.allclose(params["Wh"].T, peer.coefs_[0], rtol=0, atol=1e-12)
    assert np.allclose(params["Wy"].T, peer.coefs_[1], rtol=0, atol=1e-12)
    assert np.allclose(params["bh"][0], peer.intercepts_[0], rtol=0, atol=1e-12)
    assert np.allclose(params["by"][0], peer.intercepts_[1], rtol=0, atol=1e-12)


def test_initial_parameters_have_the_deviation_asked_for():
    params = init_params(50, 100, 20, std=1.826, seed=1)
    assert {name: value.shape for name, value in params.items()} == {
        "Wh": (100, 50),
        "bh": (1, 100),
        "Wy": (20, 100),
        "by": (1, 20),
    }
    drawn = np.concatenate([value.ravel() for value in params.values()])
    # Mean and deviation of 7,120 draws lie within 5 of their standard errors.
    assert abs(drawn.mean()) < 5 * 1.826 / np.sqrt(drawn.size)
    assert abs(drawn.std() - 1.826) < 5 * 1.826 / np.sqrt(2 * drawn.size)


def test_functions_do_not_change_their_arguments():
    rng = np.random.default_rng(3)
    params = init_params(2, 4, 2, seed=rng)
    before = {name: value.copy() for name, value in params.items()}
    X, Y = batch(rng, 6, 2, 2)
    sgd(params, backward(params, forward(params, X)[1], Y), 0.1)
    assert all(np.array_equal(params[name], before[name]) for name in params)


def test_gradients_have_the_shapes_of_their_parameters():
    rng = np.random.default_rng(4)
    params = init_params(2, 4, 3, seed=rng)
    X, Y = batch(rng, 6, 2, 3)
    grads = backward(params, forward(params, X)[1], Y)
    assert {name: value.shape for name, value in grads.items()} == {
        name: value.shape for name, value in params.items()
    }


def test_the_default_start_is_that_of_the_task_sheet():
    default, told = init_params(2, 10, 2), init_params(2, 10, 2, std=0.3, seed=0)
    assert all(np.array_equal(default[name], told[name]) for name in told)
    # the same draws as those of the network that generalizes this one, in the same order
    theta = initialize(Architecture((2, 10, 2)), "normal", np.random.default_rng(0))
    assert theta.tolist() == [number for value in told.values() for number in value.ravel()]


@pytest.mark.parametrize("shape", [(3,), (5, 3), (2, 5, 3)])
def test_the_softmax_is_along_the_last_axis(shape):
    ytilde = np.random.default_rng(5).normal(size=shape)
    powers = np.exp(ytilde)
    found = softmax(ytilde)
    # float64: a few roundings
    assert np.allclose(found, powers / (powers @ np.ones(3))[..., np.newaxis], rtol=1e-14, atol=0)
