"""A viewer whose connection was lost continues with its run, over real connections."""

import sys

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from tests.conftest import Server
from tests.live.helpers import (
    ENDLESS,
    begin,
    epochs_of,
    epochs_trained,
    frames_to,
    history_of,
    last_frame_of_epoch,
    lose_one,
    wait_until,
    wait_until_lost,
)
from tests.ws_client import TIMEOUT, joined

RUN = {"epochs": 300, "n_train": 40, "n_test": 20}


def test_a_lost_viewer_comes_back_to_every_epoch(serve):
    server = serve()
    with server.connect() as viewer:
        key = begin(viewer, RUN, speed=200)
        frames = frames_to(viewer, 20)
        viewer.vanish()
    wait_until_lost(server)
    trained = epochs_trained(server)
    for _ in range(20):
        assert epochs_trained(server) == trained  # it stands still
    with server.connect() as viewer:
        viewer.send("attach", **key, epochs=epochs_of(frames))
        report = viewer.report()
        assert (report["type"], report["since"]) == ("attached", epochs_of(frames))
        assert report["playing"]
        assert report["initial_config"] == report["config"]
        assert report["changes"] == []
        rest, _ = viewer.watch("finished")
        assert server.health["runs"] == 1
    whole = history_of(**RUN).history.since(0)
    shown = whole.keys() & frames[0].tensors.keys()
    assert "train_loss" in shown
    for name in shown:
        assert joined(frames + rest, name).tolist() == whole[name].tolist()


@settings(max_examples=8)
@given(losses=st.lists(st.integers(0, 60), max_size=4), lag=st.integers(0, 5))
def test_no_loss_of_the_connection_changes_the_numbers(server, losses, lag):
    """However often, wherever, and even if the server does not know of it yet."""
    losses_known: list[float] = []
    key = None
    for more in [*losses, RUN["epochs"]]:
        with server.connect() as viewer:
            if key is None:
                key = begin(viewer, RUN, speed=400)
            else:
                viewer.send("attach", **key, epochs=max(0, len(losses_known) - lag))
                del losses_known[viewer.report()["since"] :]
            goal = min(len(losses_known) + more, RUN["epochs"])
            for frame in frames_to(viewer, goal):
                assert frame.metadata["since_epoch"] == len(losses_known)
                losses_known += frame.tensors["train_loss"].tolist()
            viewer.vanish()
    assert losses_known == history_of(**RUN).history.since(0)["train_loss"].tolist()


def leave(server: Server, token: str) -> None:
    answer = httpx.post(f"{server.url}/runs/{token}/leave", timeout=TIMEOUT)
    assert (answer.status_code, answer.content) == (204, b"")


def test_a_viewer_that_has_left_keeps_no_place_though_its_connection_was_lost(serve):
    server = serve(keep_seconds=3600)
    with server.connect() as viewer, server.connect() as other:
        token = begin(viewer, ENDLESS)["run"]
        begin(other, ENDLESS)
        leave(server, token)
        assert server.runs == 2  # the viewer still has its socket
        viewer.vanish()
        wait_until(lambda: (server.health["runs"], server.health["waiting"]) == (1, 0))
        leave(server, token)  # which nobody knows any more
        assert other.frame().metadata["epoch"] >= 0


def test_a_lost_viewer_that_leaves_ends_its_run_at_once(serve):
    server = serve()
    with server.connect() as viewer:
        token = begin(viewer, ENDLESS)["run"]
        viewer.vanish()
    wait_until_lost(server)
    leave(server, token)
    assert server.health["waiting"] == 0


def test_a_paused_run_stays_paused_and_a_past_epoch_stays_shown(serve):
    server = serve()
    with server.connect() as viewer:
        key = begin(viewer, RUN, command="reset")
        viewer.send("step", count=9)
        frames = frames_to(viewer, 9)
        viewer.send("seek", epoch=4)
        seen = viewer.frame()
        viewer.vanish()
    wait_until_lost(server)
    with server.connect() as viewer:
        viewer.send("attach", **key, epochs=epochs_of(frames))
        report = viewer.report()
        assert (report["epoch"], report["playing"], report["begun"]) == (9, False, True)
        again = viewer.frame()
        assert again.epoch == seen.epoch == 4
        assert np.array_equal(again.tensors["prediction_grid"], seen.tensors["prediction_grid"])
        viewer.send("ack", frame=again.number)
        viewer.send("seek", epoch=9)
        assert last_frame_of_epoch(viewer, 9).metadata["batch"] == 0


def test_steps_that_were_asked_for_are_trained(serve):
    server = serve()
    with server.connect() as viewer:
        key = begin(viewer, RUN, command="reset")
        first = viewer.frame()
        viewer.send("step", count=200)
        viewer.vanish()
    wait_until_lost(server)
    with server.connect() as viewer:
        viewer.send("attach", **key, epochs=len(first.tensors["train_loss"]))
        assert viewer.report()["since"] == 1
        # Whether or not the command arrived, the run and its state are one and the same.
        frame = viewer.frame()
        assert frame.metadata["since_epoch"] == 1


def test_the_end_of_a_run_is_reported_again(serve):
    server = serve()
    with server.connect() as viewer:
        key = begin(viewer, RUN)
        viewer.watch("finished")
        viewer.vanish()
    wait_until_lost(server)
    with server.connect() as viewer:
        viewer.send("attach", **key, epochs=RUN["epochs"] + 1)
        assert viewer.report()["since"] == RUN["epochs"] + 1
        assert viewer.watch("finished")[1]["epoch"] == RUN["epochs"]


def test_changes_are_in_the_record_that_comes_back(serve):
    server = serve()
    with server.connect() as viewer:
        key = begin(viewer, RUN, command="reset")
        viewer.send("update_config", config={"learning_rate": 0.7})
        change = viewer.report()["change"]
        viewer.vanish()
    wait_until_lost(server)
    with server.connect() as viewer:
        viewer.send("attach", **key, epochs=1)
        report = viewer.report()
        assert report["changes"] == [change]
        assert report["initial_config"]["learning_rate"] == 0.03
        assert report["config"]["learning_rate"] == 0.7


def test_a_viewer_that_missed_a_new_branch_gets_the_whole_history(serve):
    server = serve()
    with server.connect() as viewer:
        key = begin(viewer, RUN, command="reset")
        viewer.send("step", count=9)
        frames_to(viewer, 9)
        viewer.send("seek", epoch=4)
        viewer.send("ack", frame=viewer.frame().number)
        viewer.send("update_config", weights=[[0, 1.0]])
        assert viewer.report()["code"] == "past"
        viewer.send("step", count=3)
        assert viewer.report()["branch"] == key["branch"] + 1
        last_frame_of_epoch(viewer, 7)
        viewer.vanish()
    wait_until_lost(server)
    with server.connect() as viewer:
        viewer.send("attach", **key, epochs=10)
        report = viewer.report()
        assert (report["since"], report["branch"]) == (0, key["branch"] + 1)
        assert viewer.receive().kind == "dataset"
        assert len(viewer.frame().tensors["train_loss"]) == 8


@pytest.mark.parametrize("attach", [{"run": "x" * 43}, {"run": ""}])
def test_an_unknown_run_is_gone_and_the_socket_stays_usable(viewer, attach):
    viewer.send("attach", **attach, branch=1, epochs=3)
    assert viewer.report()["code"] == "gone"
    begin(viewer, RUN)
    assert viewer.watch("finished")[1]["epoch"] == RUN["epochs"]


def test_a_viewer_that_comes_back_before_its_loss_is_noticed_takes_the_run_over(serve):
    server = serve()
    with server.connect() as first, server.connect() as second:
        key = begin(first, ENDLESS)
        frame = first.frame()
        second.send("attach", **key, epochs=len(frame.tensors["train_loss"]))
        assert second.report()["playing"]
        second.frame()
        with pytest.raises(ConnectionClosed) as closed:
            first.watch("finished")
        assert closed.value.rcvd.code == 4001
        assert (server.health["runs"], server.health["waiting"]) == (1, 0)


def test_attaching_to_the_present_run_changes_nothing(viewer):
    key = begin(viewer, ENDLESS, command="reset")
    viewer.send("attach", **key, epochs=1)
    assert viewer.report()["type"] == "attached"
    viewer.send("resume")
    assert viewer.watch("resumed")[1]["epoch"] == 0


def test_the_run_that_waits_longest_gives_its_place_up_first(serve):
    server = serve(max_runs=2)
    oldest = lose_one(server)
    wait_until_lost(server)
    newer = lose_one(server)
    wait_until(lambda: server.health["waiting"] == 2)
    with server.connect() as viewer:
        begin(viewer, ENDLESS)
        assert (server.health["runs"], server.health["waiting"]) == (1, 1)
        with server.connect() as other:
            other.send("attach", **oldest, epochs=1)
            assert other.report()["code"] == "gone"
            other.send("attach", **newer, epochs=1)
            assert other.report()["type"] == "attached"


def test_a_start_that_is_refused_takes_no_place(serve):
    server = serve(max_runs=1)
    waiting = lose_one(server)
    wait_until_lost(server)
    with server.connect() as viewer:
        viewer.send("start", config={"hidden": [128] * 8, "n_train": 10_000})
        refusal = viewer.report()
        assert (refusal["code"], refusal["field"]) == ("invalid", "hidden")
        assert (server.health["runs"], server.health["waiting"]) == (0, 1)
        viewer.send("attach", **waiting, epochs=1)
        assert viewer.report()["type"] == "attached"


def test_the_memory_of_a_run_that_gives_up_its_place_is_free(serve):
    large = {"hidden": [128] * 8, "epochs": 100_000}  # 22 MB at its end: two fit, but not three
    server = serve(max_runs=2, max_megabytes=64)
    with server.connect() as first, server.connect() as second:
        for viewer in (first, second):
            viewer.send("reset", config=large)
            assert viewer.report()["type"] == "ready"
            viewer.vanish()
        wait_until(lambda: server.health["waiting"] == 2)
    with server.connect() as viewer:
        viewer.send("reset", config=large)
        assert viewer.report()["type"] == "ready"
        assert (server.health["runs"], server.health["waiting"]) == (1, 1)


def test_a_run_that_waits_is_discarded_after_its_time(serve):
    server = serve(keep_seconds=0.2)
    key = lose_one(server)
    wait_until(lambda: server.runs == 0)  # the loss is noticed, so that the run waits
    wait_until(lambda: server.health["waiting"] == 0)
    with server.connect() as viewer:
        viewer.send("attach", **key, epochs=1)
        assert viewer.report()["code"] == "gone"


def test_a_closed_page_leaves_nothing_behind(serve):
    server = serve()
    with server.connect() as viewer:
        key = begin(viewer, ENDLESS)
        viewer.frame()
    wait_until(lambda: server.health["runs"] == 0)
    assert server.health["waiting"] == 0
    with server.connect() as viewer:
        viewer.send("attach", **key, epochs=1)
        assert viewer.report()["code"] == "gone"


def test_a_viewer_whose_network_was_cut_is_noticed(serve, tcp_proxy, monkeypatch):
    monkeypatch.setattr(sys.modules["mlp_live.cli.serve"], "PING_SECONDS", 0.3)
    server = serve()
    proxy = tcp_proxy(server)
    with proxy.connect() as viewer:
        begin(viewer, ENDLESS)
        viewer.frame()
        proxy.stall()
        wait_until(lambda: server.health["waiting"] == 1)
        proxy.restore()
