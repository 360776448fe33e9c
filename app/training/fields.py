"""RunConfig read as a list of fields: for the form, the command line and messages about errors."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from pydantic import ValidationError

from app.training.config import RunConfig

Kind = Literal["integer", "number", "choice", "text"]


@dataclass(frozen=True)
class ConfigField:
    """One field of RunConfig: what a form shows and what a value must be."""

    name: str
    kind: Kind
    title: str
    help: str
    default: Any
    group: str
    unit: str | None
    step: float | None
    minimum: float | None
    exclusive_minimum: float | None
    maximum: float | None
    choices: dict[str, str]
    applies_to: dict[str, list[str]]

    @property
    def requirement(self) -> str:
        """What a value must be, to be read after “must be”: “a whole number from 1 to 128”."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.choices)
        if self.kind == "text":
            return "the name of an uploaded table"
        noun = "a whole number" if self.kind == "integer" else "a number"
        if self.minimum is not None and self.maximum is not None:
            return f"{noun} from {self.minimum:,g} to {self._spelled(self.maximum)}"
        if self.exclusive_minimum is not None:
            return f"{noun} greater than {self.exclusive_minimum:g}"
        return noun

    def _spelled(self, bound: float) -> str:
        return f"{int(bound):,}" if bound == int(bound) else f"{bound:g}"


@dataclass(frozen=True)
class Problem:
    """What is wrong with a configuration: the field (None if no one field is to blame) and why."""

    field: str | None
    message: str


class ConfigError(ValueError):
    """A configuration that cannot be run, each value being fine by itself."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(field, f"{config_fields()[field].title}: {message}")


@cache
def config_fields() -> dict[str, ConfigField]:
    """The fields of RunConfig by name, in its order."""
    properties = RunConfig.model_json_schema()["properties"]
    return {name: _field(name, schema) for name, schema in properties.items()}


def _field(name: str, schema: dict[str, Any]) -> ConfigField:
    choices = {value: schema["labels"][value] for value in schema.get("enum", [])}
    kind: Kind = "choice" if choices else "text"
    if schema.get("type") in ("integer", "number"):
        kind = schema["type"]
    return ConfigField(
        name=name,
        kind=kind,
        title=schema["title"],
        help=schema["description"],
        default=schema["default"],
        group=schema["group"],
        unit=schema["unit"],
        step=schema["step"],
        minimum=schema.get("minimum"),
        exclusive_minimum=schema.get("exclusiveMinimum"),
        maximum=schema.get("maximum"),
        choices=choices,
        applies_to=schema.get("applies_to", {}),
    )


def explain(error: ValidationError) -> list[Problem]:
    """The problems of a RunConfig (alone or within a message), one for each field, in words."""
    problems: dict[str | None, Problem] = {}
    for detail in error.errors():
        name = str(detail["loc"][-1]) if detail["loc"] else None
        field = config_fields().get(name) if name is not None else None
        if field is None:
            message = f"{name}: {detail['msg']}." if name else f"{detail['msg']}."
        elif detail["type"] == "table_missing":
            message = f"{field.title}: {detail['msg']}."
        else:
            given = str(detail["input"])
            given = given if len(given) <= 40 else given[:39] + "…"
            shown = f"not “{given}”" if given else "but nothing is given"
            message = f"{field.title} must be {field.requirement}, {shown}."
        problems.setdefault(name, Problem(name, message))
    return list(problems.values())
