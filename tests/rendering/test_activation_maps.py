"""Activation maps show each hidden unit's activation over the plane."""

import numpy as np
import pytest

from mlp_live.nn.network import forward
from mlp_live.rendering.activation_maps import MAP_SIZE, UNITS_SHOWN, ActivationMaps
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run

SMALL = {"n_train": 23, "n_test": 11}


def run_of(**config):
    return Run(RunConfig(**SMALL, **config))


def maps_of(run, theta):
    state = run.engine.init_state(theta)
    return ActivationMaps(run.dataset, run.dataset.view()).of(run.engine, state)


def decoded(maps, ranges):
    """The activations that maps stand for, (units, points), and half a step of them, (units, 1)."""
    low, high = ranges[:, :1].astype(float), ranges[:, 1:].astype(float)
    return low + (high - low) * maps.reshape(len(maps), -1) / 255, (high - low) / 510


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu", "sigmoid", "gelu", "linear"])
def test_a_snapshot_has_each_hidden_units_activation_to_half_a_step(activation):
    run = run_of(hidden=(5, 3), activation=activation, init_std=1.826)
    run.advance(2)
    shown = PlaneView(run).snapshot(10)
    assert shown["theta"].tobytes() == run.state_at().theta.tobytes()
    assert shown["activation_maps"].dtype == np.uint8
    assert shown["activation_maps"].shape == (8, MAP_SIZE, MAP_SIZE)
    X = run.dataset.feature_map(run.dataset.extent.grid(MAP_SIZE))
    _, outputs = forward(run.engine.architecture, run.state_at().theta.astype(float), X)
    expected = np.hstack(outputs.h[1:-1]).T
    found, half_a_step = decoded(shown["activation_maps"], shown["activation_ranges"])
    assert (np.abs(found - expected) <= 1.001 * half_a_step).all()


@pytest.mark.parametrize(("activation", "bounds"), [("tanh", [-1, 1]), ("sigmoid", [0, 1])])
def test_bounded_activations_are_shown_between_their_bounds(activation, bounds):
    run = run_of(hidden=4, activation=activation)
    ranges = maps_of(run, run.state_at().theta)["activation_ranges"]
    assert ranges.tolist() == [bounds] * 4


def test_unbounded_activations_are_scaled_by_each_units_largest_and_zero_is_the_middle():
    run = run_of(hidden=(6,), activation="relu")
    theta = run.state_at().theta
    W, b = run.engine.architecture.views(theta)[0]
    W[0], b[0] = 0, 0  # its activation is 0 everywhere
    shown = maps_of(run, theta)
    assert (shown["activation_maps"][0] == 128).all()
    assert shown["activation_ranges"][0].tolist() == [-1, 1]
    for unit in shown["activation_maps"][1:]:
        assert unit.min() >= 128
        assert unit.max() == 255


def test_of_a_wide_layer_the_first_units_are_shown():
    run = run_of(hidden=(UNITS_SHOWN + 30, 2))
    activation_maps = maps_of(run, run.state_at().theta)["activation_maps"]
    assert len(activation_maps) == UNITS_SHOWN + 2
    narrow = run_of(hidden=(UNITS_SHOWN,))
    theta = narrow.state_at().theta
    (W, b), (wide_W, wide_b) = (
        r.engine.architecture.views(t)[0] for r, t in [(narrow, theta), (run, run.state_at().theta)]
    )
    W[:], b[:] = wide_W[:UNITS_SHOWN], wide_b[:UNITS_SHOWN]
    assert np.array_equal(maps_of(narrow, theta)["activation_maps"], activation_maps[:UNITS_SHOWN])


def test_without_a_hidden_layer_there_are_no_maps():
    shown = PlaneView(run_of(hidden=())).snapshot(10)
    assert shown["activation_maps"].shape == (0, MAP_SIZE, MAP_SIZE)
    assert shown["activation_ranges"].shape == (0, 2)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_parameters_that_have_diverged_still_give_maps(activation, value):
    run = run_of(hidden=(3, 3), activation=activation)
    theta = np.full_like(run.state_at().theta, value)
    shown = maps_of(run, theta)
    assert shown["activation_maps"].shape == (6, MAP_SIZE, MAP_SIZE)
    assert np.isfinite(shown["activation_ranges"]).all()


def test_input_maps_run_from_the_lowest_to_the_highest_value():
    maps = PlaneView(run_of(inputs=("x1", "x2", "x1_x2"))).input_maps
    assert maps.shape == (3, MAP_SIZE, MAP_SIZE)
    assert maps.reshape(3, -1).min(axis=1).tolist() == [0, 0, 0]
    assert maps.reshape(3, -1).max(axis=1).tolist() == [255, 255, 255]
    assert (np.diff(maps[0].astype(int), axis=1) > 0).all()  # x1 grows from left to right
    assert (np.diff(maps[1].astype(int), axis=0) < 0).all()  # x2 falls from top to bottom
