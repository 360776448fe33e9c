"""The command line: `serve` the page, `train` or `sweep` without one, or check the gradients."""

import os
import sys
from typing import Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from app import __version__
from app.cli.options import refuse, with_config_options
from app.cli.serve import serve
from app.cli.sweep import sweep
from app.cli.train import gradcheck, train

cli = typer.Typer(add_completion=False, rich_markup_mode=None)


def main() -> NoReturn:
    """Run the command line; anything wrong in it is one line on stderr and exit code 2."""
    try:
        code = cli(standalone_mode=False)
    except TyperException as error:
        refuse(error.format_message())
    except typer.Abort:
        code = 130
    except BrokenPipeError:  # the reader of our output has read enough
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
        bool, typer.Option("--version", callback=_print_version, help="Show the version.")
    ] = False,
) -> None:
    """A multilayer perceptron, written by hand down to its gradients, learns while you watch."""


cli.command("serve")(serve)
cli.command("train")(with_config_options(train))
cli.command("gradcheck")(with_config_options(gradcheck))
cli.command("sweep")(with_config_options(sweep))
