"""The gradient check raises no false alarm, and what it compares it compares strictly.

Faults in the compiled engine are planted in `test_engine_faults`. The module is long because it
tries four comparisons, with and without kinks.
"""

import itertools
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import pytest

from mlp_live.engine.engine import Engine
from mlp_live.nn import activations
from mlp_live.nn.activations import ACTIVATIONS, ActivationName
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import INITIALIZATIONS, initialize
from mlp_live.nn.losses import LOSSES, LossName
from mlp_live.nn.optimizers import OPTIMIZERS, Optimizer
from mlp_live.nn.regularization import REGULARIZERS, Regularizer, RegularizerName
from mlp_live.training.config import RunConfig
from mlp_live.training.gradient_check.comparison import Comparison, Tally, parameter_name
from mlp_live.training.gradient_check.cost import gradient_cost
from mlp_live.training.gradient_check.differences import (
    AT_KINK,
    TOLERANCE,
    check_gradient,
    compare_with_differences,
    relative_errors,
)
from mlp_live.training.gradient_check.engine_check import UNCERTAIN, EngineCheck
from mlp_live.training.gradient_check.objective import KINKED, Objective
from mlp_live.training.gradient_check.rounding import float32_errors
from mlp_live.training.gradient_check.run_check import check_run
from mlp_live.training.run import Run
from tests.nn.problems import examples, orders

NONE = Regularizer()


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("regularizer", REGULARIZERS)
@pytest.mark.parametrize("hidden", [(), (10,), (8, 5, 8)])
def test_every_activation_with_every_loss(
    activation: ActivationName,
    loss: LossName,
    regularizer: RegularizerName,
    hidden: tuple[int, ...],
) -> None:
    architecture = Architecture((2, *hidden, 3), activation, loss)
    rng = np.random.default_rng(0)
    X, Y = examples(architecture, 20, rng)
    theta = initialize(architecture, "normal", rng, std=0.5)
    check = check_gradient(architecture, theta, X, Y, Regularizer(regularizer, 0.01))
    assert check.worst < TOLERANCE
    assert check.compared.all()  # no number of this seed is as close to a kink as the smallest h


def test_a_relative_error_has_a_floor() -> None:
    gradient, floor = np.array([1.0, 0.5, 0.001]), np.full(3, 0.01)
    errors = relative_errors(gradient, gradient + 0.001, floor)
    np.testing.assert_allclose(errors, [0.001 / 1.001, 0.001 / 0.501, 0.1])
    assert (relative_errors(np.zeros(3), np.zeros(3), np.zeros(3)) == 0).all()


def random_comparisons(seed: int) -> list[Comparison]:
    """All comparisons for a small random network, most often with kinks."""
    rng = np.random.default_rng(seed)
    activation: Any = rng.choice(["relu", "relu", "leaky_relu", "leaky_relu", *ACTIVATIONS])
    loss: Any = rng.choice(["cross_entropy", "squared_error"])  # the naive one may be NaN
    hidden = rng.integers(1, 7, size=rng.integers(0, 7)).tolist()
    outputs = int(rng.integers(1 if loss == "squared_error" else 2, 5))
    architecture = Architecture((2, *hidden, outputs), activation, loss)
    regularizer: Any = rng.choice(REGULARIZERS)
    penalty = Regularizer(regularizer, 0.1)
    optimizer: Any = rng.choice(OPTIMIZERS)
    rule = Optimizer(optimizer)
    initialization: Any = rng.choice(INITIALIZATIONS)
    X, Y = examples(architecture, int(rng.integers(1, 30)), rng)
    X = np.round(X, int(rng.integers(0, 4)))  # so that pre-activations may be exactly 0
    engine, size = Engine(architecture, rule, penalty), int(rng.integers(1, len(X) + 1))
    state = engine.init_state(initialize(architecture, initialization, rng, std=0.5))
    if rng.random() < 0.5:
        epochs = orders(len(X), 2, rng)
        engine.train(state, engine.pack(X, Y), epochs, np.full(2, 0.003), size)
    check = EngineCheck(architecture, rule, penalty, X, Y)
    theta = state.theta.astype(float)
    return [
        compare_with_differences(architecture, theta, X[:size], Y[:size], penalty),
        *check.compare_training(state, size, 0.003),
        check.compare_evaluation(state),
    ]


@pytest.mark.usefixtures("kernels")
def test_random_networks_raise_no_false_alarm() -> None:
    """250 networks, shallow and deep, new and trained, many with units exactly at a kink."""
    left_out = 0
    for seed in range(250):
        for comparison in random_comparisons(seed):
            assert comparison.agrees, (seed, comparison)
            left_out += comparison.left_out.get(AT_KINK, 0)
    assert left_out > 250  # so kinks did occur


@pytest.mark.usefixtures("kernels")
def test_equal_units_raise_no_false_alarm() -> None:
    """After zero initialization, the errors of many equal units add up."""
    for seed in range(30):
        rng = np.random.default_rng(seed)
        loss: Any = rng.choice(["cross_entropy", "squared_error"])
        architecture = Architecture((4, int(rng.integers(40, 129)), 3), "sigmoid", loss)
        X, Y = examples(architecture, 60, rng)
        engine = Engine(architecture)
        state = engine.init_state(np.zeros(architecture.n_parameters))
        engine.train(state, engine.pack(X, Y), orders(60, 20, rng), np.full(20, 0.01), 10)
        check = EngineCheck(architecture, Optimizer(), NONE, X, Y)
        comparisons = *check.compare_training(state, 10, 0.01), check.compare_evaluation(state)
        assert all(comparison.agrees for comparison in comparisons), comparisons


@pytest.mark.parametrize("regularizer", [NONE, Regularizer("l1", 0.1)], ids=["none", "l1"])
@pytest.mark.parametrize("activation", KINKED)
@pytest.mark.parametrize("zeros", [0, 3], ids=["dense", "every third parameter 0"])
def test_a_wrong_derivative_beside_the_kink_is_noticed(
    activation: ActivationName,
    zeros: int,
    regularizer: Regularizer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    architecture, rng = Architecture((2, 6, 6, 3), activation), np.random.default_rng(3)
    X, Y = examples(architecture, 20, rng)
    theta = initialize(architecture, "normal", rng)
    if zeros:
        theta[::zeros] = 0.0
    right = activations.FUNCTIONS[activation]

    def wrong(z: Any) -> Any:
        h, slope = right(z)
        return h, 0.99 * slope

    assert compare_with_differences(architecture, theta, X, Y, regularizer).agrees
    monkeypatch.setitem(activations.FUNCTIONS, activation, wrong)
    comparison = compare_with_differences(architecture, theta, X, Y, regularizer)
    assert comparison.outcome == "disagree"
    assert comparison.worst.startswith("hidden layer")


def test_the_activations_with_a_kink_are_known() -> None:
    """Their values left and right of 0 are on lines of different slopes."""
    z = np.array([-1e-6, 0.0, 1e-6])
    values = {name: activations.FUNCTIONS[name](z)[0] for name in ACTIVATIONS}
    kinked = [name for name, h in values.items() if abs(h[2] - 2 * h[1] + h[0]) > 1e-8]
    assert tuple(kinked) == KINKED


def test_parameters_at_a_kink_are_left_out_and_counted() -> None:
    architecture = Architecture((2, 4, 3), "relu")
    X, Y = examples(architecture, 5, np.random.default_rng(0))
    theta = np.zeros(architecture.n_parameters)
    comparison = compare_with_differences(architecture, theta, X, Y, NONE)
    # With zero weights every hidden unit is at its kink; the output layer has none.
    assert comparison.left_out == {AT_KINK: 4 * 3}
    assert comparison.compared == 3 * 5
    assert comparison.agrees
    # Under L1, so is every weight.
    comparison = compare_with_differences(architecture, theta, X, Y, Regularizer("l1", 0.1))
    assert comparison.left_out == {AT_KINK: 4 * 3 + 3 * 4}
    assert comparison.compared == 3


def test_a_weight_near_zero_is_compared_with_a_smaller_step() -> None:
    architecture = Architecture((1, 2))
    X, Y = examples(architecture, 5, np.random.default_rng(0))
    theta = np.array([1e-6, -1e-7, 0.5, 0.5])
    check = check_gradient(architecture, theta, X, Y, Regularizer("l1", 10.0))
    assert check.compared.all()
    assert check.worst < TOLERANCE


def test_a_naive_softmax_that_has_lost_digits_is_not_compared() -> None:
    architecture = Architecture((1, 2), loss="naive_cross_entropy")
    X, Y = np.array([[1.0], [0.01]]), np.eye(2)
    theta = np.array([-370.0, 370.0, 0.0, 0.0])  # ŷ = 4e-322, which float64 stores with six bits
    check = check_gradient(architecture, theta, X, Y)
    assert check.finite
    assert check.worst > 0.01
    comparison = compare_with_differences(architecture, theta, X, Y, NONE)
    assert comparison.outcome == "nothing compared"


def test_nothing_compared_is_not_an_agreement() -> None:
    tally = Tally("subject", "relative error", 3)
    tally.add(np.zeros(3), np.ones(3), str, np.zeros(3, bool))
    comparison = tally.result({"first": np.array([True, False, False]), "second": True})
    assert comparison.outcome == "nothing compared"
    assert not comparison.agrees
    assert comparison.left_out == {"first": 1, "second": 2}


def test_an_error_beyond_a_large_tolerance_is_reported_all_the_same() -> None:
    tally = Tally("subject", "absolute error", 2)
    tally.add(np.array([1.0, 3.0]), np.array([1.0, 2.0]), str, np.array([True, False]))
    comparison = tally.result({"uncertain": True})
    assert (comparison.outcome, comparison.worst) == ("disagree", "1")
    assert comparison.compared == 1
    assert comparison.left_out == {"uncertain": 1}


def test_an_error_that_is_not_finite_is_the_worst() -> None:
    tally = Tally("subject", "relative error", 3)
    tally.add(np.array([5.0, np.nan, 9.0]), np.ones(3), str)
    comparison = tally.result({})
    assert (comparison.outcome, comparison.worst, comparison.error) == ("disagree", "1", None)


@pytest.mark.usefixtures("kernels")
def test_units_on_different_sides_of_a_kink_in_float32_are_no_disagreement() -> None:
    architecture, rng = Architecture((2, 40, 2), "relu"), np.random.default_rng(0)
    X, Y = examples(architecture, 40, rng)
    X = X.astype(np.float32).astype(float)
    theta = initialize(architecture, "normal", rng).astype(np.float32).astype(float)
    W, b = architecture.views(theta)[0]
    # Example i is within rounding of the kink of unit i.
    b[:] = -(W * X).sum(axis=1).astype(np.float32)
    engine = Engine(architecture)
    state = engine.init_state(theta)
    trained = state.copy()
    engine.train(trained, engine.pack(X, Y), orders(40, 1, rng), np.zeros(1), 40)
    expected = Objective(architecture, X, Y, NONE).gradient(theta)
    difference = np.abs(trained.gradient - expected)
    bounds = float32_errors(architecture, theta, X, Y)
    assert difference.max() > 0.01 * bounds.gradient_size.max()
    assert (difference <= bounds.gradient).all()
    gradient, update = EngineCheck(architecture, Optimizer(), NONE, X, Y).compare_training(
        state, 10, 0.1
    )
    assert gradient.agrees
    assert update.agrees
    assert gradient.left_out.get(UNCERTAIN, 0) < 40


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_rounding_explains_no_more_than_the_fourth_digit(
    activation: ActivationName, loss: LossName
) -> None:
    architecture, rng = Architecture((2, 10, 10, 3), activation, loss), np.random.default_rng(0)
    X, Y = (one.astype(np.float32).astype(float) for one in examples(architecture, 50, rng))
    theta = initialize(architecture, "xavier", rng).astype(np.float32).astype(float)
    bounds = float32_errors(architecture, theta, X, Y)
    assert bounds.in_range
    layers = zip(
        architecture.views(bounds.gradient), architecture.views(bounds.gradient_size), strict=True
    )
    for errors, sizes in layers:
        for error, size in zip(errors, sizes, strict=True):
            assert error.max() < 4e-4 * size.max()


def test_parameters_are_named_by_layer() -> None:
    architecture = Architecture((2, 3, 4, 1))
    parameters = np.arange(architecture.n_parameters)
    for layer, (W, b) in enumerate(architecture.views(parameters)):
        name = f"hidden layer {layer + 1}" if layer < 2 else "output layer"
        for (row, column), index in np.ndenumerate(W):
            assert parameter_name(architecture, int(index)) == f"{name}, W[{row}, {column}]"
        for (unit,), index in np.ndenumerate(b):
            assert parameter_name(architecture, int(index)) == f"{name}, b[{unit}]"


@pytest.mark.usefixtures("kernels")
def test_a_run_is_checked_at_its_state_and_not_changed() -> None:
    run = Run(RunConfig(optimizer="adam", activation="relu", regularization="l1", batch_size=7))
    run.advance(100)
    state, progress = run.state_at().copy(), run.progress
    assert state.slots.any(axis=1).all()
    check = check_run(run)
    assert check.passed, check
    assert all(comparison.agrees for comparison in check.comparisons)
    assert run.state_at().vectors.tobytes() == state.vectors.tobytes()
    assert (run.state_at().steps, run.progress) == (state.steps, progress)
    assert json.loads(json.dumps(asdict(check), allow_nan=False))["passed"]


@pytest.mark.usefixtures("kernels")
def test_numbers_beyond_float32_are_not_compared() -> None:
    check = check_run(Run(RunConfig(learning_rate=1e39)))
    assert check.engine_gradient.agrees
    assert check.engine_update.outcome == "nothing compared"
    assert not check.passed


def test_the_cost_is_measured_with_the_clock_it_is_given() -> None:
    architecture = Architecture((2, 3, 2))
    rng = np.random.default_rng(1)
    X, Y = examples(architecture, 5, rng)
    ticks: Iterator[int] = itertools.count()
    theta = initialize(architecture, "normal", rng)
    cost = gradient_cost(architecture, theta, X, Y, lambda: float(next(ticks)), rounds=3)
    assert cost.naive == cost.backpropagation == cost.ratio == 1
