"""``train``: one run without the page."""

import json
import sys
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mlp_live.cli.options import (
    OUTPUT_PANEL,
    DataOption,
    load_table,
    prepare_run,
    read_file,
    refuse,
    run_from_options,
)
from mlp_live.cli.process import tell
from mlp_live.training.config.schema import error_message
from mlp_live.training.evaluation import Evaluation, finite_or_none
from mlp_live.training.events import Event, EventError
from mlp_live.training.history import Metrics
from mlp_live.training.record import Record
from mlp_live.training.replay import replay
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason

JsonOption = Annotated[
    bool,
    typer.Option(
        "--json",
        help="Print one JSON object per line and epoch, and nothing else.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
RecordOption = Annotated[
    Path | None,
    typer.Option(
        "--record",
        metavar="FILE.json",
        help="Repeat the run of a record that was saved on the page. It replaces all other options "
        "except --data and --json.",
        rich_help_panel="Record",
    ),
]


def train(
    *,
    data: DataOption = None,
    record: RecordOption = None,
    as_json: JsonOption = False,
    **options: str | None,
) -> None:
    """Train one run without the page, and print the metrics of every epoch.

    At the end the network is evaluated on the test set.
    """
    events: list[Event] = []
    if record is None:
        run = run_from_options(data, options)
    else:
        run, events = _run_from_record(record, data, options)
    try:
        _print_run(run, events, as_json)
    except EventError as error:
        refuse(f"{record}: {error}")
    if run.end is not None and run.end.reason is EndReason.DIVERGED:
        tell(f"Diverged at epoch {run.end.epoch}: {run.end.message}")


def _run_from_record(
    path: Path, data: Path | None, options: dict[str, Any]
) -> tuple[Run, list[Event]]:
    """The run of a record, at epoch 0, and its events. Exits with an error if it is invalid."""
    table = load_table(data, options)
    if any(value is not None for value in options.values()):
        refuse("--record already contains the configuration; leave out the other options.")
    try:
        record = Record.model_validate_json(read_file(path))
    except ValidationError as error:
        match error.errors(include_url=False)[0]["loc"]:
            case ("events", int(index), *_):
                where = f"event {index + 1}: "
            case _:
                where = ""
        refuse(f"{path} is not the record of a run: {where}{error_message(error)}")
    if table is not None and record.config.dataset != "table":
        refuse(f"--data goes with --dataset table, not with {record.config.dataset}.")
    return prepare_run(record.config, table), record.events


def _print_run(run: Run, events: list[Event], as_json: bool) -> None:
    """Train to the end and print each epoch, then the evaluation on the test set."""
    score = run.dataset.score
    if as_json:
        for epoch in replay(run, events):
            metrics = run.history[epoch].of(run.history.sets, score)
            print(json.dumps({"epoch": epoch} | {n: finite_or_none(v) for n, v in metrics.items()}))
        if len(run.dataset.test):
            result = run.evaluate("test")
            final = {"test_loss": result.loss, f"test_{score}": getattr(result, score)}
            evaluation = result.model_dump(mode="json", exclude_defaults=True)
            line = {"epoch": run.shown_epoch} | final | {"evaluation": evaluation}
            print(json.dumps(line))
        return
    columns = (TextColumn("Epoch"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    terminal = Console(stderr=True)
    with Progress(
        *columns,
        console=terminal,
        disable=not terminal.is_terminal,
        redirect_stdout=sys.stdout.isatty(),  # lines and bar only interfere on the same terminal
    ) as progress:
        bar = progress.add_task("training", total=run.config.epochs)
        for epoch in replay(run, events):
            print(f"Epoch {epoch}/{run.config.epochs} · {_metrics_line(run.history[epoch], run)}")
            progress.update(bar, completed=epoch)
    if run.end is not None and run.end.reason is EndReason.EARLY_STOPPED:
        since = run.end.epoch - run.config.patience
        by = f" by more than {run.config.min_delta}" if run.config.min_delta else ""
        print(f"Stopped early: the validation loss has not improved{by} since epoch {since}.")
    if len(run.dataset.test):
        print(_evaluation_text(run.evaluate("test")))


def _metrics_line(metrics: Metrics, run: Run) -> str:
    """Score and loss of each set, in one line."""
    parts = []
    for name in run.history.sets:
        loss, score = getattr(metrics, f"{name}_loss"), getattr(metrics, f"{name}_score")
        text = f"R² {_number(score)}" if run.dataset.is_regression else f"{score:.1f} %"
        parts.append(f"{name} {text} ({_number(loss)})")
    return " · ".join(parts)


def _number(value: float | None, form: str = ".3f") -> str:
    """``value`` in this form; with three digits if it is huge, as R² may be."""
    if value is None or not isfinite(value):
        return "not finite"
    return format(value, form if abs(value) < 1e6 else ".3g")


def _evaluation_text(result: Evaluation) -> str:
    """An evaluation on the test set, with one line per class."""
    start = f"Test set, {result.n} points, epoch {result.epoch}"
    loss = _number(result.loss)
    if not result.classes:
        r2, rmse = _number(result.r2), _number(result.rmse, ".4g")
        return f"{start}: R² {r2}, RMSE {rmse} (loss {loss})"
    lines = [
        f"{start}: accuracy {result.accuracy:.1f} % (loss {loss}), macro F1 {result.macro_f1:.3f}"
    ]
    lines += [
        f"  {one.name}: precision {one.precision:.3f}, recall {one.recall:.3f}, "
        f"F1 {one.f1:.3f} ({one.support} points)"
        for one in result.classes
    ]
    return "\n".join(lines)
