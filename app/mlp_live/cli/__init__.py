"""The command line: `serve`, `train`, `sweep` and `gradcheck`, each in its own module."""

import inspect
import os
import sys
from collections.abc import Callable
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from mlp_live import __version__
from mlp_live.cli.gradcheck import gradcheck
from mlp_live.cli.options import refuse, with_config_options
from mlp_live.cli.serve import serve
from mlp_live.cli.sweep import sweep
from mlp_live.cli.train import train

cli = typer.Typer(add_completion=False, rich_markup_mode="rich")


def main() -> NoReturn:
    """Run the command line. An error in it is one line on stderr and exit code 2."""
    try:
        code = cli(standalone_mode=False)
    except TyperException as error:
        refuse(error.format_message())
    except typer.Abort:
        code = 130
    except BrokenPipeError:  # the reader of the output has stopped reading
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code or 0)


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
