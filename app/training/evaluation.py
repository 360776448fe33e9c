"""The verdict on a network: all that is told of its answers to one set."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from app.data.dataset import Dataset, Examples
from app.mlp.metrics import class_scores, confusion_matrix, r2, rmse

SetName = Literal["train", "validation", "test"]


class ClassEvaluation(BaseModel):
    """One class: precision, recall and F1, each 0 to 1, and how many examples it has."""

    model_config = ConfigDict(frozen=True)

    name: str
    precision: float
    recall: float
    f1: float
    support: int


class Evaluation(BaseModel):
    """The network of ``epoch`` on one set of ``n`` examples.

    For classification ``accuracy`` in percent, each class's figures, their unweighted means
    (macro), and the ``confusion`` matrix, true class by answered class. For regression ``r2`` and
    ``rmse``, the latter in the target's unit. What does not apply is None or empty.
    """

    model_config = ConfigDict(frozen=True)

    set: SetName
    epoch: int
    n: int
    loss: float
    accuracy: float | None = None
    classes: list[ClassEvaluation] = []
    macro_precision: float | None = None
    macro_recall: float | None = None
    macro_f1: float | None = None
    confusion: list[list[int]] = []
    r2: float | None = None
    rmse: float | None = None


def evaluate(
    dataset: Dataset,
    name: SetName,
    examples: Examples,
    Yhat: NDArray[np.floating[Any]],
    loss: float,
    epoch: int,
) -> Evaluation:
    """What answers ``Yhat`` (N, n_y) to ``examples`` are worth; ``loss`` is already known."""
    n = len(examples)
    if dataset.is_regression:
        answers = dataset.target_centre + dataset.target_scale * Yhat[:, 0].astype(float)
        return Evaluation(
            set=name,
            epoch=epoch,
            n=n,
            loss=loss,
            r2=r2(examples.y, answers),
            rmse=rmse(examples.y, answers),
        )
    confusion = confusion_matrix(examples.y, Yhat.argmax(axis=1), len(dataset.classes))
    scores = class_scores(confusion)
    columns = zip(dataset.classes, *(column.tolist() for column in scores), strict=True)
    return Evaluation(
        set=name,
        epoch=epoch,
        n=n,
        loss=loss,
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
