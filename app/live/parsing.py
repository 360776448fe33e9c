"""A text from the viewer, read as a command; what is none is answered with what it should be."""

from pydantic import ValidationError

from app.live.messages import COMMAND, COMMAND_TYPES, Command, Error
from app.training.fields import blamed, explain


def parse(text: str) -> Command | list[Error]:
    """The command in ``text``, or the answers to what is wrong with it."""
    try:
        return COMMAND.validate_json(text)
    except ValidationError as error:
        return _refusals(error)


def _refusals(error: ValidationError) -> list[Error]:
    """What to answer to a message that is no command."""
    details = error.errors(include_url=False)
    if details[0]["type"] == "json_invalid":
        return [Error(code="malformed", message="This message is not JSON.")]
    if all(blamed(detail) or "config" in detail["loc"][:-1] for detail in details):
        problems = explain(error)
        return [Error(code="invalid", message=p.message, field=p.field) for p in problems]
    if details[0]["loc"] == ():
        names = ", ".join(COMMAND_TYPES)
        message = f"A message is a JSON object whose type is one of {names}."
        return [Error(code="malformed", message=message, field="type")]
    place = ".".join(str(part) for part in details[0]["loc"][1:])
    return [Error(code="malformed", message=f"{place}: {details[0]['msg']}.", field=place or None)]
