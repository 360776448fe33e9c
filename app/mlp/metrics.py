"""How good answers are: for classes the confusion matrix and what follows from it, else R²."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from app.mlp.reference import Array

Counts = NDArray[np.int64]


class ClassScores(NamedTuple):
    """Of each class, (C,): precision, recall, F1, each in 0..1, and support, its examples."""

    precision: Array
    recall: Array
    f1: Array
    support: Counts


def confusion_matrix(labels: Counts, answers: Counts, n_classes: int) -> Counts:
    """How many examples of class i were answered with class j, at [i, j], (C, C)."""
    pairs = np.bincount(labels * n_classes + answers, minlength=n_classes * n_classes)
    return pairs.reshape(n_classes, n_classes)


def class_scores(confusion: Counts) -> ClassScores:
    """Precision TP / (TP + FP), recall TP / (TP + FN), F1 their harmonic mean; 0 where 0 / 0."""
    right = np.diag(confusion).astype(float)
    answered, support = confusion.sum(axis=0), confusion.sum(axis=1)
    return ClassScores(
        precision=_ratio(right, answered),
        recall=_ratio(right, support),
        f1=_ratio(2.0 * right, answered + support),
        support=support,
    )


def r2(targets: Array, answers: Array) -> float:
    """1 - Σ (y - ŷ)² / Σ (y - ȳ)², the part of the variance that is explained.

    Of targets that do not vary: 1 if all are met, else 0.
    """
    left = ((targets - answers) ** 2).sum()
    return float(r2_of(left, float(((targets - targets.mean()) ** 2).sum())))


def r2_of(unexplained: Array, total: float) -> Array:
    """R² from the two sums of squares; several from as many of what is left unexplained."""
    if total == 0.0:
        return np.where(unexplained == 0.0, 1.0, np.where(np.isnan(unexplained), np.nan, 0.0))
    return 1.0 - unexplained / total


def rmse(targets: Array, answers: Array) -> float:
    """√ mean (y - ŷ)², in the targets' unit."""
    return float(np.sqrt(((targets - answers) ** 2).mean()))


def _ratio(part: Array, whole: Counts) -> Array:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
