"""What the commands share: options from RunConfig, refusals, tables, the compiler's wait."""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Timer
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError

from app.data.table import MAX_BYTES, NO_SPLIT, Table, TableError, choose, read_table
from app.mlp.engine import warm_up
from app.training.fields import ConfigError, config_fields, explain

DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="FILE", help="Train on a table of your own (CSV, TSV)."),
]


def _text_option(text: str) -> tuple[None, Any]:
    return None, Annotated[str | None, typer.Option(help=text)]


# What to take from that table: the default and the option of each choice that is made in words.
TABLE_OPTIONS: dict[str, tuple[Any, Any]] = {
    "features": _text_option("Columns of --data the network is fed, separated by commas."),
    "label": _text_option("Column of --data that is to be learnt."),
    "split": _text_option("Column of --data with train, validation, test; “none” draws the sets."),
    "task": _text_option("What to learn from --data: classification or regression."),
    "drop_missing": (
        False,
        Annotated[bool, typer.Option("--drop-missing", help="Leave out rows without a value.")],
    ),
}


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
    """The options of RunConfig that were given, completed for the table ``data``, and that table.

    The options of the table itself, `TABLE_OPTIONS`, are taken out of ``given``.
    """
    values = {name: value for name, value in given.items() if value is not None}
    table = load_table(data, values)
    if table is None:
        if values.get("dataset") == "table":
            refuse("--dataset table needs --data FILE.")
        return values, None
    if (dataset := values.get("dataset", "table")) != "table":
        refuse(f"--data goes with --dataset table, not with {dataset}.")
    return {**values, "dataset": "table", "table": table.digest}, table


def load_table(path: Path | None, given: dict[str, Any]) -> Table | None:
    """The table in a file, taken as its options say, which are taken out of ``given``.

    Refuses a table that cannot be used, and options of a table where there is none.
    """
    values = {name: given.pop(name, None) for name in TABLE_OPTIONS}
    chosen: dict[str, Any] = {name: value for name, value in values.items() if value}
    if path is None:
        if chosen:
            refuse(f"--{next(iter(chosen)).replace('_', '-')} goes with --data FILE.")
        return None
    if "features" in chosen:
        chosen["features"] = [name.strip() for name in chosen["features"].split(",")]
    if chosen.get("split") == "none":
        chosen["split"] = NO_SPLIT
    try:
        return read_table(read_file(path), choose(chosen))
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
    choices = [
        inspect.Parameter(name, keyword, default=default, annotation=annotation)
        for name, (default, annotation) in TABLE_OPTIONS.items()
    ]
    parameters = [*fields, *choices, *(p for p in own if p.kind == keyword)]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _option(name: str) -> Any:
    field = config_fields()[name]
    default = field.written(field.default)
    must = field.requirement[0].upper() + field.requirement[1:]
    text = f"{field.help} {must}; {default} unless given."
    return Annotated[str | None, typer.Option("--" + name.replace("_", "-"), help=text)]
