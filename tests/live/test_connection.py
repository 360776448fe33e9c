"""The socket of the live page, over real connections.

The module is long because it has a test for every command of a run.
"""

import asyncio
from contextlib import ExitStack

import httpx
import numpy as np
import pytest
from pydantic import ValidationError

from mlp_live.data.table import read_table
from mlp_live.protocol.limits import MAX_GRID_SIZE
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.settings import Settings
from mlp_live.training.record import Record
from mlp_live.training.replay import replay
from mlp_live.training.run import Run
from tests.live.helpers import (
    ENDLESS,
    QUICK,
    history_of,
    last_frame_of_epoch,
    threads_besides_workers,
    wait_until,
)
from tests.ws_client import TIMEOUT, Document, joined


def test_a_start_brings_dataset_frames_and_an_end(viewer):
    viewer.send("start", config=QUICK)
    assert viewer.receive()["type"] == "started"
    dataset = viewer.receive()
    assert dataset.kind == "dataset"
    assert dataset.tensors["X_train"].shape == (40, 2)
    assert dataset.tensors["y_validation"].dtype == np.uint8
    assert not {"X_test", "y_test"} & set(dataset.tensors)  # nobody has asked for it
    assert dataset.metadata["classes"] == ["outer ring", "inner ring"]
    assert dataset.metadata["extent"]["x_max"] == 2.0
    frames, report = viewer.watch("finished")
    assert (report["type"], report["epoch"]) == ("finished", 12)
    assert frames[0].epoch == 0
    assert frames[-1].epoch == 12
    assert frames[0].tensors["prediction_grid"].shape == (100, 100)


@pytest.mark.parametrize("speed", [None, 60, 300])
def test_frames_have_the_same_numbers_at_any_speed(viewer, speed):
    viewer.send("speed", epochs_per_second=speed)
    viewer.send("start", config=QUICK)
    frames, _ = viewer.watch("finished")
    run = history_of(**QUICK)
    for name, values in run.history.since(0).items():
        if not name.startswith("test"):
            assert joined(frames, name).tolist() == values.tolist()
    assert np.array_equal(
        frames[-1].tensors["prediction_grid"], PlaneView(run).prediction_grid(100)
    )


def test_at_most_two_frames_are_in_flight_and_no_epoch_is_lost(viewer):
    viewer.send("speed", epochs_per_second=None)
    viewer.send("start", config={**ENDLESS, "epochs": 2000})
    first, second = viewer.frame(), viewer.frame()
    # Without an acknowledgement training goes on unseen: commands are answered, no frame comes.
    for _ in range(20):
        viewer.send("step")
        assert viewer.receive()["type"] == "error"
    viewer.send("ack", frame=second.number)
    frames, _ = viewer.watch("finished")
    assert joined([first, second, *frames], "train_loss").shape == (2001,)
    assert len(frames) < 1900


def test_pause_stops_step_adds_resume_goes_on(viewer):
    viewer.send("start", config=ENDLESS)
    viewer.frame()
    viewer.send("pause")
    paused = viewer.report()
    assert paused["type"] == "paused"
    viewer.send("ack", frame=10_000)  # beyond what was sent: counts as all that was
    viewer.send("step")
    frame = last_frame_of_epoch(viewer, paused["epoch"] + 1)
    viewer.send("step", unit="epoch", count=3)
    frame = last_frame_of_epoch(viewer, paused["epoch"] + 4)
    assert frame.metadata["batch"] == 0
    viewer.send("step", unit="batch")
    viewer.send("ack", frame=frame.number)
    frame = viewer.frame()
    assert (frame.epoch, frame.metadata["batch"]) == (paused["epoch"] + 4, 1)
    assert frame.metadata["batches_per_epoch"] == 1000
    viewer.send("step")  # the rest of the epoch that has begun
    viewer.send("ack", frame=frame.number)
    assert last_frame_of_epoch(viewer, paused["epoch"] + 5).metadata["batch"] == 0
    viewer.send("resume")
    resumed = viewer.report()
    assert (resumed["type"], resumed["epoch"]) == ("resumed", paused["epoch"] + 5)
    last_frame_of_epoch(viewer, paused["epoch"] + 8)


def test_a_stepped_run_has_the_history_of_a_run_in_one_go(viewer):
    viewer.send("reset", config=QUICK)
    frames = []
    position, total = 0, 12 * 4
    for unit in ["batch", "epoch", "batch", "batch", "epoch"] * 20:
        viewer.send("step", unit=unit)
        position = position + 1 if unit == "batch" else (position // 4 + 1) * 4
        while not frames or frames[-1].epoch * 4 + frames[-1].metadata["batch"] < position:
            frame = viewer.frame()
            viewer.send("ack", frame=frame.number)
            frames.append(frame)
        if position == total:
            break
    assert viewer.report() == {
        "type": "finished",
        "epoch": 12,
        "stopped_early": False,
        "shown_epoch": 12,
    }
    assert joined(frames, "validation_loss").tolist() == (
        history_of(**QUICK).history.since(0)["validation_loss"].tolist()
    )


def test_reset_waits_at_epoch_0_and_shows_the_data(viewer):
    viewer.send("reset", config=QUICK)
    assert viewer.receive()["type"] == "ready"
    assert viewer.receive().kind == "dataset"
    assert viewer.receive().epoch == 0
    viewer.send("start", config=QUICK)
    viewer.watch("finished")
    viewer.send("reset")
    assert viewer.report()["type"] == "ready"
    frame = viewer.frame()
    assert frame.epoch == 0
    assert len(frame.tensors["train_loss"]) == 1


def test_divergence_is_reported_with_the_history_before_it(viewer):
    viewer.send("start", config={"batch_size": 1, "learning_rate": 1e307})
    frames, report = viewer.watch("finished", "diverged")
    assert report["epoch"] == 1
    assert "no longer finite" in report["reason"]
    assert len(joined(frames, "train_loss")) == 1
    viewer.send("step")
    assert viewer.report()["code"] == "done"


MALFORMED = {
    "not json": ("{", "malformed", None),
    "no object": ("[]", "malformed", "type"),
    "no type": ("{}", "malformed", "type"),
    "unknown type": ('{"type": "fly"}', "malformed", "type"),
    "binary": (b"\x00\x01", "malformed", None),
    "unknown field": ('{"type": "pause", "hard": true}', "malformed", "hard"),
    "odd unit": ('{"type": "step", "unit": "century"}', "malformed", "unit"),
    "too many steps": ('{"type": "step", "count": 1000000}', "malformed", "count"),
    "negative speed": (
        '{"type": "speed", "epochs_per_second": -1}',
        "malformed",
        "epochs_per_second",
    ),
    "no config": ('{"type": "start"}', "malformed", "config"),
    "bad value": ('{"type": "start", "config": {"hidden": 0}}', "invalid", "hidden"),
    "nan": ('{"type": "start", "config": {"noise": NaN}}', "invalid", "noise"),
    "unknown setting": ('{"type": "start", "config": {"wings": 2}}', "invalid", "wings"),
    "batch too large": (
        '{"type": "start", "config": {"batch_size": 999}}',
        "invalid",
        "batch_size",
    ),
    "missing table": (
        '{"type": "start", "config": {"dataset": "table", "table": "0123456789abcdef"}}',
        "invalid",
        "table",
    ),
    "too large": ('{"type": "' + "x" * 70_000 + '"}', "too_large", None),
    "widths by the thousand": (
        '{"type": "start", "config": {"hidden": [' + "0," * 3000 + "0]}}",
        "invalid",
        "hidden",
    ),
    "deep": ("[" * 5000, "malformed", None),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_anything_malformed_is_answered_and_the_socket_stays_usable(viewer, name):
    text, code, field = MALFORMED[name]
    viewer.send_text(text)
    answer = viewer.receive()
    assert (answer["type"], answer["code"], answer["field"]) == ("error", code, field)
    assert answer["message"].endswith(".")
    viewer.send("start", config={"epochs": 1})
    assert viewer.report()["type"] == "started"


def test_a_bad_start_leaves_the_present_run_alone(viewer):
    viewer.send("start", config=QUICK)
    viewer.send("start", config={"hidden": 0})
    frames, _ = viewer.watch("finished")
    assert frames[-1].epoch == 12


@pytest.mark.parametrize("command", ["pause", "resume", "step", "reset", "get_record"])
def test_commands_without_a_run_are_errors(viewer, command):
    viewer.send(command)
    assert viewer.receive()["code"] == "no_run"


def test_stepping_a_running_run_is_refused(viewer):
    viewer.send("start", config=ENDLESS)
    viewer.send("step")
    assert viewer.watch("error")[1]["code"] == "running"


def test_too_many_messages_are_reported_and_slowed_down_but_not_lost(serve):
    with serve(max_messages_per_second=10).connect() as viewer:
        for _ in range(15):
            viewer.send("pause")
        answers = [viewer.receive()["code"] for _ in range(16)]
        assert answers.count("no_run") == 15
        assert answers.count("too_many_messages") == 1


def test_frames_of_an_abandoned_run_hold_up_nothing(viewer):
    viewer.send("start", config=ENDLESS)
    viewer.frame(), viewer.frame()  # both in flight, and never acknowledged
    viewer.send("reset", config=QUICK)
    assert viewer.report()["type"] == "ready"
    assert viewer.frame().epoch == 0


def test_a_pause_after_the_end_changes_nothing(viewer):
    viewer.send("start", config=QUICK)
    viewer.watch("finished")
    viewer.send("pause")
    viewer.send("resume")
    assert viewer.receive()["code"] == "done"


def test_a_change_of_speed_lets_steps_end(viewer):
    viewer.send("reset", config={**QUICK, "epochs": 500})
    viewer.report()
    viewer.send("step", count=400)
    viewer.send("speed", epochs_per_second=5)
    assert last_frame_of_epoch(viewer, 400).epoch == 400


def test_a_run_that_would_hold_up_the_others_is_refused(viewer):
    viewer.send("start", config={"hidden": [128] * 8, "n_train": 10_000})
    refusal = viewer.report()
    assert (refusal["code"], refusal["field"]) == ("invalid", "hidden")
    assert "use fewer units or fewer points" in refusal["message"]


def test_runs_are_limited_and_a_place_becomes_free_again(serve):
    server = serve(max_runs=2)
    with server.connect() as first, server.connect() as second, server.connect() as third:
        for viewer in (first, second):
            viewer.send("start", config=ENDLESS)
            assert viewer.report()["type"] == "started"
        third.send("start", config=QUICK)
        refusal = third.report()
        assert refusal["code"] == "too_many_runs"
        assert "2 runs" in refusal["message"]
        first.send("start", config=ENDLESS)  # in place of its own
        assert first.report()["type"] == "started"
        second.vanish()
        wait_until(lambda: server.runs == 1)
        third.send("start", config=QUICK)
        assert third.watch("finished", "error")[1]["type"] == "finished"


def test_runs_that_do_not_fit_into_memory_are_refused_and_a_small_one_is_not(serve):
    server = serve(max_megabytes=64)
    with ExitStack() as viewers:
        while True:
            viewer = viewers.enter_context(server.connect())
            viewer.send("reset", config={"hidden": [128] * 8, "epochs": 100_000})
            if (report := viewer.report())["type"] != "ready":
                break
        assert (report["code"], server.runs) == ("too_many_runs", 2)  # 25 MB each at their ends
        viewer.send("reset", config={})
        assert viewer.report()["type"] == "ready"
    wait_until(lambda: server.runs == 0)


def test_a_vanished_viewer_frees_its_run(serve):
    server = serve()
    with server.connect() as viewer:
        viewer.send("start", config=ENDLESS)
        viewer.frame()
        assert server.runs == 1
        viewer.vanish()
        wait_until(lambda: server.runs == 0)


def test_200_starts_and_stops_leave_nothing_behind(serve):
    server = serve()
    loop = server.uvicorn_server.servers[0].get_loop()
    assert server.runs == 0
    idle_tasks, threads = len(asyncio.all_tasks(loop)), threads_besides_workers()
    for cycle in range(200):
        with server.connect() as viewer:
            viewer.send("start", config=ENDLESS)
            viewer.frame()
            if cycle % 2:
                viewer.vanish()
    wait_until(lambda: server.runs == 0)
    wait_until(lambda: len(asyncio.all_tasks(loop)) <= idle_tasks)
    wait_until(lambda: threads_besides_workers() <= threads)


def test_a_table_is_trained_on_by_its_digest(server, viewer):
    content = "a,b,label\n" + "\n".join(f"{i},{-i % 7},{'xy'[i > 50]}" for i in range(100))
    digest = httpx.post(f"{server.url}/tables", content=content, timeout=TIMEOUT).json()["table"]
    assert digest == read_table(content.encode()).digest
    config = {"dataset": "table", "table": digest, "epochs": 5, "test_fraction": 0.25}
    viewer.send("start", config=config)
    viewer.report()
    dataset = viewer.receive()
    assert isinstance(dataset, Document)
    assert dataset.metadata["features"] == ["a", "b"]
    assert len(dataset.tensors["X_validation"]) == 20
    assert viewer.watch("finished")[1]["epoch"] == 5


def test_a_past_epoch_is_shown_as_it_was_streamed(viewer):
    viewer.send("speed", epochs_per_second=200)
    viewer.send("start", config=QUICK)
    frames, _ = viewer.watch("finished")
    streamed = {frame.epoch: frame.tensors["prediction_grid"] for frame in frames}
    assert len(streamed) > 3
    for epoch, grid in sorted(streamed.items(), reverse=True)[1:]:
        viewer.send("seek", epoch=epoch)
        frame = viewer.frame()
        viewer.send("ack", frame=frame.number)
        assert frame.epoch == epoch
        assert np.array_equal(frame.tensors["prediction_grid"], grid)


def test_playing_on_from_a_past_epoch_gives_the_same_history(viewer):
    viewer.send("start", config=QUICK)
    whole, _ = viewer.watch("finished")
    viewer.send("seek", epoch=4)
    viewer.send("ack", frame=viewer.frame().number)
    viewer.send("resume")
    report = viewer.report()
    assert (report["type"], report["epoch"]) == ("resumed", 4)
    rest, report = viewer.watch("finished")
    assert report["epoch"] == 12
    assert rest[0].metadata["since_epoch"] == 5
    known = joined(whole, "validation_loss")
    assert joined(rest, "validation_loss").tolist() == known[5:].tolist()


def test_seeking_pauses_and_far_seeks_show_the_newest(viewer):
    viewer.send("start", config=ENDLESS)
    viewer.frame()
    viewer.send("seek", epoch=99_999)
    assert viewer.report()["type"] == "paused"
    viewer.send("resume")
    assert viewer.report()["type"] == "resumed"


def test_a_change_during_a_run_is_reported_and_takes_effect(viewer):
    viewer.send("reset", config=QUICK)
    viewer.report()
    viewer.send("step", count=3)
    last_frame_of_epoch(viewer, 3)
    viewer.send("update_config", config={"learning_rate": 0.7}, weights=[[0, 2.5]])
    report = viewer.report()
    assert report["type"] == "config_changed"
    change = {"type": "change", "epoch": 3, "batch": 0, "after_end": False}
    change |= {"config": {"learning_rate": 0.7}, "weights": [[0, 2.5]]}
    assert report["change"] == change
    frame = viewer.frame()  # the edited weight is seen at once
    assert frame.epoch == 3
    viewer.send("ack", frame=frame.number)
    viewer.send("resume")
    assert viewer.report()["changes"] == [change]
    frames, _ = viewer.watch("finished")
    assert joined(frames, "train_loss")[-1] != history_of(**QUICK).history[12].train_loss


@pytest.mark.parametrize(
    ("update", "code", "field"),
    [
        ({"config": {"hidden": "3"}}, "invalid", "hidden"),
        ({"config": {"learning_rate": 0}}, "invalid", "learning_rate"),
        ({"config": {"momentum": 0.5}}, "invalid", "momentum"),
        ({"weights": [[9999, 1]]}, "invalid", "hidden"),
        ({"weights": [[0, "NaN"]]}, "malformed", "weights.0.1"),
    ],
)
def test_a_bad_change_is_refused_and_the_run_goes_on(viewer, update, code, field):
    viewer.send("start", config=QUICK)
    viewer.send("update_config", **update)
    _, error = viewer.watch("error")
    assert (error["code"], error["field"]) == (code, field)
    assert viewer.watch("finished")[1]["epoch"] == 12


def test_after_the_end_weights_can_be_changed_and_settings_cannot(viewer):
    viewer.send("start", config=QUICK)
    viewer.watch("finished")
    viewer.send("update_config", config={"learning_rate": 0.7}, weights=[[0, 1.0]])
    error = viewer.report()
    assert (error["code"], error["field"]) == ("done", "learning_rate")
    assert "applies at the next Start" in error["message"]
    viewer.send("update_config", weights=[[0, 1.0]])
    assert viewer.report()["change"]["after_end"]
    assert viewer.frame().tensors["theta"].ravel()[0] == 1.0
    viewer.send("get_record")
    assert [event["weights"] for event in viewer.report()["record"]["events"]] == [[[0, 1.0]]]


def test_a_record_of_several_branches_repeats_the_run_that_was_watched(viewer):
    viewer.send("start", config=QUICK)
    viewer.watch("finished")
    viewer.send("seek", epoch=5)
    viewer.send("step", count=2)
    viewer.watch("paused")
    viewer.send("update_config", config={"learning_rate": 0.9})
    viewer.watch("config_changed")
    viewer.send("resume")
    frames, _ = viewer.watch("finished")
    viewer.send("get_record")
    record = Record.model_validate(viewer.report()["record"])
    assert [event.type for event in record.events] == ["rewind", "change"]
    run = Run(record.config)
    assert list(replay(run, record.events)) == list(range(1, 13))
    assert joined(frames, "train_loss")[-1] == run.history[12].train_loss


def test_the_record_is_reported_as_it_is_at_that_time(viewer):
    viewer.send("reset", config=QUICK)
    viewer.report()
    viewer.send("get_record")
    record = viewer.report()["record"]
    assert record["config"].items() >= QUICK.items()
    assert record["events"] == []
    viewer.send("update_config", config={"learning_rate": 0.7})
    change = viewer.report()["change"]
    viewer.send("evaluate", set="test")
    viewer.report()
    start = {"epoch": 0, "batch": 0, "after_end": False}
    evaluation = {"type": "test", **start, "shown_epoch": 0}
    viewer.send("get_record")
    later = viewer.report()
    assert later == {
        "type": "record",
        "record": {"config": record["config"], "events": [change, evaluation]},
    }


def test_settings_and_messages_have_the_same_largest_grid(viewer):
    assert Settings(grid_size=MAX_GRID_SIZE).grid_size == MAX_GRID_SIZE
    with pytest.raises(ValidationError):
        Settings(grid_size=MAX_GRID_SIZE + 1)
    viewer.send("view", grid_size=MAX_GRID_SIZE + 1)
    error = viewer.report()
    assert (error["code"], error["field"]) == ("malformed", "grid_size")
    viewer.send("view", grid_size=MAX_GRID_SIZE)
    viewer.send("start", config=QUICK)
    assert viewer.frame().tensors["prediction_grid"].shape == (MAX_GRID_SIZE, MAX_GRID_SIZE)
