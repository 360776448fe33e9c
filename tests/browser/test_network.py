"""The network view in a real browser, by roles and labels."""

import json
import re

import pytest
from playwright.sync_api import expect

DEEP = "?hidden=8,8,8,8,8,8&initialization=xavier&epochs=5000"


@pytest.fixture
def sent(page):
    """Commands the page has sent, oldest first."""
    commands = []
    page.on(
        "websocket",
        lambda socket: socket.on("framesent", lambda text: commands.append(json.loads(text))),
    )
    return commands


def network(lab):
    return lab.page.get_by_role("region", name="Network")


def unit(lab, name):
    return network(lab).get_by_role("button", name=name, exact=True)


def readout(lab, text):
    return network(lab).get_by_text(text)


def weights(lab, name):
    return lab.page.get_by_role("dialog", name=name)


def middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def line(lab, start, end):
    """A point on the line between two units, nearer to the first, where lines are apart."""
    (x1, y1), (x2, y2) = middle(unit(lab, start)), middle(unit(lab, end))
    return x1 + 0.2 * (x2 - x1), y1 + 0.2 * (y2 - y1)


def pause(lab):
    lab.button("Pause").click()
    expect(lab.button("Resume")).to_be_enabled()
    announced = lab.page.get_by_text("Paused at epoch")
    lab.expect_epoch(int(re.search(r"\d+", announced.text_content()).group()))


def test_every_unit_of_six_layers_of_eight_is_seen_at_once(lab):
    lab.open(DEEP)
    for layer in range(1, 7):
        for number in range(1, 9):
            expect(unit(lab, f"Layer {layer}, unit {number}")).to_be_in_viewport(ratio=1)
    for name in ("Output outer ring", "Output inner ring"):
        expect(unit(lab, name)).to_be_in_viewport(ratio=1)
    root = lab.page.locator("html")
    assert root.evaluate("root => root.scrollHeight <= root.clientHeight")
    assert lab.boundary.bounding_box()["height"] >= 480


def test_the_view_shows_a_past_epoch_as_it_was(lab):
    lab.open("?hidden=3&epochs=20&learning_rate=0.5")
    untrained = unit(lab, "Layer 1, unit 2").screenshot()
    lab.button("Start").click()
    lab.expect_epoch(20)
    trained = unit(lab, "Layer 1, unit 2").screenshot()
    lab.page.get_by_label("Timeline").fill("0")
    lab.expect_epoch(0)
    assert unit(lab, "Layer 1, unit 2").screenshot() == untrained != trained


def test_a_units_map_moves_as_it_learns(lab):
    lab.open("?hidden=3&learning_rate=0.5&epochs=30")
    untrained = unit(lab, "Layer 1, unit 2").screenshot()
    lab.button("Start").click()
    lab.expect_epoch(30)
    assert unit(lab, "Layer 1, unit 2").screenshot() != untrained


def test_pointing_at_a_unit_shows_its_map_in_the_picture(lab):
    lab.open("?hidden=4,4")
    field = lab.picture()
    unit(lab, "Layer 2, unit 3").hover()
    expect(
        readout(lab, re.compile(r"^Layer 2, unit 3: b = −?\d\.\d{3} · in the picture"))
    ).to_be_visible()
    third = lab.picture()
    unit(lab, "Layer 2, unit 4").hover()
    assert len({field, third, lab.picture()}) == 3
    lab.page.mouse.move(2, 2)
    expect(readout(lab, "Point at a unit")).to_be_visible()
    assert lab.picture() == field


def test_the_map_in_the_picture_is_live(lab):
    lab.open("?hidden=4&epochs=5000")
    unit(lab, "Layer 1, unit 1").hover()
    untrained = lab.picture()
    lab.page.keyboard.press("Space")
    lab.expect_epoch(re.compile(r"^[1-9]\d+$"))
    assert lab.picture() != untrained
    expect(readout(lab, "in the picture")).to_be_visible()


def test_keys_reach_every_unit(lab):
    lab.open("?hidden=3,2")
    field = lab.picture()
    unit(lab, "Layer 1, unit 1").focus()
    for key, name in [
        ("ArrowDown", "Layer 1, unit 2"),
        ("ArrowDown", "Layer 1, unit 3"),
        ("ArrowDown", "Layer 1, unit 3"),
        ("ArrowRight", "Layer 2, unit 2"),
        ("ArrowUp", "Layer 2, unit 1"),
        ("ArrowRight", "Output outer ring"),
        ("ArrowRight", "Output outer ring"),
        ("ArrowLeft", "Layer 2, unit 1"),
    ]:
        lab.page.keyboard.press(key)
        expect(unit(lab, name)).to_be_focused()
    assert lab.picture() != field
    outline = unit(lab, "Layer 2, unit 1").evaluate("unit => getComputedStyle(unit).outlineWidth")
    assert outline == "3px"
    lab.expect_epoch(0)  # an arrow key is a step of the training elsewhere only


def test_pointing_at_a_line_shows_its_weight_and_a_click_opens_it(lab, sent):
    lab.open("?hidden=2,3&init_std=1")
    lab.page.mouse.move(*line(lab, "Layer 1, unit 2", "Layer 2, unit 1"))
    reading = readout(lab, re.compile(r"^Layer 1, unit 2 → Layer 2, unit 1: w = −?\d\.\d{3}$"))
    expect(reading).to_be_visible()
    shown = float(reading.text_content().split("= ")[1].replace("−", "-"))
    lab.page.mouse.click(*line(lab, "Layer 1, unit 2", "Layer 2, unit 1"))
    field = weights(lab, "Layer 2, unit 1").get_by_label("weight from Layer 1, unit 2")
    expect(field).to_be_focused()
    assert float(field.input_value()) == pytest.approx(shown, abs=1e-3)
    field.fill("1.25")
    field.press("Enter")
    # θ: 2 × (2 + 1) parameters of the first layer, then unit 1's weight from unit 2.
    lab.page.mouse.move(*line(lab, "Layer 1, unit 2", "Layer 2, unit 1"))
    expect(readout(lab, "w = 1.250")).to_be_visible()
    assert {"type": "update_config", "config": {}, "weights": [[7, 1.25]]} in sent


def test_enter_lists_a_units_weights_and_escape_goes_back(lab, sent):
    lab.open("?hidden=3")
    unit(lab, "Layer 1, unit 1").focus()
    lab.page.keyboard.press("ArrowDown")
    lab.page.keyboard.press("Enter")
    dialog = weights(lab, "Layer 1, unit 2")
    expect(dialog.get_by_label("bias")).to_be_focused()
    expect(dialog.get_by_role("spinbutton")).to_have_count(3)
    lab.page.keyboard.press("Tab")
    expect(dialog.get_by_label("weight from Input x₁")).to_be_focused()
    untouched = lab.picture()
    dialog.get_by_label("bias").fill("-0.5")
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(unit(lab, "Layer 1, unit 2")).to_be_focused()
    expect(readout(lab, "Layer 1, unit 2: b = −0.500")).to_be_visible()
    assert {"type": "update_config", "config": {}, "weights": [[7, -0.5]]} in sent
    unit(lab, "Output inner ring").focus()
    assert lab.picture() != untouched


def test_what_is_no_number_is_said_and_not_sent(lab, sent):
    lab.open("?hidden=3")
    unit(lab, "Layer 1, unit 1").click()
    dialog = weights(lab, "Layer 1, unit 1")
    bias = dialog.get_by_label("bias")
    before = bias.input_value()
    for text in ("", "1e39"):
        bias.fill(text)
        bias.press("Tab")
        expect(dialog.get_by_role("alert")).to_contain_text("not a number")
        expect(bias).to_have_value(before)
    assert [command for command in sent if command["type"] == "update_config"] == []


def test_the_list_follows_the_training_but_for_what_is_being_typed(lab):
    lab.open("?hidden=3&learning_rate=0.5&epochs=5000")
    unit(lab, "Output inner ring").click()
    dialog = weights(lab, "Output inner ring")
    other = dialog.get_by_label("weight from Layer 1, unit 1")
    untrained = other.input_value()
    dialog.get_by_label("bias").fill("7")
    lab.button("Start").evaluate("button => button.click()")  # leaves the focus where it is
    expect(other).not_to_have_value(untrained)
    expect(dialog.get_by_label("bias")).to_have_value("7")


def test_wide_layers_are_summarised(lab):
    lab.open("?hidden=24,4&epochs=3")
    expect(readout(lab, "+ 14 more")).to_be_visible()
    expect(unit(lab, "Layer 1, unit 10")).to_be_visible()
    expect(unit(lab, "Layer 1, unit 11")).to_have_count(0)
    unit(lab, "Layer 2, unit 1").click()
    expect(weights(lab, "Layer 2, unit 1").get_by_role("spinbutton")).to_have_count(25)


def test_the_view_follows_the_form(lab):
    lab.open("?hidden=2")
    expect(unit(lab, "Layer 1, unit 2")).to_be_visible()
    lab.set("Hidden layers", "3,1")
    expect(unit(lab, "Layer 2, unit 1")).to_be_visible()
    lab.set("Hidden layers", "")
    expect(unit(lab, "Layer 1, unit 1")).to_have_count(0)
    expect(unit(lab, "Output inner ring")).to_be_visible()
    lab.button("Start").click()
    lab.expect_epoch(150)


def test_nothing_moves_while_training(lab):
    lab.open(DEEP)
    names = ["Layer 1, unit 1", "Layer 6, unit 8", "Output inner ring"]
    before = [unit(lab, name).bounding_box() for name in names]
    lab.button("Start").click()
    lab.expect_epoch(re.compile(r"^[1-9]\d+$"))
    unit(lab, "Layer 6, unit 8").hover()
    pause(lab)
    assert [unit(lab, name).bounding_box() for name in names] == before


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_on_a_phone_the_network_scrolls_in_its_own_panel(lab, theme):
    lab.page.emulate_media(color_scheme=theme)
    lab.page.set_viewport_size({"width": 390, "height": 844})
    lab.open(DEEP)
    root = lab.page.locator("html")
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
    last = unit(lab, "Layer 6, unit 8")
    expect(last).not_to_be_in_viewport()
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport(ratio=1)
    last.click()
    expect(weights(lab, "Layer 6, unit 8")).to_be_in_viewport(ratio=1)


def test_the_theme_changes_the_maps_too(lab):
    lab.open("?hidden=2")
    light = unit(lab, "Layer 1, unit 1").screenshot()
    lab.page.emulate_media(color_scheme="dark")
    assert unit(lab, "Layer 1, unit 1").screenshot() != light


def test_the_view_is_not_a_live_region(lab):
    lab.open("?hidden=2")
    live = network(lab).locator("[aria-live], [role=status], output")
    expect(live).to_have_count(0)
