"""The picture: what it shows of the network's answer and of the data, and how it is read.

The module is long because its tests share the helpers that measure the picture.
"""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Lab


def switch(lab: Lab, name: str):
    return lab.page.get_by_role("group", name="Show").get_by_label(name)


def legend(lab: Lab):
    return lab.page.get_by_role("list", name="Legend")


def reading(lab: Lab):
    return lab.page.get_by_role("region", name="Decision boundary").locator(".reading")


def grid_size(lab: Lab) -> int:
    return lab.boundary.locator("canvas.prediction-grid").evaluate("canvas => canvas.width")


def colors(lab: Lab, layer: str = "prediction-grid") -> int:
    """How many colors there are on a layer; the transparent is one of them."""
    return lab.boundary.locator(f"canvas.{layer}").evaluate(
        """canvas => {
            const { width, height } = canvas;
            const copy = new OffscreenCanvas(width, height).getContext("2d");
            copy.drawImage(canvas, 0, 0);
            const { data } = copy.getImageData(0, 0, width, height);
            return new Set(new Uint32Array(data.buffer)).size;
        }"""
    )


def point_at(lab: Lab, across: float, down: float) -> None:
    """The pointer goes to a place between the axes, both 0…1 from the top left."""
    box = lab.boundary.locator("canvas.points").bounding_box()
    lab.page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"])


def coordinates(lab: Lab) -> tuple[float, float]:
    text = reading(lab).inner_text().replace("−", "-")
    x, y = re.search(r"\(([-.\d]+), ([-.\d]+)\)", text).groups()
    return float(x), float(y)


def trained(lab: Lab, query: str, epochs: int = 30) -> Lab:
    lab.open(f"?epochs={epochs}&{query}")
    lab.button("Start").click()
    lab.expect_epoch(epochs)
    return lab


def test_every_point_is_drawn_and_each_set_has_its_switch(lab):
    lab.open("?n_train=60&n_validation=40&n_test=20&show_test=true")
    assert lab.drawn("points") == 120
    for name, left in [("test points", 100), ("validation points", 60), ("train points", 0)]:
        switch(lab, name).uncheck()
        assert lab.drawn("points") == left
    assert colors(lab, "points") == 1  # nothing is left on the canvas either


def test_the_test_set_stays_unseen_unless_it_is_asked_for(lab):
    lab.open("?n_train=60&n_validation=40&n_test=20")
    assert lab.drawn("points") == 100
    expect(switch(lab, "test points")).to_be_hidden()
    expect(switch(lab, "validation points")).to_be_visible()


def test_switches_stay_as_they_are_set(lab):
    lab.open()
    points = lab.drawn("points")
    switch(lab, "validation points").uncheck()
    switch(lab, "contour at ½").check()
    lab.open()
    expect(switch(lab, "validation points")).not_to_be_checked()
    expect(switch(lab, "contour at ½")).to_be_checked()
    assert lab.drawn("points") < points
    expect(lab.boundary.locator("canvas.contour")).to_be_visible()


def test_a_finer_grid_comes_at_once_and_stays_over_a_new_page(lab):
    lab.open()
    assert grid_size(lab) == 100
    switch(lab, "finer grid").check()
    expect(lab.boundary.locator("canvas.prediction-grid[width='200']")).to_be_attached()
    lab.open()
    expect(lab.boundary.locator("canvas.prediction-grid[width='200']")).to_be_attached()
    switch(lab, "finer grid").uncheck()
    expect(lab.boundary.locator("canvas.prediction-grid[width='100']")).to_be_attached()


def test_classes_alone_are_two_colours(lab):
    trained(lab, "learning_rate=0.5")
    assert colors(lab) > 2
    switch(lab, "classes only").check()
    assert colors(lab) == 2


def test_the_contour_is_drawn_where_the_classes_change(lab):
    trained(lab, "learning_rate=0.5")
    expect(lab.boundary.locator("canvas.contour")).to_be_hidden()
    switch(lab, "contour at ½").check()
    expect(lab.boundary.locator("canvas.contour")).to_be_visible()
    # On the line, and only there, neighbors of the field lie on both sides of ½.
    apart = lab.boundary.evaluate(
        """boundary => {
            const line = boundary.querySelector("canvas.contour");
            const field = boundary.querySelector("canvas.prediction-grid");
            const pixels = canvas => {
                const copy = new OffscreenCanvas(line.width, line.height).getContext("2d");
                copy.drawImage(canvas, 0, 0, line.width, line.height);
                return copy.getImageData(0, 0, line.width, line.height).data;
            };
            const [drawn, colors] = [pixels(line), pixels(field)];
            let furthest = 0;
            for (let i = 0; i < drawn.length; i += 4) {
                // Where the network is undecided, red and blue are about the same.
                if (drawn[i + 3] === 255)
                    furthest = Math.max(furthest, Math.abs(colors[i] - colors[i + 2]));
            }
            return furthest;
        }"""
    )
    assert 0 < apart < 80


def test_pointing_tells_the_place_the_point_and_each_class(lab):
    trained(lab, "learning_rate=0.5")
    expect(legend(lab).locator(".prediction").first).to_be_empty()
    point_at(lab, 0.5, 0.5)
    x, y = coordinates(lab)
    assert abs(x) < 0.05
    assert abs(y) < 0.05
    shares = [
        int(text.rstrip(" %")) for text in legend(lab).locator(".prediction").all_inner_texts()
    ]
    assert len(shares) == 2
    assert shares[1] > 80  # the middle belongs to the inner ring
    assert sum(shares) == pytest.approx(100, abs=1)
    # Somewhere along this line there is a point.
    for step in range(40):
        point_at(lab, 0.5 + step / 200, 0.5)
        if "point" in reading(lab).inner_text():
            break
    expect(reading(lab)).to_have_text(
        re.compile(r"^(train|validation) point: .*(inner|outer) ring.* · \(")
    )
    lab.page.mouse.move(2, 2)
    expect(reading(lab)).to_have_text("Point at the picture to read it.")
    expect(legend(lab).locator(".prediction").first).to_be_empty()


def test_the_reading_follows_the_training(lab):
    lab.open("?epochs=5000")
    point_at(lab, 0.5, 0.5)
    share = legend(lab).locator(".prediction").nth(1)
    untrained = share.inner_text()
    lab.page.keyboard.press("Space")
    expect(share).not_to_have_text(untrained)


def test_zoom_and_pan_take_field_and_points_along(lab):
    lab.open()
    switch(lab, "contour at ½").check()
    field = lab.boundary.locator("canvas.prediction-grid")
    settled(lab)
    whole = field.bounding_box()
    point_at(lab, 0.75, 0.5)
    before = coordinates(lab)
    lab.page.mouse.wheel(0, -300)
    lab.page.wait_for_function(
        "width => document.querySelector('canvas.prediction-grid').clientWidth > 1.1 * width",
        arg=whole["width"],
    )
    settled(lab)
    # The wheel zooms around the pointer: what it is on stays there.
    point_at(lab, 0.75, 0.501)
    assert coordinates(lab) == pytest.approx(before, abs=0.05)
    lab.page.mouse.down()
    point_at(lab, 0.55, 0.6)
    lab.page.mouse.up()
    settled(lab)
    point_at(lab, 0.55, 0.601)
    assert coordinates(lab) == pytest.approx(before, abs=0.05)
    lab.page.mouse.dblclick(*middle(lab.boundary.locator("canvas.points")))
    expect(field).to_have_css("width", f"{whole['width']}px")


def settled(lab):
    """Wait until the picture has stayed where it is, and as large, for some frames."""
    lab.page.evaluate(
        """() => new Promise((done) => {
            const places = () => JSON.stringify(["points", "prediction-grid"].map((name) =>
                document.querySelector(`canvas.${name}`).getBoundingClientRect()));
            let [last, same] = [places(), 0];
            const ask = () => {
                const now = places();
                same = now === last ? same + 1 : 0;
                last = now;
                if (same === 20) done();
                else requestAnimationFrame(ask);
            };
            ask();
        })"""
    )


def middle(locator) -> tuple[float, float]:
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_three_classes_have_three_colours_and_shapes(lab):
    trained(lab, "dataset=iris")
    assert legend(lab).get_by_role("listitem").count() == 3
    shapes = (
        legend(lab)
        .locator("path")
        .evaluate_all(
            "paths => paths.map(path => [path.getAttribute('d'), getComputedStyle(path).fill])"
        )
    )
    assert len({shape for shape, _ in shapes}) == len({ink for _, ink in shapes}) == 3
    switch(lab, "classes only").check()
    assert colors(lab) == 3
    point_at(lab, 0.1, 0.9)
    shares = [
        int(text.rstrip(" %")) for text in legend(lab).locator(".prediction").all_inner_texts()
    ]
    assert sum(shares) == pytest.approx(100, abs=2)
    expect(lab.status).to_have_text(
        re.compile(r"^Epoch 30/30 · train [\d.]+ % \([\d.]+\) · validation [\d.]+ % \([\d.]+\)$")
    )


def test_ten_classes_are_told_apart(lab):
    lab.open("?dataset=digits&epochs=2")
    shapes = (
        legend(lab)
        .locator("path")
        .evaluate_all(
            "paths => paths.map(path => [path.getAttribute('d'), getComputedStyle(path).fill])"
        )
    )
    assert len({shape for shape, _ in shapes}) == len({ink for _, ink in shapes}) == 10
    switch(lab, "contour at ½").check()
    assert colors(lab, "contour") > 1


def test_a_regression_has_a_bar_of_targets_and_r2(lab):
    trained(lab, "dataset=plane&loss=squared_error", epochs=10)
    expect(lab.status).to_have_text(
        re.compile(r"^Epoch 10/10 · train R² -?[\d.]+ \(RMSE [\d.]+\) · validation R² -?[\d.]+ ")
    )
    expect(lab.curve("R²")).to_have_attribute("data-epoch", "10")
    expect(switch(lab, "classes only")).to_be_hidden()
    expect(switch(lab, "contour at ½")).to_be_hidden()
    point_at(lab, 0.5, 0.5)
    expect(legend(lab).locator(".prediction")).to_have_text(re.compile(r"^−?[\d.]+$"))
    assert legend(lab).locator(".color-bar > .tick").count() >= 2
    assert colors(lab, "points") > 20


def test_the_curves_name_the_sets_there_are_and_tell_values(lab):
    trained(lab, "n_validation=0&show_test=true", epochs=20)
    loss = lab.page.get_by_role("heading", name="Loss")
    expect(loss.get_by_text("test", exact=True)).to_be_visible()
    expect(loss.get_by_text("validation", exact=True)).to_be_hidden()
    expect(lab.curve("Loss")).to_have_attribute("data-epoch", "20")
    lab.page.mouse.move(*middle(lab.curve("Loss").locator("canvas")))
    expect(lab.curve("Loss").locator(".reading")).to_have_text(
        re.compile(r"^epoch (9|10|11) · train \d\.\d{3} · test \d\.\d{3}$")
    )


def test_long_names_are_cut_and_whole_in_the_title(lab):
    long = "very " * 1999 + "long"
    table = "a,b,label\n" + f"1,2,{long}\n3,4,مرحبا 🎉\n" * 20
    lab.open("?epochs=2")
    lab.page.get_by_label("CSV file").set_input_files(
        {"name": "long.csv", "mimeType": "text/csv", "buffer": table.encode()}
    )
    lab.button("Use this table").click()
    item = legend(lab).get_by_role("listitem").filter(has_text="very")
    expect(item).to_have_attribute("title", long)
    assert len(item.inner_text()) < 100
    assert item.evaluate("item => item.scrollWidth <= item.clientWidth")
    lab.button("Start").click()
    lab.expect_epoch(2)
    assert lab.page.locator("html").evaluate("root => root.scrollWidth <= root.clientWidth")


def test_the_theme_changes_the_picture_too(lab):
    lab.open()
    light = lab.picture()
    lab.page.emulate_media(color_scheme="dark")
    # The page is told of the theme by an event, and draws then.
    grid = lab.boundary.locator("canvas.prediction-grid").element_handle()
    lab.page.wait_for_function(
        "([canvas, light]) => canvas.toDataURL() !== light", arg=[grid, light]
    )


def test_the_adapter_of_plotly_reads_where_its_axes_are(lab):
    """Plotly has no public way to ask for this: the page reads private members, in one module."""
    for query in ("", "?dataset=digits"):  # axes with a common unit, and without
        lab.open(query)
        settled(lab)
        window = lab.boundary.locator(".window").bounding_box()
        drawn = lab.boundary.locator(".nsewdrag").bounding_box()  # Plotly's own plot area
        assert list(window.values()) == pytest.approx(list(drawn.values()), abs=0.6)
        grid = lab.boundary.locator("canvas.prediction-grid")
        assert list(grid.bounding_box().values()) == pytest.approx(list(window.values()), abs=0.6)
        expect(grid).to_have_css("padding", "0px")  # its pixels fill all of the plane
        for axis, letter in enumerate("xy"):
            tick = lab.boundary.locator(f".{letter}tick").nth(1)
            x, y = middle(tick)
            # The pointer goes to the middle of the plot area, but for the coordinate of the tick.
            center = middle(lab.boundary.locator(".window"))
            lab.page.mouse.move(*((x, center[1]) if axis == 0 else (center[0], y)))
            value = float(tick.text_content().replace("−", "-"))
            # A pixel of the axis is this much; the label may be off by its rounding.
            assert coordinates(lab)[axis] == pytest.approx(value, abs=0.03 * extent(lab, axis))


def extent(lab: Lab, axis: int) -> float:
    """How much of the data the axis shows, from its ticks."""
    ticks = lab.boundary.locator(f".{'xy'[axis]}tick").all_text_contents()
    values = [float(text.replace("−", "-")) for text in ticks]
    return max(values) - min(values)


# The width of an isolated mark on the canvas of the points: the smallest connected shape that does
# not touch the border.
MARK_SIZE = """canvas => {
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const isSet = i => data[4 * i + 3] >= 128;
    const seen = new Uint8Array(width * height);
    let smallest = { size: Infinity, covered: NaN };
    for (let start = 0; start < seen.length; start++) {
        if (seen[start] || !isSet(start)) continue;
        let [left, right, top, bottom] = [width, 0, height, 0];
        const open = [start];
        seen[start] = 1;
        while (open.length > 0) {
            const i = open.pop();
            const [x, y] = [i % width, Math.floor(i / width)];
            [left, right] = [Math.min(left, x), Math.max(right, x)];
            [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
            for (const [dx, dy] of [[-1, 0], [1, 0], [0, -1], [0, 1]]) {
                const [u, v] = [x + dx, y + dy];
                const next = v * width + u;
                if (u < 0 || v < 0 || u >= width || v >= height) continue;
                if (seen[next] || !isSet(next)) continue;
                seen[next] = 1;
                open.push(next);
            }
        }
        if (left === 0 || top === 0 || right === width - 1 || bottom === height - 1) continue;
        let covered = 0; // of its middle row, in pixels: those at the edge are covered partly
        const row = Math.floor((top + bottom) / 2);
        for (let x = left - 1; x <= right + 1; x++) {
            covered += data[4 * (row * width + x) + 3] / 255;
        }
        const size = Math.max(right - left, bottom - top);
        if (size < smallest.size) smallest = { size, covered };
    }
    return smallest.covered / devicePixelRatio;
}"""


def boxes(locator) -> list[dict[str, float]]:
    return [element.bounding_box() for element in locator.all()]


def discs(lab: Lab) -> list[tuple[float, float]]:
    """The left edge of each mark's shape in the legend, from the legend's left edge; its width."""
    return legend(lab).evaluate(
        """legend => [...legend.querySelectorAll(".mark path")].map(path => {
            const box = path.getBBox(); // of the filling: without its line
            const { a: scale, e: origin } = path.getScreenCTM();
            const left = legend.getBoundingClientRect().left;
            return [origin + scale * box.x - left, scale * box.width];
        })"""
    )


@pytest.mark.parametrize("points", [200, 1500, 6000])
def test_the_marks_of_the_legend_are_those_of_the_picture(lab, points):
    lab.open(f"?n_train={points}&n_validation=0&epochs=2&noise=0.3")
    size = lab.boundary.locator("canvas.points").evaluate(MARK_SIZE)
    halo = 1  # px around the disc, on either side
    for _, width in discs(lab):
        assert width + 2 * halo == pytest.approx(size, abs=0.4)


def test_all_legends_have_the_same_padding(lab):
    """The marks of two and of ten classes and the color bar of a regression are in line."""
    lab.open("?epochs=2")
    (left, width), second = discs(lab)
    assert [left, width] == pytest.approx(second, abs=0.01)
    lab.open("?epochs=2&dataset=digits")
    edge = legend(lab).bounding_box()["x"]
    centers = [middle(mark)[0] - edge for mark in legend(lab).locator(".mark").all()]
    assert centers == pytest.approx([left + width / 2] * 10, abs=0.1)
    lab.open("?epochs=2&dataset=plane&loss=squared_error")
    key = legend(lab).bounding_box()
    bar = legend(lab).locator(".color-bar canvas").bounding_box()
    assert bar["x"] - key["x"] == pytest.approx(left, abs=0.1)
    assert key["x"] + key["width"] - bar["x"] - bar["width"] == pytest.approx(left, abs=0.1)
    for label in boxes(legend(lab).locator(".tick-label")):
        assert bar["x"] - 1 <= label["x"]
        assert label["x"] + label["width"] <= bar["x"] + bar["width"] + 1
    for tick in boxes(legend(lab).locator(".tick")):  # right below the bar
        assert tick["y"] == pytest.approx(bar["y"] + bar["height"], abs=0.1)
