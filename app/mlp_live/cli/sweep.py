"""``sweep``: a study without the page."""

import os
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

from mlp_live.cli.options import OUTPUT_PANEL, DataOption, compile_kernels, config_and_table, refuse
from mlp_live.cli.process import INTERRUPTED
from mlp_live.data.table import Table
from mlp_live.study.axis import axis_fields, split_values
from mlp_live.study.export import csv_pieces, json_pieces
from mlp_live.study.journal import Journal, JournalError
from mlp_live.study.report.html import html_pieces
from mlp_live.study.report.summary_table import describe_best, table_columns, table_rows
from mlp_live.study.results import Results
from mlp_live.study.runner import Trial, run_trials
from mlp_live.study.study import Study
from mlp_live.study.trial_result import TrialResult
from mlp_live.training.config.schema import problems_of

# The measures that fit into a terminal of 80 columns; the files have all of them.
PRINTED_MEASURES = ("train_score", "validation_score", "test_score", "train_loss")
WIDTH = 132  # of the table if it is not printed on a terminal
STUDY_PANEL = "Study"

OutOption = Annotated[
    Path,
    typer.Option(
        "--out",
        metavar="DIR",
        help="Folder for the results: CSV, JSON and an HTML report.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
ResumeOption = Annotated[
    bool,
    typer.Option(
        "--resume",
        help="Continue the interrupted study in --out DIR.",
        rich_help_panel=OUTPUT_PANEL,
    ),
]
RepeatsOption = Annotated[
    str,
    typer.Option(
        "--repeats",
        metavar="INTEGER",
        help="Runs of each cell, with consecutive seeds.",
        rich_help_panel=STUDY_PANEL,
    ),
]
JobsOption = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        min=1,
        help=r"Runs at the same time. \[default: the number of cores]",
        rich_help_panel=STUDY_PANEL,
    ),
]
SchedulerOption = Annotated[
    str | None,
    typer.Option(
        "--scheduler",
        metavar="ADDRESS",
        help="Run on the workers of this Dask scheduler instead of this machine.",
        rich_help_panel=STUDY_PANEL,
    ),
]


def sweep(
    *,
    data: DataOption = None,
    repeats: RepeatsOption = "1",
    jobs: JobsOption = None,
    scheduler: SchedulerOption = None,
    out: OutOption,
    resume: ResumeOption = False,
    **options: str | None,
) -> None:
    """Run a study: all combinations of the values of one or two options.

    Give one or two of the options below a list of values, such as --batch-size 1,10,50. Separate
    lists of hidden layers or of inputs by semicolons, such as --hidden "10; 8,8". Without any list
    the study varies batch size and learning rate as in the practical course. The test set is
    evaluated unless you give --show-test false.
    """
    values, table = config_and_table(data, options)
    study = _study(values, repeats)
    results = Results(study)
    try:
        with Journal(out, study, resume=resume) as journal:
            journal.restore(results)
            seconds = _run(results, journal, table, scheduler, jobs or os.cpu_count() or 1)
            journal.rewrite_in_order(results)
        _export(results, table, out)
    except JournalError as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"{error.strerror or error}: {error.filename or out}.")
    except KeyboardInterrupt:
        left = len(results.missing())
        print(f"Interrupted; {left} runs are left. Completed runs are kept: add --resume.")
        raise typer.Exit(INTERRUPTED) from None
    _print_results(results, seconds)


def _study(values: dict[str, str], repeats: str) -> Study:
    """The study that the options describe; options with a list of values are its axes."""
    lists = {
        name: parts
        for name, text in values.items()
        if name in axis_fields() and len(parts := split_values(axis_fields()[name], text)) > 1
    }
    axes: list[Any] = [{"field": name, "values": parts} for name, parts in lists.items()]
    if not axes:
        axes = [axis for axis in Study().axes if axis.field not in values]
    if not axes:
        refuse("no option has a list of values; give one or two options a list, such as 1,10,50.")
    base = {name: text for name, text in values.items() if name not in lists}
    try:
        return Study.model_validate({"base": base, "axes": axes, "repeats": repeats})
    except ValidationError as error:
        refuse(problems_of(error)[0].message)


def _run(
    results: Results, journal: Journal, table: Table | None, scheduler: str | None, jobs: int
) -> float:
    """Run the missing trials and write each to the journal; return the seconds this took."""
    missing = results.missing()
    if scheduler is None:
        compile_kernels()
    start = perf_counter()
    columns = (TextColumn("Runs"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn())
    terminal = Console(stderr=True)
    with Progress(*columns, console=terminal, disable=not terminal.is_terminal) as progress:
        bar = progress.add_task("runs", total=len(missing))
        for trial, result in _results(missing, table, scheduler, jobs):
            journal.add(trial, result)
            results.add(trial.cell, trial.repeat, result)
            progress.advance(bar)
    return perf_counter() - start


def _results(
    trials: list[Trial], table: Table | None, scheduler: str | None, jobs: int
) -> Iterator[tuple[Trial, TrialResult]]:
    if scheduler is None:
        yield from run_trials(trials, table, jobs)
        return
    try:
        from mlp_live.study import cluster
    except ImportError:
        refuse("--scheduler needs Dask: pip install 'mlp-live[cluster]'.")
    try:
        yield from cluster.run_trials(trials, table, scheduler)
    except cluster.ClusterError as error:
        refuse(str(error))


def _export(results: Results, table: Table | None, out: Path) -> None:
    exports = {
        "study.csv": csv_pieces(results),
        "study.json": json_pieces(results),
        "study.html": html_pieces(results, table),
    }
    for name, pieces in exports.items():
        with (out / name).open("w", encoding="utf-8", newline="") as file:
            file.writelines(pieces)


def _print_results(results: Results, seconds: float) -> None:
    table = RichTable(box=SIMPLE_HEAD, pad_edge=False)
    for name in table_columns(results, PRINTED_MEASURES):
        table.add_column(name, justify="right", no_wrap=True)
    for row in table_rows(results, PRINTED_MEASURES):
        table.add_row(*row.texts, style="bold" if row.is_best else None)
    Console(width=None if sys.stdout.isatty() else WIDTH).print(table)
    best = results.best()
    if best is not None:
        print(" ".join([describe_best(results.study, best), best.warning]).rstrip())
    print(f"{sum(1 for _ in results.runs())} runs, {seconds:.2f} s of computing.")
