"""``gradcheck``: compares the gradients of backpropagation with central differences."""

import json
from typing import Annotated

import typer

from mlp_live.cli.options import OUTPUT_PANEL, DataOption, run_from_options
from mlp_live.training.gradient_check import TOLERANCE, RunCheck, check_run

JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object.", rich_help_panel=OUTPUT_PANEL),
]


def gradcheck(
    *, data: DataOption = None, as_json: JsonOption = False, **options: str | None
) -> None:
    """Check the gradient of every parameter against central differences, and compare the cost.

    In float64, at the initial parameters, over the first mini-batch of the training set. The exit
    code is 1 if the gradients do not agree.
    """
    result = check_run(run_from_options(data, options))
    print(json.dumps(result._asdict()) if as_json else _report(result))
    if not result.passed:
        raise typer.Exit(1)


def _report(result: RunCheck) -> str:
    """The result in words, on several lines."""
    comparison = "agree" if result.passed else "DISAGREE"
    if result.worst_relative_error is None:
        error = "they are not finite here and cannot be compared"
    else:
        worst = result.worst_relative_error
        error = f"worst relative error {worst:.1e} (at most {TOLERANCE:.0e})"
    return (
        f"{result.parameters} parameters, {result.examples} examples, float64\n"
        f"Gradients {comparison}: {error}\n"
        f"Central differences, two forward passes per parameter: "
        f"{1e3 * result.naive_seconds:.2f} ms\n"
        f"Backpropagation, one pass for all parameters: "
        f"{1e3 * result.backpropagation_seconds:.3f} ms\n"
        f"Backpropagation is {result.ratio:.0f} times faster"
    )
