"""95 % confidence intervals of scores, and what each of them covers.

A score depends on chance in two ways: by the seed of the run, and by the rows of the test set. The
interval of an accuracy allows for both. That of R² can allow for the rows only if every seed has
new ones, because the errors of single rows are not kept.
"""

import math
from functools import cache
from statistics import NormalDist
from typing import NamedTuple

LEVEL = 0.95
NORMAL_QUANTILE = NormalDist().inv_cdf((1.0 + LEVEL) / 2.0)
ADDED_ERRORS = 2  # what Wilson's interval adds: A. Agresti and B. A. Coull (1998)

# What an interval covers, as it is written after it.
THIS_NETWORK = "for this network on new data"
NEW_DATA = "for the mean on new data"
SEEDS = "for the mean over seeds on these rows, not on new data"


class Interval(NamedTuple):
    """A confidence interval: its lower and its upper bound."""

    low: float
    high: float

    def rounded(self, digits: int) -> "Interval":
        """The interval with ``digits`` after the decimal point, rounded outwards.

        So a narrow interval does not seem to have no width.
        """
        unit = 10.0**digits
        if not all(math.isfinite(bound * unit) for bound in self):
            return self
        return Interval(math.floor(self.low * unit) / unit, math.ceil(self.high * unit) / unit)


def mean_interval(mean: float, std: float, n: int, minimum: float, maximum: float) -> Interval:
    """Student's t interval, mean ± t std / √n, for n ≥ 2 repeats with sample deviation ``std``.

    It covers the mean over all seeds. It is clipped to the range of the quantity, from ``minimum``
    to ``maximum``.
    """
    half = t_quantile(n - 1) * std / math.sqrt(n)
    return Interval(max(mean - half, minimum), min(mean + half, maximum))


def proportion_interval(percent: float, n: int) -> Interval:
    """Wilson score interval, in percent, for a proportion observed in n trials.

    For the accuracy of one network on n test points it covers that on new data. The probability of
    this is near 95 % on average over all accuracies, but not for each: the number of correct points
    is an integer. Unlike the normal approximation it is also good near 0 and 100 %.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    p = percent / 100.0
    spread = NORMAL_QUANTILE**2 / n
    middle = (p + spread / 2.0) / (1.0 + spread)
    half = NORMAL_QUANTILE * math.sqrt(p * (1.0 - p) / n + spread / (4.0 * n)) / (1.0 + spread)
    return Interval(100.0 * (middle - half), 100.0 * (middle + half))


def accuracy_interval(
    mean: float, std: float, repeats: int, n_test: int, n_shared: int
) -> Interval:
    """Interval, in percent, for the accuracy on new data of networks trained with other seeds.

    ``mean`` and ``std`` are those of the accuracies of ``repeats`` ≥ 2 runs, each on ``n_test``
    points. ``n_shared`` is the number of rows from which all repeats take their test sets, or 0 if
    each repeat has new data, see `TrialResult`. The variance of the mean has two parts:

        Var(mean) = E[Var(accuracy | rows)] / repeats + Var(E[accuracy | rows])

    The first is std² / repeats, with Student's half-width. That is at least `ADDED_ERRORS` in all
    test points together, since equal accuracies do not make the mean exact. The second part is the
    variance of a proportion of ``n_shared`` rows, with Wilson's interval. The half-widths are
    combined as the root of the sum of their squares, below and above the mean.

    This is right if networks with different seeds are wrong about the same rows. The more they
    differ, the smaller is the second part, and the wider is the interval than it need be.

    G. Y. Zou and A. Donner, Construction of confidence limits about effect measures (2008).
    """
    half = t_quantile(repeats - 1) * std / math.sqrt(repeats)
    half = max(half, 100.0 * ADDED_ERRORS / (repeats * n_test))
    shared = proportion_interval(mean, n_shared) if n_shared else Interval(mean, mean)
    low = mean - math.hypot(half, mean - shared.low)
    high = mean + math.hypot(half, shared.high - mean)
    return Interval(max(low, 0.0), min(high, 100.0))


@cache
def t_quantile(df: int) -> float:
    """The t with P(|T| ≤ t) = 95 % for Student's distribution with ``df`` ≥ 1 degrees of freedom.

    It is found by bisection of the angle θ = arctan(t / √df).
    """
    low, high = 0.0, math.pi / 2.0
    while low < (middle := (low + high) / 2.0) < high:
        if _central_probability(middle, df) < LEVEL:
            low = middle
        else:
            high = middle
    return math.sqrt(df) * math.tan(low)


def _central_probability(theta: float, df: int) -> float:
    """P(|T| ≤ √df tan θ) for Student's distribution, in closed form.

    M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
    """
    odd = df % 2
    term = math.cos(theta) if odd else 1.0
    total = term if df > 1 else 0.0
    for j in range(2 + odd, df - 1, 2):
        term *= (j - 1) / j * math.cos(theta) ** 2
        total += term
    series = math.sin(theta) * total
    return 2.0 / math.pi * (theta + series) if odd else series
