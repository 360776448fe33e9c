"""The peers: each makes a function from a problem that trains a number of epochs, or None.

The engine and the C comparator are given the permutations of the epochs. The others draw their own,
as in use, at a cost that is negligible beside that of their epochs. A peer that is not installed is
None.
"""

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

from benchmarks.problem import LEARNING_RATE, POINTS, Problem
from benchmarks.timing import MAX_EPOCHS, Train
from mlp_live.engine.engine import Engine
from mlp_live.nn import network
from mlp_live.training.config import MAX_EPOCHS as LONGEST_RUN
from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run


def engine(problem: Problem) -> Train:
    """The compiled engine: `Engine.train`, training only."""
    engine = Engine(problem.architecture)
    packed, state = engine.pack(problem.X, problem.Y), engine.init_state(problem.theta)
    orders, rates = problem.orders(MAX_EPOCHS), np.full(MAX_EPOCHS, LEARNING_RATE)

    def run(epochs: int) -> None:
        engine.train(state, packed, orders[:epochs], rates[:epochs], problem.batch_size)

    return run


def whole_run(problem: Problem) -> Train:
    """`Run.advance_epochs`, as everything in the product trains.

    Beside training it draws the permutations, evaluates training and test set after every epoch and
    keeps history and checkpoints.
    """
    config = RunConfig(
        n_train=POINTS,
        n_validation=0,
        n_test=POINTS,
        show_test=True,
        hidden=problem.architecture.sizes[1:-1],
        batch_size=problem.batch_size,
        learning_rate=LEARNING_RATE,
        epochs=LONGEST_RUN,
    )
    training = Run(config)

    def run(epochs: int) -> None:
        last = training.progress.epoch + epochs
        while training.progress.epoch < last:
            training.advance_epochs(last - training.progress.epoch)

    return run


def numpy_reference(problem: Problem) -> Train:
    """The readable network in NumPy, float64."""
    theta = problem.theta.copy()
    slots, rng = network.zero_slots(theta), np.random.default_rng(1)

    def run(epochs: int) -> None:
        for _ in range(epochs):
            network.train_epoch(
                problem.architecture,
                theta,
                slots,
                problem.X,
                problem.Y,
                rng.permutation(len(problem.X)),
                problem.batch_size,
                LEARNING_RATE,
            )

    return run


def scikit_learn(problem: Problem) -> Train:
    """MLPClassifier, one `partial_fit` an epoch."""
    peer = MLPClassifier(
        problem.architecture.sizes[1:-1],
        activation="tanh",
        solver="sgd",
        alpha=0.0,
        momentum=0.0,
        batch_size=problem.batch_size,
        learning_rate_init=LEARNING_RATE,
        random_state=0,
    )

    def run(epochs: int) -> None:
        for _ in range(epochs):
            peer.partial_fit(problem.X, problem.labels, classes=[0, 1])

    return run


def torch_manual(problem: Problem) -> Train | None:
    """PyTorch as in the practical: gradients by hand, a Python loop over the batches."""
    torch = _torch()
    if torch is None:
        return None
    X, Y = torch.tensor(problem.X).float(), torch.tensor(problem.Y).float()
    depth = len(problem.architecture.layers)
    params: dict[str, Any] = {}
    for layer, (W, b) in enumerate(problem.architecture.views(problem.theta), start=1):
        params[f"W{layer}"] = torch.tensor(W).float()
        params[f"b{layer}"] = torch.tensor(b).float().reshape(1, -1)

    def forward(params: dict[str, Any], X: Any) -> tuple[Any, dict[str, Any]]:
        outputs = {"h0": X}
        for layer in range(1, depth + 1):
            htilde = outputs[f"h{layer - 1}"] @ params[f"W{layer}"].T + params[f"b{layer}"]
            outputs[f"htilde{layer}"] = htilde
            outputs[f"h{layer}"] = torch.tanh(htilde) if layer < depth else htilde
        outputs["yhat"] = torch.softmax(outputs[f"h{depth}"], dim=1)
        return outputs["yhat"], outputs

    def backward(params: dict[str, Any], outputs: dict[str, Any], Y: Any) -> dict[str, Any]:
        grads, m = {}, len(Y)
        delta = outputs["yhat"] - Y
        for layer in range(depth, 0, -1):
            below = outputs[f"h{layer - 1}"]
            grads[f"W{layer}"] = delta.T @ below / m
            grads[f"b{layer}"] = delta.sum(dim=0, keepdim=True) / m
            if layer > 1:
                delta = (delta @ params[f"W{layer}"]) * (1 - below**2)
        return grads

    def sgd(params: dict[str, Any], grads: dict[str, Any], eta: float) -> dict[str, Any]:
        for name in params:
            params[name] -= eta * grads[name]
        return params

    def loss_accuracy(Yhat: Any, Y: Any) -> tuple[Any, Any]:
        loss = -(Y * torch.log(Yhat)).sum(dim=1).mean()
        return loss, 100 * (Yhat.argmax(dim=1) == Y.argmax(dim=1)).float().mean()

    def run(epochs: int) -> None:
        for _ in range(epochs):
            order = torch.randperm(len(X))
            for start in range(0, len(X), problem.batch_size):
                rows = order[start : start + problem.batch_size]
                Yhat, outputs = forward(params, X[rows])
                loss_accuracy(Yhat, Y[rows])
                sgd(params, backward(params, outputs, Y[rows]), LEARNING_RATE)

    return run


def torch_autograd(problem: Problem) -> Train | None:
    """PyTorch as in its tutorials: Sequential, cross_entropy, backward(), SGD."""
    torch = _torch()
    if torch is None:
        return None
    X, labels = torch.tensor(problem.X).float(), torch.tensor(problem.labels)
    layers: list[Any] = []
    for n_in, n_out in problem.architecture.layers:
        layers += [torch.nn.Linear(n_in, n_out), torch.nn.Tanh()]
    model = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.SGD(model.parameters(), LEARNING_RATE)

    def run(epochs: int) -> None:
        for _ in range(epochs):
            order = torch.randperm(len(X))
            for start in range(0, len(X), problem.batch_size):
                rows = order[start : start + problem.batch_size]
                optimizer.zero_grad()
                torch.nn.functional.cross_entropy(model(X[rows]), labels[rows]).backward()
                optimizer.step()

    return run


def c_comparator(problem: Problem) -> Train | None:
    """`comparator.c`, compiled for the widest layer of the network."""
    units = -(-max(problem.architecture.sizes[1:]) // 8) * 8
    library = _compile(units)
    if library is None:
        return None
    theta = problem.theta.astype(np.float32)
    sizes = np.array(problem.architecture.sizes, np.int32)
    X, labels = problem.X.astype(np.float32), problem.labels.astype(np.int32)
    orders = problem.orders(MAX_EPOCHS)

    def run(epochs: int) -> None:
        library.train(
            _pointer(theta),
            _pointer(sizes),
            len(sizes) - 1,
            _pointer(X),
            _pointer(labels),
            _pointer(orders),
            len(X),
            problem.batch_size,
            epochs,
            ctypes.c_float(LEARNING_RATE),
        )

    return run


PEERS = {
    "engine": engine,
    "engine, whole run": whole_run,
    "C": c_comparator,
    "NumPy reference": numpy_reference,
    "scikit-learn": scikit_learn,
    "PyTorch, manual": torch_manual,
    "PyTorch, autograd": torch_autograd,
}
"""What makes the training function of each peer."""


def _torch() -> Any:
    """PyTorch on one thread, which is fastest for tensors this small, or None."""
    try:
        import torch
    except ImportError:
        return None
    torch.set_num_threads(1)
    return torch


def _pointer(array: NDArray[Any]) -> ctypes.c_void_p:
    return array.ctypes.data_as(ctypes.c_void_p)


@cache
def _compile(units: int) -> ctypes.CDLL | None:
    """The comparator for layers of at most `units` units, or None without a C compiler."""
    if shutil.which("cc") is None:
        return None
    units = 1 << (units - 1).bit_length()
    source = Path(__file__).with_name("comparator.c")
    with tempfile.TemporaryDirectory() as folder:
        library = str(Path(folder) / "comparator.so")
        flags = ["-O3", "-march=native", "-ffast-math", "-shared", "-fPIC", f"-DUNITS={units}"]
        subprocess.run(["cc", *flags, str(source), "-o", library, "-lm"], check=True)
        return ctypes.CDLL(library)
