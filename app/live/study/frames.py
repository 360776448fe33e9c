"""Binary messages of a study's socket: safetensors documents, of points and of frames."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from app.data.dataset import Dataset
from app.sweep.outcome import GRID_SIZE
from app.sweep.side_by_side import Recording
from app.training.history import Metrics

MOST_POINTS = 400  # of each set: more would cover a thumbnail
FRAME_BYTES = 4 * 1024**2  # so that a viewer that has been away catches up in steps


def encode_points(dataset: Dataset, cells: list[int]) -> bytes:
    """The points that the thumbnails of ``cells`` show, float64 (N, 2), and labels, uint8 (N,)."""
    some = slice(MOST_POINTS)
    tensors: dict[str, NDArray[Any]] = {
        "X_train": dataset.train.X[some],
        "y_train": dataset.train.y[some].astype(np.uint8),
        "X_test": dataset.test.X[some],
        "y_test": dataset.test.y[some].astype(np.uint8),
    }
    metadata = {
        "kind": "points",
        "cells": json.dumps(cells),
        "plane": json.dumps(asdict(dataset.plane)),
    }
    return save(tensors, metadata)


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
    ``fields``, uint8 (F, cells, GRID_SIZE, GRID_SIZE), of ``field_epochs``, int32 (F,).
    """
    metrics = recording.metrics[since : epoch + 1]
    at = [e for e in range(since, epoch + 1) if e in recording.fields]
    shape = (len(at), recording.metrics.shape[1], GRID_SIZE, GRID_SIZE)
    tensors: dict[str, NDArray[Any]] = {
        **{name: metrics[:, :, i].copy() for i, name in enumerate(Metrics._fields)},
        "fields": np.array([recording.fields[e] for e in at], np.uint8).reshape(shape),
        "field_epochs": np.array(at, np.int32),
    }
    metadata = {
        "kind": "frame",
        "frame": str(number),
        "since_epoch": str(since),
        "epoch": str(epoch),
        "progress": str(progress),
    }
    return save(tensors, metadata)
