import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from app.sweep.export import csv_lines, to_json
from app.sweep.interval import T, of_mean, of_share
from app.sweep.journal import NAME, Journal, JournalError
from app.sweep.outcome import Outcome
from app.sweep.report import to_html
from app.sweep.results import Results
from app.sweep.study import Study
from tests.sweep.test_execute import STUDY, executed


def outcome(*test_accuracies, status="finished"):
    metrics = [[0.5 / (1 + epoch), 96.0, 0.6, value] for epoch, value in enumerate(test_accuracies)]
    return Outcome(
        status, np.array(metrics), reason="" if status == "finished" else "why", n_test=200
    )


def two_cells(repeats):
    return Results(Study(axes=[{"field": "learning_rate", "values": [0.1, 0.5]}], repeats=repeats))


def test_a_cell_is_summed_up_over_the_runs_that_finished():
    results = two_cells(4)
    for repeat, values in enumerate([(50, 90, 92), (50, 80, 94), (50, 89.5, 88)]):
        results.add(0, repeat, outcome(*values))
    results.add(0, 3, outcome(50, 70, status="diverged"))
    summary = results.summary(results.study.cells[0])
    assert (summary.finished, summary.diverged, summary.refused) == (3, [2], 0)
    accuracy = summary.measures["test_accuracy"]
    assert accuracy.mean == pytest.approx(np.mean([92, 94, 88]))
    assert accuracy.std == pytest.approx(np.std([92, 94, 88], ddof=1))
    assert summary.measures["gap"].mean == pytest.approx(96 - accuracy.mean)
    assert summary.measures["epochs_to_90"][::2] == (1.5, 2)  # after 1, after 2, never
    assert results.summary(results.study.cells[1]).measures["gap"] == (None, None, 0)


def test_the_best_cell_has_the_highest_mean_and_an_interval():
    results = two_cells(2)
    assert results.best() is None
    for repeat, (first, second) in enumerate([(90, 93), (96, 92)]):
        results.add(0, repeat, outcome(first))
        results.add(1, repeat, outcome(second))
    best = results.best()
    assert (best.cell, best.mean) == (0, 93.0)
    expected = stats.t.interval(0.95, 1, 93, stats.sem([90, 96]))
    assert best.interval == pytest.approx((expected[0], 100.0), abs=0.01)


def test_intervals_are_students_and_wilsons():
    for df, t in enumerate(T, start=1):
        assert t == pytest.approx(stats.t.ppf(0.975, df), abs=5e-4)
    assert of_mean(50, 10, 1000).high == pytest.approx(50 + 1.96 * 10 / np.sqrt(1000), abs=1e-3)
    for share, n in ((0, 200), (187, 200), (200, 200)):
        expected = stats.binomtest(share, n).proportion_ci(method="wilson")
        assert of_share(100 * share / n, n) == pytest.approx([100 * v for v in expected], abs=1e-2)


def test_exports_do_not_depend_on_the_order_of_completion():
    one = executed(STUDY, jobs=1)
    other = Results(STUDY)
    for cell, repeat, found in reversed(list(executed(STUDY, jobs=2).runs())):
        other.add(cell.index, repeat, found)
    assert list(csv_lines(one)) == list(csv_lines(other))
    assert to_json(one) == to_json(other)
    assert to_html(one, None) == to_html(other, None)


def test_csv_has_a_row_for_each_run_and_epoch():
    results = executed(STUDY)
    header, *rows = (line.rstrip("\n").split(",") for line in csv_lines(results))
    assert header[:6] == ["batch_size", "learning_rate", "repeat", "seed", "status", "epoch"]
    assert header[6:] == ["train_loss", "train_accuracy", "test_loss", "test_accuracy"]
    finished = [row for row in rows if row[:5] == ["10", "0.1", "1", "1", "finished"]]
    assert [row[5] for row in finished] == ["0", "1", "2", "3", "4"]
    expected = results.of(STUDY.cells[2])[1].metrics
    assert [[float(value) for value in row[6:]] for row in finished] == expected.tolist()
    refused = [row for row in rows if row[4] == "refused"]
    assert len(refused) == 4
    assert set(refused[0][5:]) == {""}


def test_json_says_what_was_varied_and_every_number():
    results = executed(STUDY)
    content = json.loads(to_json(results))
    assert Study.model_validate(content["study"]) == STUDY
    assert len(content["cells"]) == 6
    assert len(content["runs"]) == 12
    assert content["runs"][2]["diverged_at"] is not None
    assert len(content["runs"][0]["metrics"]["test_loss"]) == 5
    assert "test set" in content["best"]["warning"]


def test_a_journal_brings_back_every_bit(tmp_path):
    results = executed(STUDY)
    with Journal(tmp_path, STUDY, resume=False) as journal:
        for task in reversed(Results(STUDY).missing()):
            journal.add(task, results.of(STUDY.cells[task.cell])[task.repeat])
    restored = Results(STUDY)
    with Journal(tmp_path, STUDY, resume=True) as journal:
        journal.restore(restored)
        journal.close_in_order(restored)
    assert restored.missing() == []
    assert list(csv_lines(restored)) == list(csv_lines(results))
    assert to_html(restored, None) == to_html(results, None)


def test_a_line_cut_short_is_made_again(tmp_path):
    results = executed(STUDY)
    with Journal(tmp_path, STUDY, resume=False) as journal:
        for task in Results(STUDY).missing():
            journal.add(task, results.of(STUDY.cells[task.cell])[task.repeat])
    path = Path(tmp_path / NAME)
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


def test_names_in_a_report_are_text_and_never_markup():
    study = Study(axes=[{"field": "activation", "values": ["tanh", "relu"]}], base={"epochs": 1})
    results = executed(study)
    results.add(0, 0, Outcome.refused("</script><b>"))
    html = to_html(results, None)
    assert "</script><b>" not in html
    assert "&lt;/script&gt;&lt;b&gt;" in html
