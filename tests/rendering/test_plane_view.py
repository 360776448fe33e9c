"""A plane view shows a run's network over a plane, now and at any past epoch."""

import numpy as np
import pytest

from mlp_live.nn.network import forward
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run

SMALL = {"n_train": 23, "n_test": 11}


def run_of(**config):
    return Run(RunConfig(**SMALL, **config))


def test_a_past_epoch_is_shown_as_it_was():
    run = run_of(hidden=(5, 3), epochs=9)
    seen = []
    while not run.done:
        seen.append(PlaneView(run).snapshot(8))
        run.advance(run.batches_per_epoch)
    for epoch in (7, 0, 4):
        again = PlaneView(run).snapshot(8, epoch)
        assert {name: tensor.tobytes() for name, tensor in again.items()} == {
            name: tensor.tobytes() for name, tensor in seen[epoch].items()
        }


@pytest.mark.parametrize("axes", [(0, 1), (1, 0)])
@pytest.mark.parametrize("dataset", ["circles", "bumps"])
def test_the_prediction_grid_shows_the_predictions_at_the_centers_of_the_cells(dataset, axes):
    run = run_of(dataset=dataset)
    run.advance(2)
    X = run.dataset.feature_map(run.dataset.view(axes).points(30))
    Yhat, _ = forward(run.engine.architecture, run.state_at().theta.astype(float), X)
    low, high, shown = 0.0, 1.0, Yhat[:, -1]
    if dataset == "bumps":
        low, high = run.dataset.target_range
        shown = run.dataset.target_center + run.dataset.target_scale * shown
    expected = 255 * np.clip((shown - low) / (high - low), 0, 1)
    # half a step of rounding, and float32 against float64
    assert (np.abs(PlaneView(run, axes).prediction_grid(30).ravel() - expected) <= 0.51).all()


def test_the_inputs_of_one_size_are_kept():
    view = PlaneView(run_of())
    assert view.nbytes == 0
    view.prediction_grid(30)
    small = view.nbytes
    assert small == 30 * 30 * 2 * 4
    view.prediction_grid(60)
    assert view.nbytes == 4 * small
