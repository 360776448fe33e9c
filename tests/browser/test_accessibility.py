"""For everyone: by keyboard alone, by a screen reader, in both themes; and nothing moves."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.test_study import StudyPage

WIDTHS = [1440, 390]
THEMES = ["light", "dark"]

# Runs in the page: adds up how far what has been drawn moves, except by what the user does.
WATCH_SHIFTS = """
() => {
    window.shifted = [];
    new PerformanceObserver(list => {
        for (const { value, sources } of list.getEntries())
            window.shifted.push([value, sources.map(({ node }) => node?.parentElement?.outerHTML)]);
    }).observe({ type: "layout-shift" });
}
"""

# Whether what has the focus looks different from when it has not, and what it is.
FOCUSED = """
() => {
    const element = document.activeElement;
    if (element === document.body || element === null) return null;
    const looks = () => {
        // Some controls are hidden beneath what shows their focus.
        const near = [element, element.nextElementSibling, element.parentElement];
        return JSON.stringify(near.map(node => {
            if (node === null) return null;
            const { outlineStyle, outlineWidth, boxShadow, borderColor } = getComputedStyle(node);
            return [outlineStyle, outlineWidth, boxShadow, borderColor];
        }));
    };
    const focused = looks();
    element.blur();
    const seen = looks() !== focused;
    element.focus();
    return { name: element.id || element.name || element.outerHTML.slice(0, 120), seen };
}
"""


def complaints(page) -> list[str]:
    """What axe finds wrong, a line for each element."""
    return [
        f"{violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in Axe().run(page).response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("query", ["", "dataset=digits", "dataset=plane&loss=squared_error"])
def test_the_live_lab_has_names_roles_and_contrast(lab, theme, query):
    lab.page.emulate_media(color_scheme=theme)
    lab.open(f"?epochs=3&{query}")
    assert complaints(lab.page) == []
    lab.button("Start").click()
    lab.expect_epoch(3)
    assert complaints(lab.page) == []


def test_what_is_wrong_is_told_with_names_and_contrast(lab):
    lab.open("?batch_size=1&learning_rate=1e37")
    lab.button("Start").click()
    expect(lab.page.get_by_role("alert")).to_contain_text("Diverged")
    lab.set("Learning rate", -1)
    lab.button("Start").click()
    expect(lab.page.get_by_text("Learning rate must be")).to_be_visible()
    assert complaints(lab.page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_a_phone_has_names_roles_and_contrast(lab, theme):
    lab.page.emulate_media(color_scheme=theme)
    lab.page.set_viewport_size({"width": 390, "height": 844})
    lab.open()
    assert complaints(lab.page) == []


@pytest.mark.parametrize("theme", THEMES)
def test_the_study_has_names_roles_and_contrast(page, server, theme):
    page.emulate_media(color_scheme=theme)
    StudyPage(page, server).open()
    assert complaints(page) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_tab_reaches_every_control_and_the_focus_is_seen(lab, width):
    lab.page.set_viewport_size({"width": width, "height": 844})
    lab.open()
    reached = []
    while len(reached) < 200:
        lab.page.keyboard.press("Tab")
        focused = lab.page.evaluate(FOCUSED)
        if focused is None:
            break
        reached.append(focused)
    assert [focused["name"] for focused in reached if not focused["seen"]] == []
    # One stop in a group of radio buttons, and one in the network, whose units the arrows reach.
    controls = lab.page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, select, input")]
            .filter(control => control.checkVisibility() && control.tabIndex >= 0)
            .filter(control => !control.disabled)
            .filter(control => control.type !== "radio" || control.checked)
            .map(({ id, name, outerHTML }) => id || name || outerHTML.slice(0, 120))"""
    )
    assert set(controls) - {focused["name"] for focused in reached} == set()


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("speed", ["one epoch a frame", "one mini-batch a frame"])
def test_nothing_shifts_while_training(lab, width, speed):
    lab.page.set_viewport_size({"width": width, "height": 844})
    lab.open("?epochs=120&learning_rate=0.5")
    lab.page.get_by_label("Speed").select_option(speed)
    lab.page.evaluate(WATCH_SHIFTS)
    lab.button("Start").evaluate("button => button.click()")  # no input that would excuse a shift
    lab.expect_epoch(re.compile(r"^([5-9]|\d{2,})$"))
    lab.page.get_by_label("Speed").select_option("full speed")
    lab.expect_epoch(120)
    expect(lab.curve("Loss")).to_have_attribute("data-epoch", "120")
    shifted = lab.page.evaluate("window.shifted")
    assert sum(value for value, _ in shifted) < 0.01, shifted  # 0.1 is said to be little


def test_who_wants_no_motion_gets_none(lab):
    lab.page.emulate_media(reduced_motion="reduce")
    lab.open()
    moving = lab.page.evaluate("() => document.getAnimations().length")
    assert moving == 0
