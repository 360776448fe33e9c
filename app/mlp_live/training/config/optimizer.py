"""Fields of the group “Optimizer”: update rule, learning rate schedule, regularization."""

from mlp_live.nn.optimizers import OPTIMIZER_RULES, OptimizerName
from mlp_live.nn.regularization import RegularizerName
from mlp_live.nn.schedules import ScheduleName
from mlp_live.training.config.group import MAX_EPOCHS, ConfigGroup, Number, config_field


def optimizers_with(constant: str) -> dict[str, list[str]]:
    """The optimizers that use a constant, as the ``applies_to`` of a field."""
    return {"optimizer": [n for n, rule in OPTIMIZER_RULES.items() if constant in rule.constants]}


class OptimizerConfig(ConfigGroup):
    """The optimizer: update rule, learning rate schedule, regularization."""

    optimizer: OptimizerName = config_field(
        "sgd",
        "Optimizer",
        "The update rule. Adaptive optimizers use a different step size for each parameter.",
        labels={name: rule.title for name, rule in OPTIMIZER_RULES.items()},
    )
    momentum: Number = config_field(
        0.9,
        "Momentum μ",
        "Fraction of the previous update's velocity that is kept.",
        step=0.05,
        applies_to=optimizers_with("momentum"),
        ge=0,
        lt=1,
    )
    rho: Number = config_field(
        0.9,
        "Decay ρ",
        "Decay rate of the running mean of squared gradients.",
        step=0.05,
        applies_to=optimizers_with("decay"),
        ge=0,
        lt=1,
    )
    beta1: Number = config_field(
        0.9,
        "Beta β₁",
        "Decay rate of the running mean of gradients.",
        step=0.05,
        applies_to=optimizers_with("beta1"),
        ge=0,
        lt=1,
    )
    beta2: Number = config_field(
        0.999,
        "Beta β₂",
        "Decay rate of the running mean of squared gradients.",
        step=0.001,
        applies_to=optimizers_with("beta2"),
        ge=0,
        lt=1,
    )
    epsilon: Number = config_field(
        1e-8,
        "Epsilon ε",
        "Small constant that avoids a division by zero.",
        step=1e-8,
        applies_to=optimizers_with("epsilon"),
        ge=1e-12,
        le=1,
    )
    schedule: ScheduleName = config_field(
        "constant",
        "Schedule",
        "How the learning rate decreases from epoch to epoch.",
        labels={
            "constant": "constant",
            "time": "time-based decay",
            "step": "step decay",
            "exponential": "exponential decay",
            "cosine": "cosine",
        },
    )
    schedule_decay: Number = config_field(
        0.01,
        "Decay k",
        "In epoch t the learning rate is divided by 1 + k t (time-based decay) or multiplied by "
        "exp(-k t) (exponential decay).",
        step=0.01,
        applies_to={"schedule": ["time", "exponential"]},
        ge=0,
        le=100,
    )
    schedule_factor: Number = config_field(
        0.5,
        "Factor γ",
        "Factor by which the learning rate is multiplied at each step.",
        step=0.1,
        applies_to={"schedule": ["step"]},
        gt=0,
        le=1,
    )
    schedule_period: int = config_field(
        50,
        "Period p",
        "Number of epochs between two steps.",
        step=1,
        applies_to={"schedule": ["step"]},
        ge=1,
        le=MAX_EPOCHS,
    )
    warm_up: int = config_field(
        0,
        "Warm-up",
        "Number of epochs at the start over which the learning rate rises linearly.",
        step=1,
        ge=0,
        le=MAX_EPOCHS,
    )
    cool_down: int = config_field(
        0,
        "Cool-down",
        "Number of epochs at the end over which the learning rate falls linearly.",
        step=1,
        ge=0,
        le=MAX_EPOCHS,
    )
    regularization: RegularizerName = config_field(
        "none",
        "Regularization",
        "A penalty on large weights. The loss that is shown does not include it.",
        labels={"none": "none", "l1": "L1", "l2": "L2"},
    )
    regularization_rate: Number = config_field(
        0.001,
        "Penalty λ",
        "Weight of the penalty: λ Σ |w| for L1, ½ λ Σ w² for L2.",
        step=0.001,
        applies_to={"regularization": ["l1", "l2"]},
        ge=0,
        le=100,
    )
