"""Fields of the group “Network”: inputs, layers, activation, initial weights."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from mlp_live.data.feature_map import TITLES, TRANSFORMS, TransformName
from mlp_live.nn.activations import ActivationName
from mlp_live.nn.architecture import MAX_HIDDEN_LAYERS, MAX_UNITS
from mlp_live.nn.initialization import InitializationName
from mlp_live.training.config.group import ConfigGroup, Number, config_field, split_list

Standardize = Literal["auto", "on", "off"]


def _split_sizes(value: object) -> object:
    return [value] if isinstance(value, int) else split_list(value, MAX_HIDDEN_LAYERS)


LayerSizes = Annotated[
    tuple[Annotated[int, Field(ge=1, le=MAX_UNITS)], ...],
    Field(max_length=MAX_HIDDEN_LAYERS),
    BeforeValidator(_split_sizes),
]
Inputs = Annotated[
    tuple[TransformName, ...],
    Field(min_length=1, max_length=len(TRANSFORMS)),
    BeforeValidator(lambda value: split_list(value, len(TRANSFORMS))),
]


class NetworkConfig(ConfigGroup):
    """The network: inputs, layers, activation, initial weights."""

    inputs: Inputs = config_field(
        ("x1", "x2"),
        "Inputs",
        "Inputs of the network. Derived inputs (squares, products, sines) let a small network fit "
        "curved boundaries.",
        labels=TITLES,
    )
    standardize: Standardize = config_field(
        "auto",
        "Standardize",
        "Scale each input to mean 0 and standard deviation 1 over the training set. Automatic: on "
        "for tables and measured data, off for generated data.",
        labels={"auto": "automatic", "on": "on", "off": "off"},
    )
    hidden: LayerSizes = config_field(
        (10,),
        "Hidden layers",
        "Number of units in each hidden layer. Leave it empty for a linear model.",
    )
    activation: ActivationName = config_field(
        "tanh",
        "Activation",
        "Nonlinear function of the hidden units. With “linear” the network stays a linear model, "
        "however many layers it has. The command “mlp-live gradcheck” compares the gradient by "
        "backpropagation with central differences, and the compiled engine with the readable "
        "network.",
        labels={
            "tanh": "tanh",
            "relu": "ReLU",
            "leaky_relu": "leaky ReLU",
            "sigmoid": "sigmoid",
            "gelu": "GELU",
            "linear": "linear",
        },
    )
    initialization: InitializationName = config_field(
        "normal",
        "Initial weights",
        "Distribution of the initial weights. The practical course uses “normal”. With “zeros” all "
        "hidden units of a layer stay equal.",
        labels={"normal": "normal", "xavier": "Xavier", "he": "He", "zeros": "zeros"},
    )
    init_std: Number = config_field(
        0.3,
        "Initial std",
        "Standard deviation of the initial weights and biases. The practical course's task sheet "
        "asks for 0.3; its solution uses 1.826.",
        step=0.1,
        applies_to={"initialization": ["normal"]},
        ge=0,
        le=100,
    )
