"""A study without a page: ``python -m benchmarks.study``.

Thirty runs of 150 epochs each, batch size against learning rate, with the metrics of every epoch on
the training and the test set. They are trained as `mlp-live sweep` does, and as the study page
does: side by side, with a prediction grid of 40 × 40 in every epoch.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from math import inf
from statistics import median
from time import perf_counter
from typing import Annotated

import typer

from mlp_live.engine.engine import warm_up
from mlp_live.study.lockstep import LockstepRunner, StudyRecorder
from mlp_live.study.results import Results
from mlp_live.study.runner import run_trials
from mlp_live.study.study import Study
from mlp_live.study.trial_result import TrialResult
from mlp_live.training.history import Metrics

STUDY = Study(base={"init_std": 1.826, "n_validation": 0})
CELLS = ((1, 0.01), (10, 0.1), (50, 0.5), (100, 1.0), (1, 5.0), (200, 0.01))
MAX_WORK = 200_000_000  # as the server's settings
WORK_AT_ONCE = 4_000_000  # as on the server

Configured = dict[tuple[int, float], TrialResult]
"""Results by batch size and learning rate."""


def sweep(threads: int) -> Configured:
    """Train every run to its end, this many at a time, as the command does."""
    trained = run_trials(Results(STUDY).missing(), None, threads)
    return {(task.config.batch_size, task.config.learning_rate): result for task, result in trained}


def lockstep(threads: int) -> Configured:
    """Train all runs epoch by epoch, with a prediction grid in each, as the page does."""
    configs = [cell.config for cell in STUDY.cells]
    epochs = max(config.epochs for config in configs if config is not None)
    recorder = StudyRecorder(len(configs), epochs, every=1)
    runner = LockstepRunner(configs, lambda digest: None, MAX_WORK, recorder)

    def work(share: int) -> bool:
        return runner.work(share, threads, inf, WORK_AT_ONCE)

    with ThreadPoolExecutor(threads) as pool:
        while not runner.done:
            list(pool.map(work, range(threads)))
            runner.complete_epoch()
    return {
        (config.batch_size, config.learning_rate): result
        for config, result in zip(configs, runner.results(with_grid=True).values(), strict=True)
        if config is not None
    }


def median_seconds(train: Callable[[int], Configured], rounds: int) -> list[float]:
    """Return the median seconds on one thread and on two, over alternating rounds."""
    timings: list[list[float]] = [[], []]
    for _ in range(rounds):
        for threads in (1, 2):
            start = perf_counter()
            train(threads)
            timings[threads - 1].append(perf_counter() - start)
    return [median(timing) for timing in timings]


def main(
    rounds: Annotated[int, typer.Option(help="Rounds whose median is taken.")] = 7,
) -> None:
    """Measure the study, and print what some of its cells learned."""
    warm_up()
    print("30 runs x 150 epochs, metrics on the training and the test set in every epoch")
    one, two = median_seconds(sweep, rounds)
    print(f"to the end of each run:           one thread {one:.2f} s, two threads {two:.2f} s")
    one, two = median_seconds(lockstep, rounds)
    print(f"side by side, 40 x 40 grids too:  one thread {one:.2f} s, two threads {two:.2f} s")
    results = sweep(2)
    for batch_size, learning_rate in CELLS:
        result = results[batch_size, learning_rate]
        last = Metrics(*result.metrics[-1].tolist())
        print(
            f"  batch {batch_size:3}, learning rate {learning_rate:4}: {result.status}, "
            f"train {last.train_score:.1f} % ({last.train_loss:.3f}), test {last.test_score:.1f} %"
        )


if __name__ == "__main__":
    typer.run(main)
