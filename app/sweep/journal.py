"""What is done of a study, kept on disk run by run, so that an interruption loses none of it.

One JSON object a line: the study, then each outcome in the order they came. Python writes floats
with as many digits as bring back the same bits. A last line that was cut short is left out.
"""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from app.sweep.execute import Task
from app.sweep.outcome import GRID_SIZE, Outcome
from app.sweep.results import Results
from app.sweep.study import Study
from app.training.history import Metrics

NAME = "runs.jsonl"


class JournalError(ValueError):
    """A folder that cannot be written to or resumed from: why, and what to do."""


class Journal:
    """The journal in ``folder``, open to be written to.

    Raises `JournalError` if there is one already and ``resume`` is not set, or if it is of another
    study, or no journal at all; OSError if the folder cannot be written.
    """

    def __init__(self, folder: Path, study: Study, *, resume: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / NAME
        header = _line({"study": study.model_dump(mode="json")})
        kept = path.read_bytes() if path.exists() else b""
        if kept and not resume:
            raise JournalError(f"{folder} holds a study; add --resume, or choose another folder.")
        kept = kept[: kept.rfind(b"\n") + 1]
        if kept and not kept.startswith(header):
            raise JournalError(f"{folder} holds another study; choose another folder.")
        self._lines = kept[len(header) :].splitlines()
        self._path = path
        self._file = path.open("wb")
        self._file.write(kept or header)
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def restore(self, results: Results) -> None:
        """Add all outcomes that were in the journal; raises `JournalError` where one is damaged."""
        for number, line in enumerate(self._lines, start=2):
            try:
                entry = json.loads(line)
                results.add(entry["cell"], entry["repeat"], _outcome(entry))
            except (ValueError, KeyError, TypeError):
                problem = f"{self._path}, line {number} is damaged; take the line out."
                raise JournalError(problem) from None

    def add(self, task: Task, outcome: Outcome) -> None:
        """Write an outcome to the end."""
        self._file.write(_line(_entry(task.cell, task.repeat, outcome)))
        self._file.flush()

    def close_in_order(self, results: Results) -> None:
        """Write all of a complete study anew in its own order, whatever order it came about in."""
        header = _line({"study": results.study.model_dump(mode="json")})
        lines = (_line(_entry(cell.index, repeat, o)) for cell, repeat, o in results.runs())
        ordered = self._path.with_suffix(".tmp")
        ordered.write_bytes(header + b"".join(lines))
        ordered.replace(self._path)


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode() + b"\n"


def _entry(cell: int, repeat: int, outcome: Outcome) -> dict[str, Any]:
    return {
        "cell": cell,
        "repeat": repeat,
        "status": outcome.status,
        "epoch": outcome.epoch,
        "score": outcome.score,
        "reason": outcome.reason,
        "n_validation": outcome.n_validation,
        "n_test": outcome.n_test,
        "metrics": outcome.metrics.tolist(),
        "grid": None if outcome.grid is None else b64encode(outcome.grid.tobytes()).decode(),
    }


def _outcome(entry: dict[str, Any]) -> Outcome:
    grid = None
    if entry["grid"] is not None:
        pixels = np.frombuffer(b64decode(entry["grid"]), np.uint8)
        grid = pixels.reshape(GRID_SIZE, GRID_SIZE)
    return Outcome(
        status=entry["status"],
        metrics=np.array(entry["metrics"], np.float64).reshape(-1, len(Metrics._fields)),
        epoch=entry["epoch"],
        score=entry["score"],
        reason=entry["reason"],
        n_validation=entry["n_validation"],
        n_test=entry["n_test"],
        grid=grid,
    )
