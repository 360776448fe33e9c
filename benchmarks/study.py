"""The study and the threads: whole runs, with every epoch's metrics and grid."""

from concurrent.futures import ThreadPoolExecutor
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from app.mlp.architecture import Architecture
from app.mlp.engine import Engine
from app.mlp.initialisation import PUBLISHED_STD, initialise
from benchmarks.problem import rings

BATCH_SIZES = (1, 10, 50, 100, 200)
LEARNING_RATES = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
EPOCHS = 150

Metrics = NDArray[np.float64]


def study_run(batch_size: int, learning_rate: float, epochs: int = EPOCHS) -> Metrics:
    """One run, 2-10-2 on the rings.

    Every epoch's train and test loss and accuracy (epochs, 4), and its 40 x 40 grid.
    """
    rng = np.random.default_rng(0)
    engine = Engine(Architecture((2, 10, 2)))
    (X, labels), (X_test, labels_test) = rings(200, rng), rings(200, rng)
    train = engine.samples(X, np.eye(2)[labels])
    test = engine.samples(X_test, np.eye(2)[labels_test])
    axis = np.arange(-2, 2, 0.1)
    grid = np.array([(x, y) for x in axis for y in axis], np.float32)
    state = engine.start(initialise(engine.architecture, "normal", rng, PUBLISHED_STD))
    orders = np.array([rng.permutation(len(X)) for _ in range(epochs)])
    rates = np.full(epochs, learning_rate)
    watched = engine.watch(state, (train, None, test), orders, rates, batch_size, grid)
    return watched.metrics[:, [0, 1, 4, 5]]


def study(threads: int) -> tuple[float, dict[tuple[int, float], Metrics]]:
    """Seconds of the thirty runs on that many threads, and their metrics."""
    choices = [(batch_size, rate) for batch_size in BATCH_SIZES for rate in LEARNING_RATES]
    start = perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        metrics = list(pool.map(lambda choice: study_run(*choice), choices))
    return perf_counter() - start, dict(zip(choices, metrics, strict=True))


def runs_side_by_side(runs: int, epochs: int) -> float:
    """Seconds of that many equal trainings, batch 10, a thread each, in slices of 100 epochs."""
    rng = np.random.default_rng(0)
    X, labels = rings(200, rng)
    engine = Engine(Architecture((2, 10, 2)))
    samples = engine.samples(X, np.eye(2)[labels])
    theta = initialise(engine.architecture, "normal", rng)
    orders = np.array([rng.permutation(200) for _ in range(100)])
    rates = np.full(100, 0.03)

    def train(_: int) -> None:
        state = engine.start(theta)
        for _ in range(0, epochs, 100):
            engine.train(state, samples, orders, rates, 10)

    start = perf_counter()
    with ThreadPoolExecutor(runs) as pool:
        list(pool.map(train, range(runs)))
    return perf_counter() - start
