"""Prints every measurement, in one run, as ratios beside the peer it was measured with."""

from statistics import median
from time import perf_counter

from app.mlp.engine import warm_up
from app.mlp.gradcheck import check_gradient, gradient_cost
from benchmarks.peers import PEERS
from benchmarks.problem import problem
from benchmarks.study import runs_side_by_side, study
from benchmarks.timing import medians

BATCH_SIZES = (1, 10, 50, 200)
ROUNDS = 11


def one_epoch(title: str, hidden: tuple[int, ...]) -> None:
    """One epoch of training at each batch size: microseconds, and how many times the engine's."""
    print(f"\n{title}: one epoch of 200 points, training only; µs (times the engine's)")
    print(f"{'':20}" + "".join(f"{f'batch {size}':>18}" for size in BATCH_SIZES))
    columns = []
    for batch_size in BATCH_SIZES:
        made = {name: peer(problem(hidden, batch_size)) for name, peer in PEERS.items()}
        columns.append(medians({name: run for name, run in made.items() if run}, ROUNDS))
    for name in columns[0]:
        cells = [f"{1e6 * c[name]:9.1f} ({c[name] / c['engine']:6.2f})" for c in columns]
        print(f"{name:20}" + "".join(f"{cell:>18}" for cell in cells))


def whole_runs() -> None:
    """The study, and two runs beside one."""
    timings = [[study(threads)[0] for threads in (1, 2)] for _ in range(5)]
    one, two = (median(column) for column in zip(*timings, strict=True))
    print("\nStudy, 30 runs x 150 epochs, train and test metrics and a 40 x 40 grid every epoch")
    print(f"one thread {one:.2f} s, two threads {two:.2f} s")
    _, metrics = study(2)
    for choice in ((1, 0.01), (10, 0.1), (50, 0.5), (100, 1.0), (1, 5.0), (200, 0.01)):
        loss, accuracy, _, test_accuracy = metrics[choice][-1]
        print(
            f"  batch {choice[0]:3}, rate {choice[1]:4}: "
            f"train {accuracy:.1f} % ({loss:.3f}), test {test_accuracy:.1f} %"
        )
    timings = [[runs_side_by_side(runs, 20_000) for runs in (1, 2)] for _ in range(ROUNDS)]
    one, two = (median(column) for column in zip(*timings, strict=True))
    print(f"\nOne training {one:.3f} s; two on two threads {two:.3f} s, {two / one:.2f} times")


def gradients() -> None:
    """The cost of gradients, one parameter at a time against backpropagation."""
    print("\nOne gradient, 200 points, readable network: naïve differentiation, backpropagation")
    for hidden in ((10,), (8,) * 6):
        p = problem(hidden, 200)
        worst = check_gradient(p.architecture, p.theta, p.X, p.Y).worst
        cost = gradient_cost(p.architecture, p.theta, p.X, p.Y, perf_counter)
        print(
            f"{p.architecture.n_parameters:4} parameters: {1e3 * cost.naive:.2f} ms against "
            f"{1e3 * cost.backpropagation:.3f} ms, {cost.ratio:.0f} times; worst error {worst:.1e}"
        )


def main() -> None:
    """Print everything."""
    start = perf_counter()
    warm_up()
    print(f"warm_up: {perf_counter() - start:.2f} s (compiles what is not yet in the cache)")
    one_epoch("2-10-2", (10,))
    one_epoch("2-8-8-8-8-8-8-2", (8,) * 6)
    whole_runs()
    gradients()


if __name__ == "__main__":
    main()
