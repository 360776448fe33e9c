import re
import sys

import pytest
from playwright.sync_api import Page, expect

from mlp_live.data.registry import TITLES
from tests.browser.conftest import Lab
from tests.browser.test_study import StudyPage

ALL = [*TITLES.values(), "Your own table (CSV)"]


def legend(lab: Lab):
    return lab.page.get_by_role("list", name="Legend")


def gallery(page: Page):
    return page.get_by_role("radiogroup", name="Dataset")


def test_every_dataset_has_a_picture_with_a_name(lab):
    lab.open()
    pictures = gallery(lab.page).get_by_role("radio")
    expect(pictures).to_have_count(len(ALL))
    for name in ALL:
        expect(lab.dataset(name)).to_be_visible()
        expect(lab.page.get_by_title(name, exact=True)).to_have_count(1)
    expect(lab.dataset("Circles")).to_be_checked()
    sizes = [pictures.nth(i).bounding_box() for i in range(len(ALL))]
    assert all(40 <= box["width"] <= 48 and 40 <= box["height"] <= 48 for box in sizes)


def test_a_chosen_dataset_is_named_shown_and_in_the_address(lab):
    lab.open()
    lab.dataset("Spirals").check()
    expect(gallery(lab.page).get_by_text("Spirals", exact=True)).to_be_visible()
    expect(gallery(lab.page).get_by_text("Circles", exact=True)).to_be_hidden()
    expect(legend(lab).get_by_text("arm 2")).to_be_visible()
    expect(lab.field("Arms")).to_be_visible()
    expect(lab.page).to_have_url(re.compile(r"\?dataset=spirals$"))
    other = Lab(lab.page.context.new_page(), lab.server).open("?dataset=spirals")
    expect(other.dataset("Spirals")).to_be_checked()
    lab.dataset("Circles").check()
    expect(lab.field("Arms")).to_be_hidden()
    assert "?" not in lab.page.url


def test_arrow_keys_walk_through_the_gallery(lab):
    lab.open()
    lab.dataset("Circles").focus()
    lab.page.keyboard.press("ArrowRight")
    expect(lab.dataset("Moons")).to_be_checked()
    expect(lab.dataset("Moons")).to_be_focused()
    expect(legend(lab).get_by_text("upper moon")).to_be_visible()
    lab.page.keyboard.press("ArrowUp")
    expect(lab.dataset("Circles")).to_be_checked()
    lab.expect_epoch(0)  # in the gallery the arrows do not step


def test_suggested_settings_are_filled_in_and_unwind_the_spirals(lab):
    lab.open("?dataset=spirals&hidden=3&regularization=l1&regularization_rate=5")
    lab.button("Suggested settings").click()
    expect(lab.field("Hidden layers")).to_have_value("24,24")
    expect(lab.field("Optimizer")).to_have_value("adam")
    expect(lab.field("Penalty λ")).to_have_value("0.001")
    assert "hidden=24%2C24" in lab.page.url
    assert "regularization_rate" not in lab.page.url
    lab.page.get_by_label("Speed").select_option("full speed")
    lab.button("Start").click()
    lab.expect_epoch(200)
    train = float(re.search(r"train ([\d.]+) %", lab.status.inner_text()).group(1))
    assert train >= 95


@pytest.mark.parametrize("name", ["Blobs", "Wave (regression)", "Iris"])
def test_other_kinds_of_data_train_on_the_page(lab, name):
    lab.open("?epochs=5")
    lab.dataset(name).check()
    lab.button("Start").click()
    lab.expect_epoch(5)


def test_the_same_feature_twice_is_told_beside_it(lab):
    lab.open("?dataset=iris")
    lab.field("Iris y-axis").select_option("petal length (cm)")
    expect(lab.page.get_by_text("Iris y-axis: choose a different feature")).to_be_visible()
    lab.field("Iris x-axis").select_option("sepal width (cm)")
    expect(lab.page.get_by_text("Iris y-axis: choose a different feature")).to_be_hidden()
    expect(legend(lab).get_by_text("setosa")).to_be_visible()


def test_measured_data_without_their_package_cannot_be_chosen(lab, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn", None)
    lab.open()
    expect(lab.dataset("Iris")).to_be_disabled()
    expect(lab.page.get_by_title("Iris needs scikit-learn; install it with")).to_be_visible()
    lab.page.goto(f"{lab.server.url}/?dataset=wine")
    expect(lab.page.get_by_text("Dataset: Wine needs scikit-learn; install")).to_be_visible()
    expect(gallery(lab.page)).to_have_attribute("aria-invalid", "true")


def test_a_table_has_no_suggestion(lab):
    lab.open()
    lab.dataset("Your own table (CSV)").check()
    expect(lab.button("Suggested settings")).to_be_hidden()


def test_the_study_has_the_gallery_too(page, server):
    study = StudyPage(page, server).open("?dataset=moons")
    page.get_by_text("Base configuration").click()
    expect(page.get_by_role("radio", name="Moons", exact=True)).to_be_checked()
    page.get_by_role("radio", name="Exclusive or", exact=True).check()
    assert "dataset=xor" in page.url
    page.get_by_role("button", name="Suggested settings").click()
    expect(page.get_by_label("Hidden layers", exact=True)).to_have_value("8")
    assert study.complaints == []
