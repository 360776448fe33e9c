"""The results of a study in words: the table of its cells and the best cell.

The HTML report and the command line show the same texts.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mlp_live.data.points import SET_NAMES
from mlp_live.study.report.charts import SCORE_DIGITS, fixed
from mlp_live.study.results import Best, Results, SetScore, Statistic, Summary
from mlp_live.study.study import Study
from mlp_live.training.config.schema import config_fields

# The heading and the digits of each measure's column. {} stands for the name of the score.
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
METRICS = ("loss", "score")  # of each set
SHORT_SCORES = {"accuracy": "acc. %", "r2": "R²"}


class Row(NamedTuple):
    """The texts of one cell's row, and whether it is the best cell."""

    is_best: bool
    texts: list[str]


def table_columns(results: Results, measures: Iterable[str] = tuple(COLUMNS)) -> list[str]:
    """The headings: the axes, the number of runs, those of ``measures`` that apply, the ending."""
    score = "/".join(SHORT_SCORES[score] for score in results.scores or ["accuracy"])
    headings = [COLUMNS[name][0].format(score) for name in _applicable(results, measures)]
    return [*axis_titles(results.study), "runs", *headings, "ended"]


def table_rows(results: Results, measures: Iterable[str] = tuple(COLUMNS)) -> Iterator[Row]:
    """A row for each cell, with the columns of `table_columns`."""
    best = results.best()
    applicable = _applicable(results, measures)
    for cell in results.study.cells:
        summary = results.summary(cell)
        texts = [
            *results.study.labels(cell),
            str(len(results.of(cell))),
            *(_mean_and_std(summary.measures[name], _digits(name, summary)) for name in applicable),
            _ending(summary),
        ]
        yield Row(best is not None and best.cell == cell.index, texts)


def describe_best(study: Study, best: Best) -> str:
    """The name of the best cell, the score that chose it, and its score on the test set."""
    text = f"Best: {study.name(study.cells[best.cell])}, {_score_text(best.chosen, best.score)}"
    if best.chosen.set == "test":
        return f"{text}."
    text += ", chosen by it"
    return f"{text}; {_score_text(best.test, best.score)}." if best.test else f"{text}."


def axis_titles(study: Study) -> list[str]:
    """The titles of the fields that a study varies."""
    return [config_fields()[axis.field].title for axis in study.axes]


def _applicable(results: Results, measures: Iterable[str]) -> list[str]:
    """Those of ``measures`` that some cell can have: its sets were evaluated, its score fits."""
    sets = results.sets or ["train", "test"]
    absent = {f"{name}_{metric}" for name in SET_NAMES if name not in sets for metric in METRICS}
    if sets == ["train"]:
        absent |= {"gap", "epochs_to_90"}
    if results.scores == ["r2"]:
        absent.add("epochs_to_90")
    return [name for name in measures if name not in absent]


def _digits(measure: str, summary: Summary) -> int:
    if measure == "gap" or measure.endswith("_score"):
        return SCORE_DIGITS[summary.score or "accuracy"]
    return COLUMNS[measure][1]


def _mean_and_std(statistic: Statistic, digits: int) -> str:
    """“93.4 ± 1.2”; only the mean if there is no standard deviation."""
    if statistic.mean is None:
        return "–"
    if statistic.std is None:
        return fixed(statistic.mean, digits)
    return f"{fixed(statistic.mean, digits)} ± {fixed(statistic.std, digits)}"


def _score_text(found: SetScore, score: str) -> str:
    """“test accuracy 93.5 % (95 % interval 92.1 to 94.9 for the mean on new data)”."""
    digits = SCORE_DIGITS[score]
    name, unit = ("accuracy", " %") if score == "accuracy" else ("R²", "")
    text = f"{found.set} {name} {fixed(found.mean, digits)}{unit}"
    if found.interval is None:
        return text
    low, high = found.interval.rounded(digits)
    return f"{text} (95 % interval {fixed(low, digits)} to {fixed(high, digits)} {found.covers})"


def _ending(summary: Summary) -> str:
    """How the runs of a cell ended, if not all of them finished."""
    if summary.refused:
        return "refused"
    if not summary.diverged:
        return ""
    return f"{len(summary.diverged)} diverged, first at epoch {min(summary.diverged)}"
