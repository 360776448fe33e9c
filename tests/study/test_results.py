"""The results of a study: their summary, the choice of a cell, and what is exported.

The module is long because all of it is computed from the same few results.
"""

import csv
import json
import re
from dataclasses import replace

import numpy as np
import pytest

from mlp_live.data.points import SET_NAMES
from mlp_live.data.table import read_table
from mlp_live.study.confidence import (
    NEW_DATA,
    SEEDS,
    THIS_NETWORK,
    accuracy_interval,
    mean_interval,
    proportion_interval,
)
from mlp_live.study.export import csv_pieces, json_pieces
from mlp_live.study.report.charts import fixed
from mlp_live.study.report.html import html_pieces
from mlp_live.study.report.summary_table import describe_best
from mlp_live.study.results import Results, statistic
from mlp_live.study.study import LEARNING_CURVE, Study
from mlp_live.study.trial_result import TrialResult
from mlp_live.training.history import Metrics
from tests.study.test_runner import STUDY, data, executed, several_trials, table_of


def to_json(results):
    return "".join(json_pieces(results))


def to_html(results, table):
    return "".join(html_pieces(results, table))


def csv_lines(results):
    return "".join(csv_pieces(results)).splitlines(keepends=True)


def result(*accuracies, status="finished", held_out="test", score="accuracy", n_shared=0):
    """An result with these scores on one set beside the training set."""
    metrics = [
        Metrics(0.5 / (1 + epoch), 96.0, **{f"{held_out}_loss": 0.6, f"{held_out}_score": value})
        for epoch, value in enumerate(accuracies)
    ]
    return TrialResult(
        status,
        np.array(metrics),
        epoch=len(metrics) - 1,
        score=score,
        reason="" if status == "finished" else "why",
        n_test=200,
        n_shared=n_shared,
    )


def with_both(validation, test):
    """An result with these accuracies at its only epoch."""
    return TrialResult(
        "finished",
        np.array([Metrics(0.5, 96.0, 0.6, validation, 0.7, test)]),
        n_test=200,
    )


def two_cells(repeats):
    return Results(Study(axes=[{"field": "learning_rate", "values": [0.1, 0.5]}], repeats=repeats))


def one_cell(*repeats):
    """The results of one cell whose repeats ended like this."""
    axes = [{"field": "learning_rate", "values": [0.1]}]
    results = Results(Study(axes=axes, repeats=len(repeats)))
    for repeat, found in enumerate(repeats):
        results.add(0, repeat, found)
    return results


def test_a_cell_is_summed_up_over_the_runs_that_finished():
    results = two_cells(4)
    for repeat, values in enumerate([(50, 90, 92), (50, 80, 94), (50, 89.5, 88)]):
        results.add(0, repeat, result(*values))
    results.add(0, 3, result(50, 70, status="diverged"))
    summary = results.summary(results.study.cells[0])
    assert (summary.finished, summary.diverged, summary.refused) == (3, [2], 0)
    accuracy = summary.measures["test_score"]
    assert accuracy.mean == pytest.approx(np.mean([92, 94, 88]))
    assert accuracy.std == pytest.approx(np.std([92, 94, 88], ddof=1))
    assert summary.measures["gap"].mean == pytest.approx(96 - accuracy.mean)
    assert summary.measures["epochs_to_90"][::2] == (1.5, 2)  # after 1, after 2, never
    assert results.summary(results.study.cells[1]).measures["gap"] == (None, None, 0)


def test_the_gap_and_the_epochs_to_90_are_told_of_the_validation_set_where_the_test_set_is_hidden():
    results = two_cells(1)
    results.add(0, 0, result(50, 90, 92, held_out="validation"))
    measures = results.summary(results.study.cells[0]).measures
    assert measures["test_score"].n == measures["test_loss"].n == 0
    assert measures["gap"].mean == 96 - 92
    assert measures["epochs_to_90"].mean == 1


def test_a_quantity_has_no_epochs_to_90():
    results = two_cells(1)
    results.add(0, 0, result(0.1, 0.95, score="r2"))
    assert results.summary(results.study.cells[0]).measures["epochs_to_90"].n == 0


def test_without_a_validation_set_the_test_set_chooses_and_there_is_a_warning():
    results = two_cells(2)
    assert results.best() is None
    for repeat, (first, second) in enumerate([(90, 93), (96, 92)]):
        results.add(0, repeat, result(first))
        results.add(1, repeat, result(second))
    best = results.best()
    assert (best.cell, best.chosen.set, best.chosen.mean, best.test) == (0, "test", 93.0, None)
    # The best of several scores is partly luck; an interval would not allow for that.
    assert (best.chosen.interval, best.chosen.covers) == (None, "")
    assert "chosen by its test score" in best.warning
    assert "interval" not in describe_best(results.study, best)


def test_the_validation_set_chooses_and_the_test_set_tells_what_the_choice_is_worth():
    results = two_cells(1)
    results.add(0, 0, with_both(90, 95))
    results.add(1, 0, with_both(93, 92))
    best = results.best()
    assert (best.cell, best.chosen.set, best.chosen.mean) == (1, "validation", 93)
    assert (best.test.set, best.test.mean, best.warning) == ("test", 92, "")
    assert best.chosen.interval is None
    assert (best.test.interval, best.test.covers) == (proportion_interval(92, 200), THIS_NETWORK)
    words = describe_best(results.study, best)
    assert "validation accuracy 93.0 %, chosen by it; test accuracy 92.0 % (95 %" in words
    assert words.endswith("interval 87.4 to 95.1 for this network on new data).")


@pytest.mark.parametrize("n_shared", [0, 1000, 200])  # generated data, split anew, own split
def test_the_interval_of_repeats_allows_for_the_rows_that_they_share(n_shared):
    best = one_cell(*(result(score, n_shared=n_shared) for score in (90, 91, 95))).best()
    assert best.warning == ""  # one cell is no choice
    std = float(np.std([90, 91, 95], ddof=1))
    assert best.chosen.interval == accuracy_interval(92, std, 3, 200, n_shared)
    assert best.chosen.covers == NEW_DATA


@pytest.mark.parametrize(("n_shared", "covers"), [(0, NEW_DATA), (200, SEEDS)])
def test_the_interval_of_r2_says_that_it_is_about_the_seeds_where_rows_are_shared(n_shared, covers):
    scores = (0.5, 0.6)
    results = one_cell(*(result(r2, score="r2", n_shared=n_shared) for r2 in scores))
    chosen = results.best().chosen
    std = float(np.std(scores, ddof=1))
    assert chosen.interval == mean_interval(sum(scores) / 2, std, 2, -np.inf, 1)
    assert chosen.covers == covers
    assert json.loads(to_json(results))["best"]["chosen"]["covers"] == covers
    assert covers in to_html(results, None)
    assert one_cell(result(0.5, score="r2")).best().chosen.interval is None


def test_a_run_knows_how_many_rows_the_other_repeats_share():
    points = data(2)
    own_split = replace(points, sets=np.arange(len(points.y), dtype=np.int8) % 3)
    base = {"dataset": "table", "table": "0" * 16, "epochs": 1, "batch_size": 5}
    study = Study(base=base, axes=[{"field": "seed", "values": [0]}])
    for table, n_shared in ((table_of(points), 60), (table_of(own_split), 20)):
        assert executed(study, table=table).of(study.cells[0])[0].n_shared == n_shared
    assert executed(STUDY).of(STUDY.cells[0])[0].n_shared == 0
    digits = Study(base={"dataset": "digits", "epochs": 1}, axes=[{"field": "seed", "values": [0]}])
    assert executed(digits).of(digits.cells[0])[0].n_shared == 1797  # split anew by every seed


def test_what_may_not_be_seen_of_the_test_set_is_not_there():
    study = Study(base={"epochs": 2, "show_test": False}, axes=[{"field": "seed", "values": [1]}])
    results = executed(study)
    best = results.best()
    assert (best.chosen.set, best.test, best.warning) == ("validation", None, "")
    header, *rows = (
        csv.DictReader(csv_lines(results)).fieldnames,
        *csv.DictReader(csv_lines(results)),
    )
    assert "test_accuracy" in header
    assert {row["test_accuracy"] for row in rows} == {""}
    assert "test_loss" not in json.loads(to_json(results))["runs"][0]["metrics"]
    html = to_html(results, None)
    assert "test acc." not in html
    assert "Validation accuracy" in html


def test_scores_that_cannot_be_compared_have_no_best_and_columns_of_their_own():
    results = two_cells(1)
    results.add(0, 0, result(90))
    results.add(1, 0, result(0.5, score="r2"))
    assert results.best() is None
    one, other = csv.DictReader(csv_lines(results))
    assert (one["test_accuracy"], one["test_r2"]) == ("90.0", "")
    assert (other["test_accuracy"], other["test_r2"]) == ("", "0.5")
    content = json.loads(to_json(results))
    assert [set(cell["measures"]) & {"test_accuracy", "test_r2"} for cell in content["cells"]] == [
        {"test_accuracy"},
        {"test_r2"},
    ]
    assert content["best"] is None


@pytest.mark.parametrize("n_classes", [3, 0])
def test_a_report_of_many_classes_or_of_a_quantity(n_classes):
    results = several_trials(n_classes)
    html = to_html(results, table_of(data(n_classes)))
    assert ("Test accuracy, %" if n_classes else "<h2>Test R²") in html
    figures = [plot for plot in plots(html) if plot["id"].startswith("cell")]
    assert len(figures) == 2
    field, *points = figures[0]["data"][: 1 + 2 * max(n_classes, 1)]
    assert field["zmax"] == 255
    assert {trace["mode"] for trace in points} == {"markers"}
    assert figures[0]["layout"]["yaxis3"]["title"]["text"] == ("accuracy, %" if n_classes else "R²")


def plots(html):
    """The figures that a report draws."""
    return json.loads(re.search(r"^const plots = (.*);$", html, re.MULTILINE)[1])


def test_a_learning_curve_rises_with_n_and_its_gap_closes():
    results = executed(LEARNING_CURVE)
    measures = [results.summary(cell).measures for cell in LEARNING_CURVE.cells]
    test, gap, loss = (
        [found[name].mean for found in measures] for name in ("test_score", "gap", "test_loss")
    )
    assert LEARNING_CURVE.labels(LEARNING_CURVE.cells[0]) == ["10"]
    assert sorted(test) == pytest.approx(test, abs=0.5)  # never falls by more than half a point
    assert test[0] < 80 < 93 < test[-1]
    assert gap[0] > 20
    assert abs(gap[-1]) < 2
    assert gap[0] > gap[1] > gap[2] > gap[4]
    assert loss[-1] < 0.2 < loss[0]
    chart = next(plot for plot in plots(to_html(results, None)) if plot["id"] == "line-chart")
    assert chart["layout"]["xaxis"]["type"] == "log"
    curves = {(trace["name"], "xaxis" in trace): trace for trace in chart["data"]}
    assert len(curves) == 6
    assert curves["test", False]["x"] == [10, 20, 50, 100, 200, 500, 1000]
    assert curves["test", False]["y"] == pytest.approx(test, abs=0.01)
    assert curves["test", True]["y"] == pytest.approx(loss, rel=1e-3)


def test_exports_do_not_depend_on_the_order_of_completion():
    one = executed(STUDY, jobs=1)
    other = Results(STUDY)
    for cell, repeat, found in reversed(list(executed(STUDY, jobs=2).runs())):
        other.add(cell.index, repeat, found)
    assert "".join(csv_pieces(one)) == "".join(csv_pieces(other))
    assert to_json(one) == to_json(other)
    assert to_html(one, None) == to_html(other, None)


def test_csv_has_a_row_for_each_run_and_epoch():
    results = executed(STUDY)
    header, *rows = (line.rstrip("\n").split(",") for line in csv_lines(results))
    assert header[:6] == ["batch_size", "learning_rate", "repeat", "seed", "status", "epoch"]
    assert header[6:] == [f"{s}_{w}" for s in SET_NAMES for w in ("loss", "accuracy")]
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
    assert content["best"]["chosen"]["set"] == "validation"
    assert content["runs"][0]["epoch"] == 4


def test_names_in_a_report_are_text_and_never_markup():
    study = Study(axes=[{"field": "activation", "values": ["tanh", "relu"]}], base={"epochs": 1})
    results = executed(study)
    results.add(0, 0, TrialResult.refused("</script><b>"))
    html = to_html(results, None)
    assert "</script><b>" not in html
    assert "&lt;/script&gt;&lt;b&gt;" in html


def tiny_regression(unit):
    """A study of a regression whose targets are multiples of ``unit``, and its table."""
    rows = "".join(f"{i},{i * i % 7},{i * unit!r}\n" for i in range(30))
    table = read_table(f"a,b,y\n{rows}".encode())
    base = {"dataset": "table", "table": table.digest, "epochs": 3}
    axes = [{"field": "standardize", "values": ["on", "off"]}]
    return Study(base=base, axes=axes, repeats=2), table


@pytest.mark.parametrize("unit", [1e-150, 1e-162, 1e-300])
def test_every_export_of_tiny_targets_is_made_and_has_finite_scores(unit):
    study, table = tiny_regression(unit)
    results = executed(study, table=table)
    statistics = [results.summary(cell).measures["test_score"] for cell in study.cells]
    assert all(np.isfinite(found.mean) and found.n == 2 for found in statistics)
    content = json.loads(to_json(results))
    assert None not in content["runs"][0]["metrics"]["train_r2"]
    assert "Infinity" not in to_html(results, table)
    assert "inf" not in "".join(csv_pieces(results))


def test_statistics_are_finite_or_absent():
    largest = np.finfo(float).max
    assert statistic([1.0, np.inf, None, np.nan]) == (1.0, None, 1)
    assert statistic([largest, largest]) == (None, None, 2)
    assert statistic([largest, -largest]).std is None
    results = one_cell(result(-largest, score="r2"), result(0.5, score="r2"))
    json.dumps(results.best().to_dict(), allow_nan=False)
    assert results.best().chosen.interval is None


def test_huge_numbers_are_written_with_few_digits():
    assert fixed(93.449, 1) == "93.4"
    assert fixed(-1.797e308, 2) == "-1.8e+308"
    page = to_html(one_cell(result(-1.797e308, score="r2")), None)
    assert re.findall(r"-1797\d{50,}", page) == []
