"""A study as one HTML file to hand in: the figures, the heatmap, the table; no network needed."""

from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import Environment, PackageLoader
from plotly.offline import get_plotlyjs

from app.data.points import SET_NAMES
from app.data.table import Table
from app.sweep.figures import SCORE_DIGITS, along_figure, heatmap_figure, score_title
from app.sweep.outcome import Outcome, finder, prepare
from app.sweep.picture import cell_figure
from app.sweep.results import Best, Results, Statistic, Summary, Verdict
from app.sweep.study import Cell, Study
from app.training.fields import config_fields

# What the table tells: the measure's name, its heading, and its digits; {} is what scores are.
COLUMNS = {
    "train_score": ("train {}", 1),
    "validation_score": ("val. {}", 1),
    "test_score": ("test {}", 1),
    "train_loss": ("train loss", 3),
    "validation_loss": ("val. loss", 3),
    "test_loss": ("test loss", 3),
    "gap": ("gap", 1),
    "epochs_to_90": ("epochs to 90 %", 0),
}
MEASURED = ("loss", "score")  # on each set
SHORT = {"accuracy": "acc. %", "r2": "R²"}


def to_html(results: Results, table: Table | None) -> str:
    """The whole report; ``table`` is the study's own, if it is of one."""
    study = results.study
    best = results.best()
    scores = results.scores or ["accuracy"]
    judge = "test" if "test" in results.sets else "validation"
    if judge not in results.sets:
        judge = "train"
    summaries = [results.summary(cell) for cell in study.cells]
    figures = [_figure(results, cell, table) for cell in study.cells]
    plots = [{"id": "heatmap", **heatmap_figure(study, summaries, f"{judge}_score", scores)}]
    if len(study.axes) == 1:
        plots.append({"id": "along", **along_figure(study, summaries, scores)})
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
        warning=best.warning if best else "",
        score=f"{judge.capitalize()} {score_title(scores)}",
        axis=_titles(study)[0] if len(study.axes) == 1 else "",
        columns=table_columns(results),
        rows=table_rows(results),
        figures=figures,
        plots=plots,
        plotly=get_plotlyjs(),
        heatmap_height=110 + 44 * len(study.axes[0].values if len(study.axes) == 2 else (0,)),
    )


def table_columns(results: Results, names: Iterable[str] = tuple(COLUMNS)) -> list[str]:
    """The headings of the table of cells, with those of these measures that there are."""
    score = "/".join(SHORT[score] for score in results.scores or ["accuracy"])
    headings = [COLUMNS[name][0].format(score) for name in _told(results, names)]
    return [*_titles(results.study), "runs", *headings, "ended"]


def table_rows(results: Results, names: Iterable[str] = tuple(COLUMNS)) -> list[dict[str, Any]]:
    """The texts of each cell's row, and whether it is the best cell's."""
    best = results.best()
    told = _told(results, names)
    rows = []
    for cell in results.study.cells:
        summary = results.summary(cell)
        texts = [written(summary.measures[name], _digits(name, summary)) for name in told]
        runs = str(len(results.of(cell)))
        texts = [*results.study.labels(cell), runs, *texts, _ends(summary)]
        rows.append({"best": best is not None and best.cell == cell.index, "texts": texts})
    return rows


def best_in_words(study: Study, best: Best) -> str:
    """The best cell, by name, with the score that chose it and what it is worth on the test set."""
    told = f"Best: {study.name(study.cells[best.cell])}, {_verdict(best.chosen, best.score)}"
    if best.chosen.set == "test":
        return f"{told}."
    told += ", chosen by it"
    return f"{told}; {_verdict(best.test, best.score)}." if best.test else f"{told}."


def written(statistic: Statistic, digits: int) -> str:
    """“93.4 ± 1.2”, without a deviation where there is none."""
    if statistic.mean is None:
        return "–"
    if statistic.std is None:
        return f"{statistic.mean:.{digits}f}"
    return f"{statistic.mean:.{digits}f} ± {statistic.std:.{digits}f}"


def _verdict(verdict: Verdict, score: str) -> str:
    """“test accuracy 93.5 % (95 % interval 92.1 to 94.9)”."""
    digits = SCORE_DIGITS[score]
    name = f"{verdict.set} accuracy" if score == "accuracy" else f"{verdict.set} R²"
    told = f"{name} {verdict.mean:.{digits}f}{' %' if score == 'accuracy' else ''}"
    if verdict.interval is None:
        return told
    low, high = verdict.interval
    return f"{told} (95 % interval {low:.{digits}f} to {high:.{digits}f})"


def _told(results: Results, names: Iterable[str]) -> list[str]:
    """The measures that apply: those of sets that were looked at, and of classes or of none."""
    sets = results.sets or ["train", "test"]
    missing = {f"{name}_{what}" for name in SET_NAMES if name not in sets for what in MEASURED}
    if sets == ["train"]:
        missing |= {"gap", "epochs_to_90"}
    if results.scores == ["r2"]:
        missing.add("epochs_to_90")
    return [name for name in names if name not in missing]


def _digits(name: str, summary: Summary) -> int:
    of_score = name == "gap" or name.endswith("_score")
    return SCORE_DIGITS[summary.score or "accuracy"] if of_score else COLUMNS[name][1]


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
            plot = cell_figure(run.dataset, outcome)
    return {
        "name": results.study.name(cell),
        "caption": "Not done." if outcome is None else _caption(outcome),
        "plot": plot,
    }


def _caption(outcome: Outcome) -> str:
    if outcome.status == "refused":
        return outcome.reason
    sets = ", ".join(_set_in_words(outcome, name) for name in outcome.sets)
    told = f"Epoch {outcome.epoch}: {sets}."
    if outcome.epoch < len(outcome.metrics) - 1:
        told += f" Stopped early after epoch {len(outcome.metrics) - 1}; this is its best."
    if outcome.diverged_at is None:
        return told
    return f"{told} Diverged at epoch {outcome.diverged_at}: {outcome.reason}"


def _set_in_words(outcome: Outcome, name: str) -> str:
    score, loss = (getattr(outcome.last, f"{name}_{what}") for what in ("score", "loss"))
    digits = SCORE_DIGITS[outcome.score]
    told = f"R² {score:.{digits}f}" if outcome.score == "r2" else f"{score:.{digits}f} %"
    return f"{name} {told} ({loss:.3f})"
