"""Tables of one's own on the page: how they come, what is chosen of them, how they stay.

The module is long because its tests share the tables and the dialog.
"""

import json
import random
import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.conftest import Lab

TABLE = "height,weight,kind\n" + "".join(
    f"{i % 10 + 20 * (i % 2)},{i % 7},{['cat', 'dog'][i % 2]}\n" for i in range(60)
)
MARKUP = "<img src=x onerror=document.title='owned'>"


def upload(lab, text: str | bytes, name: str = "table.csv") -> None:
    content = text.encode() if isinstance(text, str) else text
    table = {"name": name, "mimeType": "text/csv", "buffer": content}
    lab.page.get_by_label("CSV file").set_input_files(table)


def dialog(lab):
    return lab.page.get_by_role("dialog", name="Your table")


def summary(lab):
    return lab.page.get_by_role("group", name="Table")


def dataset(lab, name: str):
    return lab.page.get_by_role("radio", name=name, exact=True)


def use(lab) -> None:
    lab.button("Use this table").click()
    expect(dialog(lab)).to_be_hidden()


def refused(lab) -> None:
    """The browser itself notes every answer of 4xx in the console."""
    assert [c for c in lab.complaints if "422" not in c] == []
    lab.complaints.clear()


def test_an_uploaded_table_is_trained_on(lab):
    lab.open("?epochs=30&learning_rate=0.5")
    upload(lab, TABLE)
    expect(dialog(lab)).to_contain_text("60 rows, 3 columns, separated by commas")
    use(lab)
    expect(summary(lab)).to_contain_text("60 rows · height, weight → kind (cat, dog)")
    expect(dataset(lab, "Your own table (CSV)")).to_be_checked()
    expect(lab.field("Training points")).to_be_hidden()
    expect(lab.field("Test fraction")).to_be_visible()
    lab.button("Start").click()
    lab.expect_epoch(30)
    expect(lab.status).to_contain_text("train 100.0 %")
    assert "table=" in lab.page.url


def test_the_dialog_shows_what_there_is_and_takes_what_is_chosen(lab):
    lab.open()
    rows = "".join(f"{i};{i},5;{-i};note {i};{'train' if i % 2 else 'test'}\n" for i in range(40))
    upload(lab, "id;a;b;remark;split\n" + rows)
    seen = dialog(lab)
    expect(seen).to_contain_text("40 rows, 5 columns, separated by semicolons")
    expect(seen.get_by_role("columnheader", name="remark")).to_contain_text("words, 40 different")
    expect(seen.get_by_role("columnheader", name="a", exact=False).first).to_be_visible()
    expect(seen.get_by_role("row")).to_have_count(1 + 6)
    expect(seen.get_by_text("… and 34 more rows")).to_be_visible()
    expect(seen.get_by_label("Split", exact=True)).to_have_value("split")
    expect(seen.get_by_label("Label", exact=True)).to_have_value("remark")
    # forty labels are too many, and it is said where
    expect(seen.get_by_role("alert")).to_contain_text("column “remark”: “note 10” is label number")
    seen.get_by_label("Label", exact=True).select_option("b")
    seen.get_by_label("Predict", exact=True).select_option("a number")
    expect(seen.get_by_role("alert")).to_be_hidden()
    expect(seen.get_by_text("40 rows · id, a → b (a number)")).to_be_visible()
    expect(seen.get_by_role("checkbox", name="b", exact=True)).to_be_hidden()
    seen.get_by_role("checkbox", name="id").uncheck()
    expect(seen.get_by_role("alert")).to_contain_text("2 to 8 columns of numbers are needed")
    seen.get_by_role("checkbox", name="id").check()
    expect(seen.get_by_role("alert")).to_be_hidden()
    seen.get_by_label("Predict", exact=True).select_option("classes")
    expect(seen.get_by_role("alert")).to_contain_text("is label number 11")
    lab.button("Use this table").click()
    expect(seen.get_by_role("alert")).to_contain_text("is label number 11")
    lab.page.keyboard.press("Escape")
    expect(seen).to_be_hidden()
    expect(dataset(lab, "Circles")).to_be_checked()
    refused(lab)


def test_rows_without_a_value_are_named_and_dropped_on_request(lab):
    lab.open()
    upload(lab, TABLE + "1,,cat\n,2,dog\n")
    expect(dialog(lab).get_by_role("alert")).to_contain_text(
        "Line 62, column “weight”: there is no value. "
        "2 rows lack one: lines 62 (“weight”), 63 (“height”)."
    )
    dialog(lab).get_by_label("drop rows without a value").check()
    expect(dialog(lab).get_by_role("alert")).to_be_hidden()
    use(lab)
    expect(summary(lab)).to_contain_text("60 rows · 2 dropped · height, weight → kind")


def test_the_dialog_can_be_used_by_keyboard_alone(lab):
    lab.open()
    lab.page.get_by_role("button", name="Paste").focus()
    lab.page.keyboard.press("Enter")
    paste = lab.page.get_by_role("dialog", name="Paste a table")
    expect(paste).to_be_visible()
    lab.page.keyboard.insert_text(TABLE)
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Enter")
    expect(dialog(lab)).to_be_visible()
    dialog(lab).get_by_role("checkbox", name="height").focus()
    lab.page.keyboard.press("r")  # steers nothing while the dialog is open
    lab.page.keyboard.press("Enter")
    expect(dialog(lab)).to_be_hidden()
    expect(summary(lab)).to_contain_text("60 rows · height, weight → kind (cat, dog)")


def test_a_table_is_pasted_anywhere_outside_of_fields(lab):
    lab.open()
    paste = """(body, text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        document.activeElement.dispatchEvent(
            new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }"""
    body = lab.page.locator("body")
    body.evaluate(paste, "a text of one line, with commas")
    lab.field("Seed").focus()
    body.evaluate(paste, TABLE)
    expect(dialog(lab)).to_be_hidden()
    lab.field("Seed").blur()
    body.evaluate(paste, TABLE.replace(",", "\t"))
    expect(dialog(lab)).to_contain_text("separated by tabs")


def test_a_table_can_be_dropped_on_the_page(lab):
    lab.open()
    lab.page.locator("body").evaluate(
        """(body, text) => {
            const data = new DataTransfer();
            data.items.add(new File([text], "pets.csv", { type: "text/csv" }));
            body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
        }""",
        TABLE,
    )
    expect(dialog(lab)).to_contain_text("60 rows")


def test_a_bad_table_says_where_and_the_page_lives_on(lab):
    lab.open("?epochs=5")
    upload(lab, b"a,b,label\n1,two,x\n1,2,y\n")
    expect(dialog(lab).get_by_role("alert")).to_have_text(
        "Line 2, column “b”: “two” is not a number."
    )
    lab.button("Cancel").click()
    upload(lab, b"a,b,label\n1,2,x,4\n")
    expect(
        lab.page.get_by_text("Line 2: the row has 4 values, but the header has 3 columns.")
    ).to_be_visible()
    expect(dialog(lab)).to_be_hidden()
    upload(lab, b"1" * (2 * 1024**2 + 1))
    expect(lab.page.get_by_text("The table is larger than 2 MB; make it smaller.")).to_be_visible()
    refused(lab)
    lab.button("Start").click()
    lab.expect_epoch(5)


def test_names_in_a_table_are_text_and_never_markup(lab):
    lab.open("?epochs=2")
    upload(lab, "<b>a</b>,b,label\n" + f"1,2,{MARKUP}\n3,4,مرحبا 🎉\n" * 20)
    seen = dialog(lab)
    expect(seen.get_by_role("checkbox", name="<b>a</b>")).to_be_checked()
    expect(seen.get_by_role("cell", name=MARKUP).first).to_be_visible()
    use(lab)
    expect(summary(lab)).to_contain_text("(<img src=x onerror=document.title='owne…, مرحبا 🎉)")
    expect(lab.page.get_by_label("Legend").get_by_text(MARKUP).first).to_be_visible()
    network = lab.page.get_by_role("region", name="Network")
    expect(network.get_by_text("<b>a</b>", exact=True)).to_be_visible()  # the input
    lab.button("Start").click()
    lab.expect_epoch(2)
    lab.boundary.hover()
    assert lab.page.title() == "MLP Live"
    assert lab.page.locator("img, b").count() == 0


def test_a_label_of_ten_thousand_characters_keeps_its_place(lab):
    lab.open("?epochs=2")
    label = "<i>" + "x" * 9_997
    upload(lab, "a,b,label\n" + f"1,2,{label}\n3,4,y\n" * 20)
    use(lab)
    expect(summary(lab)).to_contain_text("40 rows · a, b → label (<i>" + 36 * "x" + "…, y)")
    lab.button("Start").click()
    lab.expect_epoch(2)
    assert lab.page.locator("i").count() == 0
    root = lab.page.locator("html")
    assert root.evaluate("root => root.scrollWidth <= root.clientWidth")


def test_a_table_that_the_server_has_forgotten_is_sent_again(serve, page):
    server = serve(max_tables=1)
    lab = Lab(page, server).open("?epochs=5")
    upload(lab, TABLE)
    use(lab)
    lab.expect_epoch(0)
    other = Lab(page.context.new_page(), server).open()
    upload(other, TABLE.replace("cat", "cow"))
    use(other)
    expect(summary(other)).to_contain_text("(cow, dog)")
    expect(other.boundary).to_contain_text("height")  # its run is ready: it asks for no table now
    lab.page.bring_to_front()
    lab.button("Start").click()
    lab.expect_epoch(5)
    # reloaded, the page still has it
    other.page.bring_to_front()
    upload(other, TABLE.replace("cat", "ant"))
    use(other)
    expect(summary(other)).to_contain_text("(ant, dog)")
    lab.page.bring_to_front()
    lab.page.reload()
    expect(summary(lab)).to_contain_text("60 rows · height, weight → kind (cat, dog)")
    lab.button("Start").click()
    lab.expect_epoch(5)
    assert lab.complaints == []


def test_start_waits_for_a_table_that_is_being_sent_again(serve, page):
    server = serve(max_tables=1)
    lab = Lab(page, server).open("?epochs=5")
    upload(lab, TABLE)
    use(lab)
    expect(lab.page.get_by_text("Ready at epoch 0")).to_be_attached()
    other = Lab(page.context.new_page(), server).open()
    upload(other, TABLE.replace("cat", "cow"))
    use(other)
    lab.page.bring_to_front()
    uploads: list[Route] = []
    to_server = re.compile(r"/tables\?")
    lab.page.route(to_server, lambda route: uploads.append(route))
    with lab.page.expect_request(to_server):
        lab.set("Seed", 3)  # the preview finds no table
    lab.button("Start").click()
    uploads[0].continue_()
    lab.expect_epoch(5)
    assert len(uploads) == 1
    assert lab.complaints == []


def test_a_link_to_a_table_that_is_nowhere_says_what_to_do(lab):
    lab.page.goto(f"{lab.server.url}/?dataset=table&table=0123456789abcdef")
    expect(lab.page.get_by_text("Table: this table is not on the server; upload")).to_be_visible()


def test_the_columns_of_a_table_in_use_can_be_chosen_anew(lab):
    lab.open()
    upload(lab, TABLE)
    use(lab)
    lab.button("Columns").click()
    expect(dialog(lab).get_by_label("Label", exact=True)).to_have_value("kind")
    lab.page.keyboard.press("Escape")
    address = lab.page.url
    assert "table=" in address


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_nothing_sticks_out_of_the_dialog(lab, width, theme):
    lab.page.emulate_media(color_scheme=theme)
    lab.page.set_viewport_size({"width": width, "height": 844})
    lab.open()
    names = [f"a column with the name {i}" for i in range(64)]
    row = ",".join(str(random.Random(i).random()) for i in range(63))
    upload(lab, ",".join(names) + "\n" + f"{row},x\n{row},y\n" * 20)
    expect(lab.button("Use this table")).to_be_in_viewport()
    box = dialog(lab).bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert dialog(lab).evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth")


def test_the_study_takes_tables_too(page, server):
    lab = Lab(page, server)
    page.goto(f"{server.url}/study")
    expect(lab.button("Start")).to_be_enabled()
    upload(lab, TABLE)
    use(lab)
    expect(page.get_by_text("60 rows · height, weight → kind (cat, dog)").first).to_be_attached()
    assert "table=" in page.url
    assert lab.complaints == []


def test_what_is_kept_in_the_tab_is_what_was_sent(lab):
    lab.open()
    content = "a;b;kind\r\n1,5;2;ä\r\n3;4;ö\r\n".encode("utf-8-sig")
    upload(lab, content)
    use(lab)
    kept = json.loads(lab.page.evaluate("sessionStorage.getItem('mlp-live.table')"))
    assert kept["content"].encode("latin-1") == content
    assert kept["choices"]["label"] == "kind"


def test_a_large_table_with_three_classes_is_read_as_spreadsheets_write_it_and_trained_on(lab):
    lab.open("?epochs=3&batch_size=200&learning_rate=0.5")
    rng = random.Random(1)
    kinds = ["rot", "grün", "blau"]
    rows = [
        f"{rng.gauss(3 * (i % 3), 1):.3f};{rng.gauss(i % 2, 1):.3f};{kinds[i % 3]}"
        for i in range(9_999)
    ]
    content = "\r\n".join(["breite;höhe;farbe", *rows, ""]).replace(".", ",")
    upload(lab, content.encode("utf-8-sig"))
    expect(dialog(lab)).to_contain_text("9,999 rows, 3 columns, separated by semicolons")
    use(lab)
    expect(summary(lab)).to_contain_text("9,999 rows · breite, höhe → farbe (blau, grün, rot)")
    lab.button("Start").click()
    lab.expect_epoch(3)
    legend = lab.page.get_by_role("list", name="Legend")
    for name in kinds:
        expect(legend.get_by_text(name, exact=True).first).to_be_visible()


def test_of_more_than_two_features_any_two_are_drawn_and_the_others_held(lab):
    lab.open("?epochs=5")
    plane = lab.page.get_by_role("group", name="Plane")
    expect(plane).to_be_hidden()
    rows = "".join(f"{i % 7},{i % 5},{i % 11},{'xy'[i % 2]}\n" for i in range(80))
    upload(lab, "a,b,c,label\n" + rows)
    use(lab)
    expect(plane.get_by_label("across", exact=True)).to_have_value("0")
    lab.expect_epoch(0)
    axis = lab.boundary.locator(".xtitle")
    expect(axis).to_have_text("a")
    plane.get_by_label("across", exact=True).select_option("c")
    expect(axis).to_have_text("c")
    lab.button("Start").click()
    lab.expect_epoch(5)
    expect(axis).to_have_text("c")  # a new run is looked at in the same way
    before = lab.picture()
    held = plane.get_by_label("a, held at")
    held.focus()
    lab.page.keyboard.press("End")
    expect(plane.get_by_role("status")).to_have_text("6")
    lab.page.wait_for_function(
        """before =>
            document.querySelector("canvas.prediction-grid").toDataURL() !== before""",
        arg=before,
    )
    plane.get_by_label("up", exact=True).select_option("c")  # they change places
    expect(plane.get_by_label("across", exact=True)).to_have_value("1")
    expect(axis).to_have_text("b")
