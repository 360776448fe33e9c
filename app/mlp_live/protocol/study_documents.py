"""Binary documents of the study page's socket: the points of the cells, and the frames."""

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlp_live.data.dataset import Dataset
from mlp_live.nn.reference import Array
from mlp_live.protocol.documents import encode_document
from mlp_live.study.lockstep import StudyRecorder
from mlp_live.study.trial_result import GRID_SIZE
from mlp_live.training.history import Metrics

MAX_POINTS = 400  # of each set: more would cover a thumbnail
MAX_FRAME_BYTES = 4 * 1024**2  # a viewer that has fallen behind catches up in several frames


def encode_points(dataset: Dataset, cells: list[int], *, with_test: bool) -> bytes:
    """The points that the thumbnails of ``cells`` show, in the plane of the first two features.

    Tensors ``X_train`` and ``y_train``; with ``with_test`` also ``X_test`` and ``y_test``. X is
    float64 (N, 2). y, (N,), holds labels as uint8, or targets as float64, scaled so that
    `Dataset.target_range` becomes 0 to 1.
    """
    tensors: dict[str, NDArray[Any]] = {}
    sets = {"train": dataset.train, "test": dataset.test}
    for name, examples in sets.items():
        if len(examples) and (with_test or name == "train"):
            X, y = examples.X[:MAX_POINTS, :2], examples.y[:MAX_POINTS]
            tensors[f"X_{name}"] = np.ascontiguousarray(X)
            tensors[f"y_{name}"] = _scaled(y, dataset) if dataset.is_regression else y.astype("u1")
    metadata = {
        "kind": "points",
        "cells": cells,
        "task": "regression" if dataset.is_regression else "classification",
        "classes": dataset.classes,
        "score": dataset.score,
        "extent": asdict(dataset.extent),
    }
    return encode_document(tensors, metadata)


def _scaled(targets: Array, dataset: Dataset) -> Array:
    low, high = dataset.target_range
    return np.clip((targets - low) / (high - low), 0.0, 1.0)


def last_epoch_of_frame(recorder: StudyRecorder, since: int, epoch: int) -> int:
    """The last epoch that fits into a frame from epoch ``since`` on, at most ``epoch``."""
    bytes_per_epoch = recorder.cells * (8 * len(Metrics._fields) + GRID_SIZE**2 // recorder.every)
    return min(epoch, since + max(MAX_FRAME_BYTES // bytes_per_epoch, 1) - 1)


def encode_study_frame(
    recorder: StudyRecorder, number: int, since: int, epoch: int, progress: float
) -> bytes:
    """Frame ``number``: the first repeat from epoch ``since`` to ``epoch``.

    Tensors: each of `Metrics`, float64 (epochs, cells); ``prediction_grids``, uint8
    (F, cells, `GRID_SIZE`, `GRID_SIZE`), and their epochs, ``grid_epochs``, int32 (F,); and
    ``diverged_at``, ``stopped_at`` and ``shown_epoch``, int32 (cells,), see `StudyRecorder`.
    ``progress``, 0 to 1, is that of the whole study.
    """
    metrics = recorder.metrics(since, epoch)
    at = [e for e in range(since, epoch + 1) if e in recorder.grids]
    shape = (len(at), recorder.cells, GRID_SIZE, GRID_SIZE)
    tensors: dict[str, NDArray[Any]] = {
        **{name: metrics[:, :, i].copy() for i, name in enumerate(Metrics._fields)},
        "prediction_grids": np.array([recorder.grids[e] for e in at], np.uint8).reshape(shape),
        "grid_epochs": np.array(at, np.int32),
        "diverged_at": recorder.diverged_at,
        "stopped_at": recorder.stopped_at,
        "shown_epoch": recorder.shown_epoch,
    }
    metadata = {
        "kind": "study_frame",
        "frame": number,
        "since_epoch": since,
        "epoch": epoch,
        "progress": progress,
    }
    return encode_document(tensors, metadata)
