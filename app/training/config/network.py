"""Settings of the network: what it is fed, how it is built, where it begins."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from app.data.inputs import TITLES
from app.training.config.setting import Settings, setting, split_list

Input = Literal["x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2"]
Standardize = Literal["auto", "on", "off"]
Activation = Literal["tanh", "relu", "leaky_relu", "sigmoid", "gelu", "linear"]
Initialization = Literal["normal", "xavier", "he", "zeros"]

MAX_LAYERS, MAX_UNITS = 8, 128


def _widths(value: object) -> object:
    return [value] if isinstance(value, int) else split_list(value, MAX_LAYERS)


Widths = Annotated[
    tuple[Annotated[int, Field(ge=1, le=MAX_UNITS)], ...],
    Field(max_length=MAX_LAYERS),
    BeforeValidator(_widths),
]
Inputs = Annotated[
    tuple[Input, ...],
    Field(min_length=1, max_length=7),
    BeforeValidator(lambda value: split_list(value, 7)),
]


class NetworkSettings(Settings):
    """What learns."""

    inputs: Inputs = setting(
        ("x1", "x2"),
        "Inputs",
        "What is fed to the network; what it is given bent it need not bend itself.",
        labels=TITLES,
    )
    standardize: Standardize = setting(
        "auto",
        "Standardize",
        "Give each input mean 0 and deviation 1 over the training set. Automatic: for tables and "
        "measured data.",
        labels={"auto": "automatic", "on": "on", "off": "off"},
    )
    hidden: Widths = setting(
        (10,),
        "Hidden layers",
        "Units of each hidden layer, from the inputs on; nothing for a linear classifier.",
    )
    activation: Activation = setting(
        "tanh",
        "Activation",
        "What bends the plane between the linear maps. Linear bends nothing, at any depth.",
        labels={
            "tanh": "tanh",
            "relu": "ReLU",
            "leaky_relu": "leaky ReLU",
            "sigmoid": "sigmoid",
            "gelu": "GELU",
            "linear": "linear",
        },
    )
    initialization: Initialization = setting(
        "normal",
        "Initial weights",
        "Normal is the practical's. From zeros all hidden units stay equal for ever.",
        labels={"normal": "normal", "xavier": "Xavier", "he": "He", "zeros": "zeros"},
    )
    init_std: float = setting(
        0.3,
        "Initial std",
        "Standard deviation of the initial weights and biases. The practical's task sheet says "
        "0.3, its worked solution uses 1.826.",
        step=0.1,
        applies_to={"initialization": ["normal"]},
        ge=0,
        le=100,
    )
