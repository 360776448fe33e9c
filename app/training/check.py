"""The gradient check of a run: is its backward pass right, and what does it save?"""

from time import perf_counter
from typing import NamedTuple

import numpy as np

from app.mlp.gradcheck import check_gradient, gradient_cost
from app.training.course import regulariser_of
from app.training.run import Run

TOLERANCE = 1e-6  # central differences in float64 agree this far where the loss is smooth
MANY = 500  # parameters from which one round is long enough to time


class RunCheck(NamedTuple):
    """Worst relative error of any parameter's gradient, and seconds for one gradient either way."""

    parameters: int
    examples: int
    worst_relative_error: float | None  # None where a gradient is not finite
    naive_seconds: float
    backpropagation_seconds: float
    ratio: float
    passed: bool

    def told(self) -> str:
        """All of it in words, a line each."""
        verdict = "agree" if self.passed else "DISAGREE"
        if self.worst_relative_error is None:
            error = "they are not finite here, and nothing can be said of them"
        else:
            worst = self.worst_relative_error
            error = f"worst relative error {worst:.1e} (at most {TOLERANCE:.0e})"
        return (
            f"{self.parameters} parameters, {self.examples} examples, float64\n"
            f"Gradients {verdict}: {error}\n"
            f"Naïve, two forward passes a parameter: {1e3 * self.naive_seconds:.2f} ms\n"
            f"Backpropagation, one pass for all: {1e3 * self.backpropagation_seconds:.3f} ms\n"
            f"Backpropagation is {self.ratio:.0f} times faster"
        )


def check_run(run: Run) -> RunCheck:
    """Check the gradients of ``run`` at its present parameters over its first mini-batch."""
    dataset, config = run.dataset, run.config
    rows = slice(config.batch_size)
    X, Y = dataset.inputs(dataset.train.X[rows]), dataset.targets(dataset.train.y[rows])
    theta = run.theta.astype(np.float64)
    regulariser = regulariser_of(config)
    check = check_gradient(run.architecture, theta, X, Y, regulariser)
    finite = bool(np.isfinite(check.analytic).all() and np.isfinite(check.numerical).all())
    rounds = 5 if run.architecture.n_parameters <= MANY else 1
    cost = gradient_cost(run.architecture, theta, X, Y, perf_counter, rounds)
    return RunCheck(
        parameters=run.architecture.n_parameters,
        examples=len(X),
        worst_relative_error=check.worst if finite else None,
        naive_seconds=cost.naive,
        backpropagation_seconds=cost.backpropagation,
        ratio=cost.ratio,
        passed=finite and bool(check.worst <= TOLERANCE),
    )
