"""Commands of the study page's socket: text messages from the viewer to the server."""

from typing import Literal

from mlp_live.protocol.messages import Ack, Message
from mlp_live.protocol.study_limits import PageStudy


class StartStudy(Message):
    """Run this study. A study that this socket already runs is discarded."""

    type: Literal["start"]
    study: PageStudy


class CancelStudy(Message):
    """Stop the study; runs that are not finished are discarded."""

    type: Literal["cancel"]


StudyCommand = StartStudy | CancelStudy | Ack
