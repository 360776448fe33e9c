"""``train`` and ``gradcheck``: one run, without a page."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.cli.options import DataOption, in_words, load_table, read_file, refuse, with_table
from app.data.table import Table
from app.sweep.outcome import finder
from app.training.check import check_run
from app.training.config import RunConfig
from app.training.fields import ConfigError
from app.training.record import Change, Record
from app.training.run import Run, replay

JsonOption = Annotated[
    bool, typer.Option("--json", help="One JSON object a line and epoch, nothing else.")
]
RecordOption = Annotated[
    Path | None,
    typer.Option("--record", metavar="FILE.json", help="Repeat a run from its record."),
]


def train(
    *,
    data: DataOption = None,
    as_json: JsonOption = False,
    record: RecordOption = None,
    **given: str | None,
) -> None:
    """Train without a page: a line for every epoch, or a JSON object for it with --json."""
    if record is None:
        run, changes = _prepare(data, given), []
    else:
        table = load_table(data, given)
        if any(value is not None for value in given.values()):
            refuse("--record says all there is to say of a run; leave out the other options.")
        read = _read_record(record)
        if table is not None and read.config.dataset != "table":
            refuse(f"--data goes with --dataset table, not with {read.config.dataset}.")
        run, changes = _run(read.config, table), read.changes
    try:
        _show(run, changes, as_json)
    except (ValidationError, ConfigError) as error:
        refuse(f"{record}: {in_words(error)}")
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
        return _run(RunConfig.model_validate(values), table)
    except ValidationError as error:
        refuse(in_words(error))


def _run(config: RunConfig, table: Table | None) -> Run:
    try:
        return Run(config, finder(table))
    except ConfigError as error:
        refuse(in_words(error))


def _read_record(path: Path) -> Record:
    try:
        return Record.model_validate_json(read_file(path))
    except ValidationError as error:
        refuse(f"{path} is no record of a run: {in_words(error)}")


def _show(run: Run, changes: list[Change], as_json: bool) -> None:
    if as_json:
        for epoch in replay(run, changes):
            print(json.dumps({"epoch": epoch} | run.history[epoch]._asdict()))
        return
    columns = (TextColumn("Epoch"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    terminal = Console(stderr=True)
    with Progress(
        *columns,
        console=terminal,
        disable=not terminal.is_terminal,
        redirect_stdout=sys.stdout.isatty(),  # only there would lines and bar disturb each other
    ) as progress:
        task = progress.add_task("training", total=run.config.epochs)
        for epoch in replay(run, changes):
            at = run.history[epoch]
            print(
                f"Epoch {epoch}/{run.config.epochs} · "
                f"train {at.train_accuracy:.1f} % ({at.train_loss:.3f}) · "
                f"test {at.test_accuracy:.1f} % ({at.test_loss:.3f})"
            )
            progress.update(task, completed=epoch)
