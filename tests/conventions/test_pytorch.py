"""What the page on the mathematics says of PyTorch; skipped where it is not installed."""

from math import exp
from typing import Any

import numpy as np
import pytest

from mlp_live.nn.activations import FUNCTIONS
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import initialize
from mlp_live.nn.losses import cross_entropy, naive_cross_entropy, squared_error
from mlp_live.nn.network import zero_slots
from mlp_live.nn.optimizers import OPTIMIZERS, Optimizer, OptimizerName, step
from mlp_live.nn.regularization import Regularizer
from mlp_live.nn.schedules import Schedule
from tests.conventions.three_steps import CLOSE, GRADIENTS, RATES, START, three_steps


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch")


def with_torch(torch: Any, make: Any, rates: Any = RATES) -> Any:
    """θ after the same three steps as those of `three_steps`, with an optimizer of PyTorch."""
    parameter = torch.tensor(START, requires_grad=True)
    optimizer = make([parameter], lr=1.0)
    for g, eta in zip(GRADIENTS, rates, strict=True):
        optimizer.param_groups[0]["lr"] = eta
        parameter.grad = torch.tensor(g)
        optimizer.step()
    return parameter.detach().numpy()


def peers_in_torch(torch: Any, **options: Any) -> dict[str, Any]:
    """PyTorch's optimizers with the constants of MLP Live's."""
    optim = torch.optim
    return {
        "sgd": lambda p, lr: optim.SGD(p, lr, **options),
        "momentum": lambda p, lr: optim.SGD(p, lr, momentum=0.9, **options),
        "nesterov": lambda p, lr: optim.SGD(p, lr, momentum=0.9, nesterov=True, **options),
        "adagrad": lambda p, lr: optim.Adagrad(p, lr, eps=0.1, **options),
        "rmsprop": lambda p, lr: optim.RMSprop(p, lr, alpha=0.9, eps=0.1, **options),
        "adam": lambda p, lr: optim.Adam(p, lr, eps=0.1, **options),
    }


@pytest.mark.parametrize("decay", [0.0, 0.3])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_are_those_of_pytorch_with_changing_rates_and_weight_decay(
    torch: Any, name: OptimizerName, decay: float
) -> None:
    ours = three_steps(Optimizer(name, epsilon=0.1), Regularizer("l2", decay))
    theirs = with_torch(torch, peers_in_torch(torch, weight_decay=decay)[name])
    np.testing.assert_allclose(ours, theirs, **CLOSE)


def test_adamw_decays_apart_from_the_gradient(torch: Any) -> None:
    theirs = with_torch(torch, lambda p, lr: torch.optim.AdamW(p, lr, eps=0.1, weight_decay=0.3))
    theta, slots = START.copy(), zero_slots(START)
    for t, (g, eta) in enumerate(zip(GRADIENTS, RATES, strict=True), start=1):
        theta -= eta * 0.3 * theta
        step(Optimizer("adam", epsilon=0.1), theta, slots, g, eta, t)
    np.testing.assert_allclose(theirs, theta, **CLOSE)


def test_activations_are_those_of_pytorch_with_their_derivatives(torch: Any) -> None:
    functional = torch.nn.functional
    theirs = {
        "tanh": torch.tanh,
        "relu": functional.relu,
        "leaky_relu": functional.leaky_relu,
        "sigmoid": torch.sigmoid,
        "gelu": lambda z: functional.gelu(z, approximate="tanh"),
        "linear": lambda z: z.clone(),
    }
    points = np.append(np.linspace(-4, 4, 41), 0.0)
    for name, function in FUNCTIONS.items():
        z = torch.tensor(points, requires_grad=True)
        h = theirs[name](z)
        h.sum().backward()
        ours = function(points)
        np.testing.assert_allclose(ours[0], h.detach(), **CLOSE, err_msg=name)
        np.testing.assert_allclose(ours[1], z.grad, **CLOSE, err_msg=name)
    z = torch.linspace(-6, 6, 10_001, dtype=torch.float64)
    difference = (functional.gelu(z) - theirs["gelu"](z)).abs().max()
    assert 0.0004 < difference < 0.0005


def test_losses_against_those_of_pytorch(torch: Any) -> None:
    rng = np.random.default_rng(0)
    logits, Y = rng.normal(size=(5, 3)), np.eye(3)[[0, 2, 1, 1, 0]]
    theirs = torch.tensor(logits, requires_grad=True)
    loss = torch.nn.CrossEntropyLoss()(theirs, torch.tensor(Y).argmax(dim=1))
    loss.backward()
    ours, gradient = cross_entropy(logits, Y)
    assert ours == pytest.approx(loss.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, theirs.grad, **CLOSE)
    mean = torch.nn.MSELoss()(torch.tensor(logits), torch.tensor(Y)).item()
    assert squared_error(logits, Y)[0] == pytest.approx(3 / 2 * mean, rel=1e-12)

    far, one_hot = np.array([[0.0, 2000.0]]), np.array([[0.0, 1.0]])
    assert np.isnan(naive_cross_entropy(far, one_hot)[0])
    assert cross_entropy(far, one_hot)[0] == 0
    assert (torch.tensor(one_hot) * torch.softmax(torch.tensor(far), 1).log()).sum().isnan()
    assert torch.nn.functional.cross_entropy(torch.tensor(far), torch.tensor([1])) == 0


def test_schedules_are_those_of_pytorch(torch: Any) -> None:
    schedulers = torch.optim.lr_scheduler
    pairs = [
        (
            Schedule("time", decay=0.2),
            lambda o: schedulers.LambdaLR(o, lambda t: 1 / (1 + 0.2 * t)),
        ),
        (Schedule("step", factor=0.6, period=4), lambda o: schedulers.StepLR(o, 4, 0.6)),
        (Schedule("exponential", decay=0.2), lambda o: schedulers.ExponentialLR(o, exp(-0.2))),
        (Schedule("cosine"), lambda o: schedulers.CosineAnnealingLR(o, 20)),
        (Schedule(warm_up=4), lambda o: schedulers.LinearLR(o, 1 / 5, 1, 4)),
    ]
    for schedule, make in pairs:
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.5)
        scheduler = make(optimizer)
        for epoch in range(20):
            (theirs,) = scheduler.get_last_lr()
            # PyTorch multiplies from epoch to epoch, so rounding errors add up
            assert schedule.rate(epoch, 20, 0.5) == pytest.approx(theirs, rel=1e-9), schedule
            optimizer.step()
            scheduler.step()


def test_initial_parameters_against_those_of_pytorch(torch: Any) -> None:
    torch.manual_seed(0)
    W, _ = Architecture((8, 128, 10)).views(
        initialize(Architecture((8, 128, 10)), "xavier", np.random.default_rng(0))
    )[0]
    theirs = torch.empty(128, 8)
    limit = (6 / (128 + 8)) ** 0.5
    for drawn in (np.abs(W).max(), torch.nn.init.xavier_uniform_(theirs).abs().max().item()):
        # of 1,024 draws the largest is in the last 2 % except with the chance 1e-9
        assert 0.98 * limit < drawn <= limit * (1 + 1e-6)  # PyTorch's is a float32
    torch.nn.init.kaiming_normal_(theirs)
    # five standard deviations of the variance of 1,024 draws
    assert abs(theirs.var().item() / (2 / 8) - 1) < 5 * (2 / 1024) ** 0.5
    layer = torch.nn.Linear(4, 500)
    for parameter in (layer.weight, layer.bias):
        assert 0.95 / 2 < parameter.abs().max() <= 1 / 2  # 1 / √n_in
    assert layer.weight.shape == (500, 4)


def test_what_else_is_said_of_pytorch(torch: Any) -> None:
    assert torch.tensor([1.0, 1.0, 0.0]).argmax() == 0
    assert torch.tensor([1.0, 2.0, 4.0]).std().item() == pytest.approx(np.std([1, 2, 4], ddof=1))
    w = torch.zeros(1, requires_grad=True)
    (0.3 * w.abs().sum()).backward()
    assert w.grad == 0
    assert torch.zeros(1).dtype == torch.float32
    parameter = torch.tensor([2.0], requires_grad=True)
    for _ in range(2):
        (3 * parameter).sum().backward()
    assert parameter.grad == 6  # added up, until zero_grad
