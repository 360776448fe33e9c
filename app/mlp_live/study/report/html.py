"""A study as one HTML file, complete in itself: it needs neither the server nor a network."""

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from mlp_live.data.table import Table
from mlp_live.study.report.cell_chart import cell_chart
from mlp_live.study.report.charts import SCORE_DIGITS, Figure, heatmap, line_chart, score_title
from mlp_live.study.report.summary_table import (
    axis_titles,
    describe_best,
    table_columns,
    table_rows,
)
from mlp_live.study.report.theme import light_theme
from mlp_live.study.results import Results
from mlp_live.study.study import Cell
from mlp_live.study.trial_result import TrialResult, prepare_run, table_finder
from mlp_live.training.config.schema import config_fields


def to_html(results: Results, table: Table | None) -> str:
    """The report of what is done of a study; ``table`` is the uploaded table that it uses."""
    study = results.study
    best = results.best()
    scores = results.scores or ["accuracy"]
    held_out = next((name for name in ("test", "validation") if name in results.sets), "train")
    summaries = [results.summary(cell) for cell in study.cells]
    cells = [_cell(results, cell, table) for cell in study.cells]
    plots = [{"id": "heatmap", **heatmap(study, summaries, f"{held_out}_score", scores)}]
    if len(study.axes) == 1:
        plots.append({"id": "line-chart", **line_chart(study, summaries, scores)})
    plots += [
        {"id": f"cell-{index}", **cell["chart"]}
        for index, cell in enumerate(cells)
        if cell["chart"]
    ]
    titles = axis_titles(study)
    page = Environment(
        loader=PackageLoader("mlp_live.study.report", "."), autoescape=True, trim_blocks=True
    ).get_template("report.html")
    return page.render(
        title=" × ".join(titles),
        theme=Markup(" ".join(f"{name}: {value};" for name, value in light_theme().items())),
        size=_describe_size(results),
        base=_describe_base(study.base),
        best=best and describe_best(study, best),
        warning=best.warning if best else "",
        score=f"{held_out.capitalize()} {score_title(scores)}",
        axis=titles[0] if len(titles) == 1 else "",
        columns=table_columns(results),
        rows=table_rows(results),
        cells=cells,
        plots=plots,
        plotly=get_plotlyjs(),
        heatmap_height=110 + 44 * (len(study.axes[0].values) if len(titles) == 2 else 1),
    )


def _describe_size(results: Results) -> str:
    """“30 cells, one run each; 30 runs done, 2 of them diverged.”"""
    study = results.study
    runs = list(results.runs())
    repeats = "one run each" if study.repeats == 1 else f"{study.repeats} runs each"
    text = f"{len(study.cells)} cells, {repeats}; {len(runs)} runs done"
    for status in ("diverged", "refused"):
        if count := sum(result.status == status for _, _, result in runs):
            text += f", {count} of them {status}"
    return text + "."


def _describe_base(base: Mapping[str, Any]) -> str:
    """The fields that are the same in all cells and differ from their defaults."""
    fields = config_fields()
    given = [f"{fields[name].title} {fields[name].to_text(base[name])}" for name in base]
    if not given:
        return "All other fields have their defaults."
    return f"With {', '.join(given)}. All other fields have their defaults."


def _cell(results: Results, cell: Cell, table: Table | None) -> dict[str, Any]:
    """Name, caption and chart of a cell's first run; the chart is None if it was not made."""
    result = results.of(cell).get(0)
    return {
        "name": results.study.name(cell),
        "caption": "Not done." if result is None else _caption(result),
        "chart": None if result is None else _chart(cell, result, table),
    }


def _chart(cell: Cell, result: TrialResult, table: Table | None) -> Figure | None:
    if result.grid is None or cell.config is None:
        return None
    run = prepare_run(cell.config, table_finder(table))  # for its dataset
    return None if isinstance(run, TrialResult) else cell_chart(run.dataset, result)


def _caption(result: TrialResult) -> str:
    """The scores and losses that a run ended with, and how it ended."""
    if result.status == "refused":
        return result.reason
    sets = ", ".join(_score_and_loss(result, name) for name in result.sets)
    text = f"Epoch {result.epoch}: {sets}."
    last = len(result.metrics) - 1
    if result.epoch < last:
        text += f" Stopped early after epoch {last}; epoch {result.epoch} was the best."
    if result.diverged_at is None:
        return text
    return f"{text} Diverged at epoch {result.diverged_at}: {result.reason}"


def _score_and_loss(result: TrialResult, name: str) -> str:
    """“test 93.5 % (0.183)”."""
    score, loss = (getattr(result.last, f"{name}_{metric}") for metric in ("score", "loss"))
    digits = SCORE_DIGITS[result.score]
    text = f"R² {score:.{digits}f}" if result.score == "r2" else f"{score:.{digits}f} %"
    return f"{name} {text} ({loss:.3f})"
