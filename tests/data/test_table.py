"""Reading a table: what is understood, what is refused, and at what cost.

The module is long because valid and malformed tables are tested through the same function.
"""

import gc
import re
import sys
import tracemalloc
from types import FrameType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_live.data.points import TEST, TRAIN, VALIDATION, Extent
from mlp_live.data.table import (
    MAX_ROWS,
    TableChoices,
    TableError,
    parse_choices,
    preview,
    read_table,
)
from mlp_live.data.table_store import TableStore
from tests.data.malformed import HEADER, MALFORMED, lines

GOOD = lines("height,weight,label", "1.5,60,cat", "1.6,70,dog", "1.7,80,cat", "1.8,90,dog")


def test_reads_features_labels_and_names():
    table = read_table(GOOD)
    points = table.points
    assert points.features == ("height", "weight")
    assert (points.target, points.classes) == ("label", ("cat", "dog"))
    assert points.y.tolist() == [0, 1, 0, 1]
    assert points.X.tolist() == [[1.5, 60], [1.6, 70], [1.7, 80], [1.8, 90]]
    assert points.sets is None
    assert points.extent is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_how_it_is_written_does_not_matter(end, delimiter, encoding):
    rows = ["height, weight ,label", "", '"1.5",60,cat', *GOOD.decode().split("\n")[2:], ",,", ""]
    dressed = end.join(rows).replace(",", delimiter).encode(encoding)
    points = read_table(dressed).points
    assert points.X.tolist() == read_table(GOOD).points.X.tolist()
    assert points.features == ("height", "weight")


def test_a_decimal_comma_is_read_where_the_delimiter_is_another():
    table = read_table(lines("a;b;c", "1,5;2;x", "-,25;3e1;y", "1;4,;x"))
    assert table.points.X.tolist() == [[1.5, 2], [-0.25, 30], [1, 4]]
    tabbed = read_table(lines("a\tb\tc", "1.5\t2\tx", "2.5\t3\ty"))
    assert tabbed.points.X.tolist() == [[1.5, 2], [2.5, 3]]


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends():
    table = read_table(lines("a,b,label", '1,2,"x, ""y""\nz"', "3,4,k"))
    assert table.points.classes == ("k", 'x, "y"\nz')


@pytest.mark.parametrize("name", ["label", "class", "Target", "y"])
def test_label_column_is_found_by_name_wherever_it_stands(name):
    points = read_table(lines(f"{name},a,b", "yes,1,2", "no,3,4", "yes,5,6", "no,7,8")).points
    assert points.features == ("a", "b")
    assert points.classes == ("no", "yes")


def test_y_is_a_coordinate_where_there_is_a_class():
    assert read_table(lines("x,y,class", "1,2,0", "3,4,1")).points.features == ("x", "y")


def test_labels_that_are_equal_numbers_are_one_class_in_order_of_number():
    points = read_table(lines("a,b,c", "1,1,10", "1,2,9", "2,1,10.0", "2,2,09")).points
    assert points.classes == ("9", "10")
    assert points.y.tolist() == [1, 0, 1, 0]


def test_among_words_1_and_1_0_are_two_labels():
    points = read_table(lines("a,b,c", "1,1,1", "1,2,1.0", "2,1,one", "2,1,one", "2,1,one")).points
    assert points.classes == ("1", "1.0", "one")


@pytest.mark.parametrize(
    ("labels", "task"),
    [
        ("cat dog cow", "classification"),
        ("0 1 2", "classification"),
        ("1.0 2.0 1", "classification"),
        ("0.5 1.5 0.5", "regression"),
        ("1 2 3 4 5 6 7 8 9 10 11", "regression"),
    ],
)
def test_the_task_is_guessed_from_the_label(labels, task):
    rows = [f"{i},{-i},{label}" for i, label in enumerate(labels.split())]
    points = read_table(lines(HEADER, *rows)).points
    assert points.is_regression == (task == "regression")
    assert points.y.dtype == (np.float64 if points.is_regression else np.int64)


def test_what_is_chosen_is_taken():
    content = lines("id,a,b,c,kind", "1,1,2,3,0", "2,4,5,6,1", "3,7,8,9,1")
    choices = TableChoices(features=("c", "a"), label="b", task="regression")
    points = read_table(content, choices).points
    assert points.features == ("c", "a")
    assert points.X.tolist() == [[3, 1], [6, 4], [9, 7]]
    assert (points.target, points.y.tolist(), points.classes) == ("b", [2, 5, 8], ())


def test_columns_without_a_name_are_no_features_unless_chosen():
    content = lines(",a,b,label", "0,1,2,x", "1,3,4,y")
    assert read_table(content).points.features == ("a", "b")
    assert read_table(content, TableChoices(features=("column 1", "a"))).points.X[1, 0] == 1


def test_up_to_eight_features_are_guessed():
    names = [f"f{i}" for i in range(11)]
    content = lines(",".join(names), *(",".join([str(row)] * 11) for row in range(2)))
    assert read_table(content).points.features == tuple(names[:8])


def test_split_column_decides():
    rows = ["1,1,train,x", "2,2,Test,y", "3,3,train,y", "4,4,val,x", "5,5,validation,x"]
    content = lines("a,b,split,label", *rows, "6,6,valid,y")
    assert read_table(content).points.sets.tolist() == [
        TRAIN,
        TEST,
        TRAIN,
        VALIDATION,
        VALIDATION,
        VALIDATION,
    ]
    assert read_table(content, TableChoices(split="")).points.sets is None


def test_rows_without_a_value_are_dropped_on_request_and_only_for_columns_in_use():
    content = lines("a,b,note,label", "1,2,,x", "NA,2,,y", "3,4,,y", "5,6,,")
    with pytest.raises(TableError, match="2 rows lack one"):
        read_table(content)
    table = read_table(content, TableChoices(drop_missing=True))
    assert table.points.X.tolist() == [[1, 2], [3, 4]]
    assert table.dropped == 2


def test_na_may_be_a_label():
    assert read_table(lines(HEADER, "1,2,NA", "1,2,none")).points.classes == ("NA", "none")


def test_drawn_data_keep_their_classes_and_their_plane():
    choices = TableChoices(classes=("red", "blue", "green"), extent=(-1, 1, -2, 2))
    points = read_table(lines("x1,x2,label,split", "0,0,blue,train"), choices).points
    assert points.classes == ("red", "blue", "green")
    assert points.y.tolist() == [1]
    assert points.extent == Extent(-1, 1, -2, 2)


def test_the_digest_is_that_of_content_and_choices():
    table = read_table(GOOD)
    assert re.fullmatch("[0-9a-f]{16}", table.digest)
    assert read_table(GOOD, TableChoices(label="label", split="")).digest == table.digest
    assert read_table(GOOD + b"\n").digest != table.digest
    swapped = TableChoices(features=("weight", "height"))
    assert read_table(GOOD, swapped).digest != table.digest


@given(
    st.lists(st.tuples(st.floats(-1e15, 1e15), st.floats(-1e15, 1e15)), min_size=2, max_size=50),
    st.sampled_from([",", ";", "\t"]),
)
def test_every_number_comes_back_as_it_was(values, delimiter):
    rows = [delimiter.join([repr(a), repr(b), f"k{i % 2}"]) for i, (a, b) in enumerate(values)]
    if delimiter != ",":
        rows = [row.replace(".", ",") for row in rows]
    content = lines(delimiter.join(["a", "b", "label"]), *rows)
    assert read_table(content).points.X.tolist() == [[a, b] for a, b in values]


def test_a_preview_shows_columns_rows_and_the_choices_that_were_made():
    content = lines("a,b,note,empty,kind", "1,2,hello,,x", "3,,world,,y")
    seen = preview(content, TableChoices())
    kinds = [(column["name"], column["kind"], column["missing"]) for column in seen["columns"]]
    assert kinds == [
        ("a", "numbers", 0),
        ("b", "numbers", 1),
        ("note", "words", 0),
        ("empty", "empty", 2),
        ("kind", "words", 0),
    ]
    assert seen["rows"] == [["1", "2", "hello", "", "x"], ["3", "", "world", "", "y"]]
    assert seen["n_rows"] == 2
    assert seen["choices"]["features"] == ("a", "b")
    assert seen["choices"]["label"] == "kind"
    assert (seen["problem"]["line"], seen["problem"]["column"]) == (3, "b")
    assert seen["summary"] is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{", "Invalid JSON"),
        ('{"lable": "x"}', "lable: Extra inputs"),
        ('{"classes": ["x"]}', "classes: .*at least 2"),
        ('{"classes": ["x", "x"]}', "classes: .*the same name"),
        ('{"extent": [1, -1, 0, 1]}', "extent: .*must be less"),
        ('{"extent": [0, 1, 0, 1e999]}', "extent"),
        ('{"task": "clustering"}', "task: "),
    ],
)
def test_choices_that_make_no_sense_are_named(text, words):
    with pytest.raises(TableError, match=words):
        parse_choices(text)


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_table_is_refused_by_line_and_column_and_leaves_nothing(name):
    bad = MALFORMED[name]
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        told = refusal(bad)
        gc.collect()
        left = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    message, line, column = told
    assert re.search(bad.words, message)
    assert (line, column) == (bad.line, bad.column)
    if line is not None:
        assert f"ine {line}" in message
    if column is not None:
        assert f"olumn “{column[:39]}" in message
    assert len(message) < 1000
    assert left < 64 * 1024


@pytest.mark.parametrize("name", MALFORMED)
def test_the_calls_for_a_malformed_table_are_in_proportion_to_its_size(name):
    """Unlike seconds, calls do not depend on what else the machine does.

    The time within one call of a C function is not seen.
    """
    bad = MALFORMED[name]
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    refusal(bad)  # what is imported or cached the first time
    sys.setprofile(count)
    try:
        refusal(bad)
    finally:
        sys.setprofile(None)
    assert calls < 10_000 + 3 * len(bad.content)


def refusal(bad):
    with pytest.raises(TableError) as caught:
        read_table(bad.content, bad.choices)
    return str(caught.value), caught.value.line, caught.value.column


def test_there_are_forty_malformed_tables():
    assert len(MALFORMED) >= 40


@given(st.binary(max_size=300))
def test_any_bytes_are_a_table_or_a_table_error(content):
    with pytest.raises(TableError):
        read_table(content + b"\x00,")


@given(st.text(alphabet='ab,;\t|\n\r"1.5- eé\u200f', max_size=80))
def test_any_text_is_a_table_or_a_table_error(text):
    for content in (text.encode(), lines(HEADER, text), lines("a;b;label", "1,5;2;x", text)):
        try:
            table = read_table(content)
        except TableError as error:
            assert str(error)  # noqa: PT017
        else:
            assert np.isfinite(table.points.X).all()
            assert len(table.points.X) == len(table.points.y)


def test_largest_table_is_taken():
    rows = [f"{i},{i},{'xy'[i % 2]}" for i in range(MAX_ROWS)]
    assert len(read_table(lines(HEADER, *rows)).points.X) == MAX_ROWS


def test_a_label_of_ten_thousand_characters_is_kept():
    label = "<b>" + "x" * 9_997
    assert read_table(lines(HEADER, f"1,2,{label}", "3,4,y")).points.classes == (label, "y")


def another(i):
    """A table that differs from all others."""
    return read_table(GOOD + f"\n{i},{i},cat".encode())


def test_store_forgets_what_was_unused_longest():
    store = TableStore(capacity=2, max_bytes=10**6)
    first, second, third = map(another, range(3))
    for table in (first, second):
        store.add(table)
    store.add(third)
    assert store.get(first.digest) is None
    assert store.get(second.digest) is second
    store.add(first)
    assert store.get(third.digest) is None
    assert len(store) == 2


def test_store_is_limited_in_bytes():
    tables = [another(i) for i in range(5)]
    store = TableStore(capacity=64, max_bytes=2 * tables[0].nbytes)
    for table in tables:
        store.add(table)
    assert len(store) == 2
    assert store.nbytes == tables[3].nbytes + tables[4].nbytes
    store.add(tables[4])
    assert store.nbytes == tables[3].nbytes + tables[4].nbytes


@pytest.mark.parametrize(("capacity", "tables_of_bytes"), [(6, 64), (64, 6)])
def test_one_owner_cannot_push_out_the_tables_of_others(capacity, tables_of_bytes):
    theirs = [another(i) for i in range(3)]
    store = TableStore(capacity, max_bytes=tables_of_bytes * theirs[0].nbytes)
    for i, table in enumerate(theirs):
        store.add(table, owner=i)
    flood = [another(i) for i in range(10, 30)]
    for table in flood:
        store.add(table, owner="flood")
    assert all(store.get(table.digest) is table for table in theirs)
    assert [store.get(table.digest) is not None for table in flood] == [False] * 17 + [True] * 3


def test_the_bytes_of_a_table_include_its_labels():
    label = "x" * 9_999
    table = read_table(lines(HEADER, f"1,2,{label}", "3,4,y"))
    assert table.nbytes > 9_999
