"""The commands: `serve`, `train`, `sweep` and `gradcheck`, each in its own module."""

import inspect
from collections.abc import Callable
from typing import Annotated

import typer
from typer.exceptions import TyperException

from mlp_live import __version__
from mlp_live.cli.gradcheck import gradcheck
from mlp_live.cli.options import refuse, with_config_options
from mlp_live.cli.serve import serve
from mlp_live.cli.sweep import sweep
from mlp_live.cli.train import train

cli = typer.Typer(add_completion=False, rich_markup_mode="rich")


def run(arguments: list[str]) -> int:
    """Run a command and return its exit code. An invalid command exits with one line on stderr."""
    command = typer.main.get_command(cli)
    # Not the command's `main`, which ends the process if an interrupt or a broken pipe ends it.
    try:
        with command.make_context("mlp-live", arguments) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except TyperException as error:
        refuse(error.format_message())
    return 0


def _print_version(asked: bool) -> None:
    if asked:
        print(__version__)
        raise typer.Exit


@cli.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, help="Show the version and exit.")
    ] = False,
) -> None:
    """MLP Live: train a multilayer perceptron, written by hand, and watch it learn."""


def _help(command: Callable[..., None]) -> str:
    """The docstring of a command, each paragraph in one line, as the terminal wraps it."""
    paragraphs = inspect.getdoc(command) or ""
    return "\n\n".join(" ".join(text.split()) for text in paragraphs.split("\n\n"))


cli.command("serve", help=_help(serve))(serve)
for command in (train, sweep, gradcheck):
    cli.command(command.__name__, help=_help(command))(with_config_options(command))
