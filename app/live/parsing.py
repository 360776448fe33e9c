"""A text from the viewer, read as a command; what is none is answered with what it should be."""

from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from app.live.messages import COMMAND, COMMAND_TYPES, Command, Error
from app.training.fields import TOLD, blamed, explain


def parse(text: str) -> Command | list[Error]:
    """The command in ``text``, or the answers to what is wrong with it."""
    try:
        return COMMAND.validate_json(text)
    except ValidationError as error:
        return refusals(error, "config", COMMAND_TYPES)


def refusals(error: ValidationError, content: str, types: Iterable[str]) -> list[Error]:
    """What to answer to a message that is no command of these ``types``.

    Where the fault is in its ``content``, what the viewer filled in, the answers are for the form.
    """
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        return [Error(code="malformed", message="This message is not JSON.")]
    if all(_is_of_the_form(detail, content) for detail in details):
        problems = explain(error)
        return [Error(code="invalid", message=p.message, field=p.field) for p in problems]
    if details[0]["loc"] == ():
        names = ", ".join(types)
        message = f"A message is a JSON object whose type is one of {names}."
        return [Error(code="malformed", message=message, field="type")]
    place = ".".join(str(part) for part in details[0]["loc"][1:])
    return [Error(code="malformed", message=f"{place}: {details[0]['msg']}.", field=place or None)]


def _is_of_the_form(detail: ErrorDetails, content: str) -> bool:
    """Whether an error is about what was filled in, and not about the message around it."""
    return detail["type"] == TOLD or bool(blamed(detail)) or content in detail["loc"][:-1]
