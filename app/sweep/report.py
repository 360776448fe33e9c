"""A study as one HTML file to hand in: the figures, the heatmap, the table; no network needed."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader
from plotly.offline import get_plotlyjs

from app.data.table import Table
from app.sweep.figures import cell_figure, heatmap_figure
from app.sweep.outcome import Outcome, finder, prepare
from app.sweep.results import WARNING, Best, Results, Statistic, Summary
from app.sweep.study import Cell, Study
from app.training.fields import config_fields

# What the table tells: the measure's name, its heading, and its digits.
COLUMNS = {
    "train_accuracy": ("train acc. %", 1),
    "test_accuracy": ("test acc. %", 1),
    "train_loss": ("train loss", 3),
    "test_loss": ("test loss", 3),
    "gap": ("gap %", 1),
    "epochs_to_90": ("epochs to 90 %", 0),
}


def to_html(results: Results, table: Table | None) -> str:
    """The whole report; ``table`` is the study's own, if it is of one."""
    study = results.study
    best = results.best()
    summaries = [results.summary(cell) for cell in study.cells]
    figures = [_figure(results, cell, table) for cell in study.cells]
    plots = [{"id": "heatmap", **heatmap_figure(study, summaries)}]
    plots += [
        {"id": f"cell-{number}", **figure["plot"]}
        for number, figure in enumerate(figures)
        if figure["plot"]
    ]
    page = Environment(
        loader=PackageLoader("app.sweep", "."), autoescape=True, trim_blocks=True
    ).get_template("report.html")
    return page.render(
        title=" × ".join(_titles(study)),
        summary=_size(results),
        base=_base(study.base),
        best=best and best_in_words(study, best),
        warning=WARNING,
        columns=table_columns(study),
        rows=table_rows(results),
        figures=figures,
        plots=plots,
        plotly=get_plotlyjs(),
        heatmap_height=110 + 44 * len(study.axes[0].values if len(study.axes) == 2 else (0,)),
    )


def table_columns(study: Study, names: Iterable[str] = COLUMNS) -> list[str]:
    """The headings of the table of cells, with these measures."""
    return [*_titles(study), "runs", *(COLUMNS[name][0] for name in names), "ended"]


def table_rows(results: Results, names: Iterable[str] = COLUMNS) -> list[dict[str, Any]]:
    """The texts of each cell's row, and whether it is the best cell's."""
    best = results.best()
    rows = []
    for cell in results.study.cells:
        summary = results.summary(cell)
        texts = [written(summary.measures[name], COLUMNS[name][1]) for name in names]
        runs = str(len(results.of(cell)))
        texts = [*results.study.labels(cell), runs, *texts, _ends(summary)]
        rows.append({"best": best is not None and best.cell == cell.index, "texts": texts})
    return rows


def best_in_words(study: Study, best: Best) -> str:
    """The best cell, by name, with its accuracy and interval."""
    name, (low, high) = study.name(study.cells[best.cell]), best.interval
    return f"Best: {name}, test accuracy {best.mean:.1f} % (95 % interval {low:.1f} to {high:.1f})."


def written(statistic: Statistic, digits: int) -> str:
    """“93.4 ± 1.2”, without a deviation where there is none."""
    if statistic.mean is None:
        return "–"
    if statistic.std is None:
        return f"{statistic.mean:.{digits}f}"
    return f"{statistic.mean:.{digits}f} ± {statistic.std:.{digits}f}"


def _titles(study: Study) -> list[str]:
    return [config_fields()[axis.field].title for axis in study.axes]


def _size(results: Results) -> str:
    study = results.study
    runs = list(results.runs())
    repeats = "one run each" if study.repeats == 1 else f"{study.repeats} runs each"
    told = f"{len(study.cells)} cells, {repeats}; {len(runs)} runs done"
    for status in ("diverged", "refused"):
        if count := sum(outcome.status == status for _, _, outcome in runs):
            told += f", {count} of them {status}"
    return told + "."


def _base(base: Mapping[str, Any]) -> str:
    fields = config_fields()
    given = [f"{fields[name].title} {fields[name].written(base[name])}" for name in base]
    return f"With {', '.join(given)}; all else at its default." if given else "All at the defaults."


def _ends(summary: Summary) -> str:
    if summary.refused:
        return "refused"
    if not summary.diverged:
        return ""
    return f"{len(summary.diverged)} diverged, first at epoch {min(summary.diverged)}"


def _figure(results: Results, cell: Cell, table: Table | None) -> dict[str, Any]:
    outcome = results.of(cell).get(0)
    plot = None
    if outcome is not None and outcome.grid is not None and cell.config is not None:
        run = prepare(cell.config, finder(table))
        if not isinstance(run, Outcome):
            pixels = b64encode(outcome.grid.tobytes()).decode()
            plot = cell_figure(run.dataset, outcome.metrics, pixels)
    return {
        "name": results.study.name(cell),
        "caption": "Not done." if outcome is None else _caption(outcome),
        "plot": plot,
    }


def _caption(outcome: Outcome) -> str:
    if outcome.status == "refused":
        return outcome.reason
    last = outcome.last
    told = (
        f"Epoch {len(outcome.metrics) - 1}: train {last.train_score:.1f} % "
        f"({last.train_loss:.3f}), test {last.test_score:.1f} % ({last.test_loss:.3f})."
    )
    if outcome.diverged_at is None:
        return told
    return f"{told} Diverged at epoch {outcome.diverged_at}: {outcome.reason}"
