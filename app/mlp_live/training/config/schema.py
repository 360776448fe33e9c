"""The fields of RunConfig as data: for the form, the command line and error messages."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from mlp_live.nn.architecture import MAX_HIDDEN_LAYERS, MAX_UNITS
from mlp_live.training.config import GROUPS, RunConfig

Kind = Literal["integer", "number", "choice", "multiple_choice", "switch", "layer_sizes", "text"]

# By the type in the JSON schema, for fields without choices.
KINDS: dict[str, Kind] = {
    "integer": "integer",
    "number": "number",
    "boolean": "switch",
    "array": "layer_sizes",
}
MAX_PROBLEMS = 30  # reported at once; the form has about as many fields
MAX_VALUE_LENGTH = 40  # characters of a wrong value or name in a message
MAX_MESSAGE_LENGTH = 1000  # characters of a message
# Error types whose message follows the field's title. The message of other types is not used:
# what the field allows is reported instead.
OWN_MESSAGE = ("table_missing", "combination", "not_mutable")
UNKNOWN_NAME = ("extra_forbidden", "not_mutable")  # if the name is not that of a field
SENTENCE = "sentence"  # the error type whose message is already a whole sentence


@dataclass(frozen=True)
class ConfigField:
    """One field of RunConfig: what the form shows, and which values are allowed."""

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
    def allowed_values(self) -> str:
        """The values that are allowed, in words that follow “must be”.

        For example “a whole number from 1 to 128”.
        """
        match self.kind:
            case "choice":
                return "one of " + ", ".join(self.choices)
            case "multiple_choice":
                return "one or more of " + ", ".join(self.choices)
            case "switch":
                return "true or false"
            case "text":
                return "the name of an uploaded table"
            case "layer_sizes":
                return f"up to {MAX_HIDDEN_LAYERS} sizes from 1 to {MAX_UNITS}, such as 8,8,4"
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

    def to_text(self, value: Any) -> str:
        """A value as text in a form, an address or a command line: a list is “8,8,4”."""
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, list | tuple):
            return ",".join(map(str, value))
        return "" if value is None else str(value)


@dataclass(frozen=True)
class Problem:
    """What is wrong with a configuration: a message, and the field, or None if it is not one."""

    field: str | None
    message: str


class ConfigError(ValueError):
    """A valid configuration that cannot be run, for example because it does not fit the data."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(field, f"{config_fields()[field].title}: {message}")


@cache
def config_fields() -> dict[str, ConfigField]:
    """The fields of RunConfig by name, in their order."""
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
    """The values of a choice or a multiple choice; empty for other kinds."""
    choices: list[str] = schema.get("enum", schema.get("items", {}).get("enum", []))
    return choices


def _kind(schema: dict[str, Any]) -> Kind:
    if _choices(schema):
        return "choice" if "enum" in schema else "multiple_choice"
    return KINDS.get(schema.get("type", ""), "text")


def query_string(config: RunConfig) -> str:
    """The query of the page's address that restores ``config``: every value not at its default."""
    changed = {
        name: field.to_text(value)
        for name, field in config_fields().items()
        if (value := getattr(config, name)) != field.default
    }
    return f"?{urlencode(changed)}" if changed else ""


def field_of(detail: ErrorDetails) -> str | None:
    """The field of RunConfig that an error is about, or None."""
    if "field" in detail.get("ctx", {}):
        named = detail["ctx"]["field"]
        return named if named in config_fields() else None
    if detail["type"] == "extra_forbidden":  # a name in the wrong place is not the field
        return None
    names = [part for part in detail["loc"] if part in config_fields()]
    return str(names[-1]) if names else None


def error_message(error: ValidationError | ConfigError) -> str:
    """What is wrong with a configuration, in one line."""
    problems = problems_of(error) if isinstance(error, ValidationError) else [error.problem]
    return " ".join(problem.message for problem in problems)


def problems_of(error: ValidationError) -> list[Problem]:
    """The problems in a RunConfig, alone or inside a message: one for each field, in words.

    There is at least one problem, and at most `MAX_PROBLEMS`; what was given is shortened.
    """
    return problems_in(error.errors(include_url=False))


def problems_in(details: Iterable[ErrorDetails]) -> list[Problem]:
    """The problems that the errors of a ValidationError describe, see `problems_of`."""
    problems: dict[str | None, Problem] = {}
    for detail in islice(details, MAX_PROBLEMS):
        problem = _problem_of(detail)
        problems.setdefault(problem.field, problem)
    return list(problems.values())


def _problem_of(detail: ErrorDetails) -> Problem:
    name = field_of(detail)
    if detail["type"] == SENTENCE:
        return Problem(name, printable(detail["msg"], MAX_MESSAGE_LENGTH))
    if name is None:
        return _problem_elsewhere(detail)
    field = config_fields()[name]
    if detail["type"] in OWN_MESSAGE:
        return Problem(name, f"{field.title}: {detail['msg']}.")
    given = printable(_text_of(field, detail["input"]), MAX_VALUE_LENGTH)
    found = f"not “{given}”" if given else "but nothing is given"
    if field.kind == "layer_sizes":  # the error has one size only, not the whole list
        found = "each of them a whole number"
    return Problem(name, f"{field.title} must be {field.allowed_values}, {found}.")


def _problem_elsewhere(detail: ErrorDetails) -> Problem:
    """The problem of an error that is not about a field of RunConfig."""
    place = detail.get("ctx", {}).get("field") or (detail["loc"][-1] if detail["loc"] else None)
    message = printable(detail["msg"], MAX_MESSAGE_LENGTH)
    if place is None:
        return Problem(None, f"{message}.")
    name = printable(str(place), MAX_VALUE_LENGTH)
    if detail["type"] in UNKNOWN_NAME:
        return Problem(name, f"There is no field “{name}” here; check its name.")
    return Problem(name, f"{name}: {message}.")


def _text_of(field: ConfigField, value: Any) -> str:
    try:
        return field.to_text(value)
    except (ValueError, RecursionError):  # an integer with too many digits, or a list in a list …
        return f"a value of type {type(value).__name__}"


def printable(text: str, max_length: int) -> str:
    """``text`` of at most ``max_length`` characters, all of which UTF-8 can encode."""
    if len(text) > max_length:
        text = text[: max_length - 1] + "…"
    return text.encode(errors="replace").decode()
