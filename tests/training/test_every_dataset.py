import sys

import numpy as np
import pytest

from mlp_live.data.registry import GENERATED, SHAPES, SKLEARN_DATASETS, SURFACES, TITLES
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError
from mlp_live.training.run import Run


@pytest.mark.parametrize("name", TITLES)
def test_every_dataset_trains(name):
    run = Run(RunConfig(dataset=name, epochs=1))
    run.advance(1000)
    assert run.progress.epoch == 1
    assert run.dataset.is_regression == (name in SURFACES)
    sizes = [len(part) for part in (run.dataset.train, run.dataset.validation, run.dataset.test)]
    if name in GENERATED:
        assert sizes == [200, 100, 200]
    else:
        assert np.allclose(sizes, sum(sizes) * np.array([0.6, 0.2, 0.2]), atol=5)


@pytest.mark.parametrize("name", TITLES)
def test_measured_features_are_put_on_one_scale_and_shapes_are_not(name):
    data = Run(RunConfig(dataset=name)).dataset
    inputs = data.feature_map(data.train.X)
    if name in SKLEARN_DATASETS:
        assert np.allclose(inputs.mean(axis=0), 0, atol=1e-9)
        assert np.allclose(inputs.std(axis=0), 1)
    else:
        assert (inputs == data.train.X).all()


@pytest.mark.parametrize(("values", "classes"), [({"arms": 3}, 3), ({"blobs": 7}, 7)])
def test_arms_and_blobs_are_classes(values, classes):
    name = "spirals" if "arms" in values else "blobs"
    assert len(Run(RunConfig(dataset=name, **values)).dataset.classes) == classes


@pytest.mark.parametrize("name", SHAPES)
def test_imbalance_reaches_every_set(name):
    data = Run(RunConfig(dataset=name, imbalance=0.5)).dataset
    for part in (data.train, data.validation, data.test):
        counts = np.bincount(part.y, minlength=len(data.classes))
        assert counts[0] == pytest.approx(2 * counts[1], abs=3)
        assert counts.min() >= 1


def test_the_measures_of_the_axes_are_chosen():
    data = Run(RunConfig(dataset="wine", wine_x="hue", wine_y="proline")).dataset
    assert data.features == ("hue", "proline (mg/l)")


@pytest.mark.parametrize("name", SKLEARN_DATASETS)
def test_without_their_package_measured_data_are_refused_by_field(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(ConfigError, match="needs scikit-learn; install it") as caught:
        Run(RunConfig(dataset=name))
    assert caught.value.problem.field == "dataset"
