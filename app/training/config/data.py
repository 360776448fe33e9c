"""Settings of the data: which, how many, how they are split."""

from typing import Literal

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.data.measured import IRIS_FEATURES, WINE_FEATURES
from app.data.registry import GENERATED, MEASURED, SHAPES, TITLES
from app.training.config.setting import Settings, setting

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


class DataSettings(Settings):
    """What is to be learnt from what."""

    dataset: Dataset = setting(
        "circles",
        "Dataset",
        "Shapes to classify, fields to fit, measured data, or a CSV table of your own.",
        labels=TITLES | {"table": "Your own table (CSV)"},
    )
    table: str | None = setting(
        None,
        "Table",
        "The uploaded table, named by its content.",
        pattern="^[0-9a-f]{16}$",
        validate_default=True,
    )
    arms: int = setting(
        2,
        "Arms",
        "How many spirals are wound into one another, a class each.",
        step=1,
        applies_to={"dataset": ["spirals"]},
        ge=2,
        le=5,
    )
    blobs: int = setting(
        4,
        "Blobs",
        "How many clouds of points there are, a class each.",
        step=1,
        applies_to={"dataset": ["blobs"]},
        ge=2,
        le=10,
    )
    iris_x: IrisFeature = setting(
        "petal_length",
        "Iris across",
        "The measure that is the first feature.",
        labels=IRIS_FEATURES,
        applies_to={"dataset": ["iris"]},
    )
    iris_y: IrisFeature = setting(
        "petal_width",
        "Iris up",
        "The measure that is the second feature.",
        labels=IRIS_FEATURES,
        applies_to={"dataset": ["iris"]},
    )
    wine_x: WineFeature = setting(
        "alcohol",
        "Wine across",
        "The measure that is the first feature.",
        labels=WINE_FEATURES,
        applies_to={"dataset": ["wine"]},
    )
    wine_y: WineFeature = setting(
        "flavanoids",
        "Wine up",
        "The measure that is the second feature.",
        labels=WINE_FEATURES,
        applies_to={"dataset": ["wine"]},
    )
    n_train: int = setting(
        200,
        "Training points",
        "Points the network learns from.",
        step=1,
        applies_to={"dataset": list(GENERATED)},
        ge=2,
        le=10_000,
    )
    n_validation: int = setting(
        100,
        "Validation points",
        "Points to choose by: settings, or when to stop. It never learns from them either.",
        step=1,
        applies_to={"dataset": list(GENERATED)},
        ge=0,
        le=10_000,
    )
    n_test: int = setting(
        200,
        "Test points",
        "Points for the verdict at the end: how well it does on what it has never met.",
        step=1,
        applies_to={"dataset": list(GENERATED)},
        ge=2,
        le=10_000,
    )
    noise: float = setting(
        0.2,
        "Noise",
        "Standard deviation, in a unit of the shape's: 0.2 is gentle, 1 leaves little to learn. "
        "Circles: the radius of the outer one.",
        step=0.05,
        applies_to={"dataset": list(GENERATED)},
        ge=0,
        le=1,
    )
    imbalance: float = setting(
        0.0,
        "Imbalance",
        "Each class has this share fewer points than the one before it; 0: all have as many.",
        step=0.1,
        applies_to={"dataset": list(SHAPES)},
        ge=0,
        le=0.9,
    )
    validation_fraction: float = setting(
        0.2,
        "Validation share",
        "Share of each class held out to choose by, where the data come without a split.",
        step=0.05,
        applies_to={"dataset": [*MEASURED, "table"]},
        ge=0,
        le=0.45,
    )
    test_fraction: float = setting(
        0.2,
        "Test share",
        "Share of each class held out for the verdict, where the data come without a split.",
        step=0.05,
        applies_to={"dataset": [*MEASURED, "table"]},
        ge=0,
        le=0.45,
    )
    show_test: bool = setting(
        False,
        "Show the test set",
        "Draw its points and its curves in every epoch, as the practical does. Whoever then "
        "chooses by what is seen has no honest figure left.",
    )

    @field_validator("table")
    @classmethod
    def _table_is_there(cls, table: str | None, info: ValidationInfo) -> str | None:
        if table is None and info.data.get("dataset") == "table":
            raise PydanticCustomError("table_missing", "upload a CSV file first")
        return table
