"""Medians of alternating rounds: a disturbance of the machine affects every peer alike."""

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter

ROUND = 0.03
"""Seconds that one measurement should last, so that the cost of clock and call is negligible."""

MAX_EPOCHS = 1000
"""The most epochs of one measurement."""

Train = Callable[[int], object]
"""Trains for a number of epochs, at most `MAX_EPOCHS`."""


def seconds_per_epoch(train: Train, epochs: int) -> float:
    """Return the seconds per epoch of one measurement of this many epochs."""
    start = perf_counter()
    train(epochs)
    return (perf_counter() - start) / epochs


def medians(peers: Mapping[str, Train], rounds: int) -> dict[str, float]:
    """Return the median seconds per epoch of each peer over alternating rounds."""
    epochs = {}
    for name, train in peers.items():
        train(1)
        epochs[name] = max(1, min(MAX_EPOCHS, round(ROUND / seconds_per_epoch(train, 1))))
    timings = [
        {name: seconds_per_epoch(train, epochs[name]) for name, train in peers.items()}
        for _ in range(rounds)
    ]
    return {name: median(timing[name] for timing in timings) for name in peers}
