"""Answers over the plane as bytes: the pictures of what a network has learnt."""

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import Dataset
from app.mlp.reference import Array

Bytes = NDArray[np.uint8]

STEPS = 25  # of how sure the first of many classes is, in a `summary`: ten classes fill a byte


def field(Yhat: NDArray[np.float32], dataset: Dataset, loss: str, size: int) -> Bytes:
    """Answers ``Yhat`` (size², n_y) to the points of a `View` as a picture.

    Two classes: the probability of the second, 0…255, (size, size); under the squared error, how
    far its output is above the first's; 128 is the boundary. More classes: each one's probability,
    (C, size, size). Regression: the answer, from `Dataset.target_range`'s lower bound at 0 to its
    upper at 255. What is not a number shows as the middle, or as no probability of any class.
    """
    if dataset.is_regression:
        low, high = dataset.target_range
        answer = (dataset.target_centre + dataset.target_scale * Yhat[:, 0] - low) / (high - low)
        return _shades(answer, 0.5).reshape(size, size)
    if len(dataset.classes) == 2:
        answer = Yhat[:, 1]
        if loss == "squared_error":
            answer = 0.5 + 0.5 * (answer - Yhat[:, 0])
        return _shades(answer, 0.5).reshape(size, size)
    if loss == "squared_error":  # outputs that aim at 0 or 1, but need not sum to 1
        Yhat = np.clip(Yhat, 0.0, 1.0)
        Yhat = Yhat / np.maximum(Yhat.sum(axis=1, keepdims=True), 1e-6)
    return _shades(np.ascontiguousarray(Yhat.T), 0.0).reshape(-1, size, size)


def summary(picture: Bytes) -> Bytes:
    """A `field` of many classes in one byte a cell, (size, size); any other as it is.

    The byte is `STEPS` times the class that is answered, plus how sure the answer is: from 0 where
    all classes are as likely to `STEPS` - 1 where the others have no probability.
    """
    if picture.ndim == 2:
        return picture
    top, chance = picture.max(axis=0) / 255.0, 1.0 / len(picture)
    sure = np.clip((top - chance) / (1.0 - chance), 0.0, 1.0)
    shades: Bytes = (STEPS * picture.argmax(axis=0) + np.rint((STEPS - 1) * sure)).astype(np.uint8)
    return shades


def _shades(answer: Array | NDArray[np.float32], instead: float) -> Bytes:
    if np.isnan(answer).any():  # asked first, as to replace what is not there takes long
        answer = np.nan_to_num(answer, nan=instead)
    shades: Bytes = np.rint(np.clip(255.0 * answer, 0.0, 255.0)).astype(np.uint8)
    return shades
