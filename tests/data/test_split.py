from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_live.data.dataset import Dataset
from mlp_live.data.feature_map import TRANSFORMS, FeatureMap
from mlp_live.data.points import TEST, TRAIN, VALIDATION, Extent, Points
from mlp_live.data.split import split

FRACTIONS = st.floats(0, 0.45)


def points(y, classes=(), **given):
    X = np.random.default_rng(1).normal(size=(len(y), 2))
    return Points(X, np.asarray(y), classes, ("a", "b"), "y", **given)


@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=10),
    FRACTIONS,
    FRACTIONS,
    st.integers(0, 100),
)
def test_every_class_has_its_share_in_every_set(counts, validation, test, seed):
    labels = np.repeat(np.arange(len(counts)), counts)
    data = points(labels, tuple(map(str, range(len(counts)))))
    sets = split(data, validation, test, np.random.default_rng(seed))
    assert len(sets) == len(labels)
    for label, n in enumerate(counts):
        found = [int(((sets == which) & (labels == label)).sum()) for which in range(3)]
        assert sum(found) == n
        assert found[TRAIN] >= 1
        for which, fraction in [(VALIDATION, validation), (TEST, test)]:
            if fraction == 0:
                assert found[which] == 0
            elif n >= 3:
                # one at least, else the nearest whole number, unless training would have none left
                assert found[which] >= 1
                assert abs(found[which] - fraction * n) <= 1


@given(st.integers(3, 300), FRACTIONS, FRACTIONS)
def test_quantities_are_split_as_a_whole(n, validation, test):
    sets = split(points(np.linspace(0, 1, n)), validation, test, np.random.default_rng(0))
    assert abs((sets == VALIDATION).sum() - validation * n) <= 1
    assert abs((sets == TEST).sum() - test * n) <= 1


def test_a_split_that_came_with_the_points_is_kept():
    own = np.array([TEST, TRAIN, VALIDATION, TRAIN], np.int8)
    data = points([0, 1, 0, 1], ("p", "q"), sets=own)
    assert split(data, 0.4, 0.4, np.random.default_rng(0)) is own


def test_inputs_are_standardized_on_the_training_points_alone():
    rng = np.random.default_rng(5)
    X = np.column_stack([1e6 + 1e3 * rng.normal(size=400), np.full(400, 7.0)])
    sets = rng.permutation(np.repeat(np.arange(3, dtype=np.int8), [200, 100, 100]))
    data = Points(X, np.arange(400) % 2, ("p", "q"), ("a", "b"), "y")
    dataset = Dataset.of(data, sets, ("x1", "x2"), standardize=True)
    inputs = dataset.feature_map(dataset.train.X)
    # 1e6 has 10 digits left for deviations of 1e3, and the mean of 200 of them rounds a little.
    assert np.allclose(inputs.mean(axis=0), [0, 0], atol=1e-10)
    assert inputs[:, 0].std() == pytest.approx(1, rel=1e-12)
    assert (inputs[:, 1] == 0).all()  # a constant feature is centered and left at that
    assert dataset.feature_map(np.array([[1e6, 9.0]]))[0, 1] == 2.0
    moved = X + np.where(sets == TRAIN, 0.0, 1e5)[:, np.newaxis]
    other = Dataset.of(
        Points(moved, data.y, data.classes, data.features, "y"),
        sets,
        ("x1", "x2"),
        standardize=True,
    )
    assert np.array_equal(other.feature_map(X), dataset.feature_map(X))


def test_targets_of_a_regression_are_fed_on_one_scale_and_ranged_in_their_own():
    y = np.array([100.0, 300.0, 1000.0])
    dataset = Dataset.of(
        points(y), np.array([TRAIN, TRAIN, TEST], np.int8), ("x1",), standardize=True
    )
    assert dataset.targets(dataset.train.y).tolist() == [[-1.0], [1.0]]
    assert dataset.target_range == (100.0, 300.0)


@given(st.lists(st.sampled_from(sorted(TRANSFORMS)), min_size=1, max_size=7, unique=True))
def test_inputs_are_made_of_the_first_two_features_and_the_rest_follows(made):
    X = np.array([[0.5, -2.0, 7.0, 8.0]])
    value = {
        "x1": 0.5,
        "x2": -2.0,
        "x1_squared": 0.25,
        "x2_squared": 4.0,
        "x1_x2": -1.0,
        "sin_x1": np.sin(0.5),
        "sin_x2": np.sin(-2.0),
    }
    inputs = FeatureMap.fit(X, made, standardize=False)
    assert inputs(X).tolist() == [[*(value[name] for name in made), 7.0, 8.0]]
    assert len(inputs.names("abcd")) == len(made) + 2
    assert inputs.names("abcd")[-2:] == ("c", "d")


def test_a_view_runs_over_two_features_and_holds_the_others():
    X = np.array([[0.0, 0.0, 1.0], [2.0, 4.0, 3.0], [9.0, 9.0, 9.0]])
    data = Points(X, np.array([0, 1, 0]), ("p", "q"), ("a", "b", "c"), "y")
    sets = np.array([TRAIN, VALIDATION, TEST], np.int8)
    dataset = Dataset.of(data, sets, ("x1", "x2"), standardize=False)
    assert dataset.extent == Extent(-0.2, 2.2, -0.4, 4.4)  # the test point has no say
    grid = dataset.view((2, 0)).points(5)
    assert (grid[:, 1] == 2.0).all()  # the mean over training and validation
    assert grid[0].tolist() == pytest.approx([2.2 - 0.24, 2.0, 0.8 + 0.24])
    assert (dataset.view((0, 1), np.array([5.0, 6.0, 7.0])).points(3)[:, 2] == 7.0).all()


@pytest.mark.parametrize("unit", [1e-100, 1e-3, 1e3])
def test_however_small_the_numbers_they_are_put_on_one_scale(unit):
    rng = np.random.default_rng(6)
    X, y = unit * rng.normal(size=(50, 2)), unit * rng.normal(size=50)
    data = Points(X, y, (), ("a", "b"), "y")
    dataset = Dataset.of(data, np.full(50, TRAIN, np.int8), ("x1", "x2"), standardize=True)
    # float64, 50 terms
    assert dataset.feature_map(X).std(axis=0) == pytest.approx([1, 1], rel=1e-12)
    assert dataset.targets(y).std() == pytest.approx(1, rel=1e-12)
    assert (dataset.target_center, dataset.target_scale) == (y.mean(), y.std())


@pytest.mark.parametrize("standardize", [False, True])
def test_constant_targets_are_not_scaled(standardize):
    sets = np.full(5, TRAIN, np.int8)
    dataset = Dataset.of(points(np.full(5, 7.0)), sets, ("x1",), standardize=standardize)
    assert dataset.target_scale == 1.0
    assert dataset.targets(np.array([9.0])).tolist() == [[2.0 if standardize else 9.0]]
    assert dataset.target_range == (6.0, 8.0)


def test_classes_are_one_hot():
    sets = np.array([TRAIN, TRAIN, VALIDATION, TEST], np.int8)
    dataset = Dataset.of(points([0, 1, 2, 1], tuple("pqr")), sets, ("x1",), standardize=True)
    assert dataset.targets(np.array([2, 0])).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert (dataset.target_center, dataset.target_scale) == (0.0, 1.0)
    assert (dataset.n, dataset.score, dataset.is_regression) == (4, "accuracy", False)


def test_the_inputs_are_limited_to_what_float32_can_square():
    data = FeatureMap.fit(np.array([[0.0, 1.0], [1e-300, 3.0]]), ("x1", "x2"), standardize=True)
    assert data(np.array([[1e300, 1.0], [-1e300, 3.0]])).tolist() == [[1e30, -1.0], [-1e30, 1.0]]


def test_unchanged_inputs_are_named_as_their_features():
    names = FeatureMap.fit(np.ones((1, 3)), ("x2", "x1_x2", "x1"), standardize=False).names("abc")
    assert names == ("b", "x₁x₂", "a", "c")


def test_points_in_a_line_are_shown_in_a_plane_of_width_one_fifth():
    X = np.array([[3.0, 1.0], [3.0, 2.0]])
    assert astuple(Extent.around(X)) == pytest.approx((2.9, 3.1, 0.9, 2.1))


def test_the_first_view_is_the_extent_that_came_with_the_points():
    own = Extent(-9.0, 9.0, -8.0, 8.0)
    sets = np.array([TRAIN, VALIDATION], np.int8)
    dataset = Dataset.of(points([0, 1], ("p", "q"), extent=own), sets, ("x1",), standardize=False)
    assert dataset.view().extent is own
    assert dataset.view((1, 0)).extent != own
    seen = np.vstack([dataset.train.X, dataset.validation.X])
    assert dataset.view().held.tolist() == seen.mean(axis=0).tolist()


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_the_fewest_points_go_to_training_then_testing_then_validation(n):
    data = points(np.zeros(n, np.int64), ("p",))
    sets = split(data, 0.3, 0.3, np.random.default_rng(0))
    assert sorted(sets) == sorted([TRAIN, TEST, VALIDATION, TRAIN][:n])


def test_a_share_is_rounded_to_the_nearest_number():
    sets = split(points(np.linspace(0, 1, 100)), 0.256, 0.124, np.random.default_rng(0))
    assert np.bincount(sets).tolist() == [62, 26, 12]
