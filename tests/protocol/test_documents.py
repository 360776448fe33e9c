"""Equal content makes equal bytes."""

import os
import subprocess
import sys

import numpy as np
from safetensors.numpy import load

from mlp_live.protocol.documents import encode_document

TENSORS = {
    f"tensor_{i}": np.arange(i, i + 3).astype(dtype)
    for i, dtype in enumerate(["f8", "f4", "u1", "i4", "f8", "u1"])
}
METADATA = {"kind": "frame", "epoch": 3, "axes": [0, 1]}
FRAME = """
import hashlib
from mlp_live.protocol.documents import encode_dataset, encode_frame
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run

run = Run(RunConfig(show_test=True))
run.advance_epochs(3)
plane = PlaneView(run)
document = encode_dataset(run, plane) + encode_frame(run, plane, 1, since_epoch=0, grid_size=20)
print(hashlib.sha256(document).hexdigest())
"""


def test_a_document_has_the_same_bytes_each_time_and_in_any_order_of_its_tensors():
    """The maps of the library that writes it have another order in each object."""
    rng = np.random.default_rng(0)
    documents = set()
    for _ in range(50):
        names = rng.permutation(list(TENSORS))
        documents.add(encode_document({name: TENSORS[name] for name in names}, METADATA))
    (document,) = documents
    loaded = load(document)
    assert all(loaded[name].tobytes() == tensor.tobytes() for name, tensor in TENSORS.items())


def test_two_processes_make_the_same_documents_of_the_same_run():
    made = {
        subprocess.run(
            [sys.executable, "-c", FRAME],
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(made) == 1
