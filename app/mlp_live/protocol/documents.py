"""Binary documents of the live page's socket: the dataset of a run, and its frames.

A document is in the safetensors format. Its metadata has one entry, ``metadata``: a JSON object
with everything that is not a tensor. ``docs/protocol.md`` lists what is in each kind of document.

Documents of equal content have equal bytes. They would not if the metadata had two entries, since
safetensors writes these in random order.
"""

import json
from dataclasses import asdict
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import TensorSpec, serialize

from mlp_live.rendering.activation_maps import MAP_SIZE, UNITS_SHOWN
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.run import Run

METRICS = ("loss", "score")  # of each set


def encode_dataset(run: Run, plane: PlaneView) -> bytes:
    """The dataset of ``run`` and the plane of it that ``plane`` shows.

    Tensors of each set that is not empty: ``X_<set>``, float64 (N, D), and ``y_<set>``, (N,),
    labels as uint8 or targets as float64. The test set is included only after the run has used it.
    ``input_maps``, uint8 (inputs, `MAP_SIZE`, `MAP_SIZE`): see `ActivationMaps.inputs`.
    """
    dataset, view = run.dataset, plane.view
    sets = {"train": dataset.train, "validation": dataset.validation}
    if run.record.test_used:
        sets["test"] = dataset.test
    tensors: dict[str, NDArray[Any]] = {}
    for name, examples in sets.items():
        if len(examples):
            y = examples.y if dataset.is_regression else examples.y.astype(np.uint8)
            tensors |= {f"X_{name}": examples.X, f"y_{name}": y}
    tensors["input_maps"] = plane.input_maps
    metadata = {
        "kind": "dataset",
        "task": "regression" if dataset.is_regression else "classification",
        "classes": dataset.classes,
        "features": dataset.features,
        "inputs": dataset.feature_map.names(dataset.features),
        "target": dataset.target,
        "axes": view.axes,
        "held": view.held.tolist(),
        "extent": asdict(view.extent),
    }
    if dataset.is_regression:
        metadata["target_range"] = dataset.target_range
        metadata["target_scale"] = dataset.target_scale
    return encode_document(tensors, metadata)


def encode_frame(
    run: Run,
    plane: PlaneView,
    number: int,
    *,
    since_epoch: int,
    grid_size: int,
    epoch: int | None = None,
    with_batch: bool = False,
) -> bytes:
    """Frame ``number``: the network now, or as it was just after ``epoch``, and the newest metrics.

    Tensors: ``<set>_loss`` and ``<set>_score`` of each set in the run's history, for the epochs
    from ``since_epoch`` on, float64 (epochs,); and those of `PlaneView.snapshot`. With
    ``with_batch``, ``batch_rows``, int32 (examples,): the rows of the training set in the last
    mini-batch.
    """
    names = [f"{name}_{metric}" for name in run.history.sets for metric in METRICS]
    tensors: dict[str, NDArray[Any]] = {
        **run.history.since(since_epoch, names),
        **plane.snapshot(grid_size, epoch),
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
        "batch": run.progress.batch if epoch is None else 0,
        "batches_per_epoch": run.batches_per_epoch,
        "units_shown": UNITS_SHOWN,
        "map_size": MAP_SIZE,
    }
    return encode_document(tensors, metadata)


def encode_document(tensors: dict[str, NDArray[Any]], metadata: dict[str, Any]) -> bytes:
    """The document of these tensors and this metadata.

    The bytes are those of `safetensors.numpy.save`, which takes a tenth of a frame's time longer
    because it looks up the name of every dtype again.
    """
    plain = {name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}
    specs = {
        name: TensorSpec(
            dtype=_dtype_name(tensor.dtype),
            shape=tensor.shape,
            data_ptr=tensor.__array_interface__["data"][0],
            data_len=tensor.nbytes,
        )
        for name, tensor in plain.items()
    }
    # `specs` holds addresses only: `plain` must keep the arrays alive until this returns.
    return bytes(serialize(specs, {"metadata": json.dumps(metadata)}))


@cache
def _dtype_name(dtype: np.dtype[Any]) -> str:
    return dtype.name
