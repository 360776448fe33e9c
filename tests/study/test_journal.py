"""The journal of a study: what it brings back, and what it refuses."""

import json
from typing import Any

import pytest

from mlp_live.study.export import csv_pieces
from mlp_live.study.journal import NAME, Journal, JournalError
from mlp_live.study.report.html import html_pieces
from mlp_live.study.results import Results
from mlp_live.study.study import Study
from tests.study.test_runner import STUDY, executed


def test_a_journal_brings_back_every_bit(tmp_path):
    results = executed(STUDY)
    with Journal(tmp_path, STUDY, resume=False) as journal:
        for trial in reversed(Results(STUDY).missing()):
            journal.add(trial, results.of(STUDY.cells[trial.cell])[trial.repeat])
    restored = Results(STUDY)
    with Journal(tmp_path, STUDY, resume=True) as journal:
        journal.restore(restored)
        journal.rewrite_in_order(restored)
    assert restored.missing() == []
    assert "".join(csv_pieces(restored)) == "".join(csv_pieces(results))
    assert "".join(html_pieces(restored, None)) == "".join(html_pieces(results, None))


def test_a_line_cut_short_is_made_again(tmp_path):
    results = executed(STUDY)
    with Journal(tmp_path, STUDY, resume=False) as journal:
        for trial in Results(STUDY).missing():
            journal.add(trial, results.of(STUDY.cells[trial.cell])[trial.repeat])
    path = tmp_path / NAME
    path.write_bytes(path.read_bytes()[:-10])
    restored = Results(STUDY)
    with Journal(tmp_path, STUDY, resume=True) as journal:
        journal.restore(restored)
    assert len(restored.missing()) == 1
    assert path.read_bytes().endswith(b"\n")


def test_a_folder_of_another_study_is_not_touched(tmp_path):
    with Journal(tmp_path, STUDY, resume=False):
        pass
    before = (tmp_path / NAME).read_bytes()
    with pytest.raises(JournalError, match="add --resume"):
        Journal(tmp_path, STUDY, resume=False)
    with pytest.raises(JournalError, match="another study"):
        Journal(tmp_path, Study(), resume=True)
    assert (tmp_path / NAME).read_bytes() == before


def test_a_damaged_line_is_named(tmp_path):
    with Journal(tmp_path, STUDY, resume=False):
        pass
    with (tmp_path / NAME).open("a") as file:
        file.write('{"cell": 0}\n')
    with (
        Journal(tmp_path, STUDY, resume=True) as journal,
        pytest.raises(JournalError, match="line 2 is damaged"),
    ):
        journal.restore(Results(STUDY))


DAMAGED: dict[str, Any] = {
    "nested deeply": b"[" * 100_000,
    "no object": b"7",
    "no UTF-8": b'{"cell": "\xff"}',
    "huge number": {"cell": 10**400},
    "cell out of range": {"cell": 6},
    "negative cell": {"cell": -1},
    "cell as text": {"cell": "0"},
    "repeat out of range": {"repeat": 2},
    "unknown status": {"status": "lost"},
    "unknown score": {"score": "f1"},
    "epoch without metrics": {"epoch": 5},
    "too many epochs": {"metrics": [[0.0] * 6] * 1000},
    "metrics of another shape": {"metrics": [[0.0] * 5] * 5},
    "no metrics": {"metrics": [], "epoch": 0},
    "NaN as text": {"metrics": [["NaN"] * 6] * 5},
    "grid of another length": {"grid": "AAAA"},
    "grid that is no base64": {"grid": "ä"},
    "unknown name": {"foo": 1},
}


@pytest.mark.parametrize("name", DAMAGED)
def test_every_damage_of_a_line_is_named(name, tmp_path):
    results = executed(STUDY)
    with Journal(tmp_path, STUDY, resume=False) as journal:
        trial = Results(STUDY).missing()[0]
        journal.add(trial, results.of(STUDY.cells[trial.cell])[trial.repeat])
    path = tmp_path / NAME
    header, line = path.read_bytes().splitlines()
    damage = DAMAGED[name]
    if isinstance(damage, dict):
        damage = json.dumps(json.loads(line) | damage).encode()
    path.write_bytes(header + b"\n" + line + b"\n" + damage + b"\n")
    with (
        Journal(tmp_path, STUDY, resume=True) as journal,
        pytest.raises(JournalError, match="line 3 is damaged"),
    ):
        journal.restore(Results(STUDY))
