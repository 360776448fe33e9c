"""Answers over the plane as bytes: the pictures of what a network has learnt."""

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import Dataset
from app.mlp.shades import Bytes, shades

ONE = np.ones(1)
STEPS = 25  # of how sure the first of many classes is, in a `summary`: ten classes fill a byte


def field(Yhat: NDArray[np.float32], dataset: Dataset, loss: str, size: int) -> Bytes:
    """Answers ``Yhat`` (size², n_y) to the points of a `View` as a picture.

    Two classes: the probability of the second, 0…255, (size, size); under the squared error, how
    far its output is above the first's; 128 is the boundary. More classes: each one's probability,
    (C, size, size). Regression: the answer, from `Dataset.target_range`'s lower bound at 0 to its
    upper at 255. What is not a number shows as the middle.
    """
    if dataset.is_regression:
        low, high = dataset.target_range
        scaled = (np.array([low, high]) - dataset.target_centre) / dataset.target_scale
        return shades(Yhat.T, scaled[:1], scaled[1:]).reshape(size, size)
    squared = loss == "squared_error"
    if len(dataset.classes) == 2:
        # Outputs that aim at 0 and 1: how far the second's is above the first's, from -1 to 1.
        answer = (Yhat[:, 1:] - Yhat[:, :1]).T if squared else Yhat.T[1:]
        return shades(answer, np.array([-1.0 if squared else 0.0]), ONE).reshape(size, size)
    if squared:  # those of many classes need not sum to 1
        Yhat = np.clip(np.nan_to_num(Yhat), 0.0, 1.0)
        Yhat = Yhat / np.maximum(Yhat.sum(axis=1, keepdims=True), np.float32(1e-6))
    n = len(dataset.classes)
    return shades(Yhat.T, np.zeros(n), np.ones(n)).reshape(n, size, size)


def summary(picture: Bytes) -> Bytes:
    """A `field` of many classes in one byte a cell, (size, size); any other as it is.

    The byte is `STEPS` times the class that is answered, plus how sure the answer is: from 0 where
    all classes are as likely to `STEPS` - 1 where the others have no probability.
    """
    if picture.ndim == 2:
        return picture
    top, chance = picture.max(axis=0) / 255.0, 1.0 / len(picture)
    sure = np.clip((top - chance) / (1.0 - chance), 0.0, 1.0)
    result: Bytes = (STEPS * picture.argmax(axis=0) + np.rint((STEPS - 1) * sure)).astype(np.uint8)
    return result
