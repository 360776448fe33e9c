"""What the page on the mathematics says of Keras; skipped where it or PyTorch is not installed."""

from math import exp
from typing import Any

import numpy as np
import pytest

from mlp_live.nn.losses import squared_error
from mlp_live.nn.network import zero_slots
from mlp_live.nn.optimizers import Optimizer, OptimizerName, step
from mlp_live.nn.schedules import Schedule
from tests.conventions.three_steps import GRADIENTS, RATES, START, three_steps

# What Keras calls in NumPy is its own affair.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

# Keras computes in float32: a few operations with 24 bits each
CLOSE_IN_FLOAT32: dict[str, Any] = {"rtol": 2e-6, "atol": 2e-6}


@pytest.fixture
def keras(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    pytest.importorskip("torch")
    return pytest.importorskip("keras")


def numpy(keras: Any, tensor: Any) -> Any:
    return keras.ops.convert_to_numpy(tensor)


def with_keras(keras: Any, optimizer: Any, rates: Any = RATES) -> Any:
    """θ after the same three steps as those of `three_steps`, with an optimizer of Keras."""
    variable = keras.Variable(START.astype("float32"))
    optimizer.build([variable])
    for g, eta in zip(GRADIENTS, rates, strict=True):
        optimizer.learning_rate = eta
        optimizer.apply([keras.ops.convert_to_tensor(g.astype("float32"))], [variable])
    return numpy(keras, variable)


def test_momentum_in_keras_keeps_the_rate_of_past_gradients(keras: Any) -> None:
    theta, v = START.copy(), np.zeros(4)
    for g, eta in zip(GRADIENTS, RATES, strict=True):
        v = 0.9 * v - eta * g
        theta = theta + v
    theirs = with_keras(keras, keras.optimizers.SGD(momentum=0.9))
    np.testing.assert_allclose(theirs, theta, **CLOSE_IN_FLOAT32)
    assert np.abs(three_steps(Optimizer("momentum")) - theirs).max() > 0.01


@pytest.mark.parametrize("name", ["momentum", "nesterov"])
def test_with_a_constant_rate_momentum_in_keras_is_the_same(
    keras: Any, name: OptimizerName
) -> None:
    theta, slots = START.copy(), zero_slots(START)
    for t, g in enumerate(GRADIENTS, start=1):
        step(Optimizer(name), theta, slots, g, 0.1, t)
    optimizer = keras.optimizers.SGD(momentum=0.9, nesterov=name == "nesterov")
    np.testing.assert_allclose(with_keras(keras, optimizer, [0.1] * 3), theta, **CLOSE_IN_FLOAT32)


def test_the_places_of_epsilon_in_keras(keras: Any) -> None:
    optimizers, epsilon = keras.optimizers, 0.1
    theta, s = START.copy(), np.zeros(4)
    for g, eta in zip(GRADIENTS, RATES, strict=True):
        s = s + g * g
        theta = theta - eta * g / np.sqrt(s + epsilon)
    theirs = with_keras(keras, optimizers.Adagrad(initial_accumulator_value=0.0, epsilon=epsilon))
    np.testing.assert_allclose(theirs, theta, **CLOSE_IN_FLOAT32)

    theta, s = START.copy(), np.zeros(4)
    for g, eta in zip(GRADIENTS, RATES, strict=True):
        s = 0.9 * s + 0.1 * g * g
        theta = theta - eta * g / np.sqrt(s + epsilon)
    theirs = with_keras(keras, optimizers.RMSprop(epsilon=epsilon))
    np.testing.assert_allclose(theirs, theta, **CLOSE_IN_FLOAT32)

    theta, slots = START.copy(), zero_slots(START)
    for t, (g, eta) in enumerate(zip(GRADIENTS, RATES, strict=True), start=1):
        ours = Optimizer("adam", epsilon=0.01 / (1 - 0.999**t) ** 0.5)
        step(ours, theta, slots, g, eta, t)
    theirs = with_keras(keras, optimizers.Adam(epsilon=0.01))
    np.testing.assert_allclose(theirs, theta, **CLOSE_IN_FLOAT32)


def test_penalties_in_keras(keras: Any) -> None:
    w = np.array([[0.5, -2.0, 0.0]], "float32")
    squares, sizes = float((w * w).sum()), float(np.abs(w).sum())
    assert float(keras.regularizers.L2(0.3 / 2)(w)) == pytest.approx(0.3 / 2 * squares)
    assert float(keras.regularizers.L1(0.3)(w)) == pytest.approx(0.3 * sizes)
    for make in (keras.optimizers.SGD, keras.optimizers.Adam):
        bias = keras.Variable(np.array([1.0], "float32"), name="bias")
        optimizer = make(0.1, weight_decay=0.5)
        optimizer.build([bias])
        optimizer.apply([keras.ops.zeros((1,))], [bias])
        # float32
        assert numpy(keras, bias) == pytest.approx(1 - 0.1 * 0.5, rel=1e-6)


def test_losses_in_keras(keras: Any) -> None:
    rng = np.random.default_rng(0)
    logits, Y = rng.normal(size=(5, 3)), np.eye(3)[[0, 2, 1, 1, 0]]
    mean = float(keras.losses.MeanSquaredError()(Y, logits))
    assert squared_error(logits, Y)[0] == pytest.approx(3 / 2 * mean, rel=1e-5)  # float32
    largest = float(keras.losses.CategoricalCrossentropy()([[1.0, 0.0]], [[0.0, 1.0]]))
    assert largest == pytest.approx(-np.log(1e-7), rel=1e-5)  # float32
    assert round(largest, 1) == 16.1


def test_the_training_loss_of_keras_is_a_mean_over_the_batches_with_the_penalty(keras: Any) -> None:
    rng = np.random.default_rng(0)
    X = rng.normal(size=(5, 2)).astype("float32")
    y = X[:, :1] * 2 + 1
    layer = keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.5))
    model = keras.Sequential([keras.Input((2,)), layer])
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    W, b = (weights.copy() for weights in model.get_weights())
    assert W.shape == (2, 1)
    assert not b.any()
    total = 0.0
    for rows in (slice(0, 3), slice(3, 5)):
        error = X[rows] @ W + b - y[rows]
        total += len(error) * float((error**2).mean() + 0.5 * (W * W).sum())
        W = W - 0.1 * (2 * X[rows].T @ error / len(error) + W)
        b = b - 0.1 * 2 * error.mean(axis=0)
    history = model.fit(X, y, batch_size=3, shuffle=False, verbose=0).history
    assert history["loss"] == pytest.approx([total / 5], rel=1e-5)  # float32
    np.testing.assert_allclose(model.get_weights()[0], W, rtol=1e-5)
    after = float(((X @ W + b - y) ** 2).mean() + 0.5 * (W * W).sum())
    assert model.evaluate(X, y, verbose=0) == pytest.approx(after, rel=1e-5)
    assert abs(after - total / 5) > 0.1


def test_schedules_in_keras_count_steps(keras: Any) -> None:
    schedules, n = keras.optimizers.schedules, 7
    pairs = [
        (Schedule("time", decay=0.2), schedules.InverseTimeDecay(0.5, n, 0.2, staircase=True)),
        (
            Schedule("step", factor=0.6, period=4),
            schedules.ExponentialDecay(0.5, 4 * n, 0.6, staircase=True),
        ),
        (
            Schedule("exponential", decay=0.2),
            schedules.ExponentialDecay(0.5, n, exp(-0.2), staircase=True),
        ),
    ]
    for ours, theirs in pairs:
        for at in (0, n - 1, n, 5 * n + 3, 13 * n):
            # float32
            assert float(theirs(at)) == pytest.approx(ours.rate(at // n, 20, 0.5), rel=1e-5)
    cosine = schedules.CosineDecay(0.5, 20 * n)
    assert float(cosine(5 * n)) == pytest.approx(Schedule("cosine").rate(5, 20, 0.5), rel=1e-5)
    assert float(cosine(1)) < 0.5
    warm = schedules.CosineDecay(0.0, 20 * n, warmup_target=0.5, warmup_steps=4 * n)
    assert float(warm(0)) == 0
    assert float(warm(4 * n)) == 0.5


def test_what_else_is_said_of_keras(keras: Any) -> None:
    he = numpy(keras, keras.initializers.HeNormal(seed=0)((50, 2000)))
    # five standard deviations of the variance of 100,000 draws, which is less than a normal one's
    assert abs(he.var() / (2 / 50) - 1) < 5 * (2 / 100_000) ** 0.5
    assert (np.abs(he) > 3 * he.std()).mean() < 1e-4  # 0.0027 of a normal distribution
    layer = keras.layers.Normalization()
    layer.adapt(np.array([[1.0, 5.0], [2.0, 5.0], [4.0, 5.0]], "float32"))
    normalized = numpy(keras, layer(np.array([[1.0, 5.0]], "float32")))
    expected = np.array([[(1 - 7 / 3) / np.std([1, 2, 4], ddof=0), 0.0]])
    np.testing.assert_allclose(normalized, expected, rtol=1e-5)  # float32
    assert keras.backend.floatx() == "float32"
    f1 = keras.metrics.F1Score(average="macro")
    f1.update_state(np.eye(3)[[0, 1, 1]], np.eye(3)[[0, 1, 1]])
    assert float(f1.result()) == pytest.approx(2 / 3)
    for predictions, score in (([1.0, 1.0], np.nan), ([1.0, 2.0], 0.0)):
        r2_score = keras.metrics.R2Score()
        r2_score.update_state(np.ones((2, 1)), np.array(predictions)[:, np.newaxis])
        assert float(r2_score.result()) == pytest.approx(score, nan_ok=True)


def test_early_stopping_in_keras_restores_after_the_last_epoch_too(keras: Any) -> None:
    X = np.zeros((1, 1), "float32")
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.compile(keras.optimizers.SGD(0.1), loss="mse")
    stopping = keras.callbacks.EarlyStopping(
        monitor="watched", mode="min", patience=2, min_delta=0.02, restore_best_weights=True
    )
    losses = [1.0, 0.9, 0.95, 0.89]
    watch = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: model.set_weights([np.full((1, 1), float(epoch))]),
        on_epoch_end=lambda epoch, logs: logs.update(watched=losses[epoch]),
    )
    model.fit(X, X, epochs=3, verbose=0, callbacks=[watch, stopping])
    assert model.get_weights()[0] == 1  # the run ended by itself, with epoch 2
    model.fit(X, X, epochs=4, verbose=0, callbacks=[watch, stopping])
    assert stopping.stopped_epoch == 3
    assert model.get_weights()[0] == 1  # 0.89 is less, but not by 0.02
