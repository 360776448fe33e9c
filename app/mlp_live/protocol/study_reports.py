"""Reports of the study page's socket: text messages from the server to the viewer."""

from typing import Any, Literal

from pydantic import BaseModel

from mlp_live.protocol.messages import Error, Message


class StudyAxis(BaseModel):
    """One axis: its field of RunConfig and that field's title, and the values.

    ``labels`` are the values as text. ``numbers`` are the values as numbers, or null if the field
    is not numeric. ``is_wide`` is whether they span so much that an axis should be logarithmic.
    """

    field: str
    title: str
    labels: list[str]
    numbers: list[float] | None
    is_wide: bool


class StudyCell(BaseModel):
    """One combination of values.

    ``labels`` has its value on each axis, ``name`` the same in words. ``address`` opens the cell on
    the live page and ``epochs`` is the length of its first run. If its values do not go together,
    ``problem`` says why, ``address`` is empty and ``epochs`` is 0.
    """

    labels: list[str]
    name: str
    address: str
    epochs: int
    problem: str


class StudyStarted(Message):
    """The study is being run. Points, frames and summaries follow.

    ``token`` is part of the address of its exports, ``/study/<token>/study.csv``, which work while
    this socket is open.
    """

    type: Literal["started"] = "started"
    token: str
    axes: list[StudyAxis]
    cells: list[StudyCell]
    epochs: int
    repeats: int


class StudySummary(Message):
    """The results of the first ``repeats`` repeats: a summary of each cell, and the best cell."""

    type: Literal["summary"] = "summary"
    repeats: int
    cells: list[dict[str, Any]]
    best: dict[str, Any] | None


class StudyFinished(Message):
    """All runs are finished and shown."""

    type: Literal["finished"] = "finished"


class StudyCancelled(Message):
    """The study was stopped. Repeats that were complete remain available."""

    type: Literal["cancelled"] = "cancelled"


StudyReport = StudyStarted | StudySummary | StudyFinished | StudyCancelled | Error
