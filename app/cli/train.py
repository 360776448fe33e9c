"""``train`` and ``gradcheck``: one run, without a page."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.cli.options import DataOption, refuse, with_table
from app.training.check import check_run
from app.training.config import RunConfig
from app.training.fields import ConfigError, explain
from app.training.run import Run

JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object a line and epoch, nothing else.")
]


def train(*, data: DataOption = None, as_json: JsonOption = False, **given: str | None) -> None:
    """Train without a page: a line for every epoch, or a JSON object for it with --json."""
    run = _prepare(data, given)
    _show(run, as_json)
    if run.diverged_at is not None:
        print(f"Diverged at epoch {run.diverged_at}: {run.divergence}", file=sys.stderr)


def gradcheck(*, data: DataOption = None, as_json: JsonOption = False, **given: str | None) -> None:
    """Check every gradient against central differences, and compare the cost of the two.

    In float64, at the initial parameters, over the first mini-batch of the training set.
    """
    run = _prepare(data, given)
    result = check_run(run)
    if as_json:
        print(json.dumps(result._asdict()))
    else:
        print(result.told())
    if not result.passed:
        raise typer.Exit(1)


def _prepare(data: Path | None, given: dict[str, str | None]) -> Run:
    """The run that the options describe, at epoch 0; refuses what cannot be run."""
    values, table = with_table(data, given)
    try:
        return Run(RunConfig.model_validate(values), lambda digest: table)
    except ValidationError as error:
        refuse(" ".join(problem.message for problem in explain(error)))
    except ConfigError as error:
        refuse(error.problem.message)


def _epochs(run: Run) -> Iterator[int]:
    """Train to the end, telling each epoch when it is over."""
    while not run.done:
        before = run.epoch
        run.advance(run.batches_per_epoch)
        if run.epoch > before:
            yield run.epoch


def _show(run: Run, as_json: bool) -> None:
    if as_json:
        for epoch in _epochs(run):
            print(json.dumps({"epoch": epoch} | run.history[epoch]._asdict()))
        return
    columns = (TextColumn("Epoch"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as progress:
        task = progress.add_task("training", total=run.config.epochs)
        for epoch in _epochs(run):
            at = run.history[epoch]
            print(
                f"Epoch {epoch}/{run.config.epochs} · "
                f"train {at.train_accuracy:.1f} % ({at.train_loss:.3f}) · "
                f"test {at.test_accuracy:.1f} % ({at.test_loss:.3f})"
            )
            progress.update(task, completed=epoch)
