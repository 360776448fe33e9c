"""What the page does when its connection, its tab or its neighbor comes and goes."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab
from tests.browser.tabs import window
from tests.live.helpers import epochs_trained, wait_until
from tests.ws_client import TIMEOUT

RUN = {"epochs": 400}
SLOW = "?epochs=400"


CANVAS = "document.querySelector('#loss-chart canvas')"


def curves(lab):
    """Both curves, pixel by pixel."""
    found = [lab.curve(name).locator("canvas") for name in ("Loss", "Accuracy")]
    return [canvas.evaluate("canvas => canvas.toDataURL()") for canvas in found]


def without_a_break(context, server):
    """A page whose connection holds, after the same run."""
    lab = Lab(context.new_page(), server).open(SLOW)
    lab.page.get_by_label("Speed").select_option("full speed")
    lab.button("Start").click()
    expect_all(lab)
    return lab


def run_to_the_end(lab):
    """Finish the run without waiting for its pace."""
    lab.page.get_by_label("Speed").select_option("full speed")
    lab.expect_epoch(RUN["epochs"])


def expect_all(lab):
    """Every epoch is in the curves."""
    lab.expect_epoch(RUN["epochs"])
    for name in ("Loss", "Accuracy"):
        expect(lab.curve(name)).to_have_attribute("data-epoch", str(RUN["epochs"]))
        assert lab.points(name) == RUN["epochs"] + 1


def lose(lab, proxy):
    proxy.cut()
    expect(lab.page.get_by_text("Connection lost, trying again")).to_be_visible()
    expect(lab.button("Pause")).to_be_disabled()
    expect(lab.button("Start")).to_be_disabled()


def restore(lab, proxy):
    proxy.restore()
    expect(lab.page.get_by_text("Connected", exact=True)).to_be_visible()


def test_a_cut_line_leaves_no_gap_in_the_curves(serve, tcp_proxy, page, context):
    server = serve()
    proxy = tcp_proxy(server)
    lab = Lab(page, proxy).open(SLOW)
    lab.button("Start").click()
    for goal in (r"^[1-9]\d$", r"^[1-9]\d\d$"):
        lab.expect_epoch(re.compile(goal))
        picture = lab.picture()
        lose(lab, proxy)
        wait_until(
            lambda: httpx.get(f"{server.url}/health", timeout=TIMEOUT).json()["waiting"] == 1
        )
        assert lab.picture().startswith(picture[:20])  # it stays on the screen
        trained = epochs_trained(server)
        restore(lab, proxy)
        assert trained < RUN["epochs"]
    run_to_the_end(lab)
    expect_all(lab)
    drawn = curves(lab)
    assert drawn == curves(without_a_break(context, server))
    expect(lab.button("Pause")).to_be_disabled()  # it is over, and the page knows


def test_a_paused_run_is_still_paused(serve, tcp_proxy, page):
    proxy = tcp_proxy(serve())
    lab = Lab(page, proxy).open(SLOW)
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    lab.button("Pause").click()
    expect(lab.button("Resume")).to_be_enabled()
    paused = int(re.search(r"\d+", lab.page.get_by_text("Paused at epoch").text_content()).group())
    lab.expect_epoch(paused)
    lose(lab, proxy)
    restore(lab, proxy)
    expect(lab.button("Resume")).to_be_enabled()
    lab.button("Step").click()
    lab.expect_epoch(paused + 1)
    lab.button("Resume").click()
    run_to_the_end(lab)


def test_what_is_changed_meanwhile_is_told_afterwards(serve, tcp_proxy, page):
    proxy = tcp_proxy(serve())
    lab = Lab(page, proxy).open(SLOW)
    lab.button("Step").click()
    lab.expect_epoch(1)
    lose(lab, proxy)
    lab.set("Learning rate", 0.5)
    lab.set("Seed", 3)
    restore(lab, proxy)
    expect(page.get_by_text("Changes apply at the next Start.")).to_be_visible()
    expect(lab.field("Learning rate")).to_have_value("0.5")
    expect(page.get_by_text("Changed", exact=True)).to_be_attached()
    lab.button("Resume").click()
    run_to_the_end(lab)


def test_a_run_lost_for_too_long_is_replaced_and_the_page_says_so(serve, tcp_proxy, page):
    server = serve(keep_seconds=0.1)
    proxy = tcp_proxy(server)
    lab = Lab(page, proxy).open(SLOW)
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    lose(lab, proxy)
    wait_until(lambda: httpx.get(f"{server.url}/health", timeout=TIMEOUT).json()["waiting"] == 0)
    restore(lab, proxy)
    expect(page.get_by_role("alert")).to_contain_text("The connection was lost for too long")
    lab.expect_epoch(0)
    lab.button("Start").click()
    expect(page.get_by_role("alert")).to_be_hidden()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))


@pytest.mark.parametrize("connected", [True, False])
@pytest.mark.parametrize("leave", ["close", "navigate"])
def test_a_page_that_is_left_frees_its_run(serve, tcp_proxy, page, leave, connected):
    """A run whose connection is lost would wait for an hour.

    A browser that closes a socket with unread frames resets the connection, and the closing code
    does not arrive. The page therefore also sends a request.
    """
    server = serve(keep_seconds=3600)
    proxy = tcp_proxy(server)
    lab = Lab(page, proxy).open("?epochs=100000")
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    if not connected:
        proxy.cut_sockets()
        wait_until(lambda: server.health["waiting"] == 1)
    if leave == "close":
        page.close()
    else:
        page.goto("about:blank")
    wait_until(lambda: (server.health["runs"], server.health["waiting"]) == (0, 0))


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
        sent = server.metric("mlp_live_frames_total")
        full_speed = (
            "const speed = document.getElementById('speed'); speed.selectedIndex = "
            "speed.options.length - 1; speed.dispatchEvent(new Event('change'))"
        )
        tab.evaluate(full_speed)
        wait_until(lambda: epochs_trained(server) == epochs)
        assert server.metric("mlp_live_frames_total") == sent  # nothing queues up
        assert tab.evaluate(shown) == seen
        tab.bring_to_front()
        tab.wait_for(f"{shown} === {epochs}")
        tab.wait_for(f"document.getElementById('loss-chart').dataset.epoch === '{epochs}'")
        seen_again = tab.evaluate(f"{CANVAS}.toDataURL()")
        other = tabs.open(f"{server.url}/?epochs={epochs}")  # in front all the time
        other.wait_for(f"document.readyState === 'complete' && {shown} === 0")
        other.evaluate(full_speed)
        other.evaluate("document.getElementById('start').click()")
        other.wait_for(f"document.getElementById('loss-chart').dataset.epoch === '{epochs}'")
        assert other.evaluate(f"{CANVAS}.toDataURL()") == seen_again


def test_two_tabs_are_two_runs(serve, page, context):
    server = serve()
    first = Lab(page, server).open("?epochs=5000&seed=1")
    second = Lab(context.new_page(), server).open("?epochs=60&seed=2")
    first.page.bring_to_front()
    first.button("Start").click()
    first.expect_epoch(re.compile(r"^[1-9]\d*$"))
    first.button("Pause").click()
    expect(first.button("Resume")).to_be_enabled()
    paused = re.search(r"\d+", first.page.get_by_text("Paused at epoch").text_content()).group()
    first.expect_epoch(int(paused))
    second.page.bring_to_front()
    second.button("Start").click()
    second.expect_epoch(60)
    assert server.runs == 2
    first.expect_epoch(int(paused))
    assert first.complaints == second.complaints == []


SUBMIT_WHILE_CONNECTING = """
window.WebSocket = class extends WebSocket {
  constructor(...parameters) {
    super(...parameters);
    const submitted = new SubmitEvent("submit", { bubbles: true, cancelable: true });
    document.getElementById("config").dispatchEvent(submitted);
    window.wasHandled = submitted.defaultPrevented;
  }
};
"""


def test_the_page_connects_once_all_its_parts_exist(lab):
    lab.page.add_init_script(SUBMIT_WHILE_CONNECTING)
    lab.open()
    assert lab.page.evaluate("window.wasHandled")
