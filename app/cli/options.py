"""What the commands share: options from RunConfig, refusals, tables, the compiler's wait."""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from app.data.table import MAX_BYTES, Table, TableError, read_table
from app.mlp.engine import warm_up
from app.training.fields import ConfigError, config_fields, explain

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="FILE.csv", help="Train on a CSV table of your own."),
]


def refuse(message: str) -> NoReturn:
    """End with one line on stderr and exit code 2."""
    print("mlp-live: " + " ".join(message.split()), file=sys.stderr)
    sys.exit(2)


def compile_kernels() -> None:
    """Compile the kernels before they are needed; say so where it takes a while."""
    told = "Compiling for this processor, once; some 15 seconds …"
    timer = Timer(2.0, print, [told], {"file": sys.stderr})
    timer.start()
    warm_up()
    timer.cancel()


def with_table(
    data: Path | None, given: dict[str, str | None]
) -> tuple[dict[str, str], Table | None]:
    """The options that were given, completed for the table ``data``, and that table."""
    values = {name: value for name, value in given.items() if value is not None}
    if data is None:
        if values.get("dataset") == "table":
            refuse("--dataset table needs --data FILE.csv.")
        return values, None
    if (dataset := values.get("dataset", "table")) != "table":
        refuse(f"--data goes with --dataset table, not with {dataset}.")
    table = load_table(data)
    return {**values, "dataset": "table", "table": table.digest}, table


def load_table(path: Path) -> Table:
    """The table in a file; refuses one that cannot be used."""
    try:
        return read_table(read_file(path))
    except TableError as error:
        refuse(f"{path}: {error}")


def read_file(path: Path) -> bytes:
    """What is in a file, up to just beyond the largest size of a table."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        refuse(f"cannot read {path}: {error.strerror}.")


def in_words(error: ValidationError | ConfigError) -> str:
    """What is wrong with a configuration, in a line."""
    problems = explain(error) if isinstance(error, ValidationError) else [error.problem]
    return " ".join(problem.message for problem in problems)


def with_config_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give ``command``, beside its own options, one for every field of RunConfig.

    They take the place of its ``**`` parameter and are read from the model itself. Values arrive as
    they were typed; RunConfig checks them, as it does everywhere.
    """
    own = inspect.signature(command, eval_str=True).parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    fields = [
        inspect.Parameter(name, keyword, default=None, annotation=_option(name))
        for name in config_fields()
        if name != "table"
    ]
    parameters = [*fields, *(p for p in own if p.kind == keyword)]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _option(name: str) -> Any:
    field = config_fields()[name]
    default = field.written(field.default)
    must = field.requirement[0].upper() + field.requirement[1:]
    text = f"{field.help} {must}; {default} unless given."
    return Annotated[str | None, typer.Option("--" + name.replace("_", "-"), help=text)]
