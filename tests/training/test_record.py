"""The record of a run says what was done to it, and repeats the run to the bit.

The module is long because a record is checked in three places with the same events: when they are
made, when they are loaded, and when they are repeated.
"""

import gc
import json
import re
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from mlp_live.training import record as record_module
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError, error_message
from mlp_live.training.events import ConfigChange, EvaluationOnTest, EventError, Rewind
from mlp_live.training.record import Record, RecordFullError
from mlp_live.training.replay import EPOCHS_PER_CALL, replay
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason
from tests.training.histories import Histories, seen, trained_to_end

SMALL = {"n_train": 20, "n_validation": 10, "n_test": 10, "epochs": 12}
DIVERGING = {"batch_size": 4, "learning_rate": 1e37}
STOPPING = {"early_stopping": True, "patience": 3, "learning_rate": 0.5, "init_std": 1.826}


def repeated(run):
    """The run that the record of ``run`` makes, at its end."""
    record = Record.model_validate_json(run.record.model_dump_json())
    again = Run(record.config)
    epochs = list(replay(again, record.events))
    assert epochs == list(range(1, len(again.history)))
    assert again.record == run.record
    return again


def test_weights_changed_after_the_last_epoch_are_repeated():
    run = trained_to_end(Run(RunConfig(**SMALL)))
    run.change({}, [(0, 4.0)])
    assert seen(repeated(run)) == seen(run)


def test_weights_changed_after_a_divergence_are_repeated():
    run = trained_to_end(Run(RunConfig(**SMALL, **DIVERGING)))
    assert run.end.reason is EndReason.DIVERGED
    run.change({}, [(0, 4.0)])
    assert run.record.events[0].after_end
    assert seen(repeated(run)) == seen(run)


@pytest.mark.parametrize(
    "config", [{}, DIVERGING, STOPPING], ids=["completed", "diverged", "early"]
)
def test_a_setting_changed_after_the_end_is_refused(config):
    run = trained_to_end(Run(RunConfig(**{**SMALL, "epochs": 60, **config})))
    before = seen(run)
    with pytest.raises(ConfigError, match="the run is over") as caught:
        run.change({"learning_rate": 0.1}, [(0, 4.0)])
    assert caught.value.problem.field == "learning_rate"
    assert seen(run) == before
    assert run.record.events == []


def test_a_setting_changed_at_epoch_0_is_undone_by_going_back_there():
    run = Run(RunConfig(**SMALL))
    run.change({"learning_rate": 0.5, "batch_size": 3}, [])
    run.advance_epochs(4)
    run.rewind(0)
    assert (run.config.learning_rate, run.batches_per_epoch, run.changes) == (0.03, 2, [])
    trained_to_end(run)
    assert seen(run) == seen(trained_to_end(Run(RunConfig(**SMALL))))
    assert seen(repeated(run)) == seen(run)


def test_a_run_that_went_on_after_an_early_stop_is_repeated():
    run = trained_to_end(Run(RunConfig(**{**SMALL, "epochs": 60}, **STOPPING)))
    stopped = run.end.epoch
    run.rewind(stopped)
    trained_to_end(run)
    assert run.end.epoch > stopped
    assert seen(repeated(run)) == seen(run)


def test_epochs_of_discarded_branches_are_not_printed_twice():
    run = Run(RunConfig(**SMALL))
    run.advance_epochs(8)
    run.rewind(3)
    run.advance_epochs(4)
    run.rewind(6)
    trained_to_end(run)
    assert [event.model_dump()["to_epoch"] for event in run.record.events] == [3, 6]
    assert seen(repeated(run)) == seen(run)


def test_the_epochs_before_an_event_are_told_while_they_are_trained():
    run = Run(RunConfig(**SMALL | {"epochs": 3 * EPOCHS_PER_CALL}))
    told = replay(run, [ConfigChange(**change(2 * EPOCHS_PER_CALL))])
    assert next(told) == 1
    assert run.progress.epoch <= EPOCHS_PER_CALL


def test_every_use_of_the_test_set_is_in_the_record_and_stays_there():
    run = Run(RunConfig(**SMALL))
    run.advance_epochs(8)
    run.evaluate("validation")
    assert not run.record.test_used
    run.evaluate("test", 5)
    run.evaluate("test", 5)  # nothing new is seen
    run.evaluate("test")
    run.rewind(2)
    tests = [event.model_dump() for event in run.record.events[:2]]
    assert [(event["epoch"], event["shown_epoch"]) for event in tests] == [(8, 5), (8, 8)]
    assert len(run.record.events) == 3
    assert run.record.test_used
    assert repeated(run).record.test_used


def test_a_change_that_is_refused_leaves_nothing_behind_that_a_replay_would_not_have():
    """A table that was loaded for a change that then failed would count as used."""
    run = Run(RunConfig(**SMALL))
    before = run.nbytes
    for values in ({"batch_size": 21}, {"table": "0" * 16}, {"epochs": 3}, {"rho": 0.5}):
        with pytest.raises((ConfigError, ValidationError)):
            run.change(values, [])
    assert (run.nbytes, run.changes, run.record.events) == (before, [], [])


def change(epoch, batch=0, **fields):
    return {"type": "change", "epoch": epoch, "batch": batch, **fields}


def rewind(epoch, to_epoch, **fields):
    return {"type": "rewind", "epoch": epoch, "to_epoch": to_epoch, **fields}


IMPOSSIBLE = {
    "out of order": (
        [change(3), change(2)],
        "Event 2 (epoch 2, batch 0): this is earlier than",
    ),
    "out of order in an epoch": (
        [change(3, 1), change(3)],
        "Event 2 (epoch 3, batch 0): this is earl",
    ),
    "beyond the end": ([change(13)], "Event 1 (epoch 13, batch 0): the run ends at epoch 12."),
    "after the last epoch": ([change(12, 1)], "the run ends at epoch 12"),
    "unknown type": (
        [{"type": "foo", "epoch": 1}],
        "Event 1: its “type” must be change, rewind or test",
    ),
    "no type": ([{"epoch": 1}], "Event 1: its “type” must be change, rewind or test"),
    "over, but not said to be": ([change(12)], "the run is over at this epoch"),
    "over, and then not over": (
        [change(3, after_end=True), change(3)],
        "Event 2 (epoch 3, batch 0): the run was over before it",
    ),
    "before epoch 0": ([change(-1)], "epoch: Input should be greater than or equal to 0"),
    "before batch 0": ([change(1, -1)], "greater than or equal to 0"),
    "no end within an epoch": ([change(3, 1, after_end=True)], "a run never ends within an epoch"),
    "settings after the end": (
        [change(12, config={"momentum": 0.5}, after_end=True)],
        "(epoch 12, batch 0, after the end): settings cannot be changed",
    ),
    "training after the end": (
        [change(3, after_end=True), change(4)],
        "the run was over before it",
    ),
    "back to the future": ([rewind(3, 4)], "epoch 4 was not trained yet"),
    "test of the future": (
        [{"type": "test", "epoch": 3, "shown_epoch": 4}],
        "epoch 4 was not trained yet",
    ),
    "before the return": ([rewind(6, 3), change(2)], "Event 2 (epoch 2, batch 0): this is earlier"),
    "over after the return": ([rewind(12, 12, after_end=True), change(12)], "the run is over at"),
}


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_events_that_cannot_follow_are_refused_when_the_record_is_loaded(name):
    events, words = IMPOSSIBLE[name]
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({"config": SMALL, "events": events})
    assert words in error_message(caught.value)


UNREACHED = {
    "no such batch": (
        [change(2, 2)],
        "Event 1 (epoch 2, batch 2): the last batch of this epoch is 1",
    ),
    "no such batch after a return": (
        [change(1, config={"batch_size": 5}), change(3, 3), rewind(4, 1), change(2, 3)],
        "Event 4 (epoch 2, batch 3): the last batch of this epoch is 1",
    ),
    "value that does not fit": (
        [change(1, config={"batch_size": 21})],
        "Batch size: 21 is more than",
    ),
    "no such parameter": ([change(1, weights=[[52, 0]])], "the network has 52 parameters"),
    "not over": ([change(5, after_end=True)], "after the end): the run was not over then"),
}


@pytest.mark.parametrize("name", UNREACHED)
def test_an_event_that_the_run_does_not_reach_is_named(name):
    events, words = UNREACHED[name]
    record = Record.model_validate({"config": SMALL, "events": events})
    with pytest.raises(EventError) as caught:
        list(replay(Run(record.config), record.events))
    assert words in str(caught.value)


def test_a_test_event_needs_a_test_set():
    config = {"dataset": "iris", "test_fraction": 0, "epochs": 3}
    events = [{"type": "test", "epoch": 1, "shown_epoch": 1}]
    record = Record.model_validate({"config": config, "events": events})
    with pytest.raises(EventError, match="the test set is empty"):
        list(replay(Run(record.config), record.events))


@pytest.mark.parametrize("after_end", [False, True])
def test_an_event_at_an_early_stop_must_say_so(after_end):
    config = {**SMALL, "epochs": 60, **STOPPING}
    stopped = trained_to_end(Run(RunConfig(**config))).end.epoch
    event = change(stopped, weights=[[0, 1.0]], after_end=after_end)
    record = Record.model_validate({"config": config, "events": [event]})
    if after_end:
        list(replay(Run(record.config), record.events))
    else:
        with pytest.raises(EventError, match="the run was over then"):
            list(replay(Run(record.config), record.events))


@pytest.mark.parametrize(
    "event",
    [
        ConfigChange(epoch=5),
        ConfigChange(epoch=1),
        ConfigChange(epoch=3, after_end=True),
        Rewind(epoch=3, to_epoch=4),
        EvaluationOnTest(epoch=3, shown_epoch=4),
    ],
)
def test_an_event_that_does_not_happen_now_is_refused_when_it_is_made(event):
    run = Run(RunConfig(**SMALL))
    run.advance_epochs(3)
    before = seen(run)
    with pytest.raises(EventError, match=r"^Event 1 \(epoch \d, batch 0"):
        run.apply(event)
    assert seen(run) == before
    assert run.record.events == []


def test_a_change_is_recorded_with_the_value_that_its_text_stands_for():
    run = Run(RunConfig(**SMALL))
    made = run.change({"learning_rate": "0." + 5000 * "1", "batch_size": "3"}, [])
    assert made.config == {"learning_rate": pytest.approx(1 / 9), "batch_size": 3}
    assert run.record.events == run.changes == [made]
    assert seen(repeated(trained_to_end(run))) == seen(run)


def test_many_changes_do_not_take_a_memory_layout_each():
    run = Run(RunConfig(**{**SMALL, "hidden": (64, 64)}))
    run.advance(1)
    gc.collect()
    tracemalloc.start()
    for i in range(50):
        run.change({"learning_rate": 0.1 + i / 100}, [])
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 50 * run.engine.architecture.n_parameters  # an index alone has 8 bytes each


def test_an_event_beyond_a_divergence_is_named():
    record = Record.model_validate({"config": {**SMALL, **DIVERGING}, "events": [change(5)]})
    with pytest.raises(EventError, match="the run ended before it, at epoch 0"):
        list(replay(Run(record.config), record.events))


def test_a_record_of_version_0_2_is_still_read():
    old = {"epoch": 2, "batch": 1, "config": {"learning_rate": 0.5}, "weights": [[0, 1.5]]}
    text = json.dumps({"config": SMALL, "changes": [old], "test_used": True})
    record = Record.model_validate_json(text)
    assert record.events == [ConfigChange(**old)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('["changes"]', "Input should be an object"),
        ('{"config": {}, "changes": [], "events": []}', "no field “changes” here"),
    ],
)
def test_what_only_looks_like_a_record_of_version_0_2_is_refused(text, told):
    with pytest.raises(ValidationError) as caught:
        Record.model_validate_json(text)
    assert told in error_message(caught.value)


def test_a_full_record_takes_no_more_events(monkeypatch):
    monkeypatch.setattr(record_module, "MAX_EVENTS", 3)
    run = Run(RunConfig(**SMALL))
    for _ in range(3):
        run.advance_epochs(2)
        run.rewind(1)
    before = seen(run)
    for refused in (
        lambda: run.rewind(0),
        lambda: run.change({"learning_rate": 0.1}, []),
        lambda: run.evaluate("test"),
    ):
        with pytest.raises(RecordFullError, match="start a new run"):
            refused()
    assert seen(run) == before
    assert len(run.record.events) == 3


def test_a_record_has_at_most_a_thousand_events():
    events = [change(0, weights=[[0, 1.0]])] * 1000
    Record.model_validate({"config": SMALL, "events": events})
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({"config": SMALL, "events": [*events, events[0]]})
    assert "at most 1000" in error_message(caught.value)


def test_a_change_is_returned_as_it_is_recorded():
    run = Run(RunConfig(**SMALL))
    for value in (0.25, 0.5):
        made = run.change({"learning_rate": value}, [])
        assert (made.config, made) == ({"learning_rate": value}, run.record.events[-1])


def test_one_change_sets_at_most_a_hundred_weights():
    ConfigChange(epoch=0, weights=[(0, 1.0)] * 100)
    with pytest.raises(ValidationError, match="at most 100"):
        ConfigChange(epoch=0, weights=[(0, 1.0)] * 101)


def test_the_weights_of_all_changes_are_limited(monkeypatch):
    monkeypatch.setattr(record_module, "MAX_WEIGHTS_IN_ALL", 3)
    run = Run(RunConfig(**SMALL))
    run.change({}, [(0, 1.0), (1, 1.0)])
    with pytest.raises(RecordFullError, match="weights"):
        run.change({}, [(0, 1.0), (1, 1.0)])
    run.change({}, [(0, 1.0)])


def test_a_record_that_sets_too_many_weights_is_refused_when_it_is_loaded(monkeypatch):
    monkeypatch.setattr(record_module, "MAX_WEIGHTS_IN_ALL", 3)
    events = [change(1, weights=[[0, 1.0], [1, 1.0]])] * 2
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({"config": SMALL, "events": events})
    assert "weights of this run have been set, the limit" in error_message(caught.value)


@settings(deadline=None)
@given(st.data())
def test_a_loaded_record_is_run_or_refused_but_nothing_else(data):
    """Any events: they are refused with a number and a reason, or they make a run."""
    moment = {"epoch": st.integers(0, 13), "batch": st.integers(0, 3), "after_end": st.booleans()}
    weights = st.lists(st.tuples(st.integers(0, 60), st.floats(-9, 9)), max_size=2)
    config = st.sampled_from([{}, {"batch_size": 5}, {"batch_size": 30}, {"learning_rate": 9.0}])
    events = data.draw(
        st.lists(
            st.fixed_dictionaries({"type": st.just("change"), **moment, "config": config})
            | st.fixed_dictionaries({"type": st.just("change"), **moment, "weights": weights})
            | st.fixed_dictionaries(
                {"type": st.just("rewind"), **moment, "to_epoch": st.integers(0, 13)}
            ),
            max_size=4,
        )
    )
    try:
        record = Record.model_validate({"config": SMALL, "events": events})
        run = Run(record.config)
        list(replay(run, record.events))
    except (ValidationError, EventError) as error:
        refusal = str(error) if isinstance(error, EventError) else error_message(error)
    else:
        refusal = None
    if refusal is not None:
        assert re.match(r"Event \d+ \(epoch \d+, batch \d+(, after the end)?\): ", refusal)
        return
    assert run.record == record
    assert isinstance(run.record.events, list)
    assert all(event.to_epoch <= 12 for event in run.record.events if isinstance(event, Rewind))
    assert np.isfinite(run.state_at().theta).all()


TestHistories = Histories.TestCase
TestHistories.settings = settings(deadline=None, max_examples=40, stateful_step_count=25)
