"""Export of a study's results: CSV in tidy form, or JSON with all configurations."""

import csv
import io
import json
from collections.abc import Generator, Iterator
from functools import partial
from typing import Any

from mlp_live.study.pieces import finite_or_none, json_texts, pieces, values_of
from mlp_live.study.results import Results
from mlp_live.study.study import Study
from mlp_live.study.trial_result import SCORES
from mlp_live.training.history import Metrics

_dumps = partial(json.dumps, ensure_ascii=False, allow_nan=False)


def csv_pieces(results: Results) -> Generator[str]:
    """A header, then one line per run and epoch; a refused run has one line without an epoch.

    A field is empty if its column does not apply: the metrics of a set that is empty or was not
    evaluated, or the accuracy of a regression. For the pieces see `pieces`.
    """
    return pieces(_csv_lines(results.copy()))


def json_pieces(results: Results) -> Generator[str]:
    """The study, the best cell, a summary of each cell, and every run with all its metrics.

    For the pieces see `pieces`.
    """
    return pieces(_json_texts(results.copy()))


def _csv_lines(results: Results) -> Iterator[str]:
    axes = [axis.field for axis in results.study.axes]
    counts = ["seed"] if "seed" not in axes else []
    columns = _columns(results)
    yield _csv([*axes, "repeat", *counts, "status", "epoch", *columns])
    for cell, repeat, result in results.runs():
        config = results.study.config(cell, repeat)
        seed = [config.seed if config is not None else ""] if counts else []
        run = [*results.study.labels(cell), repeat, *seed, result.status]
        if result.status == "refused":
            yield _csv([*run, "", *[""] * len(columns)])
        for epoch, metrics in enumerate(result.metrics):
            known = Metrics(*metrics.tolist()).of(result.sets, result.score)
            yield _csv([*run, epoch, *(known.get(name, "") for name in columns)])


def _json_texts(results: Results) -> Iterator[str]:
    study = results.study
    for cell in study.cells:
        results.summary(cell)  # is kept
        yield ""
    content = {
        "study": study.model_dump(mode="json"),
        "best": _best(results),
        "cells": (
            {"cell": cell.index, **_values(study, cell.values), **_summary(results, cell.index)}
            for cell in study.cells
        ),
        "runs": (
            {
                "cell": cell.index,
                "repeat": repeat,
                "config": None if config is None else config.model_dump(mode="json"),
                "status": result.status,
                "epoch": None if result.status == "refused" else result.epoch,
                "diverged_at": result.diverged_at,
                "reason": result.reason,
                "metrics": {
                    name.replace("score", result.score): map(
                        finite_or_none, values_of(result.metrics[:, column])
                    )
                    for column, name in enumerate(Metrics._fields)
                    if name.split("_")[0] in result.sets
                },
            }
            for cell, repeat, result in results.runs()
            for config in [study.config(cell, repeat)]
        ),
    }
    yield from json_texts(content, _dumps)
    yield "\n"


def _columns(results: Results) -> list[str]:
    """The names of all metrics, with those of both scores if both occur in the study."""
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
    return None if best is None else best.to_dict()
