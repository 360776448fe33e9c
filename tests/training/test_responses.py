import numpy as np
import pytest
from safetensors.numpy import load

from app.live.frames import encode_frame
from app.mlp.engine import Engine
from app.mlp.network import forward
from app.training.config import RunConfig
from app.training.responses import RESPONSE_SIZE, UNITS_SHOWN, Responses
from app.training.run import Run

SMALL = {"n_train": 23, "n_test": 11}


def run_of(**config):
    return Run(RunConfig(**SMALL, **config))


def maps_of(run, theta):
    engine = Engine(run.architecture)
    return Responses(run.dataset, run.view).at(engine, engine.start(theta))


def decoded(shades, ranges):
    """The responses that maps stand for, (units, points), and half a shade, (units, 1)."""
    low, high = ranges[:, :1].astype(float), ranges[:, 1:].astype(float)
    return low + (high - low) * shades.reshape(len(shades), -1) / 255, (high - low) / 510


@pytest.mark.parametrize("activation", ["tanh", "relu", "leaky_relu", "sigmoid", "gelu", "linear"])
def test_a_frame_carries_each_hidden_units_response_to_half_a_shade(activation):
    run = run_of(hidden=(5, 3), activation=activation, init_std=1.826)
    run.advance(2)
    frame = load(encode_frame(run, 1, since_epoch=0, grid_size=10))
    assert frame["theta"].tobytes() == run.theta.tobytes()
    assert frame["responses"].dtype == np.uint8
    assert frame["responses"].shape == (8, RESPONSE_SIZE, RESPONSE_SIZE)
    X = run.dataset.inputs(run.dataset.plane.grid(RESPONSE_SIZE))
    _, outputs = forward(run.architecture, run.theta.astype(float), X)
    expected = np.hstack(outputs.h[1:-1]).T
    shown, half_a_shade = decoded(frame["responses"], frame["response_ranges"])
    assert (np.abs(shown - expected) <= 1.001 * half_a_shade).all()


@pytest.mark.parametrize(("activation", "bounds"), [("tanh", [-1, 1]), ("sigmoid", [0, 1])])
def test_bounded_responses_are_shown_between_the_bounds(activation, bounds):
    maps = run_of(hidden=4, activation=activation)
    assert maps_of(maps, maps.theta)["response_ranges"].tolist() == [bounds] * 4


def test_unbounded_responses_are_scaled_by_each_units_largest_and_zero_is_the_middle():
    run = run_of(hidden=(6,), activation="relu")
    theta = run.theta
    W, b = run.architecture.views(theta)[0]
    W[0], b[0] = 0, 0  # never responds
    frame = maps_of(run, theta)
    assert (frame["responses"][0] == 128).all()
    assert frame["response_ranges"][0].tolist() == [-1, 1]
    for shades in frame["responses"][1:]:
        assert shades.min() >= 128
        assert shades.max() == 255


def test_wide_layers_are_summarised_by_their_first_units():
    run = run_of(hidden=(UNITS_SHOWN + 30, 2))
    responses = maps_of(run, run.theta)["responses"]
    assert len(responses) == UNITS_SHOWN + 2
    narrow = run_of(hidden=(UNITS_SHOWN,))
    theta = narrow.theta
    (W, b), (wide_W, wide_b) = (
        r.architecture.views(t)[0] for r, t in [(narrow, theta), (run, run.theta)]
    )
    W[:], b[:] = wide_W[:UNITS_SHOWN], wide_b[:UNITS_SHOWN]
    assert np.array_equal(maps_of(narrow, theta)["responses"], responses[:UNITS_SHOWN])


def test_without_a_hidden_layer_there_are_no_maps():
    frame = load(encode_frame(run_of(hidden=()), 1, since_epoch=0, grid_size=10))
    assert frame["responses"].shape == (0, RESPONSE_SIZE, RESPONSE_SIZE)
    assert frame["response_ranges"].shape == (0, 2)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
@pytest.mark.parametrize("value", [np.nan, np.inf, 3e38])
def test_parameters_that_have_diverged_still_give_maps(activation, value):
    run = run_of(hidden=(3, 3), activation=activation)
    theta = np.full_like(run.theta, value)
    frame = maps_of(run, theta)
    assert frame["responses"].shape == (6, RESPONSE_SIZE, RESPONSE_SIZE)
    assert np.isfinite(frame["response_ranges"]).all()


def test_a_past_epoch_is_shown_as_it_was():
    run = run_of(hidden=(5, 3), epochs=9)
    seen = []
    while not run.done:
        seen.append(run.snapshot(8))
        run.advance(run.batches_per_epoch)
    for epoch in (7, 0, 4):
        again = run.snapshot(8, epoch)
        assert {name: tensor.tobytes() for name, tensor in again.items()} == {
            name: tensor.tobytes() for name, tensor in seen[epoch].items()
        }
