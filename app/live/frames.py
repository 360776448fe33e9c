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

from app.training.responses import RESPONSE_SIZE, UNITS_SHOWN
from app.training.run import Run

MEASURED = ("loss", "score")  # on each set


def encode_dataset(run: Run) -> bytes:
    """The points of each set that may be seen, and what they and the plane are called and bounded.

    Tensors of each set that is not empty: ``X_<set>``, float64 (N, D), and ``y_<set>``, labels as
    uint8 or targets as float64, (N,). The test set is there once the run has used it. ``inputs``:
    maps of the network's inputs, see `Responses.inputs`.
    """
    dataset, view = run.dataset, run.view
    sets = {"train": dataset.train, "validation": dataset.validation}
    if run.test_used:
        sets["test"] = dataset.test
    tensors: dict[str, NDArray[Any]] = {}
    for name, examples in sets.items():
        if len(examples):
            y = examples.y if dataset.is_regression else examples.y.astype(np.uint8)
            tensors |= {f"X_{name}": examples.X, f"y_{name}": y}
    tensors["inputs"] = run.input_maps
    metadata = {
        "kind": "dataset",
        "task": "regression" if dataset.is_regression else "classification",
        "classes": json.dumps(dataset.classes),
        "features": json.dumps(dataset.features),
        "inputs": json.dumps(dataset.inputs.names(dataset.features)),
        "target": dataset.target,
        "axes": json.dumps(view.axes),
        "held": json.dumps(view.held.tolist()),
        "plane": json.dumps(asdict(view.plane)),
    }
    if dataset.is_regression:
        metadata["target_range"] = json.dumps(dataset.target_range)
        metadata["target_scale"] = json.dumps(dataset.target_scale)
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

    Tensors: loss and score of each set that is looked at in the epochs from ``since_epoch`` on,
    float64 (epochs,), and what `Run.snapshot` gives; ``with_batch`` adds ``batch_rows``, int32
    (examples,): the rows of the training set in the last mini-batch. ``units_shown`` is the most
    of a layer that `Responses` shows.
    """
    names = [f"{name}_{what}" for name in run.sets for what in MEASURED]
    tensors: dict[str, NDArray[Any]] = {
        **run.history.since(since_epoch, names),
        **run.snapshot(grid_size, epoch),
    }
    if with_batch and epoch is None:
        tensors["batch_rows"] = run.last_batch.astype(np.int32)
    metadata = {
        "kind": "frame",
        "frame": number,
        "since_epoch": since_epoch,
        "epoch": run.shown_epoch if epoch is None else epoch,
        "epochs": run.config.epochs,
        "score": run.dataset.score,
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
