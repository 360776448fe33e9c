"""Binary messages of the socket: safetensors documents, one for a dataset, one for each frame.

What is not a tensor stands in the document's metadata, a map of strings to strings.
"""

import json
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import TensorSpec, serialize
from safetensors.numpy import save

from app.data.dataset import Dataset
from app.training.responses import RESPONSE_SIZE, UNITS_SHOWN
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

    Tensors: every metric of the epochs from ``since_epoch`` on, float64 (epochs,), and what
    `Run.snapshot` gives; ``with_batch`` adds ``batch_rows``, int32 (examples,): the rows of the
    training set in the last mini-batch. ``units_shown`` is the most of a layer that `Responses`
    shows.
    """
    tensors: dict[str, NDArray[Any]] = {
        **run.history.since(since_epoch),
        **run.snapshot(grid_size, epoch),
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
        "units_shown": UNITS_SHOWN,
        "response_size": RESPONSE_SIZE,
    }
    return _document(tensors, {name: str(value) for name, value in metadata.items()})


def _document(tensors: dict[str, NDArray[Any]], metadata: dict[str, str]) -> bytes:
    """What `safetensors.numpy.save` gives, without its spelling out each dtype anew.

    That took a tenth of a frame's time.
    """
    plain = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    specs = {
        name: TensorSpec(
            dtype=_name(tensor.dtype),
            shape=tensor.shape,
            data_ptr=tensor.__array_interface__["data"][0],
            data_len=tensor.nbytes,
        )
        for name, tensor in plain.items()
    }
    return bytes(serialize(specs, metadata))  # while `plain` keeps the arrays alive


@cache
def _name(dtype: np.dtype[Any]) -> str:
    return dtype.name
