"""Binary messages of a study's socket: safetensors documents, of points and of frames."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from app.data.dataset import Dataset
from app.mlp.reference import Array
from app.sweep.outcome import GRID_SIZE
from app.sweep.side_by_side import Recording
from app.training.history import Metrics

MOST_POINTS = 400  # of each set: more would cover a thumbnail
FRAME_BYTES = 4 * 1024**2  # so that a viewer that has been away catches up in steps


def encode_points(dataset: Dataset, cells: list[int], *, with_test: bool) -> bytes:
    """The points that the thumbnails of ``cells`` show, in the plane of the first two features.

    Tensors ``X_train`` and, ``with_test``, ``X_test``, float64 (N, 2); ``y_train`` and ``y_test``
    (N,), labels as uint8, or targets as float64, from 0 to 1 over `Dataset.target_range`.
    """
    tensors: dict[str, NDArray[Any]] = {}
    sets = {"train": dataset.train, "test": dataset.test}
    for name, examples in sets.items():
        if len(examples) and (with_test or name == "train"):
            X, y = examples.X[:MOST_POINTS, :2], examples.y[:MOST_POINTS]
            tensors[f"X_{name}"] = np.ascontiguousarray(X)
            tensors[f"y_{name}"] = _scaled(y, dataset) if dataset.is_regression else y.astype("u1")
    metadata = {
        "kind": "points",
        "cells": json.dumps(cells),
        "task": "regression" if dataset.is_regression else "classification",
        "classes": json.dumps(dataset.classes),
        "score": dataset.score,
        "plane": json.dumps(asdict(dataset.plane)),
    }
    return save(tensors, metadata)


def _scaled(targets: Array, dataset: Dataset) -> Array:
    low, high = dataset.target_range
    return np.clip((targets - low) / (high - low), 0.0, 1.0)


def last_epoch_of_frame(recording: Recording, since: int, epoch: int) -> int:
    """The last epoch, at most ``epoch``, that fits into a frame which begins with ``since``."""
    cells = recording.metrics.shape[1]
    an_epoch = cells * (8 * len(Metrics._fields) + GRID_SIZE**2 // recording.every)
    return min(epoch, since + max(FRAME_BYTES // an_epoch, 1) - 1)


def encode_study_frame(
    recording: Recording, number: int, since: int, epoch: int, progress: float
) -> bytes:
    """What has come of the first repeat, as frame ``number``; ``progress`` of the study, 0 to 1.

    Tensors: each metric of the epochs from ``since`` to ``epoch``, float64 (epochs, cells);
    ``fields``, uint8 (F, cells, GRID_SIZE, GRID_SIZE), of ``field_epochs``, int32 (F,); and where
    the cells' runs ended, see `Recording`.
    """
    metrics = recording.metrics[since : epoch + 1]
    at = [e for e in range(since, epoch + 1) if e in recording.fields]
    shape = (len(at), recording.metrics.shape[1], GRID_SIZE, GRID_SIZE)
    tensors: dict[str, NDArray[Any]] = {
        **{name: metrics[:, :, i].copy() for i, name in enumerate(Metrics._fields)},
        "fields": np.array([recording.fields[e] for e in at], np.uint8).reshape(shape),
        "field_epochs": np.array(at, np.int32),
        "diverged_at": recording.diverged_at,
        "stopped_at": recording.stopped_at,
        "kept": recording.kept,
    }
    metadata = {
        "kind": "frame",
        "frame": str(number),
        "since_epoch": str(since),
        "epoch": str(epoch),
        "progress": str(progress),
    }
    return save(tensors, metadata)
