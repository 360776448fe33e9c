"""Charts of a whole study, as Plotly's data and layout: the heatmap and the line chart."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlp_live.data.points import SET_NAMES
from mlp_live.study.pieces import values_of
from mlp_live.study.report.theme import LINE_STYLES, color, set_color
from mlp_live.study.results import Statistic, Summary
from mlp_live.study.study import Study
from mlp_live.training.config.schema import config_fields

# JSON for Plotly: "data" and "layout", or a part of them; iterators are arrays, see `json_texts`.
Figure = dict[str, Any]

DIGITS = 5  # significant digits of a number in a chart: more than can be seen
LARGEST_DRAWN = 1e100  # charts leave out larger values: Plotly has no axis for them
SCORE_TITLES = {"accuracy": "accuracy, %", "r2": "R²"}
SCORE_DIGITS = {"accuracy": 1, "r2": 3}


def score_title(scores: Sequence[str]) -> str:
    """The heading for scores of these kinds, of `SCORES`."""
    return SCORE_TITLES[scores[0]] if len(scores) == 1 else "accuracy, % / R²"


def font() -> Figure:
    """The font of all figures."""
    return {"family": color("--font"), "size": 12, "color": color("--ink")}


def heatmap(
    study: Study, summaries: Sequence[Summary], measure: str, scores: Sequence[str]
) -> Figure:
    """The mean of ``measure`` in every cell, with its standard deviation.

    A study with one axis gives one row. If some cells have accuracies and others R², R² is colored
    as a percentage.
    """
    columns = study.axes[-1]
    rows = study.axes[0] if len(study.axes) == 2 else None
    width = len(columns.values)
    is_mixed = len(scores) > 1
    means = [_color_value(summary, measure, is_mixed=is_mixed) for summary in summaries]
    texts = [_cell_text(summary, measure) for summary in summaries]
    trace = {
        "type": "heatmap",
        "x": columns.labels,
        "y": rows.labels if rows else [""],
        "z": [means[start : start + width] for start in range(0, len(means), width)],
        "text": [texts[start : start + width] for start in range(0, len(texts), width)],
        "texttemplate": "%{text}",
        "hoverinfo": "none",
        "colorscale": "Cividis",
        "colorbar": {"title": {"text": "" if is_mixed else SCORE_TITLES[scores[0]]}},
        "showscale": not is_mixed,
        "xgap": 2,
        "ygap": 2,
    }
    layout = {
        "font": font(),
        "margin": {"l": 80, "r": 20, "t": 10, "b": 56},
        "xaxis": {"type": "category", "title": {"text": config_fields()[columns.field].title}},
        "yaxis": {
            "type": "category",
            "autorange": "reversed",
            "title": {"text": config_fields()[rows.field].title if rows else ""},
        },
    }
    return {"data": [trace], "layout": layout}


def line_chart(study: Study, summaries: Sequence[Summary], scores: Sequence[str]) -> Figure:
    """Score and loss of each set against the only axis of a study: mean ± standard deviation."""
    (axis,) = study.axes
    positions: list[Any] = axis.numbers or axis.labels
    order = list(range(len(positions)))
    if axis.numbers:
        order.sort(key=lambda i: positions[i])
    x = [positions[i] for i in order]
    lines = []
    for metric in ("score", "loss"):
        for name in SET_NAMES:
            statistics = [summaries[i].measures[f"{name}_{metric}"] for i in order]
            if any(statistic.n for statistic in statistics):
                lines.append(_line(name, metric, x, statistics))
    grid_color = color("--line")
    x_axis: Figure = {
        "type": "log" if axis.is_wide else "linear" if axis.numbers else "category",
        "title": {"text": config_fields()[axis.field].title},
        "gridcolor": grid_color,
    }
    if axis.numbers:
        x_axis |= {"tickvals": positions, "ticktext": axis.labels}
    layout = {
        "font": font(),
        "margin": {"l": 50, "r": 10, "t": 10, "b": 50},
        "plot_bgcolor": color("--panel"),
        "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom"},
        "xaxis": {**x_axis, "domain": [0, 0.46]},
        "yaxis": {"title": {"text": score_title(scores)}, "gridcolor": grid_color},
        "xaxis2": {**x_axis, "domain": [0.54, 1], "anchor": "y2"},
        "yaxis2": {
            "anchor": "x2",
            "title": {"text": "loss"},
            "gridcolor": grid_color,
            "rangemode": "tozero",
        },
    }
    return {"data": lines, "layout": layout}


def rounded(values: NDArray[np.float64]) -> Iterator[float | None]:
    """The values (n,) with `DIGITS` digits; None for those that no chart can show."""
    return map(_rounded_or_none, values_of(values))


def fixed(value: float, digits: int) -> str:
    """``value`` with so many decimals; with three digits if it is huge, as R² may be."""
    return f"{value:.{digits}f}" if abs(value) < 1e6 else f"{value:.3g}"


def plain_text(text: str) -> str:
    """A text that Plotly shows literally. Plotly reads a few tags and entities as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _line(name: str, metric: str, x: list[Any], statistics: list[Statistic]) -> Figure:
    """The line of one set; losses go into the second plot."""
    ink, style = set_color(name), LINE_STYLES[name]
    second_plot = {"xaxis": "x2", "yaxis": "y2", "showlegend": False} if metric == "loss" else {}
    return {
        "type": "scatter",
        "mode": "lines+markers",
        "name": name,
        "x": x,
        "y": [_rounded_or_none(statistic.mean) for statistic in statistics],
        "error_y": {
            "array": [_rounded_or_none(statistic.std) or 0 for statistic in statistics],
            "thickness": 1,
            "width": 3,
        },
        "line": {"color": ink, "dash": style.dash, "width": 1.5},
        "marker": marker(style.symbol, ink, size=6),
        **second_plot,
    }


def marker(symbol: str, ink: str, size: int) -> Figure:
    """A marker in one color. A thin symbol consists of its outline only."""
    outline = {"color": ink, "width": 1.5} if symbol.endswith("-thin") else {"width": 0}
    return {"symbol": symbol, "size": size, "color": ink, "line": outline}


def _rounded_or_none(value: float | None) -> float | None:
    if value is None or not abs(value) < LARGEST_DRAWN:
        return None
    return float(f"{value:.{DIGITS}g}")


def _color_value(summary: Summary, measure: str, *, is_mixed: bool) -> float | None:
    """The number that gives a cell of the heatmap its color."""
    mean = summary.measures[measure].mean
    if mean is None or abs(mean) >= LARGEST_DRAWN:
        return None
    return round(100 * mean if is_mixed and summary.score == "r2" else mean, 4)


def _cell_text(summary: Summary, measure: str) -> str:
    """The text in a cell of the heatmap: the mean, and below it the standard deviation."""
    mean, std, _ = summary.measures[measure]
    if mean is None:
        return "diverged" if summary.diverged else "refused" if summary.refused else "–"
    digits = SCORE_DIGITS[summary.score or "accuracy"]
    deviation = "" if std is None else f"<br>± {fixed(std, digits)}"
    return f"{fixed(mean, digits)}{deviation}"
