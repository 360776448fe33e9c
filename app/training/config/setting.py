"""A field of RunConfig: its value, and what a form needs to know of it."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

MAX_EPOCHS = 100_000


class Settings(BaseModel):
    """What all groups of settings have in common: nothing unknown, nothing infinite, no change."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def setting(
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

    A sensible step, names for its choices, and in ``applies_to``, by field, the values under which
    it has a meaning.
    """
    about: dict[str, Any] = {
        "step": step,
        "labels": labels or {},
        "applies_to": applies_to or {},
    }
    return Field(
        default, title=title, description=description, json_schema_extra=about, **constraints
    )


def split_list(value: object, most: int) -> object:
    """A list may be written as “8,8,4”, or, if it is empty, as nothing.

    One more than ``most`` is enough to be refused by, without a look at thousands.
    """
    if isinstance(value, str):
        value = [part.strip() for part in value.split(",")] if value.strip() else []
    return value[: most + 1] if isinstance(value, list) else value
