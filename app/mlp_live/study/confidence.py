"""95 % confidence intervals: for a mean over repeats, and for a proportion of a test set."""

import math
from typing import NamedTuple

# The 97.5 % quantile of Student's t distribution with 1, 2, ... degrees of freedom, and that of the
# normal distribution, which is used beyond the table: there they differ by at most 4 %.
T_QUANTILES = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
NORMAL_QUANTILE = 1.960


class Interval(NamedTuple):
    """A confidence interval: its lower and its upper bound."""

    low: float
    high: float


def mean_interval(mean: float, std: float, n: int, minimum: float, maximum: float) -> Interval:
    """Student's t interval, mean ± t std / √n, for n ≥ 2 repeats with sample deviation ``std``.

    It is clipped to the range of the quantity, from ``minimum`` to ``maximum``.
    """
    t = T_QUANTILES[n - 2] if n - 2 < len(T_QUANTILES) else NORMAL_QUANTILE
    half = t * std / math.sqrt(n)
    return Interval(max(mean - half, minimum), min(mean + half, maximum))


def proportion_interval(percent: float, n: int) -> Interval:
    """Wilson score interval, in percent, for a proportion observed in n trials.

    Unlike the normal approximation it is also good near 0 and 100 %.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    p = percent / 100.0
    spread = NORMAL_QUANTILE**2 / n
    middle = (p + spread / 2.0) / (1.0 + spread)
    half = NORMAL_QUANTILE * math.sqrt(p * (1.0 - p) / n + spread / (4.0 * n)) / (1.0 + spread)
    return Interval(100.0 * (middle - half), 100.0 * (middle + half))
