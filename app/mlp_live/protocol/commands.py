"""Commands of the live page's socket: text messages from the viewer to the server."""

from typing import Annotated, Any, Literal

from pydantic import Field

from mlp_live.data.table.choices import MAX_FEATURES
from mlp_live.data.table.columns import MAX_MAGNITUDE
from mlp_live.protocol.limits import (
    MAX_SPEED,
    MAX_STEPS,
    MAX_TOKEN_LENGTH,
    GridSize,
)
from mlp_live.protocol.messages import Ack, Message
from mlp_live.training.config import MAX_EPOCHS, RunConfig
from mlp_live.training.config.group import POSITIVE_ZERO
from mlp_live.training.evaluation import SetName
from mlp_live.training.events import MAX_WEIGHTS, Weight

FeatureIndex = Annotated[int, Field(ge=0, lt=MAX_FEATURES)]
FeatureValue = Annotated[float, Field(ge=-MAX_MAGNITUDE, le=MAX_MAGNITUDE), POSITIVE_ZERO]


class Start(Message):
    """Create a run of this configuration and train it."""

    type: Literal["start"]
    config: RunConfig


class Reset(Message):
    """Create a run and wait at epoch 0.

    Its configuration is ``config``, or that of the present run if ``config`` is null.
    """

    type: Literal["reset"]
    config: RunConfig | None = None


class Pause(Message):
    """Stop training at the present epoch or mini-batch."""

    type: Literal["pause"]


class Resume(Message):
    """Continue training.

    If a past epoch is shown, discard every epoch and change after it and continue from there.
    """

    type: Literal["resume"]


class Step(Message):
    """While paused: train ``count`` epochs or mini-batches, then pause again."""

    type: Literal["step"]
    unit: Literal["epoch", "batch"] = "epoch"
    count: int = Field(1, ge=1, le=MAX_STEPS)


class Seek(Message):
    """Pause, and show the network as it was just after ``epoch``.

    Nothing is discarded until the run is resumed or stepped from there. An epoch that is not
    trained yet stands for the newest one.
    """

    type: Literal["seek"]
    epoch: int = Field(ge=0, le=MAX_EPOCHS)


class UpdateConfig(Message):
    """Change settings or weights of the run without starting it again.

    ``config`` holds new values of fields in `MUTABLE_FIELDS`, used from the next epoch on.
    ``weights`` are pairs of a parameter index and a new value, set at once.
    """

    type: Literal["update_config"]
    config: dict[str, Any] = Field({})
    weights: list[Weight] = Field([], max_length=MAX_WEIGHTS)


class Speed(Message):
    """Set the speed of training: epochs or mini-batches a second, or full speed if both are null.

    With ``batches_per_second`` the run pauses for a frame after every mini-batch, and every frame
    says which examples were in it.
    """

    type: Literal["speed"]
    epochs_per_second: float | None = Field(None, gt=0, le=MAX_SPEED)
    batches_per_second: float | None = Field(None, gt=0, le=MAX_SPEED)


class View(Message):
    """Choose what the frames show. The run does not change; a field that is absent keeps its value.

    ``grid_size`` is the number of cells along a side of the prediction grid; null stands for the
    server's setting. ``axes`` are the indices of the two features to draw, horizontal and vertical.
    ``held`` has one number for each feature: the value at which a feature that is not drawn is
    held. Null stands for the means.
    """

    type: Literal["view"]
    grid_size: GridSize | None = None
    axes: tuple[FeatureIndex, FeatureIndex] | None = None
    held: list[FeatureValue] | None = Field(None, max_length=MAX_FEATURES)


class Evaluate(Message):
    """While paused: evaluate the network that is shown on one whole set.

    Evaluating the test set marks the run's record.
    """

    type: Literal["evaluate"]
    set: SetName = "test"


class GetRecord(Message):
    """Ask for the record of the run, from which `mlp-live train --record` repeats it."""

    type: Literal["get_record"]


class Attach(Message):
    """After a lost connection: continue with the run of an earlier connection.

    ``run`` is the token from `ready` or `started`. ``branch`` and ``epochs`` say which history the
    viewer already has: how many epochs, epoch 0 included, and of which branch.
    """

    type: Literal["attach"]
    run: str = Field(max_length=MAX_TOKEN_LENGTH)
    branch: int = Field(ge=0)
    epochs: int = Field(ge=0, le=MAX_EPOCHS + 1)


Command = (
    Start
    | Reset
    | Pause
    | Resume
    | Step
    | Seek
    | UpdateConfig
    | Speed
    | View
    | Evaluate
    | GetRecord
    | Attach
    | Ack
)
