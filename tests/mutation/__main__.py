"""Mutation testing: the code is changed in one place, and a test should fail.

``python -m tests.mutation`` tests many such changes, prints those that no test notices, and exits
with 1 if survivors.toml does not explain one of them. It works on a copy of the work tree.

The command ``cosmic-ray exec`` is not used: it has one test command for all modules, tests all
mutants or none, and starts an interpreter for each. Here, a process that has imported the packages
of others, but nothing of ours, is forked for each test run.
"""

import argparse
import difflib
import gc
import multiprocessing
import os
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

# Imported so that the forked processes have them.
import hypothesis.extra.numpy
import numba
import pydantic  # noqa: F401
import pytest
import sklearn.datasets
import sklearn.metrics
import sklearn.neural_network  # noqa: F401

from tests.mutation.mutants import CONFIG, Mutant, mutants

ROOT = Path(__file__).parents[2]
SURVIVORS = Path(__file__).with_name("survivors.toml")
COPIED = ("app", "tests", "static", "templates", "docs", "pyproject.toml")
MAX_BYTES = 8 * 1024**3  # of memory of a test run: a changed size may be huge
PYTEST = ["-x", "-q", "--noconftest", "-p", "no:cacheprovider"]
PYTEST += [
    "--disable-plugin-autoload",
    "-p",
    "_hypothesis_pytestplugin",
]  # importing all takes long
PYTEST += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # this one is imported already
PYTEST += ["--hypothesis-profile=mutation"]
hypothesis.settings.register_profile(
    "mutation",
    derandomize=True,
    deadline=None,
    database=None,
    phases=[
        hypothesis.Phase.explicit,
        hypothesis.Phase.generate,
    ],  # a failing example need not be small
    report_multiple_bugs=False,
)


class Tree:
    """A copy of the work tree, in which one mutant at a time is tested."""

    def __init__(self, source: Path, folder: Path, timeouts: dict[str, float]) -> None:
        self.folder, self.timeouts = folder, timeouts
        for name in COPIED:
            if (source / name).is_dir():
                shutil.copytree(source / name, folder / name)
            else:
                shutil.copy2(source / name, folder / name)

    def test(self, arguments: list[str], timeout: float, *, unchanged: bool = False) -> str:
        """Run pytest in a forked process: “passed”, “failed” or “timed out”."""
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, timeout)  # not handled: the process ends
            resource.setrlimit(resource.RLIMIT_AS, (MAX_BYTES, MAX_BYTES))
            if not unchanged:
                nothing = os.open(os.devnull, os.O_RDWR)
                os.dup2(nothing, 1), os.dup2(nothing, 2)
            os.chdir(self.folder)
            # PYTHONPATH is for the commands that tests start.
            os.environ.update(PYTHONPATH=str(self.folder / "app"), TMPDIR=str(self.folder))
            sys.path[:0] = [str(self.folder), str(self.folder / "app")]
            sys.dont_write_bytecode = not unchanged
            tempfile.tempdir, numba.config.CACHE_DIR = None, ""
            for name in [name for name in sys.modules if name.split(".")[0] == "tests"]:
                del sys.modules[name]
            os._exit(pytest.main([*PYTEST, *arguments]))
        try:
            _, status = os.waitpid(pid, 0)
        except BaseException:
            os.kill(pid, signal.SIGKILL)
            raise
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
            return "timed out"
        return "passed" if status == 0 else "failed"

    def judge(self, mutant: Mutant) -> str:
        """“survived”, or how the tests noticed the mutant."""
        path, cache = self.folder / mutant.module, self.folder / "app/mlp_live/engine/__pycache__"
        original, kernels = path.read_text(), set(cache.glob("kernels-*"))
        path.write_text(mutant.code)
        for stage in mutant.stages:
            if (outcome := self.test(stage, self.timeouts[str(stage)])) != "passed":
                break
        path.write_text(original)
        for compiled in set(cache.glob("kernels-*")) - kernels:
            shutil.rmtree(compiled)
        return "survived" if outcome == "passed" else outcome


_tree: Tree  # of a process of the pool


def _start(source: Path, folder: Path, timeouts: dict[str, float]) -> None:
    global _tree
    _tree = Tree(source, folder / str(os.getpid()), timeouts)


def _judge(mutant: Mutant) -> tuple[Mutant, str, float]:
    began = time.monotonic()
    return mutant, _tree.judge(mutant), time.monotonic() - began


def run(chosen: list[Mutant], folder: Path, workers: int) -> Iterator[tuple[Mutant, str, float]]:
    """Test mutants in copies in ``folder``: each with its outcome and the seconds that it took."""
    tree, timeouts = Tree(ROOT, folder / "unchanged", {}), {}
    for stage in {str(stage): stage for mutant in chosen for stage in mutant.stages}.values():
        began = time.monotonic()
        if tree.test(stage, 900.0, unchanged=True) != "passed":
            sys.exit("This test run fails without any change.")
        timeouts[str(stage)] = 10.0 + 10.0 * (time.monotonic() - began)
    arguments = tree.folder, folder, timeouts
    with multiprocessing.get_context("fork").Pool(workers, _start, arguments) as pool:
        yield from pool.imap_unordered(_judge, chosen)


def main() -> int:
    """Test the mutants, print the results, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--sample", type=int, default=300, help="mutants of the sampled groups")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="processes")
    parser.add_argument("only", nargs="*", help="change only modules below these paths")
    options = parser.parse_args()
    os.chdir(ROOT)
    gc.freeze()  # so that no forked process looks through what is imported here
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that the copies are removed
    chosen: list[Mutant] = []
    for sampled, number in ((False, None), (True, options.sample)):
        groups = [group for group in CONFIG["group"] if group["sampled"] == sampled]
        chosen += islice(mutants(groups, options.only, options.seed), number)
    (ROOT / ".cache").mkdir(exist_ok=True)
    survivors: list[Mutant] = []
    with tempfile.TemporaryDirectory(prefix="mutation-", dir=ROOT / ".cache") as folder:
        results = run(chosen, Path(folder), options.workers)
        for count, (mutant, outcome, seconds) in enumerate(results, 1):
            print(f"{count}/{len(chosen)} {outcome}, {seconds:.1f} s: {mutant.name}", flush=True)
            survivors += [mutant] * (outcome == "survived")
    explanations = tomllib.loads(SURVIVORS.read_text()).get("explained", [])
    explained = {name for explanation in explanations for name in explanation["mutants"]}
    new = [mutant for mutant in survivors if mutant.name not in explained]
    for mutant in sorted(new):
        old = (ROOT / mutant.module).read_text().splitlines()
        diff = difflib.unified_diff(old, mutant.code.splitlines(), n=2, lineterm="")
        print("", mutant.name, *islice(diff, 2, None), sep="\n")
    share = 1 - len(survivors) / max(1, len(chosen))
    print(f"\nTests noticed {len(chosen) - len(survivors)} of {len(chosen)} mutants, {share:.1%}.")
    print(f"Of {len(survivors)} survivors, survivors.toml does not explain {len(new)}.")
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
