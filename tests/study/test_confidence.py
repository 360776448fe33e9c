"""Every kind of interval covers what it says it covers, by simulation.

A coverage is a share of SIMULATIONS. If it is 95 %, its standard error is √(0.95 · 0.05 / 2000) =
0.5 %, so 3 % are six standard errors.
"""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mlp_live.study.confidence import (
    Interval,
    accuracy_interval,
    mean_interval,
    proportion_interval,
    t_quantile,
)
from tests.study.simulated_tables import PROBLEMS, covers, trained_studies

SIMULATIONS = 2000
TOLERANCE = 0.03
REPEATS = (2, 8, 32, 50)


def test_quantiles_are_students_and_have_no_jump():
    quantiles = [t_quantile(df) for df in range(1, 300)]
    assert quantiles == pytest.approx(stats.t.ppf(0.975, np.arange(1, 300)), rel=1e-12)
    assert all(later < earlier for earlier, later in pairwise(quantiles))


@pytest.mark.parametrize(("correct", "n"), [(0, 200), (187, 200), (200, 200), (1, 1)])
def test_the_interval_of_one_network_is_wilsons(correct, n):
    expected = stats.binomtest(correct, n).proportion_ci(method="wilson")
    assert proportion_interval(100 * correct / n, n) == pytest.approx(
        [100 * bound for bound in expected], abs=1e-9
    )


@pytest.mark.parametrize("n", [12, 40, 200, 1000])
def test_one_network_on_average_over_its_accuracy(n):
    # No simulation: the probabilities of all numbers of correct points are known.
    correct, p = np.arange(n + 1), np.linspace(0.5, 0.999, 500)[:, np.newaxis]
    low, high = np.transpose([proportion_interval(100 * k / n, n) for k in correct]) / 100
    coverage = (stats.binom.pmf(correct, n, p) * ((low <= p) & (p <= high))).sum(axis=1)
    assert coverage.mean() == pytest.approx(0.95, abs=0.01)
    assert coverage.min() > 0.83  # Wilson's interval is known to fall so far near 100 %


def accuracies(rng):
    """Accuracies to be estimated, (SIMULATIONS, 1)."""
    return rng.uniform(0.5, 0.99, (SIMULATIONS, 1))


def coverage(scores, n_test, n_shared, true):
    """The share of accuracy intervals that cover; ``scores`` are (SIMULATIONS, repeats)."""
    means, stds = 100 * scores.mean(axis=1), 100 * scores.std(axis=1, ddof=1)
    intervals = np.array(
        [
            accuracy_interval(mean, std, scores.shape[1], n_test, n_shared)
            for mean, std in zip(means.tolist(), stds.tolist(), strict=True)
        ]
    )
    low, high = intervals.T / 100
    return ((low <= true.ravel()) & (true.ravel() <= high)).mean()


@pytest.mark.parametrize("repeats", REPEATS)
@pytest.mark.parametrize("n_test", [40, 200])
@pytest.mark.parametrize("spread", [0.0, 0.3])
def test_networks_on_new_data_for_every_seed(repeats, n_test, spread):
    # The accuracy of the networks varies by a part of the mean error, from training set to
    # training set.
    rng = np.random.default_rng(1)
    p = accuracies(rng)
    networks = np.clip(p + spread * (1 - p) * rng.uniform(-1, 1, (SIMULATIONS, repeats)), 0, 1)
    scores = rng.binomial(n_test, networks) / n_test
    assert coverage(scores, n_test, 0, p) == pytest.approx(0.95, abs=TOLERANCE)


# A table of 200 rows with 40 test rows: new ones for every seed, or always the same.
ROWS = pytest.mark.parametrize("n_rows", [200, 40], ids=["split anew", "own split"])


@pytest.mark.parametrize("repeats", REPEATS)
@ROWS
def test_networks_that_are_wrong_about_the_same_rows_on_new_rows(repeats, n_rows):
    rng = np.random.default_rng(2)
    p = accuracies(rng)
    correct = rng.binomial(n_rows, p)
    scores = rng.hypergeometric(correct, n_rows - correct, 40, (SIMULATIONS, repeats)) / 40
    assert coverage(scores, 40, n_rows, p) == pytest.approx(0.95, abs=TOLERANCE)


@pytest.mark.parametrize("repeats", REPEATS)
@ROWS
@pytest.mark.parametrize(("agreement", "most"), [(0.9, 0.99), (0.6, 0.999)])
def test_the_more_networks_differ_the_wider_is_the_interval_than_it_need_be(
    repeats, n_rows, agreement, most
):
    # Each row has a probability of being classified correctly by a network with a random seed. Its
    # variance is p (1 - p) where all networks are wrong about the same rows, and here a part of it.
    rng = np.random.default_rng(3)
    p, n = accuracies(rng)[:500], 1 / agreement - 1
    rows = rng.beta(p * n, (1 - p) * n, (len(p), n_rows))
    scores = np.empty((len(p), repeats))
    for repeat in range(repeats):
        order = rng.random(rows.shape, np.float32).argpartition(40 - 1, axis=1)
        tested = np.take_along_axis(rows, order[:, :40], axis=1)
        scores[:, repeat] = (rng.random(tested.shape) < tested).mean(axis=1)
    assert 0.95 - TOLERANCE <= coverage(scores, 40, n_rows, p) <= most


@pytest.mark.parametrize("repeats", REPEATS)
def test_the_mean_r2_over_seeds_or_new_data(repeats):
    # As skewed as the R² of trained networks: below the mean it reaches farther than above.
    rng = np.random.default_rng(4)
    scores = 1.0 - rng.gamma(5.0, 0.02, (SIMULATIONS, repeats))
    intervals = np.array(
        [
            mean_interval(mean, std, repeats, -np.inf, 1.0)
            for mean, std in zip(scores.mean(axis=1), scores.std(axis=1, ddof=1), strict=True)
        ]
    )
    covered = (intervals[:, 0] <= 0.9) & (intervals[:, 1] >= 0.9)
    assert covered.mean() == pytest.approx(0.95, abs=TOLERANCE)


@pytest.mark.parametrize("own_split", [False, True], ids=["split anew", "own split"])
def test_studies_of_simulated_tables_cover_the_accuracy_on_new_rows(own_split):
    # Of 40 tables 38 are expected, with a standard error of 1.4. Student's interval knows nothing
    # of the rows that all repeats have in common; of many tables it covers 50 %, or 5 %.
    repeats = 12
    studies = list(trained_studies(PROBLEMS["Gaussians"], own_split, repeats, tables=40, seed=1))
    assert sum(covers(study.interval(repeats), study.true.mean()) for study in studies) >= 34
    assert sum(covers(study.students(repeats), study.true.mean()) for study in studies) < 34


def test_equal_accuracies_leave_a_width():
    # Two errors in 400 points.
    assert accuracy_interval(100.0, 0.0, 2, 200, 0) == (99.5, 100.0)
    assert accuracy_interval(90.0, 0.0, 2, 200, 0) == (89.5, 90.5)
    # The same 200 rows twice tell no more than once.
    once, twice = proportion_interval(100, 200), accuracy_interval(100, 0, 2, 200, 200)
    assert twice.low < once.low < twice.high == 100


@given(
    mean=st.floats(0, 100),
    std=st.floats(0, 50),
    repeats=st.integers(2, 50),
    n_test=st.integers(1, 10_000),
    n_shared=st.integers(0, 10_000),
)
def test_an_interval_has_its_mean_a_width_and_the_bounds_of_accuracies(
    mean, std, repeats, n_test, n_shared
):
    low, high = interval = accuracy_interval(mean, std, repeats, n_test, n_shared)
    assert 0 <= low <= mean <= high <= 100
    assert low < high
    rounded = interval.rounded(1)
    assert rounded.low <= low < high <= rounded.high
    assert rounded.high - rounded.low < high - low + 0.2 + 1e-9


def test_bounds_beyond_all_digits_are_not_rounded():
    huge = Interval(-1e308, 1.0)
    assert huge.rounded(3) == huge
