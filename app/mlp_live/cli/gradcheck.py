"""``gradcheck``: checks the gradients, and what the compiled engine computes."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from mlp_live.cli.options import OUTPUT_PANEL, DataOption, run_from_options
from mlp_live.training.gradient_check.comparison import Comparison
from mlp_live.training.gradient_check.run_check import RunCheck, check_run

JsonOption = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON object.", rich_help_panel=OUTPUT_PANEL),
]


def gradcheck(
    *, data: DataOption = None, as_json: JsonOption = False, **options: str | None
) -> None:
    """Check the gradients and the compiled engine, and measure the cost of a gradient.

    Checks the gradient by backpropagation against central differences, both in readable NumPy.
    Checks the compiled engine, which trains, against the readable network: its gradient, the step
    of the optimizer, its predictions and its loss. All of this is done with the initial parameters.
    The exit code is 1 unless all four comparisons agree.
    """
    result = check_run(run_from_options(data, options))
    print(json.dumps(asdict(result)) if as_json else _report(result))
    if not result.passed:
        raise typer.Exit(1)


def _report(result: RunCheck) -> str:
    """The result in words, on several lines."""
    comparisons = (
        line
        for number, comparison in enumerate(result.comparisons, start=1)
        for line in _comparison_lines(number, comparison)
    )
    lines = (
        f"{result.parameters} parameters, {result.examples} examples in the first mini-batch",
        *comparisons,
        f"Central differences, two forward passes per parameter: "
        f"{1e3 * result.naive_seconds:.2f} ms",
        f"Backpropagation, one pass for all parameters: "
        f"{1e3 * result.backpropagation_seconds:.3f} ms",
        f"Backpropagation is {result.ratio:.0f} times faster",
    )
    return "\n".join(lines)


def _comparison_lines(number: int, comparison: Comparison) -> list[str]:
    outcome = comparison.outcome
    lines = [
        f"{number}. {comparison.subject[0].upper()}{comparison.subject[1:]}: "
        f"{'DISAGREE' if outcome == 'disagree' else outcome}"
    ]
    if comparison.tolerance is not None:
        error = "not finite" if comparison.error is None else f"{comparison.error:.1e}"
        lines.append(
            f"   {comparison.compared} numbers compared. Worst {comparison.measure} {error} "
            f"(tolerance {comparison.tolerance:.1e}): {comparison.worst}"
        )
    lines.extend(f"   {count} left out {reason}" for reason, count in comparison.left_out.items())
    return lines
