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
from app.training.evaluation import Evaluation
from app.training.fields import ConfigError
from app.training.history import Metrics
from app.training.record import Change, Record
from app.training.replay import replay
from app.training.run import Run

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
    """Train to the end, telling each epoch, and then, once, what the test set says."""
    score = run.dataset.score
    if as_json:
        for epoch in replay(run, changes):
            print(json.dumps({"epoch": epoch} | run.history[epoch].known(score)))
        if len(run.dataset.test):
            verdict = run.evaluate("test")
            found = {"test_loss": verdict.loss, f"test_{score}": getattr(verdict, score)}
            told = verdict.model_dump(mode="json", exclude_defaults=True)
            print(json.dumps({"epoch": run.shown_epoch} | found | {"evaluation": told}))
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
            print(f"Epoch {epoch}/{run.config.epochs} · {_in_a_line(run.history[epoch], run)}")
            progress.update(task, completed=epoch)
    if run.stopped_at is not None:
        print(f"Stopped early: no better validation loss since epoch {run.shown_epoch}.")
    if len(run.dataset.test):
        print(_verdict(run.evaluate("test")))


def _in_a_line(at: Metrics, run: Run) -> str:
    parts = []
    for name in run.sets:
        loss, score = getattr(at, f"{name}_loss"), getattr(at, f"{name}_score")
        written = f"R² {score:.3f}" if run.dataset.is_regression else f"{score:.1f} %"
        parts.append(f"{name} {written} ({loss:.3f})")
    return " · ".join(parts)


def _verdict(found: Evaluation) -> str:
    about = f"Test set, {found.n} points, epoch {found.epoch}"
    if found.r2 is not None:
        return f"{about}: R² {found.r2:.3f}, RMSE {found.rmse:.4g} (loss {found.loss:.3f})"
    lines = [
        f"{about}: accuracy {found.accuracy:.1f} % (loss {found.loss:.3f}), "
        f"macro F1 {found.macro_f1:.3f}"
    ]
    lines += [
        f"  {kind.name}: precision {kind.precision:.3f}, recall {kind.recall:.3f}, "
        f"F1 {kind.f1:.3f} ({kind.support} points)"
        for kind in found.classes
    ]
    return "\n".join(lines)
