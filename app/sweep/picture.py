"""The report's figure of one cell: its field with the points over it, and its curves."""

from base64 import b64encode
from typing import Any

import numpy as np

from app.data.dataset import Dataset, Examples
from app.sweep.figures import (
    FONT,
    LINE,
    SCORE_TITLES,
    SET_LINES,
    Figure,
    plain,
    rounded,
)
from app.sweep.outcome import GRID_SIZE, Outcome
from app.training.field import STEPS
from app.training.history import Metrics

# The page's colours on white: the classes, and the field of two, or of a quantity, between them.
CLASSES = (
    *("#1f5fa8", "#b85400", "#007a64", "#a3329a", "#7d6a00"),
    *("#0083a8", "#8c2130", "#5d6670", "#6347c2", "#4a7d1a"),
)
MIDDLE = "#f7f7f5"
FIELD = [[0, "#6fa3d8"], [0.5, MIDDLE], [1, "#f2a45f"]]
TARGETS = [[0, CLASSES[0]], [0.5, "#9a9ea3"], [1, CLASSES[1]]]
STRENGTH = 0.6  # of a class's colour where it is certain: its points are to be seen on it


def cell_figure(dataset: Dataset, outcome: Outcome) -> Figure:
    """The field with the points over it, then loss and score by epoch, for an outcome's figure.

    The field is that of `Outcome.grid`, which must be there.
    """
    plane = dataset.plane
    dx = (plane.x_max - plane.x_min) / GRID_SIZE
    dy = (plane.y_max - plane.y_min) / GRID_SIZE
    many = len(dataset.classes) > 2
    pixels = b"" if outcome.grid is None else outcome.grid.tobytes()
    shape = f"{GRID_SIZE},{GRID_SIZE}"
    field = {
        "type": "heatmap",
        "z": {"dtype": "u1", "bdata": b64encode(pixels).decode(), "shape": shape},
        "x0": plane.x_min + dx / 2,
        "dx": dx,
        "y0": plane.y_max - dy / 2,
        "dy": -dy,
        "zmin": 0,
        "zmax": 255,
        "zsmooth": False if many else "best",  # between two classes' bytes lie other classes'
        "colorscale": _many_classes(len(dataset.classes)) if many else FIELD,
        "showscale": False,
        "hoverinfo": "skip",
    }
    curves = [
        _curve(outcome, name, what, axis)
        for what, axis in (("loss", 2), ("score", 3))
        for name in outcome.sets
    ]
    last = len(outcome.metrics) - 1
    layout = {
        "font": FONT,
        "margin": {"l": 40, "r": 10, "t": 10, "b": 40},
        "showlegend": False,
        "plot_bgcolor": "#fff",
        "xaxis": {
            "domain": [0, 0.24],
            "range": [plane.x_min, plane.x_max],
            "title": {"text": plain(dataset.features[0])},
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": {
            "range": [plane.y_min, plane.y_max],
            "title": {"text": plain(dataset.features[1])},
            "showgrid": False,
            "zeroline": False,
        },
        "xaxis2": _epochs([0.31, 0.63], "y2", last),
        "yaxis2": {
            "anchor": "x2",
            "title": {"text": "loss"},
            "gridcolor": LINE,
            "rangemode": "tozero",
        },
        "xaxis3": _epochs([0.70, 1], "y3", last),
        "yaxis3": {
            "anchor": "x3",
            "title": {"text": SCORE_TITLES[outcome.score]},
            "gridcolor": LINE,
        },
    }
    points = [
        trace
        for name, examples in (("test", dataset.test), ("train", dataset.train))
        if name in outcome.sets
        for trace in _points(dataset, name, examples)
    ]
    return {"data": [field, *points, *curves], "layout": layout}


def _points(dataset: Dataset, name: str, examples: Examples) -> list[Figure]:
    """Training points as discs, test points as crosses, a trace for each class."""
    if dataset.is_regression:
        low, high = dataset.target_range
        scale = {"color": rounded(examples.y), "cmin": low, "cmax": high, "colorscale": TARGETS}
        return [_scatter(examples.X, f"{plain(dataset.target)}, {name}", _marker(name, scale))]
    return [
        _scatter(
            examples.X[examples.y == label],
            f"{plain(title)}, {name}",
            _marker(name, {"color": CLASSES[label]}),
        )
        for label, title in enumerate(dataset.classes)
    ]


def _marker(name: str, colour: dict[str, Any]) -> Figure:
    if name == "test":  # a thin cross is all line
        return {"symbol": "x-thin", "size": 4, "line": {"width": 1, **colour}}
    return {"size": 5, **colour, "line": {"width": 0.5, "color": "#fff"}}


def _scatter(X: Any, name: str, marker: Figure) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(X[:, 0]),
        "y": rounded(X[:, 1]),
        "marker": marker,
        "name": name,
    }


def _many_classes(n: int) -> list[list[Any]]:
    """The scale of a `summary`: for each class from unsure, the paper's colour, to its own."""
    stops = [
        [place / 255, colour]
        for label in range(n)
        for place, colour in (
            (STEPS * label, MIDDLE),
            (STEPS * label + STEPS - 1, _mixed(MIDDLE, CLASSES[label], STRENGTH)),
        )
    ]
    return [*stops, [1, MIDDLE]]


def _mixed(one: str, other: str, part: float) -> str:
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * part):02x}" for a, b in pairs)


def _curve(outcome: Outcome, name: str, what: str, axis: int) -> Figure:
    ink, dash, _ = SET_LINES[name]
    values = outcome.metrics[:, Metrics._fields.index(f"{name}_{what}")]
    return {
        "type": "scatter",
        "mode": "lines",
        "y": rounded(np.asarray(values)),
        "xaxis": f"x{axis}",
        "yaxis": f"y{axis}",
        "name": name,
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
