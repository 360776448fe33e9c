"""Data drawn on the picture, by mouse and by touch, and what is trained on them.

The module is long because every test needs the same driver of the pointer.
"""

import csv
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab

FAST = "?epochs=200&learning_rate=0.5&dataset=circles"
SETS = ["train", "validation", "train", "test", "train"]


class Canvas:
    """The picture as something to draw on: places are shares of it, from the top left."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.page = lab.page

    @property
    def tools(self):
        return self.page.get_by_role("group", name="Drawing")

    def open(self) -> "Canvas":
        """Draw on the points on show; the tools take their room from the picture."""
        self.lab.button("Draw data").click()
        self.lab.boundary.scroll_into_view_if_needed()
        self.page.wait_for_function(
            """boundary => {
                const bottom = element => element.getBoundingClientRect().bottom;
                return bottom(boundary.querySelector("canvas.points")) < bottom(boundary);
            }""",
            arg=self.lab.boundary.element_handle(),
        )
        return self

    def begin(self) -> "Canvas":
        """Draw on an empty plane."""
        self.open()
        self.press("Clear")
        return self

    def press(self, name: str) -> None:
        self.tools.get_by_role("button", name=name, exact=True).click()

    def choose(self, name: str) -> None:
        self.tools.get_by_role("radio", name=name, exact=True).check(force=True)

    def place(self, across: float, down: float) -> tuple[float, float]:
        """Of a share of the plane, in pixels of the page."""
        box = self.lab.boundary.locator("canvas.points").bounding_box()
        side = min(box["width"], box["height"])
        left = box["x"] + (box["width"] - side) / 2
        top = box["y"] + (box["height"] - side) / 2
        return left + across * side, top + down * side

    def click(self, across: float, down: float) -> None:
        self.page.mouse.click(*self.place(across, down))

    def drag(self, *places: tuple[float, float]) -> None:
        self.page.mouse.move(*self.place(*places[0]))
        self.page.mouse.down()
        for across, down in places[1:]:
            self.page.mouse.move(*self.place(across, down))
        self.page.mouse.up()

    def expect_points(self, train: int, validation: int, test: int) -> None:
        counts = f"{train} train, {validation} validation, {test} test"
        expect(self.tools.get_by_text(counts)).to_be_visible()

    @property
    def shown(self) -> int:
        return int(self.lab.boundary.locator("canvas.points").get_attribute("data-count"))

    def saved(self, tmp_path) -> list[dict[str, str]]:
        with self.page.expect_download() as download:
            self.press("Save CSV")
        path = tmp_path / "drawn.csv"
        download.value.save_as(path)
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


@pytest.fixture
def canvas(lab):
    return Canvas(lab.open(FAST))


def halves(n: int) -> list[tuple[int, float, float]]:
    """Points of two classes, left and right of the middle, that a line can part."""
    places = []
    for i in range(n):
        label = i % 2
        places.append((label, 0.15 + 0.2 * ((i // 2) % 5) / 4 + 0.5 * label, 0.1 + 0.8 * i / n))
    return places


def train_on(canvas: Canvas) -> None:
    canvas.lab.button("Start").click()
    canvas.lab.expect_epoch(200)
    expect(canvas.lab.status).to_contain_text("train 100.0 %")
    expect(canvas.page.get_by_role("group", name="Table")).to_contain_text(
        "50 rows · x1, x2 → label"
    )
    assert "table=" in canvas.page.url


def test_fifty_points_are_drawn_by_mouse_and_trained_on(canvas, tmp_path):
    canvas.begin()
    for label, across, down in halves(50):
        canvas.page.keyboard.press(str(label + 1))
        canvas.click(across, down)
    canvas.expect_points(30, 10, 10)
    train_on(canvas)
    rows = canvas.saved(tmp_path)
    assert len(rows) == 50
    assert list(rows[0]) == ["x1", "x2", "label", "split"]
    for label, name in enumerate(["class 1", "class 2"]):
        own = [row for row in rows if row["label"] == name]
        assert [row["split"] for row in own] == SETS * 5
        assert all((float(row["x1"]) > 0) == (label == 1) for row in own)


def test_fifty_points_are_drawn_by_touch_and_trained_on(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    lab = Lab(context.new_page(), server).open(FAST)
    canvas = Canvas(lab).begin()
    for wanted in (0, 1):
        canvas.choose(f"class {wanted + 1}")
        for label, across, down in halves(50):
            if label == wanted:
                lab.page.touchscreen.tap(*canvas.place(across, down))
    canvas.expect_points(30, 10, 10)
    train_on(canvas)
    assert lab.complaints == []
    context.close()


def test_a_finger_sprays_and_does_not_scroll(browser, server):
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    lab = Lab(context.new_page(), server).open(FAST)
    canvas = Canvas(lab).begin()
    canvas.choose("brush")
    scrolled = lab.page.evaluate("scrollY")
    client = context.new_cdp_session(lab.page)
    places = [canvas.place(0.3, 0.3 + 0.04 * i) for i in range(10)]
    for i, (x, y) in enumerate(places):
        kind = "touchStart" if i == 0 else "touchMove"
        client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(canvas.lab.boundary.locator("canvas.points")).to_have_attribute(
        "data-count", re.compile(r"^1\d$")
    )
    assert lab.page.evaluate("scrollY") == scrolled
    assert lab.complaints == []
    context.close()


def test_points_are_moved_erased_undone_and_redone(canvas, tmp_path):
    canvas.begin()
    canvas.click(0.25, 0.25)
    canvas.click(0.75, 0.75)
    canvas.drag((0.25, 0.25), (0.3, 0.4), (0.5, 0.5))
    moved = canvas.saved(tmp_path)
    assert [float(moved[0][name]) for name in ("x1", "x2")] == pytest.approx([0, 0], abs=0.02)
    assert [float(moved[1][name]) for name in ("x1", "x2")] == pytest.approx([0.5, -0.5], abs=0.02)
    canvas.page.keyboard.press("Control+z")
    assert float(canvas.saved(tmp_path)[0]["x1"]) == pytest.approx(-0.5, abs=0.02)
    canvas.page.keyboard.press("Control+Shift+Z")
    assert float(canvas.saved(tmp_path)[0]["x1"]) == pytest.approx(0, abs=0.02)
    canvas.choose("eraser")
    canvas.click(0.75, 0.75)
    assert canvas.shown == 1
    canvas.press("Undo")
    assert canvas.shown == 2
    canvas.press("Redo")
    assert canvas.shown == 1
    # what was never drawn cannot be undone
    for _ in range(5):
        canvas.page.keyboard.press("Control+z")
    expect(canvas.tools.get_by_role("button", name="Undo")).to_be_disabled()


def test_moving_the_pointer_redraws_only_the_reach_of_the_tool(canvas):
    canvas.begin()
    canvas.choose("brush")
    canvas.drag((0.3, 0.3), (0.4, 0.4), (0.5, 0.5))
    points = canvas.shown
    canvas.page.evaluate(
        """() => {
            window.copies = 0; // of marks, on the canvas of the points
            const { drawImage } = CanvasRenderingContext2D.prototype;
            CanvasRenderingContext2D.prototype.drawImage = function (...values) {
                if (this.canvas.classList.contains("points")) window.copies++;
                return drawImage.apply(this, values);
            };
        }"""
    )
    for i in range(20):
        canvas.page.mouse.move(*canvas.place(0.2 + 0.03 * i, 0.6))
    assert canvas.page.evaluate("window.copies") == 0
    reach = canvas.lab.boundary.locator("canvas.decoration")
    before = reach.evaluate("canvas => canvas.toDataURL()")
    canvas.page.mouse.move(*canvas.place(0.2, 0.2))
    assert reach.evaluate("canvas => canvas.toDataURL()") != before
    canvas.click(0.8, 0.8)
    assert canvas.page.evaluate("window.copies") >= points + 3


def test_a_click_on_a_point_draws_another(canvas):
    canvas.begin()
    for _ in range(3):
        canvas.click(0.4, 0.4)
    assert canvas.shown == 3


def test_ten_classes_have_colours_and_keys(canvas, tmp_path):
    canvas.begin()
    for _ in range(8):
        canvas.press("Add a class")
    expect(canvas.tools.get_by_role("button", name="Add a class")).to_be_disabled()
    for i in range(10):
        canvas.page.keyboard.press(str((i + 1) % 10))
        canvas.click(0.1 + 0.08 * i, 0.5)
    names = [row["label"] for row in canvas.saved(tmp_path)]
    assert names == [f"class {i}" for i in range(1, 11)]
    expect(canvas.tools.get_by_role("button", name="Remove the last class")).to_be_disabled()
    canvas.page.keyboard.press("Control+z")
    canvas.press("Remove the last class")
    expect(canvas.tools.get_by_role("radio")).to_have_count(9 + 3)


def test_a_drawing_begins_with_the_points_on_show(canvas, tmp_path):
    shown = canvas.shown
    canvas.open()
    assert canvas.shown == shown
    canvas.click(0.05, 0.05)
    expect(canvas.page.get_by_role("group", name="Table")).to_contain_text(f"{shown + 1} rows")
    canvas.lab.expect_epoch(0)
    rows = canvas.saved(tmp_path)
    assert sum(row["split"] == "test" for row in rows) == 0
    assert {row["label"] for row in rows} == {"outer ring", "inner ring"}
    canvas.press("Done")
    expect(canvas.tools).to_be_hidden()


def test_a_run_that_goes_on_takes_new_points_along(canvas):
    canvas.lab.set("Epochs", 20000)
    canvas.begin()
    for label, across, down in halves(30):
        canvas.page.keyboard.press(str(label + 1))
        canvas.click(across, down)
    canvas.lab.button("Start").click()
    canvas.lab.expect_epoch(re.compile(r"^[1-9]\d+$"))
    canvas.click(0.5, 0.5)
    expect(canvas.page.get_by_role("group", name="Table")).to_contain_text("31 rows")
    expect(canvas.page.get_by_text("Changed", exact=True)).to_be_attached()
    expect(canvas.lab.button("Pause")).to_be_enabled()
    before = canvas.lab.epoch
    assert before > 10
    canvas.lab.expect_epoch(re.compile(rf"^(?!{before}$)\d+$"))
    assert canvas.lab.epoch > before
    assert canvas.lab.complaints == []


def test_data_that_arrive_meanwhile_do_not_change_the_plane_that_is_drawn_on(canvas, tmp_path):
    canvas.begin()
    canvas.lab.set("Noise", 0.5)
    canvas.lab.set("Epochs", 300)
    expect(canvas.lab.status).to_contain_text("Epoch 0/300")
    canvas.click(0.05, 0.05)
    assert canvas.shown == 1
    (row,) = canvas.saved(tmp_path)
    places = [float(row["x1"]), float(row["x2"])]
    assert places == pytest.approx([-0.9, 0.9], abs=0.02)


def test_data_that_arrive_before_anything_is_drawn_are_drawn_on(canvas, tmp_path):
    canvas.open()
    canvas.lab.set("Training points", 30)
    canvas.lab.set("Epochs", 300)
    expect(canvas.lab.status).to_contain_text("Epoch 0/300")
    canvas.click(0.05, 0.05)
    rows = canvas.saved(tmp_path)
    before = canvas.lab.field("Validation points").input_value()
    assert len(rows) == 30 + int(before) + 1


def test_start_takes_the_points_once_a_batch_asks_for_fewer(canvas):
    canvas.begin()
    for label, across, down in halves(8):
        canvas.page.keyboard.press(str(label + 1))
        canvas.click(across, down)
    canvas.lab.button("Start").click()
    expect(canvas.page.get_by_role("alert")).to_contain_text("Draw more points")
    canvas.lab.set("Batch size", 2)
    canvas.lab.button("Start").click()
    canvas.lab.expect_epoch(200)


def test_the_run_is_shown_again_when_drawing_ends(canvas):
    shown = canvas.shown
    canvas.begin()
    assert canvas.shown == 0
    canvas.press("Done")
    assert canvas.shown == shown
    canvas.lab.button("Start").click()
    canvas.lab.expect_epoch(200)


def test_too_few_points_are_said_and_not_trained_on(canvas):
    canvas.begin()
    canvas.click(0.3, 0.3)
    expect(canvas.tools.get_by_text("1 of the 10 training points")).to_be_visible()
    canvas.lab.button("Start").click()
    expect(canvas.page.get_by_role("alert")).to_contain_text("Draw more points")
    expect(canvas.lab.button("Pause")).to_be_disabled()


@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_sticks_out_while_drawing(lab, width):
    lab.page.set_viewport_size({"width": width, "height": 844})
    canvas = Canvas(lab.open(FAST)).begin()
    for _ in range(8):
        canvas.press("Add a class")
    root = lab.page.locator("html")
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")
