"""Evaluation of a network on a whole set: loss, scores, confusion matrix."""

from math import isfinite
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from mlp_live.data.dataset import Dataset, Examples
from mlp_live.nn.metrics import class_scores, confusion_matrix, r2, rmse

SetName = Literal["train", "validation", "test"]


class ClassEvaluation(BaseModel):
    """Precision, recall and F1 of one class, each from 0 to 1, and its number of examples."""

    model_config = ConfigDict(frozen=True)

    name: str
    precision: float
    recall: float
    f1: float
    support: int


class Evaluation(BaseModel):
    """The network of ``epoch``, evaluated on the ``n`` examples of one set.

    For classification: ``accuracy`` in percent, the scores of each class, their unweighted means
    (macro averages), and the ``confusion`` matrix, whose rows are the true classes and whose
    columns are the predicted ones. For regression: ``r2``, and ``rmse`` in the unit of the target.
    Fields of the other task are None or empty. So is a loss, R² or RMSE that is not finite.
    """

    model_config = ConfigDict(frozen=True)

    set: SetName
    epoch: int
    n: int
    loss: float | None
    accuracy: float | None = None
    classes: list[ClassEvaluation] = []
    macro_precision: float | None = None
    macro_recall: float | None = None
    macro_f1: float | None = None
    confusion: list[list[int]] = []
    r2: float | None = None
    rmse: float | None = None


def finite_or_none(value: float) -> float | None:
    """``value``, or None where it is infinite or NaN, which JSON does not have."""
    return value if isfinite(value) else None


def evaluate(
    dataset: Dataset,
    name: SetName,
    examples: Examples,
    Yhat: NDArray[np.floating[Any]],
    loss: float,
    epoch: int,
) -> Evaluation:
    """Evaluate the predictions ``Yhat`` (N, n_y) for ``examples``, whose mean loss is ``loss``."""
    n = len(examples)
    if dataset.is_regression:
        predictions = dataset.target_center + dataset.target_scale * Yhat[:, 0].astype(float)
        return Evaluation(
            set=name,
            epoch=epoch,
            n=n,
            loss=finite_or_none(loss),
            r2=finite_or_none(r2(examples.y, predictions)),
            rmse=finite_or_none(rmse(examples.y, predictions)),
        )
    confusion = confusion_matrix(examples.y, Yhat.argmax(axis=1), len(dataset.classes))
    scores = class_scores(confusion)
    columns = zip(dataset.classes, *(column.tolist() for column in scores), strict=True)
    return Evaluation(
        set=name,
        epoch=epoch,
        n=n,
        loss=finite_or_none(loss),
        accuracy=100.0 * float(np.trace(confusion)) / n,
        classes=[
            ClassEvaluation(name=name, precision=precision, recall=recall, f1=f1, support=support)
            for name, precision, recall, f1, support in columns
        ],
        macro_precision=float(scores.precision.mean()),
        macro_recall=float(scores.recall.mean()),
        macro_f1=float(scores.f1.mean()),
        confusion=confusion.tolist(),
    )
