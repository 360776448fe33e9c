"""Fields of the group “Data”: the dataset, its size, its split."""

from typing import Literal

from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from mlp_live.data.registry import GENERATED, SHAPES, SKLEARN_DATASETS, TITLES
from mlp_live.data.sklearn_datasets import IRIS_FEATURES, WINE_FEATURES
from mlp_live.training.config.group import ConfigGroup, Number, config_field

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


class DataConfig(ConfigGroup):
    """The data: which dataset, how many points, how they are split."""

    dataset: Dataset = config_field(
        "circles",
        "Dataset",
        "Shapes to classify, surfaces to fit, measured data, or your own CSV table.",
        labels=TITLES | {"table": "Your own table (CSV)"},
    )
    table: str | None = config_field(
        None,
        "Table",
        "The uploaded table, identified by a digest of its content.",
        pattern="^[0-9a-f]{16}$",
        validate_default=True,
    )
    arms: int = config_field(
        2,
        "Arms",
        "Number of spiral arms. Each arm is a class.",
        step=1,
        applies_to={"dataset": ["spirals"]},
        ge=2,
        le=5,
    )
    blobs: int = config_field(
        4,
        "Blobs",
        "Number of clusters. Each cluster is a class.",
        step=1,
        applies_to={"dataset": ["blobs"]},
        ge=2,
        le=10,
    )
    iris_x: IrisFeature = config_field(
        "petal_length",
        "Iris x-axis",
        "The measurement used as the first feature.",
        labels=IRIS_FEATURES,
        applies_to={"dataset": ["iris"]},
    )
    iris_y: IrisFeature = config_field(
        "petal_width",
        "Iris y-axis",
        "The measurement used as the second feature.",
        labels=IRIS_FEATURES,
        applies_to={"dataset": ["iris"]},
    )
    wine_x: WineFeature = config_field(
        "alcohol",
        "Wine x-axis",
        "The measurement used as the first feature.",
        labels=WINE_FEATURES,
        applies_to={"dataset": ["wine"]},
    )
    wine_y: WineFeature = config_field(
        "flavanoids",
        "Wine y-axis",
        "The measurement used as the second feature.",
        labels=WINE_FEATURES,
        applies_to={"dataset": ["wine"]},
    )
    n_train: int = config_field(
        200,
        "Training points",
        "Number of points in the training set, which the network learns from.",
        step=1,
        applies_to={"dataset": list(GENERATED)},
        ge=2,
        le=10_000,
    )
    n_validation: int = config_field(
        100,
        "Validation points",
        "Number of points in the validation set, which serves to choose a configuration or the "
        "epoch to stop at. The network does not learn from it.",
        step=1,
        applies_to={"dataset": list(GENERATED)},
        ge=0,
        le=10_000,
    )
    n_test: int = config_field(
        200,
        "Test points",
        "Number of points in the test set, which measures at the end how well the network does on "
        "new data.",
        step=1,
        applies_to={"dataset": list(GENERATED)},
        ge=2,
        le=10_000,
    )
    noise: Number = config_field(
        0.2,
        "Noise",
        "Standard deviation of the noise, relative to the distance between the classes: at 0.2 "
        "they are well separated, at 1 hardly. For regression, the noise added to the target.",
        step=0.05,
        applies_to={"dataset": list(GENERATED)},
        ge=0,
        le=1,
    )
    imbalance: Number = config_field(
        0.0,
        "Imbalance",
        "Fraction by which each class is smaller than the one before it. With 0 all classes have "
        "the same size.",
        step=0.1,
        applies_to={"dataset": list(SHAPES)},
        ge=0,
        le=0.9,
    )
    validation_fraction: Number = config_field(
        0.2,
        "Validation fraction",
        "Fraction of each class put into the validation set, if the data have no split.",
        step=0.05,
        applies_to={"dataset": [*SKLEARN_DATASETS, "table"]},
        ge=0,
        le=0.45,
    )
    test_fraction: Number = config_field(
        0.2,
        "Test fraction",
        "Fraction of each class put into the test set, if the data have no split.",
        step=0.05,
        applies_to={"dataset": [*SKLEARN_DATASETS, "table"]},
        ge=0,
        le=0.45,
    )
    show_test: bool = config_field(
        False,
        "Show the test set",
        "Show the test points and the test curves in every epoch, as the practical course does. "
        "The test score is then no longer an unbiased estimate if you choose by what you see.",
    )

    @field_validator("table")
    @classmethod
    def _table_is_given(cls, table: str | None, info: ValidationInfo) -> str | None:
        if table is None and info.data.get("dataset") == "table":
            raise PydanticCustomError("table_missing", "upload a CSV file first")
        return table
