"""Metrics of predictions: the confusion matrix and class scores, or R² and RMSE.

N is the number of examples, C the number of classes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn.reference import Array

Counts = NDArray[np.int64]


class ClassScores(NamedTuple):
    """Scores of each class, each of shape (C,).

    precision, recall and f1 are from 0 to 1; support is the number of examples of the class.
    """

    precision: Array
    recall: Array
    f1: Array
    support: Counts


def confusion_matrix(labels: Counts, predicted: Counts, n_classes: int) -> Counts:
    """Count the examples of class i that were predicted as class j, at [i, j], int64 (C, C).

    labels and predicted, int64 (N,), are class indices.
    """
    pairs = np.bincount(labels * n_classes + predicted, minlength=n_classes * n_classes)
    return pairs.reshape(n_classes, n_classes)


def class_scores(confusion: Counts) -> ClassScores:
    """Precision TP / (TP + FP), recall TP / (TP + FN) and F1, their harmonic mean.

    A score whose denominator is 0 is 0.
    """
    correct = np.diag(confusion).astype(float)
    predicted, support = confusion.sum(axis=0), confusion.sum(axis=1)
    return ClassScores(
        precision=_ratio(correct, predicted),
        recall=_ratio(correct, support),
        f1=_ratio(2.0 * correct, predicted + support),
        support=support,
    )


def r2(targets: Array, predictions: Array) -> float:
    """R² = 1 - Σ (y - ŷ)² / Σ (y - ȳ)², the share of the variance that is explained.

    If all targets are equal, see `varies`, R² is 1 where every prediction is exact, else 0.
    """
    total = float(((targets - targets.mean()) ** 2).sum())
    power = 2 if varies(total) else 1  # the squares of tiny errors would be 0
    return float(r2_of((np.abs(targets - predictions) ** power).sum(), total))


def r2_of(residual: Array, total: float) -> Array:
    """R² from the residual sums of squares, of any shape, and the total sum of squares.

    Both may be means instead of sums. If the targets are equal, R² is 1 where the residual is 0,
    else 0. R² is NaN where the residual is NaN, and never below the lowest float64.
    """
    if not varies(total):
        return np.where(residual == 0.0, 1.0, np.where(np.isnan(residual), np.nan, 0.0))
    with np.errstate(over="ignore"):
        return np.maximum(1.0 - residual / total, np.finfo(np.float64).min)


def varies(total: float) -> bool:
    """Whether targets with this total sum of squares, or variance, differ from one another.

    They count as equal if it underflows: such a number has lost its digits, or is 0, and a quotient
    by it means nothing. This holds for targets that differ by less than about 1e-154.
    """
    return total >= float(np.finfo(np.float64).tiny)


def rmse(targets: Array, predictions: Array) -> float:
    """Root mean squared error √(mean (y - ŷ)²), in the unit of the targets."""
    return float(np.sqrt(((targets - predictions) ** 2).mean()))


def _ratio(part: Array, whole: Counts) -> Array:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
