"""A study as one HTML file, complete in itself: it needs neither the server nor a network."""

from collections.abc import Generator, Iterator, Mapping
from itertools import chain
from typing import Any

from jinja2 import Environment, PackageLoader
from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from mlp_live.data.dataset import Dataset
from mlp_live.data.table import Table
from mlp_live.study.pieces import json_texts, pieces
from mlp_live.study.report.cell_chart import cell_chart
from mlp_live.study.report.charts import (
    SCORE_DIGITS,
    Figure,
    fixed,
    heatmap,
    line_chart,
    score_title,
)
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

# Where the template has its two large parts. Text from a study is escaped and cannot look so.
PLOTLY, PLOTS = Markup("<plotly/>"), Markup("<plots/>")


def html_pieces(results: Results, table: Table | None) -> Generator[str]:
    """The report of what is done of a study; ``table`` is the uploaded table that it uses.

    For the pieces see `pieces`.
    """
    return pieces(_texts(results.copy(), table))


def _texts(results: Results, table: Table | None) -> Iterator[str]:
    study = results.study
    summaries = []
    for cell in study.cells:
        summaries.append(results.summary(cell))
        yield ""
    best = results.best()
    scores = results.scores or ["accuracy"]
    held_out = next((name for name in ("test", "validation") if name in results.sets), "train")
    titles = axis_titles(study)
    datasets = _Datasets(table)
    plots = [{"id": "heatmap", **heatmap(study, summaries, f"{held_out}_score", scores)}]
    if len(study.axes) == 1:
        plots.append({"id": "line-chart", **line_chart(study, summaries, scores)})
    template = Environment(
        loader=PackageLoader("mlp_live.study.report", "."), autoescape=True, trim_blocks=True
    ).get_template("report.html")
    page = template.generate(
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
        cells=(_cell(results, cell, datasets) for cell in study.cells),
        plots=PLOTS,
        plotly=PLOTLY,
        heatmap_height=110 + 44 * (len(study.axes[0].values) if len(titles) == 2 else 1),
    )
    for text in page:
        if text == PLOTLY:
            yield get_plotlyjs()
        elif text == PLOTS:
            yield from _plots_json(chain(plots, _cell_plots(results, datasets)))
        else:
            yield str(text)  # adding to a Markup would escape


def _plots_json(plots: Iterator[Figure]) -> Iterator[str]:
    """The plots as JSON inside a script; the keys are sorted."""
    yield "["
    for index, plot in enumerate(plots):
        yield ", " if index else ""
        yield from json_texts(_sorted(plot), lambda value: str(htmlsafe_json_dumps(value)))
    yield "]"


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(value[key]) for key in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


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


def _cell(results: Results, cell: Cell, datasets: "_Datasets") -> dict[str, Any]:
    """Name and caption of a cell's first run, and whether there is a chart: if it was made."""
    result = results.of(cell).get(0)
    return {
        "name": results.study.name(cell),
        "caption": "Not done." if result is None else _caption(result),
        "chart": result is not None and result.grid is not None and datasets.of(cell) is not None,
    }


def _cell_plots(results: Results, datasets: "_Datasets") -> Iterator[Figure]:
    """The charts of the first run of every cell that has one."""
    for cell in results.study.cells:
        result = results.of(cell).get(0)
        dataset = None if result is None or result.grid is None else datasets.of(cell)
        if result is not None and dataset is not None:
            yield {"id": f"cell-{cell.index}", **cell_chart(dataset, result)}


class _Datasets:
    """The datasets of the cells. The last one is kept: often all cells are trained on one."""

    def __init__(self, table: Table | None) -> None:
        self._find_table = table_finder(table)
        self._last: tuple[object, Dataset | None] = (None, None)

    def of(self, cell: Cell) -> Dataset | None:
        """The dataset of a cell's first run; None if it cannot be loaded."""
        if cell.config is None:
            return None
        fields = [name for name, field in config_fields().items() if field.group == "Data"]
        key = [getattr(cell.config, name) for name in (*fields, "inputs", "standardize", "seed")]
        if self._last[0] != key:
            run = prepare_run(cell.config, self._find_table)
            self._last = key, None if isinstance(run, TrialResult) else run.dataset
        return self._last[1]


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
    text = f"R² {fixed(score, digits)}" if result.score == "r2" else f"{score:.{digits}f} %"
    return f"{name} {text} ({fixed(loss, 3)})"
