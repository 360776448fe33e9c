"""The record of a run: its configuration and every change on the way. It reproduces the run."""

from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.training.config import MAX_EPOCHS, RunConfig

# What may change while a run goes on; the rest decides what the run is in the first place.
RETUNABLE = (
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
MAX_CHANGES = 1000  # of one run: enough for any hand, few enough to keep

Weight = tuple[
    Annotated[int, Field(ge=0)], Annotated[float, Field(ge=-1e6, le=1e6, allow_inf_nan=False)]
]


class Change(BaseModel):
    """What was changed once ``epoch`` epochs and ``batch`` mini-batches of the next were trained.

    ``config`` holds new values of settings in `RETUNABLE`; they begin with an epoch. ``weights``
    are pairs of a place in θ (see `Architecture.views`) and its new value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    epoch: int = Field(ge=0, le=MAX_EPOCHS)
    batch: int = Field(0, ge=0)
    config: dict[str, Any] = {}
    weights: list[Weight] = Field([], max_length=100)

    @model_validator(mode="after")
    def _may_change(self) -> Self:
        for name in self.config:
            if name not in RETUNABLE:
                raise PydanticCustomError(
                    "retune", "cannot change during a run; start a new one", {"field": name}
                )
        return self


class Record(BaseModel):
    """A run as it was made: the configuration it began with and its changes, in order.

    ``test_used`` is whether anyone has looked at its results on the test set.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    config: RunConfig
    changes: list[Change] = Field([], max_length=MAX_CHANGES)
    test_used: bool = False


def retuned(config: RunConfig, values: dict[str, Any]) -> RunConfig:
    """``config`` with new values; raises pydantic's ValidationError where they do not fit it.

    Values that no longer apply (the momentum of another optimizer) are not carried over.
    """
    return RunConfig.model_validate(config.model_dump(exclude_defaults=True) | values)
