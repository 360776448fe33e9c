"""Text messages of the viewer are parsed into commands; what is wrong with one becomes errors."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from mlp_live.protocol.commands import Command
from mlp_live.protocol.messages import Error, message_types
from mlp_live.protocol.study_commands import StudyCommand
from mlp_live.training.config.schema import (
    MAX_MESSAGE_LENGTH,
    MAX_PROBLEMS,
    MAX_VALUE_LENGTH,
    SENTENCE,
    printable,
    problems_in,
)

_COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])
_STUDY_COMMAND: TypeAdapter[StudyCommand] = TypeAdapter(
    Annotated[StudyCommand, Field(discriminator="type")]
)


def parse_command(text: str) -> Command | list[Error]:
    """The command in a message of the live page, or what is wrong with the message."""
    try:
        return _COMMAND.validate_json(text)
    except ValidationError as error:
        return validation_errors(error, "config", message_types(Command))


def parse_study_command(text: str) -> StudyCommand | list[Error]:
    """The command in a message of the study page, or what is wrong with the message."""
    try:
        return _STUDY_COMMAND.validate_json(text)
    except ValidationError as error:
        return validation_errors(error, "study", message_types(StudyCommand))


def validation_errors(error: ValidationError, form: str, types: Iterable[str]) -> list[Error]:
    """The errors to report for a message that is none of the commands ``types``.

    ``form`` names the field of a command that holds what the viewer filled in. If every fault is in
    there, the errors are “invalid” and name the fields of the form. Otherwise there is one error,
    “malformed”. There is at least one error and at most `MAX_PROBLEMS`.
    """
    details = error.errors(include_url=False)[:MAX_PROBLEMS]
    if details[0]["type"] == "json_invalid":
        return [Error(code="malformed", message="This message is not JSON.")]
    if all(_is_in_form(detail, form) for detail in details):
        problems = problems_in(details)
        return [Error(code="invalid", message=p.message, field=p.field) for p in problems]
    outside = next(detail for detail in details if not _is_in_form(detail, form))
    if len(outside["loc"]) <= 1:
        names = ", ".join(types)
        message = f"A message is a JSON object whose type is one of {names}."
        return [Error(code="malformed", message=message, field="type")]
    path = printable(".".join(map(str, outside["loc"][1:])), MAX_VALUE_LENGTH)
    message = printable(outside["msg"], MAX_MESSAGE_LENGTH)
    return [Error(code="malformed", message=f"{path}: {message}.", field=path)]


def _is_in_form(detail: ErrorDetails, form: str) -> bool:
    """Whether an error is about a value of the form, and not about the message around it."""
    if detail["type"] == SENTENCE or "field" in detail.get("ctx", {}):
        return True
    return form in detail["loc"][1:-1]  # the first part is the type of the message
