"""Which points are for learning, which for choosing, and which for the verdict at the end."""

import numpy as np

from app.data.points import TEST, TRAIN, VALIDATION, Answers, Labels, Points, Sets


def split(
    points: Points, validation_fraction: float, test_fraction: float, rng: np.random.Generator
) -> Sets:
    """The set of each point: the points' own, or else drawn at random in these proportions.

    Labelled points are drawn class by class, so that each set has its share of every class. As far
    as there are enough of them, each set that is asked for gets one point at least of each class,
    and the training set comes first.
    """
    if points.sets is not None:
        return points.sets
    sets = np.full(len(points.y), TRAIN, np.int8)
    for rows in strata(points.y, points.is_regression):
        rows = rng.permutation(rows)
        spare = len(rows) - 1
        n_test = _share(test_fraction, len(rows), spare)
        n_validation = _share(validation_fraction, len(rows), spare - n_test)
        sets[rows[:n_test]] = TEST
        sets[rows[n_test : n_test + n_validation]] = VALIDATION
    return sets


def strata(y: Answers, is_regression: bool) -> list[Labels]:
    """Rows of each class, or all rows where there are none."""
    if is_regression:
        return [np.arange(len(y))]
    return [np.flatnonzero(y == label) for label in np.unique(y)]


def _share(fraction: float, n: int, spare: int) -> int:
    """So many of ``n`` points; one at least, unless none are asked for or to spare."""
    return min(max(round(fraction * n), 1), max(spare, 0)) if fraction > 0.0 else 0
