"""RunConfig: everything that determines a run, checked once, wherever it comes from."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

MAX_EPOCHS = 100_000


def _about(
    group: str, unit: str | None = None, step: float | None = None, **more: Any
) -> dict[str, Any]:
    """What a form needs to know of a field beyond its type: its group, unit and a sensible step.

    ``applies_to`` in ``more`` names, by field, the values under which this field has a meaning.
    """
    return {"group": group, "unit": unit, "step": step} | more


CIRCLES_ONLY = {"dataset": ["circles"]}
TABLE_ONLY = {"dataset": ["table"]}


class RunConfig(BaseModel):
    """The configuration of a run. The same configuration gives the same numbers, to the bit."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    dataset: Literal["circles", "table"] = Field(
        "circles",
        title="Dataset",
        description="Two noisy concentric rings, or a CSV table of your own.",
        json_schema_extra=_about(
            "Data", labels={"circles": "Circles", "table": "Your own table (CSV)"}
        ),
    )
    table: str | None = Field(
        None,
        title="Table",
        description="The uploaded table, named by its content.",
        pattern="^[0-9a-f]{16}$",
        validate_default=True,
        json_schema_extra=_about("Data"),
    )
    n_train: int = Field(
        200,
        ge=2,
        le=10_000,
        title="Training points",
        description="Points the network learns from.",
        json_schema_extra=_about("Data", step=1, applies_to=CIRCLES_ONLY),
    )
    n_test: int = Field(
        200,
        ge=2,
        le=10_000,
        title="Test points",
        description="Points it never learns from; they show how well it generalises.",
        json_schema_extra=_about("Data", step=1, applies_to=CIRCLES_ONLY),
    )
    noise: float = Field(
        0.2,
        ge=0,
        le=1,
        title="Noise",
        description="Standard deviation of the noise; the outer ring has radius 1.",
        json_schema_extra=_about("Data", step=0.05, applies_to=CIRCLES_ONLY),
    )
    test_fraction: float = Field(
        0.3,
        ge=0.05,
        le=0.95,
        title="Test share",
        description="Share of each class held out for the test, if the table has no split column.",
        json_schema_extra=_about("Data", step=0.05, applies_to=TABLE_ONLY),
    )
    hidden: int = Field(
        10,
        ge=1,
        le=128,
        title="Hidden units",
        description="Size of the hidden layer; each unit bends the boundary once.",
        json_schema_extra=_about("Network", step=1),
    )
    init_std: float = Field(
        0.3,
        ge=0,
        le=100,
        title="Initial std",
        description=(
            "Standard deviation of the initial weights and biases. The practical's task sheet says "
            "0.3, its worked solution uses 1.826."
        ),
        json_schema_extra=_about("Network", step=0.1),
    )
    batch_size: int = Field(
        10,
        ge=1,
        le=10_000,
        title="Batch size",
        description="Examples per update: 1 is online, all of them is full-batch descent.",
        json_schema_extra=_about("Training", step=1),
    )
    learning_rate: float = Field(
        0.03,
        gt=0,
        title="Learning rate",
        description="Length of a step against the gradient. Larger batches bear larger rates.",
        json_schema_extra=_about("Training", step=0.01),
    )
    epochs: int = Field(
        150,
        ge=1,
        le=MAX_EPOCHS,
        title="Epochs",
        description="Passes over the training set.",
        json_schema_extra=_about("Training", step=1),
    )
    seed: int = Field(
        0,
        ge=0,
        le=2**32 - 1,
        title="Seed",
        description="Start of all random numbers: data, initial weights, order of the examples.",
        json_schema_extra=_about("Training", step=1),
    )

    @field_validator("table")
    @classmethod
    def _table_is_there(cls, table: str | None, info: ValidationInfo) -> str | None:
        if table is None and info.data.get("dataset") == "table":
            raise PydanticCustomError("table_missing", "upload a CSV file first")
        return table
