"""A study's results for other programs: a tidy CSV table, or JSON with the configuration."""

import csv
import io
import json
import math
from collections.abc import Iterator
from typing import Any

from app.sweep.outcome import SCORES
from app.sweep.results import Results
from app.sweep.study import Study
from app.training.history import Metrics


def csv_lines(results: Results) -> Iterator[str]:
    """A header, then one line for each run and epoch; a refused run has one line without epoch.

    A cell is empty where its column has no meaning: a set that is empty or was not looked at, an
    accuracy where a quantity was to be found.
    """
    axes = [axis.field for axis in results.study.axes]
    counts = ["seed"] if "seed" not in axes else []
    columns = _columns(results)
    yield _csv([*axes, "repeat", *counts, "status", "epoch", *columns])
    for cell, repeat, outcome in results.runs():
        config = results.study.config(cell, repeat)
        seed = [config.seed if config is not None else ""] if counts else []
        run = [*results.study.labels(cell), repeat, *seed, outcome.status]
        if outcome.status == "refused":
            yield _csv([*run, "", *[""] * len(columns)])
        for epoch, metrics in enumerate(outcome.metrics.tolist()):
            known = Metrics(*metrics).known(outcome.score)
            yield _csv([*run, epoch, *(known.get(name, "") for name in columns)])


def to_json(results: Results) -> str:
    """The study, a summary of each cell, the best one, and every run with all its metrics."""
    study = results.study
    content = {
        "study": study.model_dump(mode="json"),
        "best": _best(results),
        "cells": [
            {"cell": cell.index, **_values(study, cell.values), **_summary(results, cell.index)}
            for cell in study.cells
        ],
        "runs": [
            {
                "cell": cell.index,
                "repeat": repeat,
                "config": None if config is None else config.model_dump(mode="json"),
                "status": outcome.status,
                "epoch": None if outcome.status == "refused" else outcome.epoch,
                "diverged_at": outcome.diverged_at,
                "reason": outcome.reason,
                "metrics": {
                    name.replace("score", outcome.score): [
                        _finite(value) for value in outcome.metrics[:, column].tolist()
                    ]
                    for column, name in enumerate(Metrics._fields)
                    if name.split("_")[0] in outcome.sets
                },
            }
            for cell, repeat, outcome in results.runs()
            for config in [study.config(cell, repeat)]
        ],
    }
    return json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n"


def _columns(results: Results) -> list[str]:
    """Every metric under each name that it has in some run of the study."""
    scores = results.scores or SCORES[:1]
    names = [name.replace("score", score) for name in Metrics._fields for score in scores]
    return list(dict.fromkeys(names))


def _csv(row: list[Any]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()


def _values(study: Study, values: tuple[Any, ...]) -> dict[str, Any]:
    return {axis.field: value for axis, value in zip(study.axes, values, strict=True)}


def _summary(results: Results, index: int) -> dict[str, Any]:
    summary = results.summary(results.study.cells[index])
    measures = {
        name.replace("score", summary.score or "score"): found._asdict()
        for name, found in summary.measures.items()
        if found.n > 0
    }
    return {**summary._asdict(), "measures": measures}


def _best(results: Results) -> dict[str, Any] | None:
    best = results.best()
    return None if best is None else best.told


def _finite(value: float) -> float | None:
    """JSON knows neither NaN nor infinity."""
    return value if math.isfinite(value) else None
