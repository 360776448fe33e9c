"""The journal of a study: results on disk, written run by run, so that a study can be resumed.

The file has one JSON object per line: first the study, then the results in the order of
completion. Python writes floats with enough digits to restore the same bits. An incomplete last
line is ignored.
"""

import json
from base64 import b64decode, b64encode
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from mlp_live.study.results import Results
from mlp_live.study.runner import Trial
from mlp_live.study.study import Study
from mlp_live.study.trial_result import GRID_SIZE, TrialResult
from mlp_live.training.history import Metrics

NAME = "runs.jsonl"


class JournalError(ValueError):
    """A folder that cannot be used; the message says why, and what to do."""


class Journal:
    """The journal in ``folder``, open for writing.

    Raises `JournalError` if the folder already has a journal and ``resume`` is false, or if the
    journal belongs to another study; OSError if the folder cannot be written.
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
        """Add all results of the journal to ``results``; `JournalError` if one is damaged."""
        for number, line in enumerate(self._lines, start=2):
            try:
                entry = json.loads(line)
                results.add(entry["cell"], entry["repeat"], _result(entry))
            except (ValueError, KeyError, TypeError):
                problem = f"{self._path}, line {number} is damaged; delete this line."
                raise JournalError(problem) from None

    def add(self, trial: Trial, result: TrialResult) -> None:
        """Write a result to the end of the journal."""
        self._file.write(_line(_entry(trial.cell, trial.repeat, result)))
        self._file.flush()

    def rewrite_in_order(self, results: Results) -> None:
        """Rewrite the journal of a complete study in the order of its cells and repeats."""
        header = _line({"study": results.study.model_dump(mode="json")})
        lines = (
            _line(_entry(cell.index, repeat, result)) for cell, repeat, result in results.runs()
        )
        ordered = self._path.with_suffix(".tmp")
        ordered.write_bytes(header + b"".join(lines))
        ordered.replace(self._path)


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode() + b"\n"


def _entry(cell: int, repeat: int, result: TrialResult) -> dict[str, Any]:
    return {
        "cell": cell,
        "repeat": repeat,
        "status": result.status,
        "epoch": result.epoch,
        "score": result.score,
        "reason": result.reason,
        "n_validation": result.n_validation,
        "n_test": result.n_test,
        "metrics": result.metrics.tolist(),
        "grid": None if result.grid is None else b64encode(result.grid.tobytes()).decode(),
    }


def _result(entry: dict[str, Any]) -> TrialResult:
    grid = None
    if entry["grid"] is not None:
        pixels = np.frombuffer(b64decode(entry["grid"]), np.uint8)
        grid = pixels.reshape(GRID_SIZE, GRID_SIZE)
    return TrialResult(
        status=entry["status"],
        metrics=np.array(entry["metrics"], np.float64).reshape(-1, len(Metrics._fields)),
        epoch=entry["epoch"],
        score=entry["score"],
        reason=entry["reason"],
        n_validation=entry["n_validation"],
        n_test=entry["n_test"],
        grid=grid,
    )
