import sys
from dataclasses import replace

import numpy as np
import pytest

from mlp_live.data import sklearn_datasets
from mlp_live.data.points import TEST
from mlp_live.data.registry import GENERATED, SHAPES, SKLEARN_DATASETS, SURFACES, TITLES
from mlp_live.data.split import split
from mlp_live.training import loading
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


@pytest.mark.parametrize("name", TITLES)
@pytest.mark.parametrize("standardize", ["on", "off"])
def test_nothing_but_the_test_set_is_computed_from_it(name, standardize, monkeypatch):
    """The test rows are moved where they come from, before anything is computed from them."""
    config = RunConfig(dataset=name, standardize=standardize, inputs=("x1", "x2", "x1_squared"))
    before = seen_without_test(Run(config).dataset)
    of_test = find_test_rows(config, monkeypatch)
    if name == "digits":
        pixels = sklearn_datasets._read("digits")
        monkeypatch.setattr(sklearn_datasets, "_read", lambda _: moved(*pixels, of_test))
    else:
        original = loading.load_points

        def load_points(*given):
            points = original(*given)
            X, y = moved(points.X, points.y, of_test)
            return replace(points, X=X, y=y)

        monkeypatch.setattr(loading, "load_points", load_points)
    after = Run(config).dataset
    assert seen_without_test(after) == before
    assert np.abs(after.test.X).max() > 1e3


def find_test_rows(config, monkeypatch):
    """Which rows of the dataset are in the test set, bool (N,)."""
    found = []
    with monkeypatch.context() as watched:

        def watched_split(*given):
            found.append(split(*given))
            return found[-1]

        watched.setattr("mlp_live.training.loading.split", watched_split)
        Run(config)
    return found[-1] == TEST


def moved(X, y, of_test):
    """The points with other features in the test rows; the split looks at labels alone."""
    X = X.copy()
    X[of_test] = 1e4 + np.random.default_rng(0).normal(size=X[of_test].shape)
    return X, y


def seen_without_test(data):
    return [
        *(
            part.X.tobytes() + data.feature_map(part.X).tobytes()
            for part in (data.train, data.validation)
        ),
        *(data.targets(part.y).tobytes() for part in (data.train, data.validation)),
        (data.extent, data.view().held.tolist(), data.target_center, data.target_scale),
    ]


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
