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

    If all targets are equal, R² is 1 where every prediction is exact, else 0.
    """
    residual = ((targets - predictions) ** 2).sum()
    return float(r2_of(residual, float(((targets - targets.mean()) ** 2).sum())))


def r2_of(residual: Array, total: float) -> Array:
    """R² from the residual sums of squares, of any shape, and the total sum of squares.

    Both may be means instead of sums. R² is NaN where the residual is NaN.
    """
    if total == 0.0:
        return np.where(residual == 0.0, 1.0, np.where(np.isnan(residual), np.nan, 0.0))
    return 1.0 - residual / total


def rmse(targets: Array, predictions: Array) -> float:
    """Root mean squared error √(mean (y - ŷ)²), in the unit of the targets."""
    return float(np.sqrt(((targets - predictions) ** 2).mean()))


def _ratio(part: Array, whole: Counts) -> Array:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
