import sys
from dataclasses import replace

import numpy as np
import pytest

from mlp_live.data.points import TRAIN
from mlp_live.data.sklearn_datasets import (
    IRIS_FEATURES,
    SIZES,
    WINE_FEATURES,
    MissingPackageError,
    digits,
    iris,
    principal_components,
    two_components,
    wine,
)
from mlp_live.data.split import split


def test_iris_has_the_features_that_are_asked_for():
    points = iris("petal_width", "sepal_length")
    assert points.features == ("petal width (cm)", "sepal length (cm)")
    assert points.classes == ("setosa", "versicolor", "virginica")
    assert points.X.shape == (150, 2)
    assert points.X[0].tolist() == [0.2, 5.1]  # Fisher's first row: 5.1, 3.5, 1.4, 0.2
    assert np.bincount(points.y).tolist() == [50, 50, 50]
    assert points.sets is None


def test_wine_has_the_features_that_are_asked_for():
    points = wine("proline", "alcohol")
    assert points.X[0].tolist() == [1065, 14.23]
    assert np.bincount(points.y).tolist() == [59, 71, 48]
    assert len(points.classes) == 3


def test_names_of_features_stand_for_scikit_learns_columns():
    from sklearn.datasets import load_iris, load_wine

    assert list(IRIS_FEATURES.values()) == list(load_iris().feature_names)
    theirs = load_wine().feature_names
    assert len(WINE_FEATURES) == len(theirs)
    for name, column in zip(WINE_FEATURES, theirs, strict=True):
        assert name == "dilution" or name.split("_")[0] in column


def test_digits_are_in_the_training_sets_two_directions_of_largest_variance():
    from sklearn.datasets import load_digits
    from sklearn.decomposition import PCA

    pixels = digits()
    sets = split(pixels, 0.2, 0.3, np.random.default_rng(0))
    points = two_components(pixels, sets)
    theirs = PCA(2, svd_solver="full").fit(load_digits().data[sets == TRAIN])
    expected = theirs.transform(load_digits().data)
    signs = np.sign((expected * points.X).sum(axis=0))
    assert np.allclose(points.X, expected * signs, atol=1e-9)
    assert len(points.classes) == 10


def test_pixels_of_the_test_and_validation_set_do_not_move_the_training_digits():
    pixels = digits()
    sets = split(pixels, 0.2, 0.3, np.random.default_rng(0))
    X = pixels.X.copy()
    X[sets != TRAIN] = np.random.default_rng(1).uniform(0, 16, X[sets != TRAIN].shape)
    moved = two_components(replace(pixels, X=X), sets)
    of_train = two_components(pixels, sets).X[sets == TRAIN]
    assert np.array_equal(moved.X[sets == TRAIN], of_train)


def test_directions_are_unique():
    X = np.random.default_rng(0).normal(size=(60, 5)) * [5, 1, 4, 1, 1]
    once = principal_components(X, X, 2)
    assert np.allclose(principal_components(X[::-1], X[::-1], 2)[::-1], once)
    assert once.var(axis=0)[0] > once.var(axis=0)[1]


@pytest.mark.parametrize("load", [lambda: iris("petal_length", "petal_width"), digits])
def test_without_the_package_it_is_said_what_to_install(load, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'mlp-live\[measured\]'"):
        load()


@pytest.mark.parametrize(
    ("name", "points"),
    [
        ("iris", lambda: iris("petal_length", "petal_width")),
        ("wine", lambda: wine("hue", "ash")),
        ("digits", digits),
    ],
)
def test_the_sizes_are_told_without_loading(name, points):
    loaded = points()
    assert (
        SIZES[name] == (len(loaded.X), len(loaded.classes)) == (len(loaded.y), loaded.y.max() + 1)
    )
