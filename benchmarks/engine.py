"""The engine beside its peers: ``python -m benchmarks.engine``.

One epoch at several batch sizes, two trainings at the same time, and the cost of gradients.
"""

from concurrent.futures import ThreadPoolExecutor
from statistics import median
from time import perf_counter
from typing import Annotated

import typer

from benchmarks.peers import PEERS
from benchmarks.problem import problem
from benchmarks.timing import medians
from mlp_live.engine.engine import warm_up
from mlp_live.training.config import RunConfig
from mlp_live.training.gradient_check.cost import gradient_cost
from mlp_live.training.gradient_check.differences import check_gradient
from mlp_live.training.run import Run

BATCH_SIZES = (1, 10, 50, 200)
EPOCHS = 20_000  # of each training, where two are made at the same time
EPOCHS_AT_ONCE = 100


def one_epoch(title: str, hidden: tuple[int, ...], rounds: int) -> None:
    """Print the microseconds of an epoch at each batch size, and their ratio to the engine's."""
    print(f"\n{title}: one epoch of 200 points; µs (times the engine's)")
    print(f"{'':20}" + "".join(f"{f'batch {size}':>18}" for size in BATCH_SIZES))
    columns = []
    for batch_size in BATCH_SIZES:
        made = {name: peer(problem(hidden, batch_size)) for name, peer in PEERS.items()}
        columns.append(medians({name: train for name, train in made.items() if train}, rounds))
    for name in columns[0]:
        cells = [f"{1e6 * c[name]:9.1f} ({c[name] / c['engine']:6.2f})" for c in columns]
        print(f"{name:20}" + "".join(f"{cell:>18}" for cell in cells))


def runs_at_the_same_time(rounds: int) -> None:
    """Print the seconds of one run, and of two on a thread each."""
    timings = [[seconds(runs) for runs in (1, 2)] for _ in range(rounds)]
    one, two = (median(column) for column in zip(*timings, strict=True))
    print(f"\nThe default run, {EPOCHS} epochs, metrics of every epoch: {one:.3f} s")
    print(f"two of them on two threads: {two:.3f} s, {two / one:.2f} times")


def seconds(runs: int) -> float:
    """Return the seconds of this many equal runs on a thread each."""

    def train(run: Run) -> None:
        while not run.done:
            run.advance_epochs(EPOCHS_AT_ONCE)

    made = [Run(RunConfig(epochs=EPOCHS)) for _ in range(runs)]
    start = perf_counter()
    with ThreadPoolExecutor(runs) as pool:
        list(pool.map(train, made))
    return perf_counter() - start


def gradients() -> None:
    """Print the cost of a gradient by central differences and by backpropagation."""
    print("\nOne gradient, 200 points, readable network: central differences, backpropagation")
    for hidden in ((10,), (8,) * 6):
        p = problem(hidden, 200)
        worst = check_gradient(p.architecture, p.theta, p.X, p.Y).worst
        cost = gradient_cost(p.architecture, p.theta, p.X, p.Y, perf_counter)
        print(
            f"{p.architecture.n_parameters:4} parameters: {1e3 * cost.naive:.2f} ms against "
            f"{1e3 * cost.backpropagation:.3f} ms, {cost.ratio:.0f} times; worst error {worst:.1e}"
        )


def main(
    rounds: Annotated[int, typer.Option(help="Rounds whose median is taken.")] = 11,
) -> None:
    """Measure the engine beside its peers."""
    start = perf_counter()
    warm_up()
    print(f"warm-up: {perf_counter() - start:.2f} s (compiles kernels that are not in the cache)")
    one_epoch("2-10-2", (10,), rounds)
    one_epoch("2-8-8-8-8-8-8-2", (8,) * 6, rounds)
    runs_at_the_same_time(rounds)
    gradients()


if __name__ == "__main__":
    typer.run(main)
