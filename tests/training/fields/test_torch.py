"""Every training field means the same to PyTorch: its modules, autograd, optimizers, schedulers.

PyTorch is no dependency; where it is not installed these tests are skipped.
"""

from math import exp
from typing import Any

import numpy as np
import pytest

from mlp_live.data.dataset import Dataset
from mlp_live.training.config import RunConfig
from mlp_live.training.permutations import EpochPermutations
from mlp_live.training.run import Run
from tests.training.fields.cases import CASES, LOSS_TOLERANCE, TABLES, THETA_TOLERANCE, Case
from tests.training.fields.peers import MEASURED, layers, streams

torch = pytest.importorskip("torch")
torch.set_num_threads(1)  # the networks are far too small for more

INPUTS = {
    "x1": lambda x1, x2: x1,
    "x2": lambda x1, x2: x2,
    "x1_squared": lambda x1, x2: torch.square(x1),
    "x2_squared": lambda x1, x2: torch.square(x2),
    "x1_x2": torch.mul,
    "sin_x1": lambda x1, x2: torch.sin(x1),
    "sin_x2": lambda x1, x2: torch.sin(x2),
}
ACTIVATIONS = {
    "tanh": torch.nn.Tanh,
    "relu": torch.nn.ReLU,
    "leaky_relu": torch.nn.LeakyReLU,
    "sigmoid": torch.nn.Sigmoid,
    "gelu": lambda: torch.nn.GELU(approximate="tanh"),
    "linear": torch.nn.Identity,
}


def data_of(config: RunConfig, dataset: Dataset) -> tuple[Any, Any]:
    """The inputs and targets of the training set."""
    features = torch.tensor(dataset.train.X)
    x1, x2 = features[:, 0], features[:, 1]
    X = torch.column_stack([*(INPUTS[name](x1, x2) for name in config.inputs), features[:, 2:]])
    on = config.dataset in MEASURED if config.standardize == "auto" else config.standardize == "on"
    y = torch.tensor(dataset.train.y)
    if on:
        X = (X - X.mean(0)) / X.std(0, correction=0)
    if dataset.classes:
        return X, torch.nn.functional.one_hot(y, len(dataset.classes)).double()
    return X, ((y - y.mean()) / y.std(correction=0) if on else y)[:, None]


def network_of(config: RunConfig, sizes: tuple[int, ...], theta: Any) -> Any:
    """The network, with the initial parameters θ."""
    modules: list[Any] = []
    for W, b in layers(sizes, torch.tensor(theta, dtype=torch.float64)):
        linear = torch.nn.Linear(*reversed(W.shape), dtype=torch.float64)
        linear.weight, linear.bias = torch.nn.Parameter(W.clone()), torch.nn.Parameter(b.clone())
        modules += [linear, ACTIVATIONS[config.activation]()]
    return torch.nn.Sequential(*modules[:-1])


def optimizer_of(config: RunConfig, parameters: Any) -> Any:
    eta, epsilon, optim = config.learning_rate, config.epsilon, torch.optim
    match config.optimizer:
        case "sgd":
            return optim.SGD(parameters, eta)
        case "momentum":
            return optim.SGD(parameters, eta, momentum=config.momentum)
        case "nesterov" if config.momentum == 0:  # PyTorch refuses it, though it is plain SGD
            return optim.SGD(parameters, eta)
        case "nesterov":
            return optim.SGD(parameters, eta, momentum=config.momentum, nesterov=True)
        case "adagrad":
            return optim.Adagrad(parameters, eta, eps=epsilon)
        case "rmsprop":
            return optim.RMSprop(parameters, eta, alpha=config.rho, eps=epsilon)
        case "adam":
            return optim.Adam(parameters, eta, betas=(config.beta1, config.beta2), eps=epsilon)


def scheduler_of(config: RunConfig, optimizer: Any) -> Any:
    """The schedule, times the warm-up, times the cool-down; each changes the rate by a factor."""
    of, k, T = torch.optim.lr_scheduler, config.schedule_decay, config.epochs

    def falls(t: int) -> float:
        return min(1.0, (T - t) / (config.cool_down + 1))

    parts = [of.MultiplicativeLR(optimizer, lambda t: falls(t) / falls(t - 1) if t < T else 0)]
    if config.warm_up:
        start = 1 / (config.warm_up + 1)
        parts.append(of.LinearLR(optimizer, start, total_iters=config.warm_up))
    match config.schedule:
        case "time":
            parts.append(of.MultiplicativeLR(optimizer, lambda t: (1 + k * (t - 1)) / (1 + k * t)))
        case "step":
            parts.append(of.StepLR(optimizer, config.schedule_period, config.schedule_factor))
        case "exponential":
            parts.append(of.ExponentialLR(optimizer, exp(-k)))
        case "cosine":
            parts.append(of.CosineAnnealingLR(optimizer, T))
    return of.ChainedScheduler(parts)


def loss_of(config: RunConfig, logits: Any, Y: Any) -> Any:
    if config.loss == "squared_error" or Y.shape[1] == 1:
        return torch.nn.functional.mse_loss(logits, Y, reduction="sum") / (2 * len(Y))
    if config.loss == "naive_cross_entropy":
        return -(Y * torch.log(torch.softmax(logits, 1))).sum() / len(Y)
    return torch.nn.functional.cross_entropy(logits, Y)


def penalty_of(config: RunConfig, network: Any) -> Any:
    weights = [p for name, p in network.named_parameters() if name.endswith("weight")]
    power = {"none": 0, "l1": 1, "l2": 2}[config.regularization]
    if not power:
        return 0
    return config.regularization_rate / power * sum((W.abs() ** power).sum() for W in weights)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_pytorch_comes_to_the_same_parameters_in_every_epoch(case: Case) -> None:
    for config in case.configs:
        run, in_one_call = Run(config, TABLES.get), Run(config, TABLES.get)
        X, Y = data_of(config, run.dataset)
        sizes = (X.shape[1], *config.hidden, Y.shape[1])
        network = network_of(config, sizes, run.state_at().theta)
        optimizer = optimizer_of(config, network.parameters())
        scheduler = scheduler_of(config, optimizer)
        permutations = EpochPermutations(streams(config.seed)[2])
        in_one_call.advance_epochs(config.epochs)
        for epoch in range(config.epochs):
            run.advance(run.batches_per_epoch)
            order = torch.tensor(permutations.span(epoch, 1, len(X))[0])
            for rows in order.split(config.batch_size):
                optimizer.zero_grad()
                loss = loss_of(config, network(X[rows]), Y[rows]) + penalty_of(config, network)
                loss.backward()
                optimizer.step()
            scheduler.step()
            with torch.no_grad():
                loss = float(loss_of(config, network(X), Y))
            theta = torch.cat([p.detach().ravel() for p in network.parameters()]).numpy()
            np.testing.assert_allclose(run.state_at().theta, theta, rtol=0, atol=THETA_TOLERANCE)
            found = [one.history[epoch + 1].train_loss for one in (run, in_one_call)]
            np.testing.assert_allclose(found, loss, rtol=LOSS_TOLERANCE, atol=LOSS_TOLERANCE)
        assert run.done
        assert in_one_call.done
        ours = in_one_call.state_at().theta
        np.testing.assert_allclose(ours, theta, rtol=0, atol=THETA_TOLERANCE)
