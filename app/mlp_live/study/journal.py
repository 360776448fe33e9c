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
from pydantic import BaseModel, ConfigDict, Field

from mlp_live.study.results import Results
from mlp_live.study.runner import Trial
from mlp_live.study.study import Study
from mlp_live.study.trial_result import GRID_SIZE, SCORES, Status, TrialResult
from mlp_live.training.history import Metrics

NAME = "runs.jsonl"
FORMAT = 2  # 1, without a number, until version 0.2


class JournalError(ValueError):
    """A folder that cannot be used; the message says why, and what to do."""


class _Entry(BaseModel):
    """A line of the journal: where a result belongs in the study, and the result."""

    model_config = ConfigDict(extra="forbid", strict=True)

    cell: int = Field(ge=0)
    repeat: int = Field(ge=0)
    status: Status
    epoch: int = Field(ge=0)
    score: str
    reason: str
    n_test: int = Field(ge=0)
    n_shared: int = Field(ge=0)
    metrics: list[list[float]]
    grid: str | None

    def check_study(self, study: Study) -> None:
        """Raise ValueError if this cannot be the result of a run of ``study``."""
        if self.cell >= len(study.cells) or self.repeat >= study.repeats:
            raise ValueError("the study has no such run")
        config = study.cells[self.cell].config
        if config is not None and len(self.metrics) > config.epochs + 1:
            raise ValueError("there are more epochs than the run has")

    def result(self) -> TrialResult:
        """The result. Raises ValueError if it is not one that a run can have."""
        if self.score not in SCORES:
            raise ValueError("there is no such score")
        shape = (len(self.metrics), len(Metrics._fields))
        metrics = np.array(self.metrics, np.float64).reshape(shape)
        if (self.status == "refused") == bool(self.metrics) or self.epoch > max(
            0, len(self.metrics) - 1
        ):
            raise ValueError("the final epoch has no metrics")
        grid = None
        if self.grid is not None:
            pixels = np.frombuffer(b64decode(self.grid, validate=True), np.uint8)
            grid = pixels.reshape(GRID_SIZE, GRID_SIZE)
        return TrialResult(
            status=self.status,
            metrics=metrics,
            epoch=self.epoch,
            score=self.score,
            reason=self.reason,
            n_test=self.n_test,
            n_shared=self.n_shared,
            grid=grid,
        )


class Journal:
    """The journal in ``folder``, open for writing.

    Raises `JournalError` if the folder already has a journal and ``resume`` is false, or if the
    journal belongs to another study; OSError if the folder cannot be written.
    """

    def __init__(self, folder: Path, study: Study, *, resume: bool) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / NAME
        header = _header(study)
        kept = path.read_bytes() if path.exists() else b""
        if kept and not resume:
            raise JournalError(f"{folder} holds a study; add --resume, or choose another folder.")
        kept = kept[: kept.rfind(b"\n") + 1]
        if kept.startswith(b'{"study"'):
            raise JournalError(
                f"{folder} holds a study of an earlier version of MLP Live, whose runs had other "
                "results; choose another folder."
            )
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
                entry = _Entry.model_validate(json.loads(line))
                entry.check_study(results.study)
                results.add(entry.cell, entry.repeat, entry.result())
            except (ValueError, RecursionError):  # the latter if it is nested too deeply
                problem = f"{self._path}, line {number} is damaged; delete this line."
                raise JournalError(problem) from None

    def add(self, trial: Trial, result: TrialResult) -> None:
        """Write a result to the end of the journal."""
        self._file.write(_line(_entry(trial.cell, trial.repeat, result)))
        self._file.flush()

    def rewrite_in_order(self, results: Results) -> None:
        """Rewrite the journal of a complete study in the order of its cells and repeats."""
        header = _header(results.study)
        lines = (
            _line(_entry(cell.index, repeat, result)) for cell, repeat, result in results.runs()
        )
        ordered = self._path.with_suffix(".tmp")
        ordered.write_bytes(header + b"".join(lines))
        ordered.replace(self._path)


def _line(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode() + b"\n"


def _header(study: Study) -> bytes:
    return _line({"format": FORMAT, "study": study.model_dump(mode="json")})


def _entry(cell: int, repeat: int, result: TrialResult) -> dict[str, Any]:
    return {
        "cell": cell,
        "repeat": repeat,
        "status": result.status,
        "epoch": result.epoch,
        "score": result.score,
        "reason": result.reason,
        "n_test": result.n_test,
        "n_shared": result.n_shared,
        "metrics": result.metrics.tolist(),
        "grid": None if result.grid is None else b64encode(result.grid.tobytes()).decode(),
    }
