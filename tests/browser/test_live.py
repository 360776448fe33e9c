"""The live page in a real browser, by roles and labels."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab
from tests.live.helpers import wait_until

LONG = "?epochs=5000"


def test_a_run_moves_boundary_curves_and_status_to_its_end(lab):
    lab.open()
    lab.set("Batch size", 50)
    lab.set("Learning rate", 0.5)
    lab.expect_epoch(0)
    untrained = lab.picture()
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^([5-9]|[1-9]\d+)$"))
    expect(lab.status).to_contain_text(re.compile(r"Epoch [1-9]\d*/150 · train"))
    lab.expect_epoch(150)
    assert lab.picture() != untrained
    expect(lab.status).to_have_text(
        re.compile(
            r"^Epoch 150/150 · train \d+\.\d % \(\d\.\d{3}\) · validation \d+\.\d % \(\d\.\d{3}\)$"
        )
    )
    for curve in ("Loss", "Accuracy"):
        expect(lab.curve(curve)).to_have_attribute("data-epoch", "150")
        assert lab.points(curve) == 151
    assert "batch_size=50" in lab.page.url


def test_pause_step_resume_and_reset(lab):
    lab.open(LONG)
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d+$"))
    lab.button("Pause").click()
    expect(lab.button("Resume")).to_be_enabled()
    status = re.compile(r"^Epoch (\d+)/")
    expect(lab.page.get_by_text(re.compile("^Paused at epoch"))).to_be_attached()
    paused = int(re.search(r"\d+", lab.page.get_by_text("Paused at epoch").text_content()).group())
    lab.expect_epoch(paused)
    lab.button("Step").click()
    lab.expect_epoch(paused + 1)
    lab.button("+1 batch").click()
    expect(lab.status).to_contain_text(f"Epoch {paused + 1}/5000 + 1/20 batches")
    lab.button("Step").click()
    lab.expect_epoch(paused + 2)
    assert int(status.search(lab.status.inner_text()).group(1)) == paused + 2
    lab.button("Resume").click()
    lab.expect_epoch(re.compile(rf"^(?!{paused + 2}$|{paused + 3}$)\d+$"))
    lab.button("Reset").click()
    lab.expect_epoch(0)
    expect(lab.status).to_contain_text("Epoch 0/5000")
    for curve in ("Loss", "Accuracy"):
        expect(lab.curve(curve)).to_have_attribute("data-epoch", "0")
        assert lab.points(curve) == 1  # the untrained network; a line takes two
    expect(lab.button("Pause")).to_be_disabled()


def test_keys_steer_as_the_buttons_do(lab):
    lab.open(LONG)
    lab.page.locator("body").click(position={"x": 2, "y": 2})
    lab.page.keyboard.press("Space")
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    lab.page.keyboard.press("Space")
    expect(lab.button("Resume")).to_be_enabled()
    paused = int(re.search(r"\d+", lab.page.get_by_text("Paused at epoch").text_content()).group())
    lab.expect_epoch(paused)
    lab.page.keyboard.press("ArrowRight")
    lab.expect_epoch(paused + 1)
    lab.page.keyboard.press("Shift+ArrowRight")
    expect(lab.status).to_contain_text("+ 1/20 batches")
    lab.page.keyboard.press("r")
    lab.expect_epoch(0)


def test_keys_in_a_field_stay_in_the_field(lab):
    lab.open()
    lab.field("Seed").focus()
    lab.page.keyboard.press("r")
    lab.page.keyboard.press("ArrowRight")
    lab.page.keyboard.press("Space")
    lab.expect_epoch(0)
    expect(lab.button("Pause")).to_be_disabled()


def test_a_link_reproduces_the_run(lab, context):
    lab.open()
    lab.set("Hidden layers", 5)
    lab.set("Learning rate", 0.2)
    lab.set("Epochs", 40)
    lab.set("Seed", 7)
    lab.button("Start").click()
    lab.expect_epoch(40)
    other = Lab(context.new_page(), lab.server)
    other.open(lab.page.url.removeprefix(lab.server.url + "/"))
    assert other.field("Hidden layers").input_value() == "5"
    other.button("Start").click()
    other.expect_epoch(40)
    assert other.status.inner_text() == lab.status.inner_text()
    assert other.picture() == lab.picture()
    assert other.complaints == []


@pytest.mark.parametrize(
    ("label", "value", "message"),
    [
        (
            "Hidden layers",
            "0",
            "Hidden layers must be up to 8 sizes from 1 to 128, such as 8,8,4",
        ),
        ("Batch size", "500", "500 is more than the 200 training points"),
        ("Learning rate", "-1", "Learning rate must be a number above 0, not “-1”."),
        ("Epochs", "", "Epochs must be a whole number from 1 to 100,000, but nothing is given."),
    ],
)
def test_an_invalid_field_shows_its_message_and_starts_nothing(lab, label, value, message):
    lab.open()
    default = lab.field(label).input_value()
    lab.set(label, value)
    lab.button("Start").click()
    expect(lab.page.get_by_text(message)).to_be_visible()
    expect(lab.field(label)).to_have_attribute("aria-invalid", "true")
    expect(lab.button("Pause")).to_be_disabled()
    lab.expect_epoch(0)
    lab.set(label, default)
    expect(lab.page.get_by_text(message)).to_be_hidden()
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))


def test_divergence_is_said_on_the_page(lab):
    lab.open("?batch_size=1&learning_rate=1e37")
    lab.button("Start").click()
    expect(lab.page.get_by_role("alert")).to_contain_text(re.compile(r"Diverged at epoch \d+"))
    lab.set("Learning rate", 0.1)
    lab.button("Start").click()
    expect(lab.page.get_by_role("alert")).to_be_hidden()


def test_speed_changes_without_a_new_start(lab):
    lab.open("?epochs=3000")
    lab.page.get_by_label("Speed").select_option("5 epochs/s")
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    assert lab.epoch < 1000  # which takes 200 seconds at this speed
    lab.page.get_by_label("Speed").select_option("full speed")
    lab.expect_epoch(3000)
    expect(lab.curve("Loss")).to_have_attribute("data-epoch", "3000")
    assert lab.points("Loss") <= 2001


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_sticks_out_at_any_width(lab, width, theme):
    lab.page.emulate_media(color_scheme=theme)
    lab.page.set_viewport_size({"width": width, "height": 844})
    lab.open("?epochs=20")
    lab.button("Start").click()
    lab.expect_epoch(20)
    root = lab.page.locator("html")
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
    for control in ("Start", "Reset"):
        expect(lab.button(control)).to_be_in_viewport()


def test_only_the_settings_that_apply_are_shown(lab):
    lab.open()
    expect(lab.field("Momentum μ")).to_be_hidden()
    lab.field("Optimizer").select_option("momentum")
    expect(lab.field("Momentum μ")).to_be_visible()
    lab.set("Momentum μ", 0.5)
    lab.field("Optimizer").select_option("Adam")
    expect(lab.field("Momentum μ")).to_be_hidden()
    expect(lab.field("Beta β₁")).to_be_visible()
    assert "momentum" not in lab.page.url
    lab.field("Initial weights").select_option("He")
    expect(lab.field("Initial std")).to_be_hidden()
    lab.button("Start").click()
    lab.expect_epoch(150)


def test_layers_are_added_and_removed(lab):
    lab.open("?epochs=20&optimizer=adam&learning_rate=0.01")
    layers = lab.field("Hidden layers")
    lab.button("Add a layer").click()
    lab.button("Add a layer").click()
    expect(layers).to_have_value("10,10,10")
    lab.button("Remove the last layer").click()
    expect(layers).to_have_value("10,10")
    lab.set("Hidden layers", "6,5,4,3")
    lab.button("Start").click()
    lab.expect_epoch(20)
    assert "hidden=6%2C5%2C4%2C3" in lab.page.url
    lab.set("Hidden layers", "")
    lab.button("Start").click()
    expect(lab.status).to_contain_text("Epoch 20/20")


def test_the_naive_loss_shows_its_nan_and_why(lab):
    lab.open("?loss=naive_cross_entropy&batch_size=1&learning_rate=5&init_std=1.826")
    lab.button("Start").click()
    expect(lab.page.get_by_role("alert")).to_contain_text("underflows to 0")


def test_a_page_without_a_run_can_still_start_one(serve, page, context):
    server = serve(max_runs=1, keep_seconds=3600)
    first = Lab(page, server).open()
    second = Lab(context.new_page(), server)
    second.page.goto(server.url)
    expect(second.page.get_by_role("alert")).to_contain_text("close another page first")
    first.page.close()
    wait_until(lambda: (server.health["runs"], server.health["waiting"]) == (0, 0))
    second.page.keyboard.press("r")
    second.expect_epoch(0)
    second.button("Start").click()
    second.expect_epoch(150)


def test_a_bad_link_can_be_mended_and_started(lab):
    lab.page.goto(f"{lab.server.url}/?batch_size=0&dataset=donut")
    expect(lab.page.get_by_text("Dataset must be one of circles")).to_be_visible()
    expect(lab.page.get_by_text("Batch size must be a whole number")).to_be_visible()
    lab.set("Batch size", 20)
    lab.dataset("Circles").check()
    lab.button("Start").click()
    lab.expect_epoch(150)


def test_a_step_is_taken_by_what_the_form_says_or_not_at_all(lab):
    lab.open()
    lab.set("Learning rate", -1)
    lab.button("Step").click()
    expect(lab.page.get_by_text("Learning rate must be a number above 0")).to_be_visible()
    lab.expect_epoch(0)
    lab.set("Learning rate", 0.5)
    lab.set("Epochs", 7)
    lab.button("Step").click()
    expect(lab.status).to_contain_text("Epoch 1/7 · train")


def test_space_after_a_click_on_start_pauses(lab):
    lab.open(LONG)
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d*$"))
    lab.page.keyboard.press("Space")
    expect(lab.button("Resume")).to_be_enabled()
