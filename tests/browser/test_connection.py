"""What the page does when its connection, its tab or its neighbour comes and goes."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab
from tests.browser.tabs import window
from tests.live.test_reconnect import epochs_trained, metric
from tests.live.test_session import history_of, wait_until

RUN = {"epochs": 400}
SLOW = "?epochs=400"


def curve(lab, name):
    """What a chart draws of the training set, epoch by epoch."""
    return lab.curve(name).evaluate("chart => Array.from(chart.data[0].y)")


def lose(lab, line):
    line.cut()
    expect(lab.page.get_by_text("Connection lost, trying again")).to_be_visible()
    expect(lab.button("Pause")).to_be_disabled()
    expect(lab.button("Start")).to_be_disabled()


def find(lab, line):
    line.mend()
    expect(lab.page.get_by_text("Connected", exact=True)).to_be_visible()


def test_a_cut_line_leaves_no_gap_in_the_curves(serve, cable, page):
    server = serve()
    line = cable(server)
    lab = Lab(page, line).open(SLOW)
    lab.button("Start").click()
    for goal in (r"^[1-9]\d$", r"^[1-9]\d\d$"):
        lab.expect_epoch(re.compile(goal))
        picture = lab.picture()
        lose(lab, line)
        wait_until(lambda: httpx.get(f"{server.url}/health").json()["waiting"] == 1)
        assert lab.picture().startswith(picture[:20])  # it stays on the screen
        trained = epochs_trained(server)
        find(lab, line)
        assert trained < RUN["epochs"]
    lab.expect_epoch(RUN["epochs"])
    whole = history_of(**RUN).history.since(0)
    for name in ("loss", "accuracy"):
        expect(lab.curve(name.title())).to_have_attribute("data-epoch", str(RUN["epochs"]))
        assert curve(lab, name.title()) == whole[f"train_{name}"].tolist()
    expect(lab.button("Pause")).to_be_disabled()  # it is over, and the page knows


def test_a_paused_run_is_still_paused(serve, cable, page):
    line = cable(serve())
    lab = Lab(page, line).open(SLOW)
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    lab.button("Pause").click()
    expect(lab.button("Resume")).to_be_enabled()
    paused = int(re.search(r"\d+", lab.page.get_by_text("Paused at epoch").text_content()).group())
    lab.expect_epoch(paused)
    lose(lab, line)
    find(lab, line)
    expect(lab.button("Resume")).to_be_enabled()
    lab.button("Step").click()
    lab.expect_epoch(paused + 1)
    lab.button("Resume").click()
    lab.expect_epoch(RUN["epochs"])


def test_what_is_changed_meanwhile_is_told_afterwards(serve, cable, page):
    line = cable(serve())
    lab = Lab(page, line).open(SLOW)
    lab.button("Step").click()
    lab.expect_epoch(1)
    lose(lab, line)
    lab.set("Learning rate", 0.5)
    lab.set("Seed", 3)
    find(lab, line)
    expect(page.get_by_text("Changes apply at the next Start.")).to_be_visible()
    expect(lab.field("Learning rate")).to_have_value("0.5")
    expect(page.get_by_text("Changed", exact=True)).to_be_attached()
    lab.button("Resume").click()
    lab.expect_epoch(RUN["epochs"])


def test_a_run_lost_for_too_long_is_replaced_and_the_page_says_so(serve, cable, page):
    server = serve(keep_seconds=0.1)
    line = cable(server)
    lab = Lab(page, line).open(SLOW)
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    lose(lab, line)
    wait_until(lambda: httpx.get(f"{server.url}/health").json()["waiting"] == 0)
    find(lab, line)
    expect(page.get_by_role("alert")).to_contain_text("The connection was lost for too long")
    lab.expect_epoch(0)
    lab.button("Start").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))


@pytest.mark.parametrize("leave", ["close", "reload"])
def test_a_page_that_is_left_frees_its_run_at_once(serve, page, leave):
    server = serve()
    Lab(page, server).open(SLOW).button("Start").click()
    wait_until(lambda: server.runs == 1)
    if leave == "close":
        page.close()
    else:
        page.goto("about:blank")
    wait_until(lambda: server.runs == 0)
    assert httpx.get(f"{server.url}/health").json()["waiting"] == 0


def test_a_hidden_tab_trains_on_and_catches_up(serve, tmp_path):
    server = serve()
    epochs = 1500
    with window(tmp_path) as tabs:
        tab = tabs.open(f"{server.url}/?epochs={epochs}")
        shown = "Number(document.getElementById('boundary').dataset.epoch || -1)"
        tab.wait_for(f"document.readyState === 'complete' && {shown} === 0")
        tab.evaluate("document.getElementById('start').click()")
        tab.wait_for(f"{shown} > 2")
        tabs.open("about:blank")
        tab.wait_for("document.hidden")
        seen = tab.evaluate(shown)
        wait_until(lambda: epochs_trained(server) > seen + 10)
        sent = metric(server, "mlp_live_frames_total")
        tab.evaluate(
            "const speed = document.getElementById('speed'); speed.selectedIndex = "
            "speed.options.length - 1; speed.dispatchEvent(new Event('change'))"
        )
        wait_until(lambda: epochs_trained(server) == epochs, seconds=20)
        assert metric(server, "mlp_live_frames_total") == sent  # nothing queues up
        assert tab.evaluate(shown) == seen
        tab.bring_to_front()
        tab.wait_for(f"{shown} === {epochs}")
        tab.wait_for(f"document.getElementById('loss-chart').dataset.epoch === '{epochs}'")
        losses = tab.evaluate("Array.from(document.getElementById('loss-chart').data[0].y)")
    assert losses == history_of(epochs=epochs).history.since(0)["train_loss"].tolist()


def test_two_tabs_are_two_runs(serve, page, context):
    server = serve()
    first = Lab(page, server).open("?epochs=5000&seed=1")
    second = Lab(context.new_page(), server).open("?epochs=60&seed=2")
    first.button("Start").click()
    first.expect_epoch(re.compile(r"^[1-9]\d*$"))
    first.button("Pause").click()
    expect(first.button("Resume")).to_be_enabled()
    paused = re.search(r"\d+", first.page.get_by_text("Paused at epoch").text_content()).group()
    first.expect_epoch(int(paused))
    second.button("Start").click()
    second.expect_epoch(60)
    assert server.runs == 2
    first.expect_epoch(int(paused))
    assert first.complaints == second.complaints == []
