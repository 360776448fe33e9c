"""Exported figures have the colors of the page."""

import re
from pathlib import Path

import numpy as np
import pytest

from mlp_live.data.points import SET_NAMES
from mlp_live.study.report import theme
from mlp_live.study.report.cell_chart import cell_chart
from mlp_live.study.report.charts import line_chart
from mlp_live.study.report.html import html_pieces
from mlp_live.study.study import Study
from mlp_live.study.trial_result import prepare_run, table_finder
from mlp_live.training.run import Run
from tests.study.test_runner import data, executed, several_trials, table_of

SHEET = (Path(__file__).parents[2] / "static" / "css" / "tokens.css").read_text()


def page_color(name):
    """A custom property of the light theme, which stands first in the style sheet."""
    return re.search(rf"{name}: (.+?);", SHEET)[1]


@pytest.fixture(scope="module")
def results():
    study = Study(
        base={"epochs": 2, "dataset": "circles"}, axes=[{"field": "seed", "values": [1, 2]}]
    )
    return executed(study)


def chart_of_first_cell(results, table=None):
    cell = results.study.cells[0]
    run = prepare_run(cell.config, table_finder(table))
    assert isinstance(run, Run)
    return cell_chart(run.dataset, results.of(cell)[0])


def test_the_light_theme_is_read_and_not_the_dark_one():
    assert theme.color("--ink") == page_color("--ink") == "#1b1f24"
    assert theme.color("--panel") == "#ffffff"
    assert set(re.findall(r"--[\w-]+(?=:)", SHEET)) == set(theme.light_theme())


def test_lines_of_the_sets_have_the_colors_of_the_page(results):
    summaries = [results.summary(cell) for cell in results.study.cells]
    lines = line_chart(results.study, summaries, ["accuracy"])["data"]
    curves = [
        trace for trace in chart_of_first_cell(results)["data"] if trace.get("mode") == "lines"
    ]
    for traces in (lines, curves):
        colors = {trace["name"]: trace["line"]["color"] for trace in traces}
        assert colors == {name: page_color(f"--curve-{name}") for name in SET_NAMES}


def test_points_of_the_classes_have_the_colors_of_the_page(results):
    traces = chart_of_first_cell(results)["data"]
    training = [trace for trace in traces if trace.get("name", "").endswith(", train")]
    assert [trace["marker"]["color"] for trace in training] == [
        page_color("--class-0"),
        page_color("--class-1"),
    ]


def test_prediction_grids_have_the_colors_of_the_page(results):
    scale = chart_of_first_cell(results)["data"][0]["colorscale"]
    assert scale == [
        (0.0, page_color("--field-0")),
        (0.5, page_color("--field-mid")),
        (1.0, page_color("--field-1")),
    ]


def test_a_certain_class_has_its_tint_and_an_undecided_one_the_color_of_the_paper():
    table = table_of(data(3))
    scale = chart_of_first_cell(several_trials(3), table)["data"][0]["colorscale"]
    strength = float(page_color("--tint-strength"))
    paper, own = (
        np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
        for color in (page_color("--field-mid"), page_color("--class-1"))
    )
    tint = np.rint(paper + strength * (own - paper)).astype(int)
    assert scale[2][1] == page_color("--field-mid")
    assert scale[3][1] == "#" + "".join(f"{part:02x}" for part in tint)


def test_the_report_has_no_color_of_its_own(results):
    html = "".join(html_pieces(results, None))
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    root, rules = style.split("}", 1)
    assert not re.search(r"#[0-9a-f]{3,6}\b", rules)
    assert f"--ink: {page_color('--ink')};" in root
