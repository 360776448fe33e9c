"""Binary messages of the socket: safetensors documents, one for a dataset, one for each frame.

What is not a tensor stands in the document's metadata, a map of strings to strings.
"""

import json
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from app.data.dataset import Dataset
from app.training.run import Run


def encode_dataset(dataset: Dataset) -> bytes:
    """Points, float64 (N, 2), and labels, uint8 (N,), of both sets; names and plane as metadata."""
    tensors: dict[str, NDArray[Any]] = {
        "X_train": dataset.X_train,
        "labels_train": dataset.labels_train.astype(np.uint8),
        "X_test": dataset.X_test,
        "labels_test": dataset.labels_test.astype(np.uint8),
    }
    metadata = {
        "kind": "dataset",
        "classes": json.dumps(dataset.classes),
        "features": json.dumps(dataset.features),
        "plane": json.dumps(asdict(dataset.plane)),
    }
    return save(tensors, metadata)


def encode_frame(
    run: Run,
    number: int,
    *,
    since_epoch: int,
    grid_size: int,
    epoch: int | None = None,
    with_batch: bool = False,
) -> bytes:
    """Where the run is now, or was after ``epoch``, as frame ``number``.

    Tensors: every metric of the epochs from ``since_epoch`` on, float64 (epochs,), and ``grid``,
    uint8 (grid_size, grid_size), see `Run.grid`. ``with_batch`` adds ``batch_rows``, int32
    (examples,): the rows of the training set in the last mini-batch.
    """
    tensors: dict[str, NDArray[Any]] = {
        **run.history.since(since_epoch),
        "grid": run.grid(grid_size, epoch),
    }
    if with_batch and epoch is None:
        tensors["batch_rows"] = run.last_batch.astype(np.int32)
    metadata = {
        "kind": "frame",
        "frame": number,
        "since_epoch": since_epoch,
        "epoch": run.epoch if epoch is None else epoch,
        "epochs": run.config.epochs,
        "batch": run.batch if epoch is None else 0,
        "batches_per_epoch": run.batches_per_epoch,
    }
    return save(tensors, {name: str(value) for name, value in metadata.items()})
