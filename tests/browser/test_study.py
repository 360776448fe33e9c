"""The page of the study in a real browser, by roles and labels.

The module is long because its tests share one description of the study page.
"""

import csv
import json
import re

import pytest
from playwright.sync_api import expect

from mlp_live.data.points import SET_NAMES
from mlp_live.study.report import theme
from tests.browser.conftest import Lab

SMALL = "?epochs=20&first_values=10,50&second_values=0.1,0.5,1&init_std=1.826"
LONG = "?epochs=100000&first_values=1,2&second_values=0.1"


class StudyPage(Lab):
    """The page of the study, as a user finds their way on it."""

    def open(self, query: str = "") -> "StudyPage":
        self.page.goto(f"{self.server.url}/study{query}")
        expect(self.button("Start")).to_be_enabled()
        return self

    def run(self) -> None:
        self.button("Start").click()
        expect(self.status).to_have_text(re.compile(r"^\d+ runs in "))

    def cell(self, name: str):
        return self.page.get_by_role("cell").filter(has=self.link(name))

    def link(self, name: str):
        return self.page.get_by_role("link", name=f"{name}: open on the live page", exact=True)

    def details(self, name: str) -> str:
        """What is told of a cell that is pointed at."""
        return self.cell(name).locator("[title]").get_attribute("title")

    def thumbnail(self, name: str) -> str:
        """The prediction grid of a cell as it is drawn."""
        return self.link(name).locator("canvas").first.evaluate("canvas => canvas.toDataURL()")

    @property
    def best(self):
        return self.page.get_by_text(re.compile(r"^Batch size .+, Learning rate .+: "))


@pytest.fixture
def study(page, server):
    study = StudyPage(page, server)
    yield study
    assert study.complaints == []


def test_all_thirty_cells_learn_side_by_side(study):
    study.open()
    expect(study.field("Rows")).to_have_value("batch_size")
    study.run()
    expect(study.page.get_by_role("cell")).to_have_count(30)
    expect(study.page.get_by_role("columnheader", name="0.05")).to_be_visible()
    for cell in study.page.get_by_role("cell").all():
        expect(cell).to_contain_text(re.compile(r"^\d+\.\d / \d+\.\d$"))
    expect(study.page.get_by_label("Progress of the study")).to_have_js_property("value", 1)
    expect(study.best).to_be_visible()
    expect(study.best).to_contain_text("chosen by its validation accuracy")
    expect(study.best).to_contain_text(
        re.compile(r"test accuracy .+, 95 % interval .+ for this network on new data$")
    )
    expect(study.page.get_by_text("This cell was chosen by its test score")).to_have_count(0)
    heatmap = study.page.get_by_role("figure", name="Heatmap")
    assert heatmap.evaluate("chart => chart.data[0].z.flat().length") == 30


@pytest.mark.parametrize("query", [SMALL, f"{SMALL}&show_test=false", f"{SMALL}&n_validation=0"])
def test_a_cell_opens_in_the_live_lab_and_ends_in_the_same_numbers(study, context, query):
    study.open(query)
    study.run()
    name = "Batch size 50, Learning rate 0.5"
    details = study.details(name)
    with context.expect_page() as opened:
        study.link(name).click()
    lab = Lab(opened.value, study.server)
    lab.button("Start").click()
    lab.expect_epoch(20)
    shown = lab.status.inner_text().replace("Epoch 20/20", "Epoch 20")
    assert shown == details
    assert ("test" in details) == ("show_test=false" not in query)
    assert ("validation" in details) == ("n_validation=0" not in query)


def test_without_a_validation_set_the_choice_is_warned_of(study):
    study.open(f"{SMALL}&n_validation=0")
    study.run()
    expect(study.best).to_contain_text("test accuracy")
    expect(study.best).not_to_contain_text(re.compile("chosen|interval"))
    expect(study.page.get_by_text("This cell was chosen by its test score")).to_be_visible()


def test_the_test_set_is_shown_unless_it_is_said_that_it_should_not_be(study):
    study.open(SMALL)
    study.page.get_by_text("Base configuration").click()
    expect(study.field("Show the test set")).to_be_checked()
    study.field("Show the test set").uncheck()
    study.page.goto(study.page.url)
    study.page.get_by_text("Base configuration").click()
    expect(study.field("Show the test set")).not_to_be_checked()
    study.run()
    expect(study.page.get_by_text("train / validation accuracy, %")).to_be_visible()
    offered = study.field("Measure").get_by_role("option").all_inner_texts()
    assert offered[0] == "validation accuracy, %"
    assert "train − validation accuracy, %" in offered
    assert not [name for name in offered if "test" in name]


def test_a_run_that_stopped_early_is_no_diverged_one(study, context):
    stopping = "early_stopping=true&patience=2&epochs=300&first_field=seed&first_values=1"
    study.open(f"?{stopping}&second_field=&learning_rate=2")
    study.run()
    details = study.details("Seed 1")
    kept, stopped = re.search(r"^Epoch (\d+) .*stopped early at epoch (\d+)$", details).groups()
    assert int(stopped) == int(kept) + 2
    with context.expect_page() as opened:
        study.link("Seed 1").click()
    lab = Lab(opened.value, study.server)
    lab.button("Start").click()
    lab.expect_epoch(int(kept))
    shown = lab.status.inner_text().replace("/300", "")
    assert details.startswith(f"{shown} · stopped")


def test_a_learning_curve_over_n_is_two_clicks_away(study):
    study.open()
    study.button("Learning curve over N").click()
    expect(study.field("Rows")).to_have_value("n_train")
    expect(study.field("Rows: values")).to_have_value("10, 20, 50, 100, 200, 500, 1000")
    expect(study.field("Columns: values")).to_be_hidden()
    study.run()
    line = study.page.get_by_role("figure", name="Mean ± standard deviation")
    assert line.evaluate("chart => chart.layout.xaxis.type") == "log"
    curves = line.evaluate("chart => chart.data.map(({name, x, y}) => ({name, x, y}))")
    curves = {curve["name"]: curve for curve in curves}
    assert set(curves) == {"train", "validation", "test"}
    assert curves["test"]["x"] == [10, 20, 50, 100, 200, 500, 1000]
    gaps = [a - b for a, b in zip(curves["train"]["y"], curves["test"]["y"], strict=True)]
    assert curves["test"]["y"][0] < 80 < 93 < curves["test"]["y"][-1]
    assert gaps[0] > 20 > 2 > abs(gaps[-1])
    study.field("Measure").select_option("test loss")
    expect(line).to_have_attribute("data-measure", "test_loss")
    assert line.evaluate("chart => chart.data[2].y[0] > chart.data[2].y[6]")


def test_the_live_lab_leads_to_the_learning_curve_of_its_configuration(lab):
    lab.open("?batch_size=5&hidden=4")
    lab.set("Noise", 0.1)
    lab.page.get_by_role("link", name="Learning curve over N").click()
    study = StudyPage(lab.page, lab.server)
    expect(study.field("Rows: values")).to_have_value("10, 20, 50, 100, 200, 500, 1000")
    expect(study.field("Columns")).to_have_value("")
    expect(study.field("Repeats")).to_have_value("5")
    study.page.get_by_text("Base configuration").click()
    values = {"Batch size": "5", "Hidden layers": "4", "Noise": "0.1"}
    for name, value in values.items():
        expect(study.field(name)).to_have_value(value)


def test_the_timeline_scrubs_all_cells_at_once(study):
    study.open(SMALL)
    study.run()
    name = "Batch size 10, Learning rate 0.1"
    end, text = study.thumbnail(name), study.cell(name).inner_text()
    timeline = study.page.get_by_role("slider")
    timeline.fill("0")
    expect(study.page.get_by_text("Epoch 0", exact=True)).to_be_visible()
    assert study.thumbnail(name) != end
    assert study.cell(name).inner_text() != text
    timeline.press("End")
    assert study.thumbnail(name) == end
    assert study.cell(name).inner_text() == text


def test_diverged_and_refused_cells_are_marked(study):
    study.open("?epochs=5&n_train=40&first_values=1,50&second_values=0.1,1e37")
    study.run()
    expect(study.cell("Batch size 1, Learning rate 1e+37")).to_contain_text("diverged at 1")
    refused = study.page.get_by_role("cell").filter(has_text="refused")
    expect(refused).to_have_count(2)
    reason = refused.first.locator("[title]").get_attribute("title")
    assert "50 is more than the 40 training points" in reason


def test_repeats_give_mean_and_deviation(study):
    study.open(SMALL)
    study.set("Repeats", 3)
    study.run()
    heatmap = study.page.get_by_role("figure", name="Heatmap")
    assert "±" in heatmap.evaluate("chart => chart.data[0].text[0][0]")
    study.page.get_by_label("Measure").select_option("epochs to 90 %")
    expect(heatmap).to_have_attribute("data-measure", "epochs_to_90")
    expect(study.status).to_have_text(re.compile("^18 runs in"))


def test_axes_are_picked_or_typed_and_kept_in_the_address(study):
    study.open("?epochs=3")
    study.field("Rows").select_option("Activation")
    expect(study.field("Rows: values")).to_have_value(re.compile("^tanh, relu,"))
    study.page.get_by_role("button", name="gelu", exact=True).click()
    expect(study.field("Rows: values")).not_to_have_value(re.compile("gelu"))
    study.field("Columns").select_option("Hidden layers")
    study.set("Columns: values", "4; 8,8")
    study.run()
    expect(study.page.get_by_role("cell")).to_have_count(10)
    expect(study.page.get_by_role("columnheader", name="8,8")).to_be_visible()
    study.page.goto(study.page.url)
    expect(study.field("Columns: values")).to_have_value("4; 8,8")
    study.field("Columns").select_option("nothing")
    expect(study.field("Columns: values")).to_be_hidden()
    expect(study.button("Start")).to_be_enabled()
    study.run()
    expect(study.page.get_by_role("cell")).to_have_count(5)


def test_what_is_wrong_is_said_beside_the_field(study):
    study.open(SMALL)
    study.set("Columns: values", "0.1, fast")
    study.button("Start").click()
    message = study.page.get_by_text("Learning rate must be a number above 0, not “fast”.")
    expect(message).to_be_visible()
    study.set("Columns: values", "0.1, 0.2")
    expect(message).to_be_hidden()
    study.page.get_by_text("Base configuration").click()
    study.set("Epochs", 0)
    study.page.get_by_text("Base configuration").click()
    study.button("Start").click()
    expect(study.page.get_by_text("Epochs must be a whole number")).to_be_visible()
    study.set("Epochs", 5)
    study.run()


def test_cancel_ends_the_study_and_another_can_begin(study):
    study.open(LONG)
    study.button("Start").click()
    expect(study.status).to_contain_text("left")
    study.button("Cancel").click()
    expect(study.status).to_have_text("Cancelled")
    expect(study.button("Cancel")).to_be_disabled()
    study.page.get_by_text("Base configuration").click()
    study.set("Epochs", 5)
    study.run()


def test_a_closed_page_frees_its_study(serve, page):
    server = serve()
    study = StudyPage(page, server).open(LONG)
    study.button("Start").click()
    expect(study.status).to_contain_text("left")
    assert server.studies == 1
    page.close()
    for _ in range(200):  # each asks the server, which takes some 5 ms
        if server.studies == 0:
            return
    pytest.fail("the study is still there")


def test_exports_are_offered_once_there_is_something(study, tmp_path, context):
    study.open(SMALL)
    link = study.page.get_by_role("link", name="CSV")
    expect(link).to_have_count(0)  # without an address it is no link
    study.run()
    for name in ("CSV", "JSON", "HTML report"):
        with study.page.expect_download() as download:
            study.page.get_by_role("link", name=name).click()
        download.value.save_as(tmp_path / download.value.suggested_filename)
    with (tmp_path / "study.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 6 * 21
    assert len(json.loads((tmp_path / "study.json").read_text())["runs"]) == 6
    figures = {
        "All cells as PNG": "study.png",
        "All cells as SVG": "study.svg",
        "Heatmap as PNG": "study-heatmap.png",
        "Heatmap as SVG": "study-heatmap.svg",
        "Curves as PNG": "study-curves.png",
    }
    for name, file in figures.items():
        with study.page.expect_download() as download:
            study.button(name).click()
        assert download.value.suggested_filename == file
        download.value.save_as(tmp_path / file)
        start = b"<svg" if file.endswith("svg") else b"\x89PNG"
        assert (tmp_path / file).read_bytes().startswith(start)

    report = context.new_page()
    told, asked = [], []
    report.on("console", lambda message: told.append(message.text))
    report.on("pageerror", lambda error: told.append(str(error)))
    report.on("request", lambda request: asked.append(request.url))
    context.set_offline(True)
    report.goto((tmp_path / "study.html").as_uri())
    expect(report.locator("body")).to_have_attribute("data-drawn", "7")  # six cells, the heatmap
    expect(report.locator("figure .main-svg").first).to_be_visible()
    context.set_offline(False)
    assert told == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_exported_figures_have_the_colors_of_the_page(study):
    study.page.emulate_media(color_scheme="light")
    study.open(SMALL)
    page = study.page.evaluate(
        """async (sets) => {
        const script = document.querySelector("script[src$='study/main.js']").src;
        const theme = await import(script.replace("study/main.js", "lib/theme.js"));
        const curves = sets.map((name) => theme.color(`--curve-${name}`));
        return { classes: theme.classColors(), tints: theme.tints(), curves };
    }""",
        SET_NAMES,
    )
    labels = range(len(page["classes"]))
    assert page["curves"] == [theme.set_color(name) for name in SET_NAMES]
    assert page["classes"] == [theme.class_color(label) for label in labels]
    tints = [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in page["tints"]]
    assert tints == [theme.tint(label) for label in labels]


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_and_nothing_shifts_at_any_width(study, width, scheme):
    study.page.emulate_media(color_scheme=scheme)
    study.page.set_viewport_size({"width": width, "height": 844})
    study.open("?epochs=20")
    before = study.page.get_by_role("slider").bounding_box()["x"]
    study.run()
    root = study.page.locator("html")
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
    assert study.page.get_by_role("slider").bounding_box()["x"] == before
    expect(study.button("Start")).to_be_in_viewport()
    region = study.page.get_by_role("region", name="Small multiples")
    if width == 390:
        assert region.evaluate("region => region.scrollWidth > region.clientWidth")


def test_the_pages_are_linked(study):
    study.open(SMALL)
    study.page.get_by_role("link", name="Live", exact=True).click()
    study.page.get_by_role("link", name="Study", exact=True).click()
    expect(study.button("Start")).to_be_enabled()
