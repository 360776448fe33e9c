"""The result of one comparison of the gradient check."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn.architecture import Architecture
from mlp_live.nn.arrays import Array

Outcome = Literal["agree", "disagree", "nothing compared"]


@dataclass(frozen=True)
class Comparison:
    """Numbers computed in two ways, and the one with the largest error for its tolerance.

    Every field can be written as JSON.
    """

    subject: str
    """What is compared with what, in words."""

    measure: str
    """What kind of error is stated: a relative or an absolute one."""

    outcome: Outcome
    compared: int
    left_out: dict[str, int]
    """How many numbers could not be compared, for each reason."""

    error: float | None = None
    """The error of the worst number. None if it is not finite, or if nothing was compared."""

    tolerance: float | None = None
    """The largest error that the worst number may have."""

    worst: str | None = None
    """Which number that is, for example “hidden layer 1, W[3, 0]”."""

    @property
    def agrees(self) -> bool:
        """Whether something was compared, and all of it was within its tolerance."""
        return self.outcome == "agree"


class Tally:
    """Adds up a comparison of ``count`` numbers, each of which may be compared several times."""

    def __init__(self, subject: str, measure: str, count: int) -> None:
        self._subject = subject
        self._measure = measure
        self._compared = np.zeros(count, bool)
        self._worst = -1.0
        self._error = self._tolerance = 0.0
        self._place = ""

    def add(
        self,
        errors: Array,
        tolerances: Array,
        place: Callable[[int], str],
        decisive: NDArray[np.bool_] | None = None,
    ) -> None:
        """Compare all numbers; errors and tolerances, above zero, are float64 (count,).

        An error that is not finite is larger than any other. ``place`` returns the name of a
        number. Only those that are ``decisive``, bool (count,), count as compared: the tolerance of
        the others is so large that it would hide most errors.
        """
        decisive = np.ones(len(errors), bool) if decisive is None else decisive
        self._compared |= decisive
        sizes = np.where(np.isfinite(errors), errors / tolerances, np.inf)
        sizes[~decisive & (sizes <= 1.0)] = -1.0
        worst = int(sizes.argmax())
        if sizes[worst] > self._worst:
            self._worst = float(sizes[worst])
            self._error, self._tolerance = float(errors[worst]), float(tolerances[worst])
            self._place = place(worst)

    def result(self, reasons: dict[str, Any]) -> Comparison:
        """Return the result. ``reasons``: why each number was left out, bool (count,) or one bool.

        A number is counted under the first reason that applies.
        """
        left_out, missing = {}, ~self._compared
        for reason, applies in reasons.items():
            left_out[reason] = int((missing & applies).sum())
            missing = missing & ~np.asarray(applies)
        left_out = {reason: count for reason, count in left_out.items() if count}
        compared = int(self._compared.sum())
        if not compared and self._worst <= 1.0:
            return Comparison(self._subject, self._measure, "nothing compared", 0, left_out)
        return Comparison(
            self._subject,
            self._measure,
            "agree" if self._worst <= 1.0 else "disagree",
            compared,
            left_out,
            error=self._error if np.isfinite(self._error) else None,
            tolerance=self._tolerance,
            worst=self._place,
        )


def parameter_name(architecture: Architecture, index: int) -> str:
    """Return the name of parameter ``index`` of θ, for example “hidden layer 1, W[3, 0]”."""
    start = 0
    for layer, (n_in, n_out) in enumerate(architecture.layers, start=1):
        hidden = layer < len(architecture.layers)
        name = f"hidden layer {layer}" if hidden else "output layer"
        if index < start + n_out * n_in:
            row, column = divmod(index - start, n_in)
            return f"{name}, W[{row}, {column}]"
        start += n_out * n_in
        if index < start + n_out:
            return f"{name}, b[{index - start}]"
        start += n_out
    raise IndexError(f"parameter {index} of {start}")
