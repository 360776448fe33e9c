"""Events: what was done to a run while it was trained, and when."""

from typing import Annotated, Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from mlp_live.training.config import MAX_EPOCHS
from mlp_live.training.config.group import POSITIVE_ZERO

# Fields that can be changed during a run. Any other field needs a new run.
MUTABLE_FIELDS = (
    "table",
    "batch_size",
    "learning_rate",
    "momentum",
    "rho",
    "beta1",
    "beta2",
    "epsilon",
    "schedule",
    "schedule_decay",
    "schedule_factor",
    "schedule_period",
    "warm_up",
    "cool_down",
    "regularization",
    "regularization_rate",
)
MAX_WEIGHTS = 100  # set by one change

WeightValue = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False), POSITIVE_ZERO]
Weight = tuple[Annotated[int, Field(ge=0)], WeightValue]
Epoch = Annotated[int, Field(ge=0, le=MAX_EPOCHS)]


class Progress(NamedTuple):
    """How far a run has come: completed epochs, and mini-batches of the current epoch."""

    epoch: int
    batch: int = 0


class Moment(BaseModel):
    """A moment in a run: ``epoch`` epochs and ``batch`` mini-batches of the next one are completed.

    ``after_end`` is whether the run is over. Its progress alone does not tell: a run that diverges
    goes back to the start of the epoch, where it has been before.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    epoch: Epoch
    batch: int = Field(0, ge=0)
    after_end: bool = False

    @property
    def progress(self) -> Progress:
        """The progress of the run at this moment."""
        return Progress(self.epoch, self.batch)


class ConfigChange(Moment):
    """A change of settings or weights.

    ``config`` holds new values of fields in `MUTABLE_FIELDS`, which apply from the next epoch on.
    After the end of a run there is none, so only weights can be changed then. ``weights`` holds
    pairs of a parameter index (see `Architecture.views`) and a new value, which apply at once.
    """

    type: Literal["change"] = "change"
    config: dict[str, Any] = {}
    weights: list[Weight] = Field([], max_length=MAX_WEIGHTS)

    @model_validator(mode="after")
    def _fields_are_mutable(self) -> Self:
        for name in self.config:
            if name not in MUTABLE_FIELDS:
                raise PydanticCustomError(
                    "not_mutable",
                    "this cannot be changed during a run; start a new run",
                    {"field": name},
                )
        return self


class Rewind(Moment):
    """A return to the end of ``to_epoch``, from where the run then went on.

    It begins a new branch: every later epoch and change is discarded. If the run was over, it is no
    longer, unless ``to_epoch`` is its last epoch.
    """

    type: Literal["rewind"] = "rewind"
    to_epoch: Epoch


class EvaluationOnTest(Moment):
    """An evaluation on the test set: the viewer has seen what the network of ``shown_epoch`` does.

    It changes nothing in the run. Without it, a record would hide that the test set was used.
    """

    type: Literal["test"] = "test"
    shown_epoch: Epoch


Event = Annotated[ConfigChange | Rewind | EvaluationOnTest, Field(discriminator="type")]
EVENT_TYPES = ("change", "rewind", "test")


class EventError(ValueError):
    """An event of a record that cannot have happened: its number, from 1, when, and the reason."""

    def __init__(self, number: int, event: Moment, reason: str) -> None:
        when = f"epoch {event.epoch}, batch {event.batch}"
        when += ", after the end" if event.after_end else ""
        super().__init__(f"Event {number} ({when}): {reason}")
