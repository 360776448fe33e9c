"""Large texts are made in small pieces, and the pieces are the text."""

import json
from functools import partial
from itertools import count, islice

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mlp_live.study.export import csv_pieces, json_pieces
from mlp_live.study.pieces import MAX_CHARACTERS, json_texts, pieces, values_of
from mlp_live.study.report.html import html_pieces
from mlp_live.study.results import Results
from mlp_live.study.study import Study
from mlp_live.study.trial_result import TrialResult

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
dumps = partial(json.dumps, ensure_ascii=False)


@given(VALUES)
def test_the_parts_of_json_are_those_of_the_standard_library(value):
    assert "".join(json_texts(value, dumps)) == dumps(value)


def test_iterators_are_arrays_and_are_read_as_they_are_needed():
    values = list(range(1_234))
    assert "".join(json_texts({"a": iter(values)}, dumps)) == dumps({"a": values})
    endless = json_texts({"a": ({"b": i} for i in count())}, dumps)
    assert "".join(islice(endless, 8)).startswith('{"a": [{"b": 0')
    assert list(values_of(np.arange(1_234.0))) == values


@given(st.lists(st.text() | st.integers(0, 3 * MAX_CHARACTERS).map("é".__mul__)))
def test_pieces_are_small_and_complete(texts):
    found = list(pieces(texts))
    assert "".join(found) == "".join(texts)
    assert max(map(len, found)) <= MAX_CHARACTERS


def test_an_empty_text_ends_a_piece():
    assert list(pieces(["a", "b", "", "c", ""])) == ["ab", "c", ""]


def long_results():
    """Two runs of 20,000 epochs; a file with all metrics has several megabytes."""
    study = Study(axes=[{"field": "learning_rate", "values": [0.1, 0.5]}])
    results = Results(study)
    metrics = np.random.default_rng(0).random((20_000, 6))
    grid = np.zeros((40, 40), np.uint8)
    for cell in range(2):
        results.add(
            cell,
            0,
            TrialResult("finished", metrics, 19_999, n_test=200, grid=grid),
        )
    return results


def test_exports_come_in_small_pieces():
    results = long_results()
    for found in (csv_pieces(results), json_pieces(results), html_pieces(results, None)):
        sizes = [len(piece.encode()) for piece in found]
        assert max(sizes) <= 4 * MAX_CHARACTERS
        assert sum(sizes) > 4 * 10**6


def test_json_is_that_of_the_standard_library():
    text = "".join(json_pieces(long_results()))
    assert text == json.dumps(json.loads(text), ensure_ascii=False, allow_nan=False) + "\n"


def test_results_that_come_later_are_not_in_an_export_that_has_begun():
    results = long_results()
    expected = "".join(json_pieces(results))
    found = json_pieces(results)
    first = next(found)
    results.add(0, 0, TrialResult.refused("later"))
    assert first + "".join(found) == expected
