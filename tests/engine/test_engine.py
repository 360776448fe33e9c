"""The engine computes what the readable network computes, and always the same bits.

The module is long because each property is checked for all activations, losses and optimizers.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mlp_live.engine.engine import Engine, StopReason
from mlp_live.engine.state import State
from mlp_live.nn import network
from mlp_live.nn.activations import ActivationName
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import initialize
from mlp_live.nn.optimizers import OPTIMIZERS, Optimizer, OptimizerName
from mlp_live.nn.regularization import REGULARIZERS, Regularizer, RegularizerName
from mlp_live.nn.schedules import SCHEDULES, Schedule, ScheduleName
from tests.nn.problems import architectures, examples, orders, rings

RNG_SEEDS = st.integers(0, 2**32 - 1)

RINGS = Architecture((2, 10, 2))


def trained(batch_size: int, cuts: list[int], seed: int = 0) -> State:
    """The state after a training on the rings that is divided into calls at the given batches."""
    rng = np.random.default_rng(seed)
    X, Y = rings(101, rng)
    engine = Engine(RINGS, Optimizer("adam"), Regularizer("l2", 1e-3))
    packed, state = engine.pack(X, Y), engine.init_state(initialize(RINGS, "normal", rng))
    epochs = orders(101, 3, rng)
    rates = np.array([0.1, 0.05, 0.01])
    batches = 3 * -(-101 // batch_size)
    bounds = sorted({0, batches, *(cut % batches for cut in cuts)})
    for first, last in pairwise(bounds):
        engine.train(state, packed, epochs, rates, batch_size, first, last)
    return state


@settings(max_examples=150)
@given(
    architecture=architectures(),
    batch_size=st.integers(1, 80),
    n=st.integers(80, 150),
    optimizer=st.sampled_from(OPTIMIZERS),
    regularizer=st.sampled_from(REGULARIZERS),
    schedule=st.sampled_from(SCHEDULES),
    seed=RNG_SEEDS,
)
def test_one_epoch_agrees_with_the_readable_network(
    architecture: Architecture,
    batch_size: int,
    n: int,
    optimizer: OptimizerName,
    regularizer: RegularizerName,
    schedule: ScheduleName,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    X, Y = examples(architecture, n, rng)
    X, Y = X.astype(np.float32).astype(float), Y.astype(np.float32).astype(float)
    theta = initialize(architecture, "xavier", rng).astype(np.float32).astype(float)
    order = orders(n, 1, rng)
    # ε well above the rounding of float32: a gradient that is rounding noise must not be divided by
    # its own size
    rule, penalty = Optimizer(optimizer, epsilon=1e-3), Regularizer(regularizer, 1e-3)
    rate = Schedule(schedule, warm_up=2).rate(3, 10, 0.003)

    engine = Engine(architecture, rule, penalty)
    state = engine.init_state(theta)
    engine.train(state, engine.pack(X, Y), order, np.array([rate]), batch_size)
    network.train_epoch(
        architecture,
        theta,
        network.zero_slots(theta),
        X,
        Y,
        order[0],
        batch_size,
        rate,
        rule,
        penalty,
    )
    # float32 keeps 7 digits, of which up to 150 steps and 5 layers of sums lose two or three. Under
    # L1 a weight that reaches zero may stop there or step across, a rate or two to either side
    at_zero = (regularizer == "l1") & (np.abs(theta) < 2 * rate)
    # A unit within rounding of its kink may take the other slope, for a step or two
    at_kink = rate * (architecture.activation in ("relu", "leaky_relu"))
    tolerance = np.where(at_zero, 2 * rate, 2e-4 + at_kink + 1e-3 * np.abs(theta))
    np.testing.assert_array_less(np.abs(state.theta - theta), tolerance)


@pytest.mark.parametrize("batch_size", [1, 3, 4, 23, 24, 70, 100])
@pytest.mark.parametrize("sizes", [(1, 1), (8, 10), (1, 128, 1), (8, *[128] * 8, 10)])
def test_the_smallest_and_the_largest_network_agree_too(
    sizes: tuple[int, ...], batch_size: int
) -> None:
    rng = np.random.default_rng(7)
    architecture = Architecture(sizes, "tanh", "squared_error")
    X, Y = examples(architecture, 100, rng)
    theta, order = initialize(architecture, "xavier", rng), orders(100, 1, rng)
    engine = Engine(architecture)
    state = engine.init_state(theta)
    engine.train(state, engine.pack(X, Y), order, np.array([0.003]), batch_size)
    slots = network.zero_slots(theta)
    network.train_epoch(architecture, theta, slots, X, Y, order[0], batch_size, 0.003)
    # float32, at most 100 steps of sums over at most 128 terms
    np.testing.assert_allclose(state.theta, theta, rtol=1e-4, atol=1e-5)


@settings(max_examples=100)
@given(architecture=architectures(), n=st.integers(1, 150), seed=RNG_SEEDS)
def test_evaluation_and_prediction_agree_with_the_readable_network(
    architecture: Architecture, n: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X, Y = examples(architecture, n, rng)
    X = X.astype(np.float32).astype(float)
    theta = initialize(architecture, "normal", rng, std=0.5).astype(np.float32).astype(float)
    engine = Engine(architecture)
    state = engine.init_state(theta)
    Yhat, outputs = network.forward(architecture, theta, X)
    if architecture.loss == "naive_cross_entropy":
        # Above this float32 overflows where float64 does not, as this loss is meant to show.
        assume(np.abs(outputs.h[-1]).max() < 40)
    loss, accuracy = network.loss_accuracy(architecture, outputs, Y)
    # float32 against float64, through at most 5 layers whose pre-activations stay below about 100
    np.testing.assert_allclose(engine.predict(state, X), Yhat, rtol=1e-4, atol=1e-4)
    measured_loss, measured_accuracy = engine.evaluate(state, engine.pack(X, Y))
    assert measured_loss == pytest.approx(loss, rel=1e-4, abs=1e-5)
    # one row in n may have two logits closer together than float32 can tell apart
    assert measured_accuracy == pytest.approx(accuracy, abs=101 / n, nan_ok=True)


@settings(max_examples=50)
@given(architectures(), st.integers(1, 150), st.integers(1, 20), RNG_SEEDS)
def test_hidden_activations_agree_with_the_readable_network(
    architecture: Architecture, n: int, shown: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, architecture.sizes[0])).astype(np.float32)
    theta = initialize(architecture, "xavier", rng).astype(np.float32)
    engine = Engine(architecture)
    h = engine.hidden_activations(engine.init_state(theta), X, shown)
    outputs = network.hidden_outputs(architecture, theta.astype(float), X.astype(float))
    layers = [layer[:, :shown].T for layer in outputs.h[1:]]
    # float32 against float64, through at most 4 layers
    np.testing.assert_allclose(h, np.vstack([np.empty((0, n)), *layers]), rtol=1e-4, atol=1e-5)


@settings(max_examples=40)
@given(batch_size=st.integers(1, 101), cuts=st.lists(st.integers(0, 400), max_size=20))
def test_dividing_a_training_into_calls_does_not_change_a_bit(
    batch_size: int, cuts: list[int]
) -> None:
    whole, cut = trained(batch_size, []), trained(batch_size, cuts)
    assert whole.theta.tobytes() == cut.theta.tobytes()
    assert whole.steps == cut.steps


def test_threads_do_not_change_a_bit() -> None:
    alone = [trained(7, [], seed).theta.tobytes() for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        together = [
            state.theta.tobytes() for state in pool.map(lambda s: trained(7, [], s), range(8))
        ]
    assert alone == together


def test_a_copy_trains_on_to_the_same_bits_and_does_not_change_the_original() -> None:
    rng = np.random.default_rng(1)
    X, Y = rings(50, rng)
    engine = Engine(RINGS, Optimizer("adam"))
    packed, state = engine.pack(X, Y), engine.init_state(initialize(RINGS, "normal", rng))
    epochs, rates = orders(50, 2, rng), np.full(2, 0.1)
    engine.train(state, packed, epochs, rates, 10, 0, 5)
    copy, before = state.copy(), state.theta.tobytes()
    engine.train(copy, packed, epochs, rates, 10, 5)
    assert state.theta.tobytes() == before
    engine.train(state, packed, epochs, rates, 10, 5)
    assert state.theta.tobytes() == copy.theta.tobytes()


def test_training_epochs_in_one_call_is_training_and_evaluating_each_to_the_bit() -> None:
    rng = np.random.default_rng(8)
    (X, Y), (X_test, Y_test) = rings(70, rng), rings(33, rng)
    engine = Engine(RINGS, Optimizer("rmsprop"))
    train, test = engine.pack(X, Y), engine.pack(X_test, Y_test)
    state = engine.init_state(initialize(RINGS, "normal", rng))
    expected = state.copy()
    epochs, rates = orders(70, 4, rng), np.array([0.1, 0.05, 0.02, 0.01])
    results = engine.train_epochs(state, (train, None, test), epochs, rates, 9)
    assert results.stop_reason is None
    assert len(results.metrics) == 4
    for epoch in range(4):
        one = slice(epoch, epoch + 1)
        start = results.start_state(epoch)
        assert start.vectors.tobytes() == expected.vectors.tobytes()
        assert start.steps == expected.steps
        engine.train(expected, train, epochs[one], rates[one], 9)
        metrics = *engine.evaluate(expected, train), *engine.evaluate(expected, test)
        assert tuple(results.metrics[epoch, [0, 1, 4, 5]]) == metrics
        assert np.isnan(results.metrics[epoch, [2, 3]]).all()
    assert expected.vectors.tobytes() == state.vectors.tobytes()
    assert expected.steps == state.steps == 4 * 8


def test_the_start_state_of_an_epoch_is_an_independent_copy() -> None:
    rng = np.random.default_rng(10)
    X, Y = rings(20, rng)
    engine = Engine(RINGS, Optimizer("adam"))
    packed, state = engine.pack(X, Y), engine.init_state(initialize(RINGS, "normal", rng))
    epochs, rates = orders(20, 3, rng), np.full(3, 0.1)
    results = engine.train_epochs(state, (packed, None, None), epochs, rates, 5)
    again = results.start_state(1)
    engine.train(again, packed, epochs[1:], rates[1:], 5)
    assert again.theta.tobytes() == state.theta.tobytes()
    assert results.start_state(1).theta.tobytes() != state.theta.tobytes()


@pytest.mark.parametrize("cause", StopReason)
def test_an_epoch_that_is_not_finite_is_undone_and_its_reason_is_returned(
    cause: StopReason,
) -> None:
    rng = np.random.default_rng(9)
    X, Y = rings(40, rng)
    architecture = Architecture((2, 10, 2), loss="squared_error")
    engine = Engine(architecture)
    state = engine.init_state(initialize(architecture, "normal", rng))
    rates, completed = np.full(4, 0.1), 0
    if cause is StopReason.PARAMETERS_NOT_FINITE:
        rates[2], completed = np.inf, 2
    else:  # the square of an error of 1e30 is above the largest number, a step of 0.1 is not
        Y, rates = 1e30 * Y, np.full(4, 1e-31)
    packed = engine.pack(X, Y)
    epochs, expected = orders(40, 4, rng), state.copy()
    results = engine.train_epochs(state, (packed, None, None), epochs, rates, 10)
    assert results.stop_reason is cause
    assert len(results.metrics) == completed
    assert np.isfinite(results.metrics[:, :2]).all()
    engine.train(expected, packed, epochs[:completed], rates[:completed], 10)
    assert state.theta.tobytes() == expected.theta.tobytes()
    assert state.steps == expected.steps


@pytest.mark.parametrize("position", [1, 2], ids=["validation", "test"])
def test_a_loss_that_is_not_finite_on_another_set_stops_nothing(position: int) -> None:
    rng = np.random.default_rng(9)
    X, Y = rings(40, rng)
    engine = Engine(RINGS)
    packed, state = engine.pack(X, Y), engine.init_state(initialize(RINGS, "normal", rng))
    epochs, expected = orders(40, 4, rng), state.copy()
    sets = [packed, None, None]
    sets[position] = engine.pack(X, np.where(Y > 0, np.inf, 0.0))
    results = engine.train_epochs(state, sets, epochs, np.full(4, 0.1), 10)
    assert (len(results.metrics), results.stop_reason) == (4, None)
    assert not np.isfinite(results.metrics[:, 2 * position]).any()
    engine.train(expected, packed, epochs, np.full(4, 0.1), 10)
    assert state.theta.tobytes() == expected.theta.tobytes()


def test_parameters_that_are_not_finite_are_the_reason_where_the_loss_is_not_either() -> None:
    engine = Engine(Architecture((1, 2)))
    packed, state = engine.pack(np.ones((1, 1)), np.eye(2)[[0]]), engine.init_state(np.zeros(4))
    order, rate = np.zeros((1, 1), np.int64), np.array([np.inf])
    results = engine.train_epochs(state, (packed, None, None), order, rate, 1)
    assert results.stop_reason is StopReason.PARAMETERS_NOT_FINITE
    assert len(results.metrics) == 0
    assert (state.theta == 0).all()


def test_a_batch_is_the_mean_over_its_examples_and_the_last_is_smaller() -> None:
    rng = np.random.default_rng(2)
    X, Y = rings(11, rng)
    engine, theta = Engine(RINGS), initialize(RINGS, "normal", rng)
    state = engine.init_state(theta)
    order = orders(11, 1, rng)
    engine.train(state, engine.pack(X, Y), order, np.array([0.5]), 4, 2, 3)
    rows = order[0, 8:]
    _, outputs = network.forward(RINGS, theta, X[rows])
    expected = theta - 0.5 * network.backward(RINGS, theta, outputs, Y[rows])
    np.testing.assert_allclose(state.theta, expected, atol=1e-6)  # one step in float32


def test_the_rings_are_learned() -> None:
    rng = np.random.default_rng(3)
    X, Y = rings(200, rng)
    engine = Engine(RINGS)
    packed, state = engine.pack(X, Y), engine.init_state(initialize(RINGS, "normal", rng))
    before, _ = engine.evaluate(state, packed)
    engine.train(state, packed, orders(200, 150, rng), np.full(150, 0.1), 10)
    loss, accuracy = engine.evaluate(state, packed)
    assert loss < before / 3
    assert accuracy > 90


def test_zero_initialization_keeps_all_hidden_units_equal() -> None:
    rng = np.random.default_rng(4)
    X, Y = rings(60, rng)
    architecture = Architecture((2, 9, 7, 2), "sigmoid")
    engine = Engine(architecture)
    state = engine.init_state(initialize(architecture, "zeros", rng))
    engine.train(state, engine.pack(X, Y), orders(60, 20, rng), np.full(20, 0.5), 10)
    for W, b in architecture.views(state.theta)[:-1]:
        # equal in exact arithmetic; the lanes of a sum are added in the same order for every unit,
        # so equal to the bit
        assert (W[0] == W).all()
        assert (b == b[0]).all()
    assert state.theta.any()


@pytest.mark.parametrize("hidden", [(), (5,), (8, 8, 8)])
def test_linear_activations_give_a_straight_boundary_at_any_depth(hidden: tuple[int, ...]) -> None:
    rng = np.random.default_rng(5)
    X, Y = rings(200, rng)
    architecture = Architecture((2, *hidden, 2), "linear")
    engine = Engine(architecture)
    state = engine.init_state(initialize(architecture, "xavier", rng))
    engine.train(state, engine.pack(X, Y), orders(200, 20, rng), np.full(20, 0.1), 10)
    grid = rng.uniform(-2, 2, (300, 2))
    Yhat = engine.predict(state, grid).astype(float)
    margin = np.log(Yhat[:, 0] / Yhat[:, 1])
    plane = np.column_stack([grid, np.ones(300)])
    residual = margin - plane @ np.linalg.lstsq(plane, margin, rcond=None)[0]
    # the logarithm of a ratio of float32 probabilities near a half carries an error of a few 1e-7
    # times the layers
    assert np.abs(residual).max() < 1e-5


def test_the_naive_loss_becomes_nan_where_the_stable_one_stays_finite() -> None:
    architecture = Architecture((1, 2))
    theta = np.array([1000.0, -1000.0, 0.0, 0.0])
    X, Y = np.array([[1.0]]), np.array([[0.0, 1.0]])
    stable, naive = Engine(architecture), Engine(Architecture((1, 2), loss="naive_cross_entropy"))
    loss, _ = stable.evaluate(stable.init_state(theta), stable.pack(X, Y))
    assert loss == 2000.0
    assert np.isnan(naive.evaluate(naive.init_state(theta), naive.pack(X, Y))[0])
    state = naive.init_state(theta)
    naive.train(state, naive.pack(X, Y), np.zeros((1, 1), np.int64), np.ones(1), 1)
    assert not state.finite


@pytest.mark.parametrize("batch_size", [1, 8])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "gelu", "linear"])
def test_divergence_is_detected(activation: ActivationName, batch_size: int) -> None:
    rng = np.random.default_rng(6)
    architecture = Architecture((2, 20, 20, 1), activation, "squared_error")
    engine = Engine(architecture)
    state = engine.init_state(initialize(architecture, "normal", rng, std=2.0))
    packed = engine.pack(rng.normal(size=(50, 2)), rng.normal(size=(50, 1)))
    engine.train(state, packed, orders(50, 50, rng), np.full(50, 10.0), batch_size)
    assert not state.finite
    assert not np.isfinite(engine.evaluate(state, packed)[0])


def test_a_single_output_has_no_accuracy() -> None:
    engine = Engine(Architecture((1, 1), loss="squared_error"))
    packed = engine.pack(np.ones((3, 1)), np.ones((3, 1)))
    loss, accuracy = engine.evaluate(engine.init_state(np.zeros(2)), packed)
    assert loss == 0.5
    assert np.isnan(accuracy)


def test_wrong_shapes_are_refused() -> None:
    engine = Engine(RINGS)
    state = engine.init_state(np.zeros(52))
    packed = engine.pack(np.zeros((4, 2)), np.zeros((4, 2)))
    order, rates = np.zeros((1, 4), np.int64), np.zeros(1)
    with pytest.raises(ValueError, match="θ must have shape"):
        engine.init_state(np.zeros(51))
    with pytest.raises(ValueError, match="X and Y must have shapes"):
        engine.pack(np.zeros((4, 3)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="X must have shape"):
        engine.predict(state, np.zeros((4, 3)))
    with pytest.raises(ValueError, match="orders and rates"):
        engine.train(state, packed, order[:, :3], rates, 1)
    with pytest.raises(ValueError, match="examples 0 to 3"):
        engine.train(state, packed, order + 4, rates, 1)
    with pytest.raises(ValueError, match="batch_size"):
        engine.train(state, packed, order, rates, 5)
    with pytest.raises(ValueError, match="batches"):
        engine.train(state, packed, order, rates, 1, 2, 5)
