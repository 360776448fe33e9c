import numpy as np
import pytest

from mlp_live.data.registry import GENERATED, TITLES
from mlp_live.training.config import RunConfig
from mlp_live.training.presets import PRESET_FIELDS, PRESETS, suggestions
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason

# What each has to reach on points it never learned from: percent, or R² in percent. The noise alone
# leaves 94 % of the circles and an R² of 92 % of the wave.
REACHED = {
    "circles": 88,
    "moons": 92,
    "xor": 90,
    "gaussians": 97,
    "spirals": 95,
    "blobs": 95,
    "checkerboard": 85,
    "rings": 92,
    "sine": 90,
    "cubic": 87,
    "absolute": 90,
    "plane": 90,
    "bumps": 85,
    "wave": 75,
    "iris": 85,
    "wine": 75,
    "digits": 50,
}


def trained(name, **values):
    """The run of a suggestion at its end, and its score on the test set, in percent."""
    sizes = {"n_test": 2000} if name in GENERATED else {"test_fraction": 0.4}
    config = RunConfig(dataset=name, show_test=True, **PRESETS[name], **sizes, **values)
    run = Run(config)
    while not run.done:
        run.advance(run.batches_per_epoch)
    assert run.end.reason is EndReason.COMPLETED
    score = run.history[run.progress.epoch].test_score
    return run, 100 * score if run.dataset.is_regression else score


def test_every_dataset_that_comes_without_a_file_has_a_suggestion():
    assert list(PRESETS) == list(TITLES) == list(suggestions()) == list(REACHED)


@pytest.mark.parametrize("name", PRESETS)
def test_a_suggestion_is_valid_as_a_form_has_it(name):
    suggestion = suggestions()[name]
    assert set(suggestion) <= set(PRESET_FIELDS)
    config = RunConfig.model_validate({"dataset": name} | suggestion)
    assert config == RunConfig(dataset=name, **PRESETS[name])
    assert config.epochs <= 300  # five seconds at an epoch a frame
    assert max(config.hidden, default=0) <= 32


@pytest.mark.parametrize("name", PRESETS)
def test_a_suggestion_trains_its_dataset_well(name):
    run, score = trained(name)
    assert score >= REACHED[name]
    if not run.dataset.is_regression:
        labels = run.dataset.test.y
        assert score > 100 * np.bincount(labels).max() / len(labels) + 20


@pytest.mark.parametrize("seed", range(1, 4))
def test_two_spirals_are_unwound_whatever_the_seed(seed):
    assert trained("spirals", seed=seed)[1] >= 95


@pytest.mark.parametrize(
    ("name", "values", "reached"),
    [
        ("spirals", {"arms": 5}, 85),
        ("blobs", {"blobs": 10}, 94),
        ("blobs", {"blobs": 2}, 97),
        ("moons", {"imbalance": 0.8}, 92),
    ],
)
def test_a_suggestion_holds_for_other_numbers_of_classes(name, values, reached):
    assert trained(name, **values)[1] >= reached
