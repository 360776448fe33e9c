"""Splitting points into a training, a validation and a test set."""

import numpy as np

from mlp_live.data.points import TEST, TRAIN, VALIDATION, Labels, Points, Sets, Targets


def split(
    points: Points, validation_fraction: float, test_fraction: float, rng: np.random.Generator
) -> Sets:
    """The set of each point, int8 (N,): the points' own split, or a random one.

    The random split is stratified: each set has its fraction of every class. If a class has enough
    points, every set whose fraction is not 0 has at least one of them; the training set has
    precedence.
    """
    if points.sets is not None:
        return points.sets
    sets = np.full(len(points.y), TRAIN, np.int8)
    for rows in strata(points.y, points.is_regression):
        rows = rng.permutation(rows)
        spare = len(rows) - 1
        n_test = _count(test_fraction, len(rows), spare)
        n_validation = _count(validation_fraction, len(rows), spare - n_test)
        sets[rows[:n_test]] = TEST
        sets[rows[n_test : n_test + n_validation]] = VALIDATION
    return sets


def strata(y: Targets, is_regression: bool) -> list[Labels]:
    """The rows of each class, or all rows together for regression."""
    if is_regression:
        return [np.arange(len(y))]
    return [np.flatnonzero(y == label) for label in np.unique(y)]


def _count(fraction: float, n: int, spare: int) -> int:
    """``fraction`` of ``n``, rounded, from 1 to ``spare``; 0 if the fraction or ``spare`` is 0."""
    return min(max(round(fraction * n), 1), max(spare, 0)) if fraction > 0.0 else 0
