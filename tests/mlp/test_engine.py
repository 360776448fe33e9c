"""The engine computes what the readable network computes, always to the same bits."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.mlp import network
from app.mlp.architecture import Architecture
from app.mlp.engine import Engine, State
from app.mlp.initialisation import initialise
from app.mlp.optimisers import OPTIMISERS, Optimiser
from app.mlp.regularisation import REGULARISERS, Regulariser
from app.mlp.schedules import SCHEDULES, Schedule
from tests.mlp.problems import architectures, examples, orders, rings

RNG_SEEDS = st.integers(0, 2**32 - 1)

RINGS = Architecture((2, 10, 2))


def trained(batch_size: int, cuts: list[int], seed: int = 0) -> State:
    """A training on the rings, cut into calls at the given batches."""
    rng = np.random.default_rng(seed)
    X, Y = rings(101, rng)
    engine = Engine(RINGS, Optimiser("adam"), Regulariser("l2", 1e-3))
    samples, state = engine.samples(X, Y), engine.start(initialise(RINGS, "normal", rng))
    epochs = orders(101, 3, rng)
    rates = np.array([0.1, 0.05, 0.01])
    batches = 3 * -(-101 // batch_size)
    bounds = sorted({0, batches, *(cut % batches for cut in cuts)})
    for first, last in pairwise(bounds):
        engine.train(state, samples, epochs, rates, batch_size, first, last)
    return state


@settings(max_examples=150)
@given(
    architecture=architectures(),
    batch_size=st.integers(1, 80),
    n=st.integers(80, 150),
    optimiser=st.sampled_from(OPTIMISERS),
    regulariser=st.sampled_from(REGULARISERS),
    schedule=st.sampled_from(SCHEDULES),
    seed=RNG_SEEDS,
)
def test_one_epoch_agrees_with_the_readable_network(
    architecture: Architecture,
    batch_size: int,
    n: int,
    optimiser: str,
    regulariser: str,
    schedule: str,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    X, Y = examples(architecture, n, rng)
    X, Y = X.astype(np.float32).astype(float), Y.astype(np.float32).astype(float)
    theta = initialise(architecture, "xavier", rng).astype(np.float32).astype(float)
    order = orders(n, 1, rng)
    # ε well above the rounding of float32: a gradient that is rounding noise must not be divided by
    # its own size
    rule, penalty = Optimiser(optimiser, epsilon=1e-3), Regulariser(regulariser, 1e-3)
    rate = Schedule(schedule, warm_up=2).rate(3, 10, 0.003)

    engine = Engine(architecture, rule, penalty)
    state = engine.start(theta)
    engine.train(state, engine.samples(X, Y), order, np.array([rate]), batch_size)
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
    at_zero = (regulariser == "l1") & (np.abs(theta) < 2 * rate)
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
    theta, order = initialise(architecture, "xavier", rng), orders(100, 1, rng)
    engine = Engine(architecture)
    state = engine.start(theta)
    engine.train(state, engine.samples(X, Y), order, np.array([0.003]), batch_size)
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
    theta = initialise(architecture, "normal", rng, std=0.5).astype(np.float32).astype(float)
    engine = Engine(architecture)
    state = engine.start(theta)
    Yhat, outputs = network.forward(architecture, theta, X)
    if architecture.loss == "naive_cross_entropy":
        # Beyond it float32 overflows before float64 does, which is what this loss is for.
        assume(np.abs(outputs.h[-1]).max() < 40)
    loss, accuracy = network.loss_accuracy(architecture, outputs, Y)
    # float32 against float64, through at most 5 layers whose pre-activations stay below about 100
    np.testing.assert_allclose(engine.predict(state, X), Yhat, rtol=1e-4, atol=1e-4)
    measured_loss, measured_accuracy = engine.evaluate(state, engine.samples(X, Y))
    assert measured_loss == pytest.approx(loss, rel=1e-4, abs=1e-5)
    # one row in n may have two logits closer together than float32 can tell apart
    assert measured_accuracy == pytest.approx(accuracy, abs=101 / n, nan_ok=True)


@settings(max_examples=50)
@given(architectures(), st.integers(1, 150), st.integers(1, 20), RNG_SEEDS)
def test_responses_are_the_hidden_activations(
    architecture: Architecture, n: int, shown: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, architecture.sizes[0])).astype(np.float32)
    theta = initialise(architecture, "xavier", rng).astype(np.float32)
    engine = Engine(architecture)
    h = engine.respond(engine.start(theta), X, shown)
    outputs = network.hidden_outputs(architecture, theta.astype(float), X.astype(float))
    layers = [layer[:, :shown].T for layer in outputs.h[1:]]
    # float32 against float64, through at most 4 layers
    np.testing.assert_allclose(h, np.vstack([np.empty((0, n)), *layers]), rtol=1e-4, atol=1e-5)


@settings(max_examples=40)
@given(batch_size=st.integers(1, 101), cuts=st.lists(st.integers(0, 400), max_size=20))
def test_cutting_a_training_into_calls_does_not_change_a_bit(
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


def test_a_copy_trains_on_to_the_same_bits_and_leaves_the_original_alone() -> None:
    rng = np.random.default_rng(1)
    X, Y = rings(50, rng)
    engine = Engine(RINGS, Optimiser("adam"))
    samples, state = engine.samples(X, Y), engine.start(initialise(RINGS, "normal", rng))
    epochs, rates = orders(50, 2, rng), np.full(2, 0.1)
    engine.train(state, samples, epochs, rates, 10, 0, 5)
    copy, before = state.copy(), state.theta.tobytes()
    engine.train(copy, samples, epochs, rates, 10, 5)
    assert state.theta.tobytes() == before
    engine.train(state, samples, epochs, rates, 10, 5)
    assert state.theta.tobytes() == copy.theta.tobytes()


def test_watching_whole_epochs_is_training_evaluating_and_predicting_to_the_bit() -> None:
    rng = np.random.default_rng(8)
    (X, Y), (X_test, Y_test) = rings(70, rng), rings(33, rng)
    engine = Engine(RINGS, Optimiser("rmsprop"))
    train, test = engine.samples(X, Y), engine.samples(X_test, Y_test)
    watched = engine.start(initialise(RINGS, "normal", rng))
    stepped, grid = watched.copy(), rng.uniform(-2, 2, (90, 2))
    epochs, rates = orders(70, 4, rng), np.array([0.1, 0.05, 0.02, 0.01])
    metrics, answers, start = engine.watch(watched, (train, None, test), epochs, rates, 9, grid)
    for epoch in range(4):
        one = slice(epoch, epoch + 1)
        assert start(epoch).theta.tobytes() == stepped.theta.tobytes()
        assert start(epoch).steps == stepped.steps
        engine.train(stepped, train, epochs[one], rates[one], 9)
        measured = *engine.evaluate(stepped, train), *engine.evaluate(stepped, test)
        assert tuple(metrics[epoch, [0, 1, 4, 5]]) == measured
        assert np.isnan(metrics[epoch, [2, 3]]).all()
        assert answers[epoch].tobytes() == engine.predict(stepped, grid).tobytes()
    assert stepped.theta.tobytes() == watched.theta.tobytes()
    assert stepped.steps == watched.steps == 4 * 8


@pytest.mark.parametrize("where", ["parameters", "test loss"])
def test_watching_ends_before_the_epoch_that_is_not_finite(where: str) -> None:
    rng = np.random.default_rng(9)
    X, Y = rings(40, rng)
    engine = Engine(RINGS)
    samples, state = engine.samples(X, Y), engine.start(initialise(RINGS, "normal", rng))
    rates = np.array([0.1, 0.1, np.inf if where == "parameters" else 1.0, 0.1])
    test = None if where == "parameters" else engine.samples(X, np.where(Y > 0, 3e38, 0.0))
    epochs, plain = orders(40, 4, rng), state.copy()
    watched = engine.watch(state, (samples, None, test), epochs, rates, 10)
    done = len(watched.metrics)
    assert done == len(watched.answers) == (2 if test is None else 0)
    engine.train(plain, samples, epochs[:done], rates[:done], 10)
    assert state.theta.tobytes() == plain.theta.tobytes()
    assert state.steps == plain.steps


def test_a_batch_is_the_mean_over_its_examples_and_the_last_takes_what_is_left() -> None:
    rng = np.random.default_rng(2)
    X, Y = rings(11, rng)
    engine, theta = Engine(RINGS), initialise(RINGS, "normal", rng)
    state = engine.start(theta)
    order = orders(11, 1, rng)
    engine.train(state, engine.samples(X, Y), order, np.array([0.5]), 4, 2, 3)
    rows = order[0, 8:]
    _, outputs = network.forward(RINGS, theta, X[rows])
    expected = theta - 0.5 * network.backward(RINGS, theta, outputs, Y[rows])
    np.testing.assert_allclose(state.theta, expected, atol=1e-6)  # one step in float32


def test_the_rings_are_learnt() -> None:
    rng = np.random.default_rng(3)
    X, Y = rings(200, rng)
    engine = Engine(RINGS)
    samples, state = engine.samples(X, Y), engine.start(initialise(RINGS, "normal", rng))
    before, _ = engine.evaluate(state, samples)
    engine.train(state, samples, orders(200, 150, rng), np.full(150, 0.1), 10)
    loss, accuracy = engine.evaluate(state, samples)
    assert loss < before / 3
    assert accuracy > 90


def test_zero_initialisation_keeps_all_hidden_units_equal() -> None:
    rng = np.random.default_rng(4)
    X, Y = rings(60, rng)
    architecture = Architecture((2, 9, 7, 2), "sigmoid")
    engine = Engine(architecture)
    state = engine.start(initialise(architecture, "zeros", rng))
    engine.train(state, engine.samples(X, Y), orders(60, 20, rng), np.full(20, 0.5), 10)
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
    state = engine.start(initialise(architecture, "xavier", rng))
    engine.train(state, engine.samples(X, Y), orders(200, 20, rng), np.full(20, 0.1), 10)
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
    loss, _ = stable.evaluate(stable.start(theta), stable.samples(X, Y))
    assert loss == 2000.0
    assert np.isnan(naive.evaluate(naive.start(theta), naive.samples(X, Y))[0])
    state = naive.start(theta)
    naive.train(state, naive.samples(X, Y), np.zeros((1, 1), np.int64), np.ones(1), 1)
    assert not state.finite


@pytest.mark.parametrize("batch_size", [1, 8])
@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "gelu", "linear"])
def test_divergence_is_seen(activation: str, batch_size: int) -> None:
    rng = np.random.default_rng(6)
    architecture = Architecture((2, 20, 20, 1), activation, "squared_error")
    engine = Engine(architecture)
    state = engine.start(initialise(architecture, "normal", rng, std=2.0))
    samples = engine.samples(rng.normal(size=(50, 2)), rng.normal(size=(50, 1)))
    engine.train(state, samples, orders(50, 50, rng), np.full(50, 10.0), batch_size)
    assert not state.finite
    assert not np.isfinite(engine.evaluate(state, samples)[0])


def test_a_single_output_has_no_accuracy() -> None:
    engine = Engine(Architecture((1, 1), loss="squared_error"))
    samples = engine.samples(np.ones((3, 1)), np.ones((3, 1)))
    loss, accuracy = engine.evaluate(engine.start(np.zeros(2)), samples)
    assert loss == 0.5
    assert np.isnan(accuracy)


def test_wrong_shapes_are_refused() -> None:
    engine = Engine(RINGS)
    state = engine.start(np.zeros(52))
    samples = engine.samples(np.zeros((4, 2)), np.zeros((4, 2)))
    order, rates = np.zeros((1, 4), np.int64), np.zeros(1)
    with pytest.raises(ValueError, match="θ must have shape"):
        engine.start(np.zeros(51))
    with pytest.raises(ValueError, match="X and Y must have shapes"):
        engine.samples(np.zeros((4, 3)), np.zeros((4, 2)))
    with pytest.raises(ValueError, match="X must have shape"):
        engine.predict(state, np.zeros((4, 3)))
    with pytest.raises(ValueError, match="orders and rates"):
        engine.train(state, samples, order[:, :3], rates, 1)
    with pytest.raises(ValueError, match="examples 0 to 3"):
        engine.train(state, samples, order + 4, rates, 1)
    with pytest.raises(ValueError, match="batch_size"):
        engine.train(state, samples, order, rates, 5)
    with pytest.raises(ValueError, match="batches"):
        engine.train(state, samples, order, rates, 1, 2, 5)
