"""Medians of alternating rounds: what disturbs the machine disturbs every peer alike."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

ROUND = 0.03
"""Seconds one measurement should last: long beside the cost of the clock and of the call."""

Run = Callable[[int], object]
"""Trains a number of epochs."""


def seconds(run: Run, epochs: int) -> float:
    """Time of the run, per epoch."""
    start = perf_counter()
    run(epochs)
    return (perf_counter() - start) / epochs


def medians(runs: Mapping[str, Run], rounds: int) -> dict[str, float]:
    """Seconds per epoch of each run, all measured in turn, `rounds` times over."""
    epochs = {}
    for name, run in runs.items():
        run(1)
        epochs[name] = max(1, min(1000, round(ROUND / seconds(run, 1))))
    timings = [
        {name: seconds(run, epochs[name]) for name, run in runs.items()} for _ in range(rounds)
    ]
    return {name: median(timing[name] for timing in timings) for name in runs}
