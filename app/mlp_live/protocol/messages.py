"""The base of all text messages, and the two messages that both sockets have.

A text message is a JSON object. Its ``type`` names the model that describes its other fields.
"""

from types import UnionType
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field


class Message(BaseModel):
    """A text message. Unknown fields, NaN and infinities are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Ack(Message):
    """Acknowledge ``frame`` and every frame before it: the viewer has drawn them."""

    type: Literal["ack"]
    frame: int = Field(ge=1)


class Error(Message):
    """A command was not carried out.

    ``code`` is for programs, ``message`` for people. ``field`` names the field that is at fault, if
    one is.
    """

    type: Literal["error"] = "error"
    code: str
    message: str
    field: str | None = None


def message_type(model: type[BaseModel]) -> str:
    """The ``type`` of the messages that ``model`` describes."""
    name: str = get_args(model.model_fields["type"].annotation)[0]
    return name


def message_types(union: UnionType) -> dict[str, type[BaseModel]]:
    """The members of a union of messages, by their ``type``."""
    return {message_type(model): model for model in get_args(union)}
