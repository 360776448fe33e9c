"""95 % intervals: of a mean over repeats, and of a share of a test set."""

import math
from typing import NamedTuple

# The quantile at 97.5 % of Student's t for 1, 2, ... degrees of freedom, and of the normal
# distribution, which it approaches: beyond the table they differ by 4 % at most.
T = (
    *(12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228),
    *(2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086),
    *(2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042),
)
Z = 1.960


class Interval(NamedTuple):
    """From the lower bound to the upper one."""

    low: float
    high: float


def of_mean(mean: float, std: float, n: int, least: float, most: float) -> Interval:
    """mean ± t std / √n for n ≥ 2 repeats whose sample deviation is std.

    It is cut to what the quantity can be, from ``least`` to ``most``.
    """
    t = T[n - 2] if n - 2 < len(T) else Z
    half = t * std / math.sqrt(n)
    return Interval(max(mean - half, least), min(mean + half, most))


def of_share(percent: float, n: int) -> Interval:
    """Wilson's score interval, in percent, of a share found in n trials; good at 0 and 100 % too.

    E. B. Wilson, Probable inference, the law of succession, and statistical inference (1927).
    """
    p = percent / 100.0
    spread = Z**2 / n
    middle = (p + spread / 2.0) / (1.0 + spread)
    half = Z * math.sqrt(p * (1.0 - p) / n + spread / (4.0 * n)) / (1.0 + spread)
    return Interval(100.0 * (middle - half), 100.0 * (middle + half))
