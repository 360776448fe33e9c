"""Text messages of the viewer are parsed into commands; what is wrong with one becomes errors."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from mlp_live.protocol.commands import Command
from mlp_live.protocol.messages import Error, message_types
from mlp_live.protocol.study_commands import StudyCommand
from mlp_live.training.config.schema import SENTENCE, field_of, problems_of

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
    “malformed”.
    """
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        return [Error(code="malformed", message="This message is not JSON.")]
    if all(_is_in_form(detail, form) for detail in details):
        problems = problems_of(error)
        return [Error(code="invalid", message=p.message, field=p.field) for p in problems]
    if details[0]["loc"] == ():
        names = ", ".join(types)
        message = f"A message is a JSON object whose type is one of {names}."
        return [Error(code="malformed", message=message, field="type")]
    path = ".".join(str(part) for part in details[0]["loc"][1:])
    return [Error(code="malformed", message=f"{path}: {details[0]['msg']}.", field=path or None)]


def _is_in_form(detail: ErrorDetails, form: str) -> bool:
    """Whether an error is about a value of the form, and not about the message around it."""
    return detail["type"] == SENTENCE or bool(field_of(detail)) or form in detail["loc"][:-1]
