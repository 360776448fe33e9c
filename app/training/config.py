"""RunConfig: everything that determines a run, checked once, wherever it comes from."""

from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app.data.measured import IRIS_FEATURES, WINE_FEATURES
from app.data.registry import GENERATED, MEASURED, SHAPES, TITLES

MAX_EPOCHS = 100_000

Dataset = Literal[
    "circles",
    "moons",
    "xor",
    "gaussians",
    "spirals",
    "blobs",
    "checkerboard",
    "rings",
    "sine",
    "cubic",
    "absolute",
    "plane",
    "bumps",
    "wave",
    "iris",
    "wine",
    "digits",
    "table",
]
IrisFeature = Literal["sepal_length", "sepal_width", "petal_length", "petal_width"]
WineFeature = Literal[
    "alcohol",
    "malic_acid",
    "ash",
    "alcalinity",
    "magnesium",
    "phenols",
    "flavanoids",
    "nonflavanoid_phenols",
    "proanthocyanins",
    "color",
    "hue",
    "dilution",
    "proline",
]
Activation = Literal["tanh", "relu", "leaky_relu", "sigmoid", "gelu", "linear"]
Loss = Literal["cross_entropy", "squared_error", "naive_cross_entropy"]
Initialization = Literal["normal", "xavier", "he", "zeros"]
Optimizer = Literal["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"]
Schedule = Literal["constant", "time", "step", "exponential", "cosine"]
Regularization = Literal["none", "l1", "l2"]
Input = Literal["x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2"]
Standardize = Literal["auto", "on", "off"]


def _split_widths(value: object) -> object:
    """Widths may be written as “8,8,4”, as a single number, or as nothing: no hidden layer."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")] if value.strip() else []
    # One more than may be is enough to be refused by, without a look at thousands.
    return [value] if isinstance(value, int) else value[:9] if isinstance(value, list) else value


Widths = Annotated[
    tuple[Annotated[int, Field(ge=1, le=128)], ...],
    Field(max_length=8),
    BeforeValidator(_split_widths),
]


def _split_names(value: object) -> object:
    """Names may be written as “x1,x2,x1_x2”."""
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")]
    return value[:20] if isinstance(value, list) else value


Inputs = Annotated[
    tuple[Input, ...], Field(min_length=1, max_length=7), BeforeValidator(_split_names)
]


def _setting(
    group: str,
    default: Any,
    title: str,
    description: str,
    *,
    step: float | None = None,
    labels: dict[str, str] | None = None,
    applies_to: dict[str, list[Any]] | None = None,
    **constraints: Any,
) -> Any:
    """A field with what a form needs to know of it.

    Its group, a sensible step, names for its choices, and in ``applies_to``, by field, the values
    under which it has a meaning.
    """
    about: dict[str, Any] = {
        "group": group,
        "step": step,
        "labels": labels or {},
        "applies_to": applies_to or {},
    }
    return Field(
        default, title=title, description=description, json_schema_extra=about, **constraints
    )


class RunConfig(BaseModel):
    """The configuration of a run. The same configuration gives the same numbers, to the bit."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dataset: Dataset = _setting(
        "Data",
        "circles",
        "Dataset",
        "Shapes to classify, fields to fit, measured data, or a CSV table of your own.",
        labels=TITLES | {"table": "Your own table (CSV)"},
    )
    table: str | None = _setting(
        "Data",
        None,
        "Table",
        "The uploaded table, named by its content.",
        pattern="^[0-9a-f]{16}$",
        validate_default=True,
    )
    arms: int = _setting(
        "Data",
        2,
        "Arms",
        "How many spirals are wound into one another, a class each.",
        step=1,
        applies_to={"dataset": ["spirals"]},
        ge=2,
        le=5,
    )
    blobs: int = _setting(
        "Data",
        4,
        "Blobs",
        "How many clouds of points there are, a class each.",
        step=1,
        applies_to={"dataset": ["blobs"]},
        ge=2,
        le=10,
    )
    iris_x: IrisFeature = _setting(
        "Data",
        "petal_length",
        "Iris across",
        "The measure that is the first feature.",
        labels=IRIS_FEATURES,
        applies_to={"dataset": ["iris"]},
    )
    iris_y: IrisFeature = _setting(
        "Data",
        "petal_width",
        "Iris up",
        "The measure that is the second feature.",
        labels=IRIS_FEATURES,
        applies_to={"dataset": ["iris"]},
    )
    wine_x: WineFeature = _setting(
        "Data",
        "alcohol",
        "Wine across",
        "The measure that is the first feature.",
        labels=WINE_FEATURES,
        applies_to={"dataset": ["wine"]},
    )
    wine_y: WineFeature = _setting(
        "Data",
        "flavanoids",
        "Wine up",
        "The measure that is the second feature.",
        labels=WINE_FEATURES,
        applies_to={"dataset": ["wine"]},
    )
    n_train: int = _setting(
        "Data",
        200,
        "Training points",
        "Points the network learns from.",
        step=1,
        applies_to={"dataset": list(GENERATED)},
        ge=2,
        le=10_000,
    )
    n_validation: int = _setting(
        "Data",
        100,
        "Validation points",
        "Points to choose by: settings, or when to stop. It never learns from them either.",
        step=1,
        applies_to={"dataset": list(GENERATED)},
        ge=0,
        le=10_000,
    )
    n_test: int = _setting(
        "Data",
        200,
        "Test points",
        "Points for the verdict at the end: how well it does on what it has never met.",
        step=1,
        applies_to={"dataset": list(GENERATED)},
        ge=2,
        le=10_000,
    )
    noise: float = _setting(
        "Data",
        0.2,
        "Noise",
        "Standard deviation, in a unit of the shape's: 0.2 is gentle, 1 leaves little to learn. "
        "Circles: the radius of the outer one.",
        step=0.05,
        applies_to={"dataset": list(GENERATED)},
        ge=0,
        le=1,
    )
    imbalance: float = _setting(
        "Data",
        0.0,
        "Imbalance",
        "Each class has this share fewer points than the one before it; 0: all have as many.",
        step=0.1,
        applies_to={"dataset": list(SHAPES)},
        ge=0,
        le=0.9,
    )
    validation_fraction: float = _setting(
        "Data",
        0.2,
        "Validation share",
        "Share of each class held out to choose by, where the data come without a split.",
        step=0.05,
        applies_to={"dataset": [*MEASURED, "table"]},
        ge=0,
        le=0.45,
    )
    test_fraction: float = _setting(
        "Data",
        0.2,
        "Test share",
        "Share of each class held out for the verdict, where the data come without a split.",
        step=0.05,
        applies_to={"dataset": [*MEASURED, "table"]},
        ge=0,
        le=0.45,
    )
    show_test: bool = _setting(
        "Data",
        False,
        "Show the test set",
        "Draw its points and its curves in every epoch, as the practical does. Whoever then "
        "chooses by what is seen has no honest figure left.",
    )

    inputs: Inputs = _setting(
        "Network",
        ("x1", "x2"),
        "Inputs",
        "What is fed to the network; what it is given bent it need not bend itself.",
        labels={
            "x1": "x₁",
            "x2": "x₂",
            "x1_squared": "x₁²",
            "x2_squared": "x₂²",
            "x1_x2": "x₁x₂",
            "sin_x1": "sin x₁",
            "sin_x2": "sin x₂",
        },
    )
    standardize: Standardize = _setting(
        "Network",
        "auto",
        "Standardize",
        "Give each input mean 0 and deviation 1 over the training set. Automatic: for tables and "
        "measured data.",
        labels={"auto": "automatic", "on": "on", "off": "off"},
    )
    hidden: Widths = _setting(
        "Network",
        (10,),
        "Hidden layers",
        "Units of each hidden layer, from the inputs on; nothing for a linear classifier.",
    )
    activation: Activation = _setting(
        "Network",
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
    initialization: Initialization = _setting(
        "Network",
        "normal",
        "Initial weights",
        "Normal is the practical's. From zeros all hidden units stay equal for ever.",
        labels={"normal": "normal", "xavier": "Xavier", "he": "He", "zeros": "zeros"},
    )
    init_std: float = _setting(
        "Network",
        0.3,
        "Initial std",
        "Standard deviation of the initial weights and biases. The practical's task sheet says "
        "0.3, its worked solution uses 1.826.",
        step=0.1,
        applies_to={"initialization": ["normal"]},
        ge=0,
        le=100,
    )

    loss: Loss = _setting(
        "Training",
        "cross_entropy",
        "Loss",
        "For classes; a quantity has the squared error. The naïve cross-entropy takes the "
        "logarithm of the softmax: NaN where that underflows.",
        applies_to={"dataset": [*SHAPES, *MEASURED, "table"]},
        labels={
            "cross_entropy": "cross-entropy",
            "squared_error": "squared error",
            "naive_cross_entropy": "naïve cross-entropy",
        },
    )
    batch_size: int = _setting(
        "Training",
        10,
        "Batch size",
        "Examples per update: 1 is online, all of them is full-batch descent.",
        step=1,
        ge=1,
        le=10_000,
    )
    learning_rate: float = _setting(
        "Training",
        0.03,
        "Learning rate",
        "Length of a step against the gradient. Larger batches bear larger rates.",
        step=0.01,
        gt=0,
    )
    epochs: int = _setting(
        "Training", 150, "Epochs", "Passes over the training set.", step=1, ge=1, le=MAX_EPOCHS
    )
    early_stopping: bool = _setting(
        "Training",
        False,
        "Early stopping",
        "End the training once the validation loss has stopped falling.",
    )
    patience: int = _setting(
        "Training",
        20,
        "Patience",
        "Epochs without a better validation loss after which the training ends.",
        step=1,
        applies_to={"early_stopping": [True]},
        ge=1,
        le=MAX_EPOCHS,
    )
    min_improvement: float = _setting(
        "Training",
        0.0,
        "Least improvement",
        "What the validation loss must fall by to count as better.",
        step=0.001,
        applies_to={"early_stopping": [True]},
        ge=0,
        le=100,
    )
    restore_best: bool = _setting(
        "Training",
        True,
        "Restore the best",
        "Then go back to the parameters of the epoch with the least validation loss.",
        applies_to={"early_stopping": [True]},
    )
    seed: int = _setting(
        "Training",
        0,
        "Seed",
        "Start of all random numbers: data, initial weights, order of the examples.",
        step=1,
        ge=0,
        le=2**32 - 1,
    )

    optimizer: Optimizer = _setting(
        "Optimizer",
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
    momentum: float = _setting(
        "Optimizer",
        0.9,
        "Momentum μ",
        "Share of the last step's velocity that is kept.",
        step=0.05,
        applies_to={"optimizer": ["momentum", "nesterov"]},
        ge=0,
        lt=1,
    )
    rho: float = _setting(
        "Optimizer",
        0.9,
        "Decay ρ",
        "Share of the running mean of squared gradients that is kept.",
        step=0.05,
        applies_to={"optimizer": ["rmsprop"]},
        ge=0,
        lt=1,
    )
    beta1: float = _setting(
        "Optimizer",
        0.9,
        "Beta β₁",
        "Share of the running mean of gradients that is kept.",
        step=0.05,
        applies_to={"optimizer": ["adam"]},
        ge=0,
        lt=1,
    )
    beta2: float = _setting(
        "Optimizer",
        0.999,
        "Beta β₂",
        "Share of the running mean of squared gradients that is kept.",
        step=0.001,
        applies_to={"optimizer": ["adam"]},
        ge=0,
        lt=1,
    )
    epsilon: float = _setting(
        "Optimizer",
        1e-8,
        "Epsilon ε",
        "Keeps the division finite where the gradient has been zero.",
        step=1e-8,
        applies_to={"optimizer": ["adagrad", "rmsprop", "adam"]},
        ge=1e-12,
        le=1,
    )
    schedule: Schedule = _setting(
        "Optimizer",
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
    schedule_decay: float = _setting(
        "Optimizer",
        0.01,
        "Decay k",
        "Per epoch t: the rate is divided by 1 + k t (time-based) or multiplied by exp(-k t).",
        step=0.01,
        applies_to={"schedule": ["time", "exponential"]},
        ge=0,
        le=100,
    )
    schedule_factor: float = _setting(
        "Optimizer",
        0.5,
        "Factor γ",
        "What the rate is multiplied by at each step down.",
        step=0.1,
        applies_to={"schedule": ["step"]},
        gt=0,
        le=1,
    )
    schedule_period: int = _setting(
        "Optimizer",
        50,
        "Period p",
        "Epochs between two steps down.",
        step=1,
        applies_to={"schedule": ["step"]},
        ge=1,
        le=MAX_EPOCHS,
    )
    warm_up: int = _setting(
        "Optimizer",
        0,
        "Warm-up",
        "Epochs over which the rate rises in a straight line at the start.",
        step=1,
        ge=0,
        le=MAX_EPOCHS,
    )
    cool_down: int = _setting(
        "Optimizer",
        0,
        "Cool-down",
        "Epochs over which the rate falls in a straight line to the end.",
        step=1,
        ge=0,
        le=MAX_EPOCHS,
    )
    regularization: Regularization = _setting(
        "Optimizer",
        "none",
        "Regularization",
        "A penalty on large weights; the loss that is shown is without it.",
        labels={"none": "none", "l1": "L1", "l2": "L2"},
    )
    regularization_rate: float = _setting(
        "Optimizer",
        0.001,
        "Rate λ",
        "How much the penalty weighs: λ Σ |w| for L1, ½ λ Σ w² for L2.",
        step=0.001,
        applies_to={"regularization": ["l1", "l2"]},
        ge=0,
        le=100,
    )

    @field_validator("table")
    @classmethod
    def _table_is_there(cls, table: str | None, info: ValidationInfo) -> str | None:
        if table is None and info.data.get("dataset") == "table":
            raise PydanticCustomError("table_missing", "upload a CSV file first")
        return table

    @model_validator(mode="after")
    def _settings_go_together(self) -> Self:
        for name in sorted(self.model_fields_set):
            field = type(self).model_fields[name]
            if getattr(self, name) == field.default:
                continue
            about: Any = field.json_schema_extra
            for other, values in about["applies_to"].items():
                if (chosen := getattr(self, other)) not in values:
                    title = type(self).model_fields[other].title
                    raise PydanticCustomError(
                        "combination",
                        "{title} {chosen} has no such setting; it belongs to {values}",
                        {
                            "field": name,
                            "title": title,
                            "chosen": chosen,
                            "values": ", ".join(map(str, values)),
                        },
                    )
        for one, other in (("iris_x", "iris_y"), ("wine_x", "wine_y")):
            if getattr(self, one) == getattr(self, other):
                raise PydanticCustomError(
                    "combination",
                    "choose another feature than for the axis across",
                    {"field": other},
                )
        if self.warm_up + self.cool_down > self.epochs:
            raise PydanticCustomError(
                "combination",
                "warm-up and cool-down together take more than the {epochs} epochs",
                {"field": "warm_up", "epochs": self.epochs},
            )
        return self
