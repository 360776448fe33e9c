import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.points import TEST, TRAIN
from app.data.store import TableStore
from app.data.table import MAX_BYTES, MAX_ROWS, TableError, read_table


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode()


GOOD = csv("height,weight,label", "1.5,60,cat", "1.6,70,dog", "1.7,80,cat", "1.8,90,dog")


def test_reads_features_labels_and_names():
    table = read_table(GOOD)
    assert table.features == ("height", "weight")
    assert table.classes == ("cat", "dog")
    assert table.labels.tolist() == [0, 1, 0, 1]
    assert table.X.tolist() == [[1.5, 60], [1.6, 70], [1.7, 80], [1.8, 90]]
    assert table.is_test is None


def test_line_ends_byte_order_mark_blanks_and_quotes_do_not_matter():
    lines = [
        "\ufeffheight, weight ,label",
        "",
        '"1.5",60,cat',
        "1.6,70,dog",
        "1.7,80,cat",
        "1.8,90,dog",
    ]
    dressed = "\r\n".join([*lines, ""]).encode()
    assert read_table(dressed).X.tolist() == read_table(GOOD).X.tolist()


@pytest.mark.parametrize("name", ["label", "class", "Target", "y"])
def test_label_column_is_found_by_name_wherever_it_stands(name):
    table = read_table(csv(f"{name},a,b", "yes,1,2", "no,3,4", "yes,5,6", "no,7,8"))
    assert table.features == ("a", "b")
    assert table.classes == ("no", "yes")


def test_numbers_as_labels_are_in_order_of_number():
    assert read_table(csv("a,b,c", "1,1,10", "1,2,9", "2,1,10", "2,2,9")).classes == ("9", "10")


def test_split_column_decides():
    table = read_table(
        csv("a,b,split,label", "1,1,train,x", "2,2,Test,y", "3,3,train,y", "4,4,test,x")
    )
    assert table.points.sets.tolist() == [TRAIN, TEST, TRAIN, TEST]


HEADER = "a,b,label"
BAD = {
    "empty": (b"", None, None, "empty"),
    "blank lines": (b"\n\n \n", None, None, "empty"),
    "header only": (csv(HEADER), 1, None, "no rows"),
    "one column missing": (csv("a,label", "1,x"), 1, None, "two feature columns"),
    "a column too many": (csv("a,b,c,label", "1,2,3,x"), 1, None, "two feature columns"),
    "very wide": (csv(",".join(map(str, range(200_000)))), 1, None, "200,000 columns"),
    "nameless column": (csv("a,,label", "1,2,x"), 1, None, "no name"),
    "name twice": (csv("a,a,label", "1,2,x"), 1, "a", "twice"),
    "text for a number": (csv(HEADER, "1,2,x", "1,two,y"), 3, "b", "“two” is not a number"),
    "digits with underscores": (csv(HEADER, "1_0,2,x"), 2, "a", "not a number"),
    "no number": (csv(HEADER, "1,2,x", ",2,y"), 3, "a", "no value"),
    "no label": (csv(HEADER, "1,2,x", "1,2,"), 3, "label", "no value"),
    "nan": (csv(HEADER, "1,2,x", "nan,2,y"), 3, "a", "finite"),
    "infinity": (csv(HEADER, "1,-inf,x"), 2, "b", "finite"),
    "out of range": (csv(HEADER, "1e300,2,x"), 2, "a", "beyond"),
    "short row": (csv(HEADER, "1,2,x", "1,2"), 3, None, "2 values"),
    "long row": (csv(HEADER, "1,2,x,9"), 2, None, "4 values"),
    "one class": (csv(HEADER, "1,2,x", "3,4,x"), 2, "label", "every row"),
    "three classes": (csv(HEADER, "1,2,x", "3,4,y", "5,6,z"), 4, "label", "third"),
    "class of one row": (csv(HEADER, "1,2,x", "3,4,y", "5,6,y"), None, "label", "only one row"),
    "odd split": (csv("a,b,split,label", "1,2,dev,x"), 2, "split", "neither"),
    "all train": (csv("a,b,split,label", "1,2,train,x", "1,2,train,y"), None, "split", "every row"),
    "class only in test": (
        csv("a,b,split,label", "1,2,train,x", "1,2,test,y"),
        None,
        "split",
        "no train row",
    ),
    "not utf-8": (csv(HEADER, "1,2,x") + b"\n1,2,\xff\xfe", 3, None, "UTF-8"),
    "open quote": (csv(HEADER, '1,"2,x', "3,4,y"), 2, None, "well-formed"),
    "too many rows": (csv(HEADER, *["1,2,x"] * (MAX_ROWS + 1)), MAX_ROWS + 2, None, "more than"),
    "too large": (b"a" * (MAX_BYTES + 1), None, None, "larger than 2 MB"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_table_is_refused_by_line_and_column(name):
    content, line, column, words = BAD[name]
    with pytest.raises(TableError, match=words) as caught:
        read_table(content)
    assert (caught.value.line, caught.value.column) == (line, column)
    if line is not None:
        assert f"ine {line}" in str(caught.value)
    if column is not None:
        assert f"“{column}”" in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_table_error(content):
    with pytest.raises(TableError):
        read_table(content + b"\x00,")


def test_largest_table_is_taken():
    rows = [f"{i},{i},{'xy'[i % 2]}" for i in range(MAX_ROWS)]
    assert len(read_table(csv(HEADER, *rows)).X) == MAX_ROWS


def test_store_forgets_what_was_unused_longest():
    store = TableStore(capacity=2)
    first, second, third = (store.add(GOOD + f"\n{i},{i},cat".encode()).digest for i in range(3, 6))
    assert store.get(first) is None
    assert store.get(second) is not None
    store.add(GOOD)
    assert store.get(third) is None
    assert len(store) == 2
