"""The command line: ``serve`` the page, ``train`` without one, or check the gradients."""

import inspect
import json
import os
import socket
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Annotated, Any, NoReturn

import typer
import uvicorn
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from typer.exceptions import TyperException

from app import __version__
from app.data.table import MAX_BYTES, Table, TableError, read_table
from app.mlp.engine import warm_up
from app.settings import Settings
from app.training.check import check_run
from app.training.config import RunConfig
from app.training.fields import ConfigError, config_fields, explain
from app.training.record import Change, Record
from app.training.run import Run, replay
from app.web.application import create_app

cli = typer.Typer(add_completion=False, rich_markup_mode=None)


def main() -> NoReturn:
    """Run the command line; anything wrong in it is one line on stderr and exit code 2."""
    try:
        code = cli(standalone_mode=False)
    except TyperException as error:
        _refuse(error.format_message())
    except typer.Abort:
        code = 130
    except BrokenPipeError:  # the reader of our output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code or 0)


def _refuse(message: str) -> NoReturn:
    print("mlp-live: " + " ".join(message.split()), file=sys.stderr)
    sys.exit(2)


def _print_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@cli.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, help="Show the version.")
    ] = False,
) -> None:
    """A multilayer perceptron, written by hand down to its gradients, learns while you watch."""


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address; 127.0.0.1 unless set.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 8000 unless set, 0: any.")] = None,
    browser: Annotated[bool, typer.Option(help="Open the page where there is a display.")] = True,
) -> None:
    """Serve the page (settings also come from MLP_LIVE_* in the environment)."""
    given: dict[str, Any] = {"host": host, "port": port}
    try:
        settings = Settings(**{k: v for k, v in given.items() if v is not None})
    except ValidationError as error:
        _refuse("; ".join(f"{detail['loc'][0]}: {detail['msg']}" for detail in error.errors()))
    try:
        listener = listen(settings)
    except OSError as error:
        _refuse(f"cannot listen on {settings.host}:{settings.port} ({error.strerror}); try --port.")
    name = {"0.0.0.0": "localhost", "::": "localhost"}.get(settings.host, settings.host)
    name = f"[{name}]" if ":" in name else name
    url = f"http://{name}:{listener.getsockname()[1]}/"
    _compile()
    print(f"MLP Live is at {url} (Ctrl+C ends it)", flush=True)
    if browser and _has_display():
        webbrowser.open(url)
    server = uvicorn.Server(server_config(settings))
    server.run(sockets=[listener])


def listen(settings: Settings) -> socket.socket:
    """A socket that listens where the settings say; raises OSError if it cannot."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.create_server((settings.host, settings.port), family=family)
    # Inherited by every connection: a small answer must not wait for the last one's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def server_config(settings: Settings) -> uvicorn.Config:
    """How uvicorn serves the application."""
    return uvicorn.Config(
        create_app(settings),
        log_level="warning",
        # The session refuses what is over its limit in words; far beyond it the socket is closed.
        ws_max_size=16 * settings.max_message_bytes,
        # Frames go to the same machine or the same room: compressing them costs more than it saves.
        ws_per_message_deflate=False,
        limit_concurrency=4 * settings.max_runs + 64,
        timeout_graceful_shutdown=2,
    )


def _has_display() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def train(
    *,
    data: Path | None = None,
    as_json: bool = False,
    record: Path | None = None,
    **given: str | None,
) -> None:
    """Train without a page: a line for every epoch, or a JSON object for it with --json."""
    if record is None:
        run, changes = _prepare(data, given), []
    else:
        if any(value is not None for value in given.values()):
            _refuse("--record says all there is to say of a run; leave out the other options.")
        read = _read_record(record)
        run, changes = _run(read.config, data), read.changes
    try:
        _show(run, changes, as_json)
    except (ValidationError, ConfigError) as error:
        _refuse(f"{record}: {_in_words(error)}")
    if run.diverged_at is not None:
        print(f"Diverged at epoch {run.diverged_at}: {run.divergence}", file=sys.stderr)


def gradcheck(*, data: Path | None = None, as_json: bool = False, **given: str | None) -> None:
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
    values: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if data is not None:
        values = {"dataset": "table", "table": _read_table(data).digest} | values
    elif values.get("dataset") == "table":
        _refuse("--dataset table needs --data FILE.csv.")
    try:
        return _run(RunConfig.model_validate(values), data)
    except ValidationError as error:
        _refuse(_in_words(error))


def _run(config: RunConfig, data: Path | None) -> Run:
    if data is not None and config.dataset != "table":
        _refuse(f"--data goes with --dataset table, not with {config.dataset}.")
    tables: dict[str, Table] = {}
    if data is not None:
        table = _read_table(data)
        tables[table.digest] = table
    try:
        return Run(config, tables.get)
    except ConfigError as error:
        _refuse(_in_words(error))


def _in_words(error: ValidationError | ConfigError) -> str:
    problems = explain(error) if isinstance(error, ValidationError) else [error.problem]
    return " ".join(problem.message for problem in problems)


def _compile() -> None:
    """Compile the kernels before they are needed; say so where it takes a while."""
    told = "Compiling for this processor, once; some 15 seconds …"
    timer = Timer(2.0, print, [told], {"file": sys.stderr})
    timer.start()
    warm_up()
    timer.cancel()


def _read_table(path: Path) -> Table:
    try:
        return read_table(_read(path))
    except TableError as error:
        _refuse(f"{path}: {error}")


def _read_record(path: Path) -> Record:
    try:
        return Record.model_validate_json(_read(path))
    except ValidationError as error:
        _refuse(f"{path} is no record of a run: {_in_words(error)}")


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        _refuse(f"cannot read {path}: {error.strerror}.")


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


def _with_config_options(command: Callable[..., None], **more: Any) -> Callable[..., None]:
    """Give ``command`` an option for every field of RunConfig, read from the model itself.

    ``more`` are further options, by name, which are nothing unless given.

    Values arrive as they were typed; RunConfig checks them, as it does everywhere.
    """
    keyword = inspect.Parameter.KEYWORD_ONLY
    parameters = [
        inspect.Parameter(name, keyword, default=None, annotation=_option(name))
        for name in config_fields()
        if name != "table"
    ]
    data = typer.Option("--data", metavar="FILE.csv", help="Train on a CSV table of your own.")
    as_json = typer.Option("--json", help="One JSON object a line and epoch, nothing else.")
    parameters += [
        inspect.Parameter("data", keyword, default=None, annotation=Annotated[Path | None, data]),
        inspect.Parameter("as_json", keyword, default=False, annotation=Annotated[bool, as_json]),
    ]
    parameters += [
        inspect.Parameter(name, keyword, default=None, annotation=annotation)
        for name, annotation in more.items()
    ]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _option(name: str) -> Any:
    field = config_fields()[name]
    default = field.written(field.default)
    must = field.requirement[0].upper() + field.requirement[1:]
    text = f"{field.help} {must}; {default} unless given."
    return Annotated[str | None, typer.Option("--" + name.replace("_", "-"), help=text)]


RECORD = typer.Option("--record", metavar="FILE.json", help="Repeat a run from its record.")
cli.command("train")(_with_config_options(train, record=Annotated[Path | None, RECORD]))
cli.command("gradcheck")(_with_config_options(gradcheck))
