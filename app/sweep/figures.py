"""The report's figures, as Plotly reads them: data and layout."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.data.points import SET_NAMES
from app.sweep.results import Statistic, Summary
from app.sweep.study import Study
from app.training.fields import config_fields

Figure = dict[str, Any]

# The page's colours on white.
INK, LINE = "#1b1f24", "#dde1e6"
SET_LINES = {
    "train": ("#1b1f24", "solid", "circle"),
    "validation": ("#0b7a53", "dash", "triangle-up"),
    "test": ("#b0328f", "dot", "x"),
}
FONT = {"family": "system-ui, Noto Sans, sans-serif", "size": 12, "color": INK}
DIGITS = 5  # significant ones, more than a figure can show
LARGEST_DRAWN = 1e100  # no axis can be drawn for what a run reaches just before it diverges
SCORE_TITLES = {"accuracy": "accuracy, %", "r2": "R²"}
SCORE_DIGITS = {"accuracy": 1, "r2": 3}


def score_title(scores: list[str]) -> str:
    """What the scores of a study are, in a heading."""
    return SCORE_TITLES[scores[0]] if len(scores) == 1 else "accuracy, % / R²"


def heatmap_figure(
    study: Study, summaries: list[Summary], measure: str, scores: list[str]
) -> Figure:
    """The mean of a score over the axes, with its deviation; of one axis, a single row.

    Where some cells have accuracies and some R², both are coloured as percentages.
    """
    rows, columns = (
        (study.axes[0], study.axes[1]) if len(study.axes) == 2 else (None, study.axes[0])
    )
    width = len(columns.values)
    mixed = len(scores) > 1
    means = [_colour(summary, measure, mixed=mixed) for summary in summaries]
    texts = [_text(summary, measure) for summary in summaries]
    trace = {
        "type": "heatmap",
        "x": columns.labels,
        "y": rows.labels if rows else [""],
        "z": [means[at : at + width] for at in range(0, len(means), width)],
        "text": [texts[at : at + width] for at in range(0, len(texts), width)],
        "texttemplate": "%{text}",
        "hoverinfo": "none",
        "colorscale": "Cividis",
        "colorbar": {"title": {"text": "" if mixed else SCORE_TITLES[scores[0]]}},
        "showscale": not mixed,
        "xgap": 2,
        "ygap": 2,
    }
    layout = {
        "font": FONT,
        "margin": {"l": 80, "r": 20, "t": 10, "b": 56},
        "xaxis": {"type": "category", "title": {"text": config_fields()[columns.field].title}},
        "yaxis": {
            "type": "category",
            "autorange": "reversed",
            "title": {"text": config_fields()[rows.field].title if rows else ""},
        },
    }
    return {"data": [trace], "layout": layout}


def along_figure(study: Study, summaries: list[Summary], scores: list[str]) -> Figure:
    """Score and loss on each set over the values of the only axis: mean ± standard deviation."""
    (axis,) = study.axes
    places: list[Any] = axis.numbers or axis.labels
    order = sorted(range(len(places)), key=lambda i: places[i]) if axis.numbers else None
    traces = [
        _along(name, what, places, order or range(len(places)), summaries)
        for what in ("score", "loss")
        for name in SET_NAMES
        if any(summary.measures[f"{name}_{what}"].n for summary in summaries)
    ]
    kind = "log" if axis.is_wide else "linear" if axis.numbers else "category"
    across = {
        "type": kind,
        "title": {"text": config_fields()[axis.field].title},
        "gridcolor": LINE,
    }
    if axis.numbers:
        across |= {"tickvals": places, "ticktext": axis.labels}
    layout = {
        "font": FONT,
        "margin": {"l": 50, "r": 10, "t": 10, "b": 50},
        "plot_bgcolor": "#fff",
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        "xaxis": {**across, "domain": [0, 0.46]},
        "yaxis": {"title": {"text": score_title(scores)}, "gridcolor": LINE},
        "xaxis2": {**across, "domain": [0.54, 1], "anchor": "y2"},
        "yaxis2": {
            "anchor": "x2",
            "title": {"text": "loss"},
            "gridcolor": LINE,
            "rangemode": "tozero",
        },
    }
    return {"data": traces, "layout": layout}


def rounded(values: NDArray[np.float64]) -> list[float | None]:
    """Numbers as a figure needs them; None for what cannot be drawn."""
    return [
        float(f"{value:.{DIGITS}g}") if abs(value) < LARGEST_DRAWN else None
        for value in values.tolist()
    ]


def plain(text: str) -> str:
    """Text that Plotly shows as it is: it reads a few tags and entities as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _along(name: str, what: str, places: list[Any], order: Any, summaries: list[Summary]) -> Figure:
    found = [summaries[i].measures[f"{name}_{what}"] for i in order]
    ink, dash, symbol = SET_LINES[name]
    second = {"xaxis": "x2", "yaxis": "y2", "showlegend": False} if what == "loss" else {}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": [places[i] for i in order],
        "y": [_number(one.mean) for one in found],
        "error_y": {"array": [_number(one.std) or 0 for one in found], "thickness": 1, "width": 3},
        "line": {"color": ink, "dash": dash, "width": 1.5},
        "marker": {"color": ink, "symbol": symbol, "size": 6},
        **second,
    }


def _number(value: float | None) -> float | None:
    return None if value is None else rounded(np.array([value]))[0]


def _colour(summary: Summary, measure: str, *, mixed: bool) -> float | None:
    mean = summary.measures[measure].mean
    if mean is None:
        return None
    return round(100 * mean if mixed and summary.score == "r2" else mean, 4)


def _text(summary: Summary, measure: str) -> str:
    one: Statistic = summary.measures[measure]
    if one.mean is None:
        return "diverged" if summary.diverged else "refused" if summary.refused else "–"
    digits = SCORE_DIGITS[summary.score or "accuracy"]
    deviation = "" if one.std is None else f"<br>± {one.std:.{digits}f}"
    return f"{one.mean:.{digits}f}{deviation}"
