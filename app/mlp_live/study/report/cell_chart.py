"""The chart of one cell: its prediction grid with the points on it, and its learning curves."""

from base64 import b64encode

from mlp_live.data.dataset import Dataset, Examples
from mlp_live.nn.reference import Array
from mlp_live.rendering.prediction_grid import STEPS
from mlp_live.study.report.charts import SCORE_TITLES, Figure, font, plain_text, rounded
from mlp_live.study.report.theme import (
    LINE_STYLES,
    ColorScale,
    class_color,
    color,
    grid_scale,
    set_color,
    target_scale,
    tint,
)
from mlp_live.study.trial_result import GRID_SIZE, TrialResult
from mlp_live.training.history import Metrics


def cell_chart(dataset: Dataset, result: TrialResult) -> Figure:
    """Three plots: `TrialResult.grid` with the points on it, the losses, and the scores by epoch.

    Raises ValueError if the result has no grid.
    """
    curves = [
        _curve(result, name, metric, plot)
        for metric, plot in (("loss", 2), ("score", 3))
        for name in result.sets
    ]
    points = [
        trace
        for name, examples in (("test", dataset.test), ("train", dataset.train))
        if name in result.sets
        for trace in _points(dataset, name, examples)
    ]
    return {
        "data": [_prediction_grid(dataset, result), *points, *curves],
        "layout": _layout(dataset, result),
    }


def _prediction_grid(dataset: Dataset, result: TrialResult) -> Figure:
    if result.grid is None:
        raise ValueError("this result has no prediction grid")
    extent = dataset.extent
    dx = (extent.x_max - extent.x_min) / GRID_SIZE
    dy = (extent.y_max - extent.y_min) / GRID_SIZE
    n_classes = len(dataset.classes)
    return {
        "type": "heatmap",
        "z": {
            "dtype": "u1",
            "bdata": b64encode(result.grid.tobytes()).decode(),
            "shape": f"{GRID_SIZE},{GRID_SIZE}",
        },
        "x0": extent.x_min + dx / 2,
        "dx": dx,
        "y0": extent.y_max - dy / 2,
        "dy": -dy,
        "zmin": 0,
        "zmax": 255,
        # A byte between those of two classes may stand for a third class: no smoothing there.
        "zsmooth": False if n_classes > 2 else "best",
        "colorscale": _argmax_scale(n_classes) if n_classes > 2 else grid_scale(),
        "showscale": False,
        "hoverinfo": "skip",
    }


def _argmax_scale(n_classes: int) -> ColorScale:
    """The color scale of an `argmax_grid`: each class from undecided to certain."""
    undecided = color("--field-mid")
    stops = [
        (byte / 255, stop)
        for label in range(n_classes)
        for byte, stop in ((STEPS * label, undecided), (STEPS * (label + 1) - 1, tint(label)))
    ]
    return [*stops, (1.0, undecided)]


def _points(dataset: Dataset, name: str, examples: Examples) -> list[Figure]:
    """The points of one set: a trace for each class, or one for a regression."""
    if dataset.is_regression:
        low, high = dataset.target_range
        targets = {
            "color": rounded(examples.y),
            "cmin": low,
            "cmax": high,
            "colorscale": target_scale(),
        }
        return [_scatter(examples.X, f"{plain_text(dataset.target)}, {name}", name, targets)]
    return [
        _scatter(
            examples.X[examples.y == label],
            f"{plain_text(title)}, {name}",
            name,
            {"color": class_color(label)},
        )
        for label, title in enumerate(dataset.classes)
    ]


def _scatter(X: Array, title: str, set_name: str, colors: Figure) -> Figure:
    """Training points as discs with a halo, test points as crosses."""
    if set_name == "test":  # a thin symbol consists of its outline only
        marker = {"symbol": "x-thin", "size": 4, "line": {"width": 1, **colors}}
    else:
        marker = {"size": 5, **colors, "line": {"width": 0.5, "color": color("--halo")}}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": rounded(X[:, 0]),
        "y": rounded(X[:, 1]),
        "marker": marker,
        "name": title,
    }


def _curve(result: TrialResult, name: str, metric: str, plot: int) -> Figure:
    """A metric of one set by epoch, in Plotly's plot of this number."""
    values: Array = result.metrics[:, Metrics._fields.index(f"{name}_{metric}")]
    return {
        "type": "scatter",
        "mode": "lines",
        "y": rounded(values),
        "xaxis": f"x{plot}",
        "yaxis": f"y{plot}",
        "name": name,
        "line": {"color": set_color(name), "dash": LINE_STYLES[name].dash, "width": 1.5},
    }


def _layout(dataset: Dataset, result: TrialResult) -> Figure:
    extent = dataset.extent
    grid_color = color("--line")
    last_epoch = max(len(result.metrics) - 1, 1)
    plane = {"showgrid": False, "zeroline": False}
    epochs = {"range": [0, last_epoch], "title": {"text": "epoch"}, "gridcolor": grid_color}
    loss = {"title": {"text": "loss"}, "gridcolor": grid_color, "rangemode": "tozero"}
    score = {"title": {"text": SCORE_TITLES[result.score]}, "gridcolor": grid_color}
    return {
        "font": font(),
        "margin": {"l": 40, "r": 10, "t": 10, "b": 40},
        "showlegend": False,
        "plot_bgcolor": color("--panel"),
        "xaxis": {
            "domain": [0, 0.24],
            "range": [extent.x_min, extent.x_max],
            "title": {"text": plain_text(dataset.features[0])},
            **plane,
        },
        "yaxis": {
            "range": [extent.y_min, extent.y_max],
            "title": {"text": plain_text(dataset.features[1])},
            **plane,
        },
        "xaxis2": {**epochs, "domain": [0.31, 0.63], "anchor": "y2"},
        "yaxis2": {**loss, "anchor": "x2"},
        "xaxis3": {**epochs, "domain": [0.70, 1], "anchor": "y3"},
        "yaxis3": {**score, "anchor": "x3"},
    }
