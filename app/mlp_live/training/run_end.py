"""Why and when a run ended."""

from enum import StrEnum
from typing import NamedTuple


class EndReason(StrEnum):
    """Why a run is over."""

    COMPLETED = "completed"
    EARLY_STOPPED = "early_stopped"
    DIVERGED = "diverged"


class RunEnd(NamedTuple):
    """Why and when a run ended.

    ``epoch`` is the last epoch of the history. If the run diverged it is the epoch after that: the
    one in which the training loss or a parameter became infinite or NaN. ``message`` then says what
    happened and what helps; otherwise it is empty.
    """

    reason: EndReason
    epoch: int
    message: str = ""
