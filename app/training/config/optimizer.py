"""Settings of the optimizer: its rule and constants, the course of the rate, the penalty."""

from typing import Literal

from app.training.config.setting import MAX_EPOCHS, Settings, setting

Optimizer = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
Schedule = Literal["constant", "time", "step", "exponential", "cosine"]
Regularization = Literal["none", "l1", "l2"]


class OptimizerSettings(Settings):
    """How the parameters follow the gradient."""

    optimizer: Optimizer = setting(
        "sgd",
        "Optimizer",
        "How the parameters follow the gradient; the adaptive ones scale each parameter's step.",
        labels={
            "sgd": "SGD",
            "momentum": "momentum",
            "nesterov": "Nesterov",
            "adagrad": "AdaGrad",
            "rmsprop": "RMSProp",
            "adam": "Adam",
        },
    )
    momentum: float = setting(
        0.9,
        "Momentum μ",
        "Share of the last step's velocity that is kept.",
        step=0.05,
        applies_to={"optimizer": ["momentum", "nesterov"]},
        ge=0,
        lt=1,
    )
    rho: float = setting(
        0.9,
        "Decay ρ",
        "Share of the running mean of squared gradients that is kept.",
        step=0.05,
        applies_to={"optimizer": ["rmsprop"]},
        ge=0,
        lt=1,
    )
    beta1: float = setting(
        0.9,
        "Beta β₁",
        "Share of the running mean of gradients that is kept.",
        step=0.05,
        applies_to={"optimizer": ["adam"]},
        ge=0,
        lt=1,
    )
    beta2: float = setting(
        0.999,
        "Beta β₂",
        "Share of the running mean of squared gradients that is kept.",
        step=0.001,
        applies_to={"optimizer": ["adam"]},
        ge=0,
        lt=1,
    )
    epsilon: float = setting(
        1e-8,
        "Epsilon ε",
        "Keeps the division finite where the gradient has been zero.",
        step=1e-8,
        applies_to={"optimizer": ["adagrad", "rmsprop", "adam"]},
        ge=1e-12,
        le=1,
    )
    schedule: Schedule = setting(
        "constant",
        "Schedule",
        "How the learning rate falls from epoch to epoch.",
        labels={
            "constant": "constant",
            "time": "time-based decay",
            "step": "step decay",
            "exponential": "exponential decay",
            "cosine": "cosine",
        },
    )
    schedule_decay: float = setting(
        0.01,
        "Decay k",
        "Per epoch t: the rate is divided by 1 + k t (time-based) or multiplied by exp(-k t).",
        step=0.01,
        applies_to={"schedule": ["time", "exponential"]},
        ge=0,
        le=100,
    )
    schedule_factor: float = setting(
        0.5,
        "Factor γ",
        "What the rate is multiplied by at each step down.",
        step=0.1,
        applies_to={"schedule": ["step"]},
        gt=0,
        le=1,
    )
    schedule_period: int = setting(
        50,
        "Period p",
        "Epochs between two steps down.",
        step=1,
        applies_to={"schedule": ["step"]},
        ge=1,
        le=MAX_EPOCHS,
    )
    warm_up: int = setting(
        0,
        "Warm-up",
        "Epochs over which the rate rises in a straight line at the start.",
        step=1,
        ge=0,
        le=MAX_EPOCHS,
    )
    cool_down: int = setting(
        0,
        "Cool-down",
        "Epochs over which the rate falls in a straight line to the end.",
        step=1,
        ge=0,
        le=MAX_EPOCHS,
    )
    regularization: Regularization = setting(
        "none",
        "Regularization",
        "A penalty on large weights; the loss that is shown is without it.",
        labels={"none": "none", "l1": "L1", "l2": "L2"},
    )
    regularization_rate: float = setting(
        0.001,
        "Rate λ",
        "How much the penalty weighs: λ Σ |w| for L1, ½ λ Σ w² for L2.",
        step=0.001,
        applies_to={"regularization": ["l1", "l2"]},
        ge=0,
        le=100,
    )
