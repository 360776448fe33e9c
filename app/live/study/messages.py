"""Text messages of a study's socket: JSON objects told apart by their ``type``."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.live.messages import Ack, Error
from app.live.study.limits import PageStudy


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


# Viewer → server


class StartStudy(_Message):
    """Run this study, in place of the present one if there is one."""

    type: Literal["start"]
    study: PageStudy


class Cancel(_Message):
    """Stop; runs that are not done are given up."""

    type: Literal["cancel"]


StudyCommand = StartStudy | Cancel | Ack
STUDY_COMMAND: TypeAdapter[StudyCommand] = TypeAdapter(
    Annotated[StudyCommand, Field(discriminator="type")]
)
STUDY_COMMAND_TYPES = ("start", "cancel", "ack")


# Server → viewer


class CellShown(BaseModel):
    """A cell's labels on the axes, its first run's epochs and live address, or why it has none."""

    labels: list[str]
    name: str
    address: str
    epochs: int
    problem: str


class StudyStarted(_Message):
    """The study is being run; points, frames and summaries follow.

    ``token`` names it in the addresses of its exports while this socket is open.
    """

    type: Literal["started"] = "started"
    token: str
    axes: list[dict[str, Any]]
    cells: list[CellShown]
    epochs: int
    repeats: int


class StudySummary(_Message):
    """What the cells come to over the ``repeats`` that are complete, in order, and the best one."""

    type: Literal["summary"] = "summary"
    repeats: int
    cells: list[dict[str, Any]]
    best: dict[str, Any] | None


class StudyFinished(_Message):
    """All runs are done and shown."""

    type: Literal["finished"] = "finished"


class StudyCancelled(_Message):
    """Nothing is computed any more; what was complete before stays."""

    type: Literal["cancelled"] = "cancelled"


StudyReport = StudyStarted | StudySummary | StudyFinished | StudyCancelled | Error
