"""``sweep``: a study, without a page."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as RichTable

from app.cli.options import DataOption, compile_kernels, refuse, with_table
from app.data.table import Table
from app.sweep.axis import axis_fields, split_values
from app.sweep.execute import Task, execute
from app.sweep.export import csv_lines, to_json
from app.sweep.journal import Journal, JournalError
from app.sweep.outcome import Outcome
from app.sweep.report import best_in_words, table_columns, table_rows, to_html
from app.sweep.results import Results
from app.sweep.study import Study
from app.training.fields import explain

# What fits into a terminal of 80 columns; the files tell the rest.
SHOWN = ("train_score", "validation_score", "test_score", "train_loss")
WIDTH = 132  # of the table where it is no terminal that shows it

Out = Annotated[
    Path, typer.Option("--out", metavar="DIR", help="Where results go: CSV, JSON, HTML report.")
]
Repeats = Annotated[str, typer.Option(help="Runs of each cell, with seeds counting up.")]
Jobs = Annotated[
    int | None, typer.Option(min=1, help="Runs at a time; the number of cores unless given.")
]
Resume = Annotated[bool, typer.Option("--resume", help="Complete what is missing in --out DIR.")]
Scheduler = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Run on the workers of this Dask scheduler instead."),
]


def sweep(
    *,
    out: Out,
    repeats: Repeats = "1",
    jobs: Jobs = None,
    resume: Resume = False,
    scheduler: Scheduler = None,
    data: DataOption = None,
    **given: str | None,
) -> None:
    """Run a study: every combination of one or two options that hold a list, such as 1,10,50.

    Lists of hidden layers or of inputs are separated by semicolons: "10; 8,8". Without any list,
    batch sizes and learning rates are the practical's. The test set is looked at, unless it is said
    that it should not be: --show-test false.
    """
    values, table = with_table(data, given)
    study = _study(values, repeats)
    results = Results(study)
    try:
        with Journal(out, study, resume=resume) as journal:
            journal.restore(results)
            seconds = _run(results, journal, table, scheduler, jobs or os.cpu_count() or 1)
            journal.close_in_order(results)
        _export(results, table, out)
    except JournalError as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.strerror or error}: {error.filename or out}.")
    except KeyboardInterrupt:
        left = len(results.missing())
        print(f"Interrupted with {left} runs to go; what is done is kept: add --resume.")
        raise typer.Exit(128 + signal.SIGINT) from None
    _show(results, seconds)


def _study(values: dict[str, str], repeats: str) -> Study:
    """The study of the options; those that hold a list are its axes."""
    lists = {
        name: parts
        for name, text in values.items()
        if name in axis_fields() and len(parts := split_values(axis_fields()[name], text)) > 1
    }
    axes: list[Any] = [{"field": name, "values": parts} for name, parts in lists.items()]
    if not axes:
        axes = [axis for axis in Study().axes if axis.field not in values]
    if not axes:
        refuse("no option holds a list; give one or two of them several values, such as 1,10,50.")
    base = {name: text for name, text in values.items() if name not in lists}
    try:
        return Study.model_validate({"base": base, "axes": axes, "repeats": repeats})
    except ValidationError as error:
        refuse(explain(error)[0].message)


def _run(
    results: Results, journal: Journal, table: Table | None, scheduler: str | None, jobs: int
) -> float:
    """Make the runs that are missing, keeping each as it is done; the seconds that this took."""
    missing = results.missing()
    if scheduler is None:
        compile_kernels()
    start = perf_counter()
    columns = (TextColumn("Runs"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as progress:
        bar = progress.add_task("runs", total=len(missing))
        for task, outcome in _outcomes(missing, table, scheduler, jobs):
            journal.add(task, outcome)
            results.add(task.cell, task.repeat, outcome)
            progress.advance(bar)
    return perf_counter() - start


def _outcomes(
    tasks: list[Task], table: Table | None, scheduler: str | None, jobs: int
) -> Iterator[tuple[Task, Outcome]]:
    if scheduler is None:
        yield from execute(tasks, table, jobs)
        return
    try:
        from app.sweep import cluster
    except ImportError:
        refuse("--scheduler needs Dask: pip install 'mlp-live[cluster]'.")
    try:
        yield from cluster.execute(tasks, table, scheduler)
    except cluster.ClusterError as error:
        refuse(str(error))


def _export(results: Results, table: Table | None, out: Path) -> None:
    with (out / "study.csv").open("w", encoding="utf-8", newline="") as file:
        file.writelines(csv_lines(results))
    (out / "study.json").write_text(to_json(results), encoding="utf-8")
    (out / "study.html").write_text(to_html(results, table), encoding="utf-8")


def _show(results: Results, seconds: float) -> None:
    shown = RichTable(box=SIMPLE_HEAD, pad_edge=False)
    for name in table_columns(results, SHOWN):
        shown.add_column(name, justify="right", no_wrap=True)
    for row in table_rows(results, SHOWN):
        shown.add_row(*row["texts"], style="bold" if row["best"] else None)
    Console(width=None if sys.stdout.isatty() else WIDTH).print(shown)
    best = results.best()
    if best is not None:
        print(" ".join([best_in_words(results.study, best), best.warning]).rstrip())
    print(f"{sum(1 for _ in results.runs())} runs, {seconds:.2f} s of computing.")
