"""Runs the command line, as a process of its own or within this one."""

import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from typing import Any

from mlp_live.cli.commands import run

Completed = subprocess.CompletedProcess  # exit code, stdout and stderr as text


def command_line(*arguments: str) -> list[str]:
    """The command that starts a process of the command line."""
    return [sys.executable, "-m", "mlp_live", *arguments]


def run_process(*arguments: str, **options: Any) -> Completed[str]:
    """Run the command line as a process of its own, with its own interpreter and streams."""
    return subprocess.run(
        command_line(*arguments), capture_output=True, text=True, timeout=120, **options
    )


def run_main(*arguments: str) -> Completed[str]:
    """Run a command in this process, which saves the start of another.

    An exception other than the exit of the program is raised here. Tests that use this need the
    fixture ``kernels``: otherwise the message about compiling may be in the output.
    """
    stdout, stderr = StringIO(), StringIO()
    with redirect_stdout(stdout), redirect_stderr(stderr):
        try:
            code = run(list(arguments))
        except SystemExit as end:
            code = int(end.code or 0)
    return Completed(["mlp-live", *arguments], code, stdout.getvalue(), stderr.getvalue())
