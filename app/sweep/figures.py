"""The report's figures, as Plotly reads them: data and layout."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import Dataset
from app.sweep.outcome import GRID_SIZE
from app.sweep.results import Summary
from app.sweep.study import Study
from app.training.fields import config_fields
from app.training.history import Metrics

Figure = dict[str, Any]

# The page's colours on white: the two classes, and the field between them.
CLASS_COLOURS = ("#1f5fa8", "#b85400")
FIELD = ((0.0, "#6fa3d8"), (0.5, "#f7f7f5"), (1.0, "#f2a45f"))
INK, TEST_INK, LINE = "#1b1f24", "#b0328f", "#dde1e6"
FONT = {"family": "system-ui, Noto Sans, sans-serif", "size": 12, "color": INK}
DIGITS = 5  # significant ones, more than a figure can show
LARGEST_DRAWN = 1e100  # no axis can be drawn for what a run reaches just before it diverges


def heatmap_figure(study: Study, summaries: list[Summary]) -> Figure:
    """The mean test accuracy over the axes, with its deviation; of one axis, a single row."""
    rows, columns = (
        (study.axes[0], study.axes[1]) if len(study.axes) == 2 else (None, study.axes[0])
    )
    found = [summary.measures["test_accuracy"] for summary in summaries]
    width = len(columns.values)
    means = [None if one.mean is None else round(one.mean, 2) for one in found]
    texts = [
        ("diverged" if summary.diverged else "refused")
        if one.mean is None
        else f"{one.mean:.1f}" + ("" if one.std is None else f"<br>± {one.std:.1f}")
        for one, summary in zip(found, summaries, strict=True)
    ]
    trace = {
        "type": "heatmap",
        "x": columns.labels,
        "y": rows.labels if rows else [""],
        "z": [means[at : at + width] for at in range(0, len(means), width)],
        "text": [texts[at : at + width] for at in range(0, len(texts), width)],
        "texttemplate": "%{text}",
        "hoverinfo": "none",
        "colorscale": "Cividis",
        "colorbar": {"title": {"text": "%"}},
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


def cell_figure(dataset: Dataset, metrics: NDArray[np.float64], pixels: str) -> Figure:
    """The field with the points over it, then loss and accuracy by epoch.

    ``metrics`` (epochs + 1, 6) as in `Metrics`; ``pixels`` is the grid's uint8, row by row from the
    top left, in base 64.
    """
    plane = dataset.plane
    dx = (plane.x_max - plane.x_min) / GRID_SIZE
    dy = (plane.y_max - plane.y_min) / GRID_SIZE
    field = {
        "type": "heatmap",
        "z": {"dtype": "u1", "bdata": pixels, "shape": f"{GRID_SIZE},{GRID_SIZE}"},
        "x0": plane.x_min + dx / 2,
        "dx": dx,
        "y0": plane.y_max - dy / 2,
        "dy": -dy,
        "zmin": 0,
        "zmax": 255,
        "zsmooth": "best",
        "colorscale": FIELD,
        "showscale": False,
        "hoverinfo": "skip",
    }
    curves = [
        _curve(metrics[:, Metrics._fields.index(f"{part}_{what}")], part, axis)
        for what, axis in (("loss", 2), ("score", 3))
        for part in ("train", "test")
    ]
    layout = {
        "font": FONT,
        "margin": {"l": 40, "r": 10, "t": 10, "b": 40},
        "showlegend": False,
        "plot_bgcolor": "#fff",
        "xaxis": {
            "domain": [0, 0.24],
            "range": [plane.x_min, plane.x_max],
            "title": {"text": _plain(dataset.features[0])},
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {
            "range": [plane.y_min, plane.y_max],
            "title": {"text": _plain(dataset.features[1])},
            "showgrid": False,
            "zeroline": False,
        },
        "xaxis2": _epochs([0.31, 0.63], "y2", len(metrics) - 1),
        "yaxis2": {
            "anchor": "x2",
            "title": {"text": "loss"},
            "gridcolor": LINE,
            "rangemode": "tozero",
        },
        "xaxis3": _epochs([0.70, 1], "y3", len(metrics) - 1),
        "yaxis3": {"anchor": "x3", "title": {"text": "accuracy, %"}, "gridcolor": LINE},
    }
    return {"data": [field, *_points(dataset), *curves], "layout": layout}


def _points(dataset: Dataset) -> list[Figure]:
    """Training points as discs, test points as crosses, a trace for each class and set."""
    sets = (
        ("test", dataset.test.X, dataset.test.y),
        ("train", dataset.train.X, dataset.train.y),
    )
    traces = []
    for part, X, labels in sets:
        for label, name in enumerate(dataset.classes):
            own, colour = X[labels == label], CLASS_COLOURS[label]
            marker: Figure = {"size": 5, "color": colour, "line": {"width": 0.5, "color": "#fff"}}
            if part == "test":
                marker = {"symbol": "x-thin", "size": 4, "line": {"width": 1, "color": colour}}
            traces.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "x": _rounded(own[:, 0]),
                    "y": _rounded(own[:, 1]),
                    "marker": marker,
                    "name": f"{_plain(name)}, {part}",
                }
            )
    return traces


def _curve(values: NDArray[np.float64], part: str, axis: int) -> Figure:
    ink, dash = (INK, "solid") if part == "train" else (TEST_INK, "dot")
    return {
        "type": "scatter",
        "mode": "lines",
        "y": _rounded(values),
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "name": part,
        "line": {"color": ink, "dash": dash, "width": 1.5},
    }


def _epochs(domain: list[float], anchor: str, last: int) -> Figure:
    return {
        "domain": domain,
        "anchor": anchor,
        "range": [0, max(last, 1)],
        "title": {"text": "epoch"},
        "gridcolor": LINE,
    }


def _rounded(values: NDArray[np.float64]) -> list[float | None]:
    return [
        float(f"{value:.{DIGITS}g}") if abs(value) < LARGEST_DRAWN else None
        for value in values.tolist()
    ]


def _plain(text: str) -> str:
    """Text that Plotly shows as it is: it reads a few tags and entities as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
