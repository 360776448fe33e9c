"""RunConfig read as a list of fields: for the form, the command line and messages about errors."""

from dataclasses import dataclass
from functools import cache
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.training.config import GROUPS, RunConfig

Kind = Literal["integer", "number", "choice", "switch", "several", "widths", "text"]

KINDS: dict[str, Kind] = {
    "integer": "integer",
    "number": "number",
    "boolean": "switch",
    "array": "widths",
}
# Types of errors whose message says all; the others are told by what the field requires.
MAX_PROBLEMS = 30  # told at a time; a form has about as many fields
IN_WORDS = ("table_missing", "combination", "retune")
TOLD = "told"  # the type of errors whose message is a whole sentence that names the field


@dataclass(frozen=True)
class ConfigField:
    """One field of RunConfig: what a form shows and what a value must be."""

    name: str
    kind: Kind
    title: str
    help: str
    default: Any
    group: str
    step: float | None
    minimum: float | None
    exclusive_minimum: float | None
    maximum: float | None
    exclusive_maximum: float | None
    choices: dict[str, str]
    applies_to: dict[str, list[Any]]

    @property
    def requirement(self) -> str:
        """What a value must be, to be read after “must be”: “a whole number from 1 to 128”."""
        match self.kind:
            case "choice":
                return "one of " + ", ".join(self.choices)
            case "several":
                return "one or more of " + ", ".join(self.choices)
            case "switch":
                return "true or false"
            case "text":
                return "the name of an uploaded table"
            case "widths":
                return "up to 8 widths from 1 to 128, such as 8,8,4"
        bounds = [
            f"{word} {bound:,}"
            for word, bound in (
                ("from", self.minimum),
                ("above", self.exclusive_minimum),
                ("to", self.maximum),
                ("below", self.exclusive_maximum),
            )
            if bound is not None
        ]
        noun = "a whole number" if self.kind == "integer" else "a number"
        return " ".join([noun, *bounds])

    def written(self, value: Any) -> str:
        """A value as it stands in a form, an address or a command: lists as “8,8,4”."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list | tuple):
            return ",".join(map(str, value))
        return "" if value is None else str(value)


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
    def bound(keyword: str) -> float | None:
        value = schema.get(keyword)
        return int(value) if value is not None and value == int(value) else value

    return ConfigField(
        name=name,
        kind=_kind(schema),
        title=schema["title"],
        help=schema["description"],
        default=RunConfig.model_fields[name].default,
        group=next(group for group, part in GROUPS.items() if name in part.model_fields),
        step=schema["step"],
        minimum=bound("minimum"),
        exclusive_minimum=bound("exclusiveMinimum"),
        maximum=bound("maximum"),
        exclusive_maximum=bound("exclusiveMaximum"),
        choices={value: schema["labels"][value] for value in _choices(schema)},
        applies_to=schema["applies_to"],
    )


def _choices(schema: dict[str, Any]) -> list[str]:
    """The values that may be chosen, one or several of them; none where any may be given."""
    choices: list[str] = schema.get("enum", schema.get("items", {}).get("enum", []))
    return choices


def _kind(schema: dict[str, Any]) -> Kind:
    if _choices(schema):
        return "choice" if "enum" in schema else "several"
    return KINDS.get(schema.get("type", ""), "text")


def address(config: RunConfig) -> str:
    """The query of the live lab's address that brings back ``config``: what is not a default."""
    changed = {
        name: field.written(value)
        for name, field in config_fields().items()
        if (value := getattr(config, name)) != field.default
    }
    return f"?{urlencode(changed)}" if changed else ""


def blamed(detail: ErrorDetails) -> str | None:
    """The field of RunConfig that an error is about; None if it is about none."""
    if "field" in detail.get("ctx", {}):
        field: str | None = detail["ctx"]["field"]
        return field
    names = [part for part in detail["loc"] if part in config_fields()]
    return str(names[-1]) if names else None


def explain(error: ValidationError) -> list[Problem]:
    """The problems of a RunConfig (alone or within a message), one for each field, in words."""
    problems: dict[str | None, Problem] = {}
    for detail in error.errors(include_url=False)[:MAX_PROBLEMS]:
        name = blamed(detail)
        if detail["type"] == TOLD:
            message = detail["msg"]
        elif name is None:
            name = str(detail["loc"][-1]) if detail["loc"] else None
            message = f"{name}: {detail['msg']}." if name else f"{detail['msg']}."
        elif detail["type"] in IN_WORDS:
            message = f"{config_fields()[name].title}: {detail['msg']}."
        else:
            field = config_fields()[name]
            given = field.written(detail["input"])
            given = given if len(given) <= 40 else given[:39] + "…"
            shown = f"not “{given}”" if given else "but nothing is given"
            if field.kind == "widths":  # the error is about one of them, which says too little
                shown = "each of them a whole number"
            message = f"{field.title} must be {field.requirement}, {shown}."
        problems.setdefault(name, Problem(name, message))
    return list(problems.values())
