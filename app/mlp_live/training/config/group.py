"""The base class of the groups of RunConfig, and how a field is declared."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

MAX_EPOCHS = 100_000


def _positive_zero(value: float) -> float:
    return value + 0.0


# Makes -0.0 to 0.0. It passes “at least 0”, but NumPy refuses it as a standard deviation.
POSITIVE_ZERO = AfterValidator(_positive_zero)
Number = Annotated[float, POSITIVE_ZERO]


class ConfigGroup(BaseModel):
    """Base class of a group of fields: immutable, no unknown names, no infinity or NaN.

    Fields with a fraction are declared as `Number`, so that none of them is -0.0.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def config_field(
    default: Any,
    title: str,
    description: str,
    *,
    step: float | None = None,
    labels: Mapping[Any, str] | None = None,
    applies_to: dict[str, list[Any]] | None = None,
    **constraints: Any,
) -> Any:
    """Declare a field of RunConfig, with what the form shows of it.

    ``title`` is its label and ``description`` its help text; ``step`` is the step of its number
    input. ``labels`` maps each choice to the text shown for it. ``applies_to`` maps the name of
    another field to the values of that field for which this one has an effect. ``constraints`` are
    those of pydantic's Field.
    """
    extra: dict[str, Any] = {
        "step": step,
        "labels": labels or {},
        "applies_to": applies_to or {},
    }
    return Field(
        default, title=title, description=description, json_schema_extra=extra, **constraints
    )


def split_list(value: object, max_length: int) -> object:
    """Split a list written as text, such as “8,8,4”; the empty text is the empty list.

    A list that is too long is cut to ``max_length`` + 1 items, which is quickly rejected.
    """
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")] if value.strip() else []
    return value[: max_length + 1] if isinstance(value, list) else value
