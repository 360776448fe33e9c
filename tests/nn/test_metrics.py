"""Metrics agree with scikit-learn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_live.nn.metrics import class_scores, confusion_matrix, r2, r2_of, rmse, varies

PAIRS = st.integers(2, 10).flatmap(
    lambda k: st.tuples(
        st.just(k),
        st.lists(st.tuples(st.integers(0, k - 1), st.integers(0, k - 1)), min_size=1, max_size=80),
    )
)
NUMBERS = st.floats(-1e3, 1e3).map(lambda value: round(value, 6))


@given(PAIRS)
def test_class_scores_agree_with_scikit_learn(problem):
    sklearn = pytest.importorskip("sklearn.metrics")
    n_classes, pairs = problem
    labels, predicted = np.array(pairs).T
    confusion = confusion_matrix(labels, predicted, n_classes)
    every = range(n_classes)
    assert (confusion == sklearn.confusion_matrix(labels, predicted, labels=every)).all()
    theirs = sklearn.precision_recall_fscore_support(
        labels, predicted, labels=every, zero_division=0.0
    )
    for ours, peer in zip(class_scores(confusion), theirs, strict=True):
        # a quotient or two of whole numbers: rounding in the last place
        np.testing.assert_allclose(ours, peer, rtol=1e-12, atol=1e-12)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=2, max_size=60))
def test_regression_scores_agree_with_scikit_learn(pairs):
    sklearn = pytest.importorskip("sklearn.metrics")
    targets, predictions = np.array(pairs).T
    theirs = sklearn.r2_score(targets, predictions)
    assert r2(targets, predictions) == pytest.approx(theirs, rel=1e-12)
    theirs = sklearn.root_mean_squared_error(targets, predictions)
    assert rmse(targets, predictions) == pytest.approx(theirs, rel=1e-12)


def test_scores_by_hand():
    confusion = confusion_matrix(np.array([0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 0]), 3)
    assert confusion.tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 0]]
    scores = class_scores(confusion)
    assert scores.precision.tolist() == pytest.approx([2 / 3, 1 / 2, 0])
    assert scores.recall.tolist() == pytest.approx([2 / 3, 1 / 2, 0])
    assert scores.support.tolist() == [3, 2, 0]
    assert r2(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 4.0])) == 0.5
    assert rmse(np.array([0.0, 0.0]), np.array([3.0, -3.0])) == 3.0


@pytest.mark.parametrize("unit", [1e-162, 1e-170, 5e-324])
def test_targets_whose_variance_underflows_count_as_equal(unit):
    targets = unit * np.arange(4.0)
    assert r2(targets, targets) == 1.0
    assert r2(targets, targets + 0.1) == 0.0
    assert r2(targets, 2.0 * targets) == 0.0


def test_r2_is_finite_where_the_quotient_overflows():
    total = 1e-300
    assert np.isfinite(r2_of(np.array([0.0, 1e10, 1e300]), total)).all()
    assert r2_of(np.array([1e300]), total) < -1e300
    assert np.isnan(r2_of(np.array([np.nan]), total)).all()


def test_targets_vary_from_the_smallest_normal_number_on():
    tiny = float(np.finfo(np.float64).tiny)
    assert varies(tiny)
    assert not varies(np.nextafter(tiny, 0))


def test_r2_is_nan_where_the_residual_is_whatever_the_targets():
    for total in (0.0, 1.0):
        found = r2_of(np.array([np.nan, 0.0]), total)
        assert np.isnan(found[0])
        assert found[1] == 1.0
