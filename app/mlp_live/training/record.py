"""The record of a run: its configuration and its changes, from which it can be reproduced."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from mlp_live.training.config import MAX_EPOCHS, RunConfig
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
MAX_CHANGES = 1000  # of one run
MAX_WEIGHTS = 100  # set by one change
MAX_WEIGHTS_IN_ALL = 10_000  # set by all changes of one run: its record stays below a megabyte

WeightValue = Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False), POSITIVE_ZERO]
Weight = tuple[Annotated[int, Field(ge=0)], WeightValue]


class ConfigChange(BaseModel):
    """A change made after ``epoch`` epochs and ``batch`` mini-batches of the next one.

    ``config`` holds new values of fields in `MUTABLE_FIELDS`, which apply from the next epoch on.
    ``weights`` holds pairs of a parameter index (see `Architecture.views`) and a new value, which
    apply at once.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    epoch: int = Field(ge=0, le=MAX_EPOCHS)
    batch: int = Field(0, ge=0)
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


class ChangeError(ValueError):
    """A change of a record that cannot be made: its number, from 1, its place, and the reason."""

    def __init__(self, number: int, change: ConfigChange, reason: str) -> None:
        place = f"epoch {change.epoch}, batch {change.batch}"
        super().__init__(f"Change {number} ({place}): {reason}")


class Record(BaseModel):
    """The configuration that a run started with, and its changes in order.

    A change may be at the start of the epoch of the change before it: a run that diverges goes back
    there, and can still be changed. ``test_used`` says whether results on the test set have been
    shown.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    config: RunConfig
    changes: list[ConfigChange] = Field([], max_length=MAX_CHANGES)
    test_used: bool = False

    @model_validator(mode="after")
    def _changes_are_in_order(self) -> Self:
        last = (0, 0)
        for number, change in enumerate(self.changes, start=1):
            place = (change.epoch, change.batch)
            if place > (self.config.epochs, 0):
                reason = f"the run ends at epoch {self.config.epochs}."
            elif place < last and place != (last[0], 0):
                reason = "this is before the change in front of it; put the changes in order."
            else:
                last = place
                continue
            error = ChangeError(number, change, reason)
            raise PydanticCustomError("sentence", "{error}", {"error": str(error)})
        return self


def with_changes(config: RunConfig, values: dict[str, Any]) -> RunConfig:
    """``config`` with new values.

    Raises pydantic's ValidationError if the values are invalid or do not fit the others.
    """
    return RunConfig.model_validate(config.model_dump(exclude_defaults=True) | values)
