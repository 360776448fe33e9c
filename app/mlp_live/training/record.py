"""The record of a run: its configuration and its events, from which it can be reproduced."""

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from mlp_live.training.config import RunConfig
from mlp_live.training.events import (
    EVENT_TYPES,
    ConfigChange,
    EvaluationOnTest,
    Event,
    EventError,
    Moment,
    Progress,
    Rewind,
)

MAX_EVENTS = 1000  # of one run
MAX_WEIGHTS_IN_ALL = 10_000  # set by all changes of one run: its record stays below a megabyte


class RecordFullError(Exception):
    """The record has no room for another event; the message says so and what to do."""


class Record(BaseModel):
    """The configuration that a run started with, and everything that was done to it, in order.

    Branches are included: a run that went back to an earlier epoch keeps the events that it
    discarded. The state of a run follows from its record alone, see `mlp_live.training.replay`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    config: RunConfig
    events: list[Event] = Field([], max_length=MAX_EVENTS)

    @property
    def test_used(self) -> bool:
        """Whether results on the test set have been shown."""
        return self.config.show_test or any(
            isinstance(event, EvaluationOnTest) for event in self.events
        )

    def with_event(self, event: Event) -> Self:
        """The record with one more event, see `check`."""
        return self.model_copy(update={"events": [*self.events, event]})

    def check(self, event: Event, now: Moment) -> None:
        """Raise `EventError` if the event does not happen now, or cannot follow the others.

        Raises `RecordFullError` if there is no room for it.
        """
        events = [*self.events, event]
        if (event.progress, event.after_end) != (now.progress, now.after_end):
            raise EventError(len(events), event, "the run is at another moment.")
        self._check_order(events)
        self._check_room(events)

    def _check_room(self, events: list[Event]) -> None:
        if len(events) > MAX_EVENTS:
            raise RecordFullError(
                f"This run has {MAX_EVENTS:,} changes, returns and test evaluations, the limit; "
                "start a new run."
            )
        if sum(len(e.weights) for e in events if isinstance(e, ConfigChange)) > MAX_WEIGHTS_IN_ALL:
            raise RecordFullError(
                f"{MAX_WEIGHTS_IN_ALL:,} weights of this run have been set, the limit; "
                "start a new run."
            )

    @model_validator(mode="before")
    @classmethod
    def _read_version_0_2(cls, data: Any) -> Any:
        """Until version 0.2, a record had only changes, and a mark that the test set was used."""
        if not isinstance(data, dict) or "events" in data or "changes" not in data:
            return data
        events = data["changes"]
        if isinstance(events, list):
            events = [{"type": "change", **e} if isinstance(e, dict) else e for e in events]
        rest = {name: data[name] for name in data if name not in ("changes", "test_used")}
        return {**rest, "events": events}

    @field_validator("events", mode="before")
    @classmethod
    def _types_are_known(cls, events: Any) -> Any:
        for number, event in enumerate(events if isinstance(events, list) else [], start=1):
            if isinstance(event, dict) and event.get("type") not in EVENT_TYPES:
                message = "Event {number}: its “type” must be change, rewind or test."
                raise PydanticCustomError("sentence", message, {"number": number})
        return events

    @model_validator(mode="after")
    def _events_are_possible(self) -> Self:
        try:
            self._check_order(self.events)
            self._check_room(self.events)
        except (EventError, RecordFullError) as error:
            raise PydanticCustomError("sentence", "{error}", {"error": str(error)}) from None
        return self

    def _check_order(self, events: list[Event]) -> None:
        timeline = _Timeline(self.config.epochs)
        for number, event in enumerate(events, start=1):
            if reason := timeline.problem(event):
                raise EventError(number, event, reason)
            timeline.add(event)


class _Timeline:
    """Where a run is after some events, as far as this is known without training it."""

    def __init__(self, epochs: int) -> None:
        self._epochs = epochs
        self._progress = Progress(0)
        self._over = False

    def problem(self, event: Moment) -> str:
        """Why ``event`` cannot come next; empty if nothing is known against it."""
        last = Progress(self._epochs)
        # A run that diverges goes back to the start of the epoch.
        earliest = Progress(self._progress.epoch) if event.after_end else self._progress
        if event.progress > last:
            return f"the run ends at epoch {self._epochs}."
        if event.progress < earliest:
            return "this is earlier than the previous event; put the events in order."
        if event.after_end and event.batch:
            return "a run never ends within an epoch."
        if event.progress == last and not event.after_end:
            return "the run is over at this epoch."
        if self._over and (event.progress, event.after_end) != (self._progress, True):
            return "the run was over before it; go back to an earlier epoch first."
        match event:
            case ConfigChange(config=config) if config and event.after_end:
                return "settings cannot be changed after the end of a run, only weights."
            case Rewind(to_epoch=epoch) | EvaluationOnTest(shown_epoch=epoch) if (
                epoch > event.epoch
            ):
                return f"epoch {epoch} was not trained yet."
        return ""

    def add(self, event: Moment) -> None:
        """Go on to ``event``."""
        self._progress, self._over = event.progress, event.after_end
        if isinstance(event, Rewind):
            self._progress = Progress(event.to_epoch)
            self._over = event.to_epoch == self._epochs


def with_changes(config: RunConfig, values: dict[str, Any]) -> RunConfig:
    """``config`` with new values.

    Raises pydantic's ValidationError if the values are invalid or do not fit the others.
    """
    return RunConfig.model_validate(config.model_dump(exclude_defaults=True) | values)
