"""Reports of the live page's socket: text messages from the server to the viewer."""

from typing import Any, Literal

from mlp_live.protocol.messages import Error, Message
from mlp_live.training.evaluation import Evaluation
from mlp_live.training.events import ConfigChange
from mlp_live.training.record import Record


class Ready(Message):
    """A new run waits at epoch 0. Its dataset and first frame follow.

    ``run`` is a secret token: whoever knows it can take the run over with `attach`. ``branch``
    counts how often the history was replaced, by a new run or by continuing from a past epoch.
    """

    type: Literal["ready"] = "ready"
    run: str
    branch: int
    config: dict[str, Any]


class Started(Message):
    """A new run is being trained. Its dataset and frames follow. The fields are as in `ready`."""

    type: Literal["started"] = "started"
    run: str
    branch: int
    config: dict[str, Any]


class Attached(Message):
    """The viewer has its run again. A frame with the metrics of every epoch from ``since`` follows.

    If ``since`` is 0, the viewer's history is not of this run's present branch, and the dataset
    comes before that frame. ``playing`` is whether the run is being trained; ``begun`` is whether
    it was ever trained or changed. ``initial_config`` is the configuration at the start, ``config``
    the one after ``changes``. ``test_used`` is as in `evaluated`.
    """

    type: Literal["attached"] = "attached"
    run: str
    branch: int
    epoch: int
    since: int
    playing: bool
    begun: bool
    initial_config: dict[str, Any]
    config: dict[str, Any]
    changes: list[ConfigChange]
    test_used: bool


class Paused(Message):
    """Training has stopped; ``epoch`` epochs are completed."""

    type: Literal["paused"] = "paused"
    epoch: int


class Resumed(Message):
    """Training continues after ``epoch``. Every later epoch and change is discarded."""

    type: Literal["resumed"] = "resumed"
    epoch: int
    branch: int
    config: dict[str, Any]
    changes: list[ConfigChange]


class ConfigChanged(Message):
    """The run was changed; ``change`` is the entry in its record."""

    type: Literal["config_changed"] = "config_changed"
    change: ConfigChange


class Finished(Message):
    """The run is over and its last frame was sent.

    ``stopped_early`` is whether early stopping ended it. ``shown_epoch`` is the epoch of its
    parameters: ``epoch``, or the best epoch if early stopping restored it.
    """

    type: Literal["finished"] = "finished"
    epoch: int
    stopped_early: bool
    shown_epoch: int


class Diverged(Message):
    """The training loss or a parameter was not finite after ``epoch``.

    ``reason`` says which and what to do. The history ends with the epoch before.
    """

    type: Literal["diverged"] = "diverged"
    epoch: int
    reason: str


class Evaluated(Message):
    """The answer to `evaluate`. ``test_used`` is whether the test set was ever used."""

    type: Literal["evaluated"] = "evaluated"
    evaluation: Evaluation
    test_used: bool


class RecordReport(Message):
    """The answer to `get_record`: the first configuration, and all that was done to the run."""

    type: Literal["record"] = "record"
    record: Record


Report = (
    Ready
    | Started
    | Attached
    | Paused
    | Resumed
    | ConfigChanged
    | Finished
    | Diverged
    | Evaluated
    | RecordReport
    | Error
)
