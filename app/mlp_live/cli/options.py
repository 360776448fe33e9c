"""What the commands share: options of RunConfig and of tables, errors, compiling the kernels."""

import inspect
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.markup import escape

from mlp_live.cli.process import tell
from mlp_live.data.table import (
    MAX_BYTES,
    NO_SPLIT,
    Table,
    TableError,
    read_table,
    validate_choices,
)
from mlp_live.engine.engine import warm_up
from mlp_live.engine.kernel_cache import before_compiling, unwritable_folder
from mlp_live.study.trial_result import table_finder
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError, ConfigField, config_fields, error_message
from mlp_live.training.run import Run

TABLE_PANEL = "Table"
OUTPUT_PANEL = "Output"
COMPILING = "Compiling for this processor; this takes about 15 seconds …"
# By the kind of a field: what its value looks like.
METAVARS = {
    "integer": "INTEGER",
    "number": "NUMBER",
    "choice": "CHOICE",
    "multiple_choice": "CHOICE,…",
    "switch": "true|false",
    "layer_sizes": "INTEGER,…",
}

DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="FILE",
        help="Train on your own table (CSV or TSV).",
        rich_help_panel=TABLE_PANEL,
    ),
]


def _table_option(name: str, metavar: str, help_text: str) -> tuple[None, Any]:
    option = typer.Option(name, metavar=metavar, help=help_text, rich_help_panel=TABLE_PANEL)
    return None, Annotated[str | None, option]


# The options that choose what to use from the table of --data: default and annotation of each.
TABLE_OPTIONS: dict[str, tuple[Any, Any]] = {
    "features": _table_option(
        "--features", "NAME,…", "Columns of --data that are the features, separated by commas."
    ),
    "label": _table_option("--label", "NAME", "Column of --data that is to be predicted."),
    "split": _table_option(
        "--split",
        "NAME",
        "Column of --data that holds train, validation or test; “none” splits at random.",
    ),
    "task": _table_option(
        "--task", "CHOICE", "The task for --data. One of classification, regression."
    ),
    "drop_missing": (
        False,
        Annotated[
            bool,
            typer.Option(
                "--drop-missing",
                help="Leave out rows of --data that lack a value.",
                rich_help_panel=TABLE_PANEL,
            ),
        ],
    ),
}


def refuse(message: str) -> NoReturn:
    """Exit with code 2, and with ``message`` in one line on stderr."""
    tell(f"mlp-live: {message}")
    sys.exit(2)


def compile_kernels() -> None:
    """Compile the kernels before they are needed; tell that this takes long, if it does."""
    before_compiling(lambda: tell(COMPILING))
    warm_up()
    folder = unwritable_folder()
    if folder is not None:
        tell(f"The folder {folder} cannot be written, so the kernels are compiled at every start.")


def config_and_table(
    data: Path | None, options: dict[str, Any]
) -> tuple[dict[str, str], Table | None]:
    """The values for RunConfig among the given ``options``, and the table in the file ``data``.

    Exits with an error if the table cannot be used or the options contradict it.
    """
    values = {name: value for name, value in options.items() if value is not None}
    table = load_table(data, values)
    if table is None:
        if values.get("dataset") == "table":
            refuse("--dataset table needs --data FILE.")
        return values, None
    if (dataset := values.get("dataset", "table")) != "table":
        refuse(f"--data goes with --dataset table, not with {dataset}.")
    return {**values, "dataset": "table", "table": table.digest}, table


def load_table(path: Path | None, options: dict[str, Any]) -> Table | None:
    """The table in a file, or None without a file; removes `TABLE_OPTIONS` from ``options``.

    Exits with an error if the table cannot be used, or if there are options of a table but no file.
    """
    values = {name: options.pop(name, None) for name in TABLE_OPTIONS}
    choices: dict[str, Any] = {name: value for name, value in values.items() if value}
    if path is None:
        if choices:
            refuse(f"--{next(iter(choices)).replace('_', '-')} goes with --data FILE.")
        return None
    if "features" in choices:
        choices["features"] = [name.strip() for name in choices["features"].split(",")]
    if choices.get("split") == "none":
        choices["split"] = NO_SPLIT
    try:
        return read_table(read_file(path), validate_choices(choices))
    except TableError as error:
        refuse(f"{path}: {error}")


def read_file(path: Path) -> bytes:
    """The content of a file, cut just beyond the largest size of a table."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        refuse(f"cannot read {path}: {error.strerror}.")


def run_from_options(data: Path | None, options: dict[str, Any]) -> Run:
    """The run that the options describe, at epoch 0. Exits with an error if they are invalid."""
    values, table = config_and_table(data, options)
    try:
        return prepare_run(RunConfig.model_validate(values), table)
    except ValidationError as error:
        refuse(error_message(error))


def prepare_run(config: RunConfig, table: Table | None) -> Run:
    """The run of ``config``, at epoch 0. Exits with an error if it cannot be run."""
    compile_kernels()
    try:
        return Run(config, table_finder(table))
    except ConfigError as error:
        refuse(error_message(error))


def with_config_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add an option for every field of RunConfig, and those of a table, to ``command``.

    They replace its ``**`` parameter. Values are passed on as text; RunConfig validates them.
    """
    own = inspect.signature(command, eval_str=True).parameters.values()
    keyword = inspect.Parameter.KEYWORD_ONLY
    fields = [
        inspect.Parameter(name, keyword, default=None, annotation=_config_option(field))
        for name, field in config_fields().items()
        if name != "table"
    ]
    choices = [
        inspect.Parameter(name, keyword, default=default, annotation=annotation)
        for name, (default, annotation) in TABLE_OPTIONS.items()
    ]
    parameters = [*fields, *(p for p in own if p.kind == keyword), *choices]
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return command


def _config_option(field: ConfigField) -> Any:
    """The option of a field: its type, help, allowed values and default."""
    allowed = field.allowed_values[0].upper() + field.allowed_values[1:]
    default = field.to_text(field.default)
    text = f"{field.help} {allowed}. [default: {default}]"
    option = typer.Option(
        "--" + field.name.replace("_", "-"),
        metavar=METAVARS[field.kind],
        help=escape(text),
        rich_help_panel=field.group,
    )
    return Annotated[str | None, option]
