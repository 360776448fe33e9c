"""The gradient check reports every fault that is planted in the compiled engine."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.training.faulty_engine import FAULTS, RUN, copy_with_faults

# Reads runs from stdin, and checks each with its fault and without.
CHECK = """
import json, sys
from dataclasses import asdict
from mlp_live.engine.fault import SWITCH
from mlp_live.training.config import RunConfig
from mlp_live.training.gradient_check.run_check import check_run
from mlp_live.training.run import Run

results = []
for number, config in enumerate(json.load(sys.stdin), start=1):
    run = Run(RunConfig(**config))
    SWITCH.value = number
    faulty = asdict(check_run(run))
    SWITCH.value = 0
    results.append([faulty, asdict(check_run(run))])
print(json.dumps(results))
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """For each fault, the check of its run with the fault and without."""
    folder = tmp_path_factory.mktemp("faulty")
    copy_with_faults(folder)
    variables = {"PYTHONPATH": str(folder), "NUMBA_CACHE_DIR": str(folder / "kernels")}
    done = subprocess.run(
        [sys.executable, "-c", CHECK],
        input=json.dumps([RUN | fault.config for fault in FAULTS.values()]),
        env={**os.environ, **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return dict(zip(FAULTS, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_the_compiled_engine_is_reported(name, results):
    fault, (faulty, correct) = FAULTS[name], results[name]
    assert correct["passed"]
    assert not faulty["passed"]
    assert faulty["differences"]["outcome"] == "agree"  # the readable network has no fault
    assert faulty[fault.reported]["outcome"] == "disagree"
    assert fault.worst in faulty[fault.reported]["worst"]


def test_the_copy_is_what_was_checked(tmp_path):
    """Every fault is in the copy, exactly once."""
    copy_with_faults(tmp_path)
    source = "".join(path.read_text() for path in Path(tmp_path).rglob("engine/*.py"))
    for number in range(1, len(FAULTS) + 1):
        assert source.count(f" if selected({number}) else ") == 1
