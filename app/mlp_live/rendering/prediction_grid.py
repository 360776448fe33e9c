"""Prediction grids: the predictions of a network over the plane, as bytes."""

import numpy as np
from numpy.typing import NDArray

from mlp_live.data.dataset import Dataset
from mlp_live.rendering.quantize import Bytes, quantize

STEPS = 25
"""Levels of confidence of a class in an `argmax_grid`. With ten classes they fill a byte."""


def prediction_grid(Yhat: NDArray[np.float32], dataset: Dataset, loss: str, size: int) -> Bytes:
    """Quantize predictions Yhat (size², n_y) for the points of a `View`.

    Two classes: (size, size), the probability of the second class, from 0 at 0 to 1 at 255. With
    the squared error it is the output of the second class minus that of the first, from -1 to 1.
    The decision boundary is at 128.

    C > 2 classes: (C, size, size), the probability of each class. With the squared error, the
    outputs are limited to 0…1 and divided by their sum.

    Regression: (size, size), the prediction, from the lower end of `Dataset.target_range` at 0 to
    the upper end at 255.

    NaN becomes 128, except that with the squared error and C > 2 classes it counts as 0.
    """
    if dataset.is_regression:
        low, high = dataset.target_range
        scaled = (np.array([low, high]) - dataset.target_center) / dataset.target_scale
        return quantize(Yhat.T, scaled[:1], scaled[1:]).reshape(size, size)
    squared_error = loss == "squared_error"
    if len(dataset.classes) == 2:
        shown = (Yhat[:, 1:] - Yhat[:, :1]).T if squared_error else Yhat.T[1:]
        lowest = np.array([-1.0 if squared_error else 0.0])
        return quantize(shown, lowest, np.ones(1)).reshape(size, size)
    if squared_error:
        Yhat = np.clip(np.nan_to_num(Yhat), 0.0, 1.0)
        Yhat = Yhat / np.maximum(Yhat.sum(axis=1, keepdims=True), np.float32(1e-6))
    n = len(dataset.classes)
    return quantize(Yhat.T, np.zeros(n), np.ones(n)).reshape(n, size, size)


def argmax_grid(grid: Bytes) -> Bytes:
    """Reduce a `prediction_grid` (C, size, size) to one byte a cell, (size, size).

    The byte is `STEPS` times the most probable class, plus the confidence: from 0 where all classes
    are equally probable to `STEPS` - 1 where its probability is 1. A grid (size, size) is returned
    as it is.
    """
    if grid.ndim == 2:
        return grid
    top, uniform = grid.max(axis=0) / 255.0, 1.0 / len(grid)
    confidence = np.clip((top - uniform) / (1.0 - uniform), 0.0, 1.0)
    levels = STEPS * grid.argmax(axis=0) + np.rint((STEPS - 1) * confidence)
    result: Bytes = levels.astype(np.uint8)
    return result
