"""Text messages of the socket: JSON objects told apart by their ``type``."""

from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.training.config import MAX_EPOCHS, RunConfig
from app.training.evaluation import Evaluation
from app.training.record import Change, Record, Weight


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


# Viewer → server


class Start(_Message):
    """Begin a new run of this configuration and train it."""

    type: Literal["start"]
    config: RunConfig


class Reset(_Message):
    """Go back to epoch 0 and wait there: of the present run, or of ``config`` if it is given."""

    type: Literal["reset"]
    config: RunConfig | None = None


class Pause(_Message):
    """Stop training where it is."""

    type: Literal["pause"]


class Resume(_Message):
    """Train on from where it was paused."""

    type: Literal["resume"]


class Step(_Message):
    """While not training: train ``count`` epochs or mini-batches, and wait again."""

    type: Literal["step"]
    unit: Literal["epoch", "batch"] = "epoch"
    count: int = Field(1, ge=1, le=1000)


class Seek(_Message):
    """Show the run as it was when ``epoch`` had just been trained; training pauses.

    A resume or step then goes on from there, and what came after it is forgotten.
    """

    type: Literal["seek"]
    epoch: int = Field(ge=0, le=MAX_EPOCHS)


class Retune(_Message):
    """Change settings (see `RETUNABLE`) or weights of the run as it goes on; see `Change`."""

    type: Literal["retune"]
    config: dict[str, Any] = {}
    weights: list[Weight] = Field([], max_length=100)


class Speed(_Message):
    """Train at this many epochs a second; null is as fast as possible.

    With ``batches_per_second`` the pace is that of single mini-batches, and every frame tells which
    examples were in its batch.
    """

    type: Literal["speed"]
    epochs_per_second: float | None = Field(None, gt=0, le=1000)
    batches_per_second: float | None = Field(None, gt=0, le=1000)


class View(_Message):
    """What the viewer is shown, from the next frame on; it is no part of the run.

    ``grid_size`` is how many cells the boundary has along a side; null is what the server is set
    to. With ``axes``, the plane of these features is drawn, across and up, and the others are held
    at their values in ``held``, a number for each feature, or at their means. What is not given
    stays as it is.
    """

    type: Literal["view"]
    grid_size: Literal[100, 200] | None = None
    axes: tuple[Annotated[int, Field(ge=0, le=7)], Annotated[int, Field(ge=0, le=7)]] | None = None
    held: list[Annotated[float, Field(ge=-1e15, le=1e15)]] | None = Field(None, max_length=8)


class Evaluate(_Message):
    """Tell all there is to tell of the network that is shown, on one set.

    The run is marked as one whose test set was used, if it is that one.
    """

    type: Literal["evaluate"]
    set: Literal["train", "validation", "test"] = "test"


class Attach(_Message):
    """After a lost connection: go on with the run of this token, wherever it is now.

    The viewer has ``epochs`` epochs of its history, epoch 0 included, on this ``branch`` of it.
    """

    type: Literal["attach"]
    run: str = Field(max_length=100)
    branch: int = Field(ge=0)
    epochs: int = Field(ge=0, le=MAX_EPOCHS + 1)


class Ack(_Message):
    """The viewer has drawn ``frame`` and all before it."""

    type: Literal["ack"]
    frame: int = Field(ge=1)


Command = (
    Start | Reset | Pause | Resume | Step | Seek | Retune | Speed | View | Evaluate | Attach | Ack
)
COMMAND_TYPES = tuple(
    kind.model_fields["type"].annotation.__args__[0] for kind in get_args(Command)
)
COMMAND: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="type")])


# Server → viewer


class Ready(_Message):
    """A run waits at epoch 0; its dataset and first frame follow.

    ``run`` is what an `Attach` names it by, and nobody else is to know; see there for ``branch``.
    """

    type: Literal["ready"] = "ready"
    run: str
    branch: int
    config: dict[str, Any]


class Started(_Message):
    """A new run trains; its dataset and frames follow."""

    type: Literal["started"] = "started"
    run: str
    branch: int
    config: dict[str, Any]


class Attached(_Message):
    """The run goes on here as it was; a frame with all epochs from ``since`` on follows.

    Where that is 0, nothing of what the viewer has is of this run, and its dataset follows first.
    ``playing`` is whether it trains, ``begun`` whether it ever did or was changed.
    """

    type: Literal["attached"] = "attached"
    run: str
    branch: int
    epoch: int
    since: int
    playing: bool
    begun: bool
    config: dict[str, Any]
    record: Record


class Paused(_Message):
    """Training has stopped after ``epoch``, which the viewer is shown."""

    type: Literal["paused"] = "paused"
    epoch: int


class Resumed(_Message):
    """Training goes on after ``epoch``; whatever was known beyond it is forgotten."""

    type: Literal["resumed"] = "resumed"
    epoch: int
    branch: int
    config: dict[str, Any]
    changes: list[Change]


class Retuned(_Message):
    """The run was changed, as its record will say."""

    type: Literal["retuned"] = "retuned"
    change: Change


class Finished(_Message):
    """All epochs are trained and shown, or no more were needed.

    ``stopped_early`` is whether the validation loss had stopped falling; the network that is shown
    is then that of ``shown_epoch``.
    """

    type: Literal["finished"] = "finished"
    epoch: int
    stopped_early: bool
    shown_epoch: int


class Evaluated(_Message):
    """What an `Evaluate` asked for."""

    type: Literal["evaluated"] = "evaluated"
    evaluation: Evaluation
    test_used: bool


class Diverged(_Message):
    """Something was not finite after ``epoch``, and why; the epochs before it are shown."""

    type: Literal["diverged"] = "diverged"
    epoch: int
    reason: str


class Error(_Message):
    """Something was not done: why, what to change, and, where one is to blame, the field."""

    type: Literal["error"] = "error"
    code: str
    message: str
    field: str | None = None


Report = (
    Ready
    | Started
    | Attached
    | Paused
    | Resumed
    | Retuned
    | Finished
    | Diverged
    | Evaluated
    | Error
)
