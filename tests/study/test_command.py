"""The command ``sweep``: interrupted, resumed, spread over a cluster."""

import json
import os
import signal
import subprocess
from contextlib import contextmanager

import pytest
from distributed import LocalCluster

from mlp_live.study.journal import NAME
from tests.cli import command_line, run_main, run_process

pytestmark = pytest.mark.usefixtures("kernels")

# Long enough to be caught half-way, short enough to wait for.
LONG = [
    "--learning-rate",
    "0.01,0.1,1",
    "--batch-size",
    "5,20",
    "--epochs",
    "1000",
    "--repeats",
    "3",
]
QUICK = ["--learning-rate", "0.1,1e37", "--batch-size", "10,41", "--epochs", "3", "--n-train", "40"]


def options(out, *arguments):
    return ["sweep", "--out", str(out), *arguments]


@contextmanager
def half_way(out, *arguments):
    """A sweep that has done some of its runs and not all."""
    with subprocess.Popen(
        command_line(*options(out, *arguments)),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background job ignores Ctrl+C, and its children after it; this one is not to.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        while not ((out / NAME).exists() and (out / NAME).read_bytes().count(b"\n") > 3):
            assert process.poll() is None, process.communicate()
        yield process


def complaints(stderr):
    """What was said on stderr, but for a compiler's wait on a machine that is busy."""
    return [line for line in stderr.splitlines() if not line.startswith("Compiling for")]


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture(scope="module")
def long_study(tmp_path_factory):
    """The files of the long study, made without interruption by a single thread."""
    out = tmp_path_factory.mktemp("study")
    done = run_process(*options(out, *LONG, "--jobs", "1"))
    assert done.returncode == 0, done.stderr
    return contents(out)


def test_a_sweep_leaves_csv_json_and_html_and_prints_a_table(tmp_path):
    done = run_process(*options(tmp_path / "new" / "folder", *QUICK))
    assert done.returncode == 0, done.stderr
    assert complaints(done.stderr) == []
    assert "train acc. %" in done.stdout
    assert "diverged" in done.stdout
    assert "refused" in done.stdout
    assert "chosen by it; test accuracy" in done.stdout
    files = contents(tmp_path / "new" / "folder")
    assert set(files) == {"study.csv", "study.json", "study.html", NAME}
    assert [axis["field"] for axis in json.loads(files["study.json"])["study"]["axes"]] == [
        "batch_size",
        "learning_rate",
    ]


def test_interrupted_and_resumed_is_as_if_it_never_was(tmp_path, long_study):
    with half_way(tmp_path, *LONG) as process:
        process.send_signal(signal.SIGINT)
        told, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert complaints(complaint) == []
    assert "add --resume" in told
    kept = (tmp_path / NAME).read_bytes().count(b"\n") - 1
    assert 3 <= kept < 18
    assert run_main(*options(tmp_path, *LONG)).returncode == 2  # does not write over what is there
    done = run_main(*options(tmp_path, *LONG, "--resume"))
    assert done.returncode == 0, done.stderr
    assert contents(tmp_path) == long_study


def test_resuming_what_is_complete_changes_nothing(tmp_path):
    run_main(*options(tmp_path, *QUICK))
    before = contents(tmp_path)
    assert run_main(*options(tmp_path, *QUICK, "--resume")).returncode == 0
    assert contents(tmp_path) == before


def test_a_study_of_an_earlier_version_is_not_resumed(tmp_path):
    run_main(*options(tmp_path, *QUICK))
    journal = tmp_path / NAME
    journal.write_text(journal.read_text().replace('{"format": 2, "study"', '{"study"'))
    done = run_main(*options(tmp_path, *QUICK, "--resume"))
    assert done.returncode == 2
    assert "holds a study of an earlier version of MLP Live" in done.stderr


def test_a_cluster_gives_the_same_bytes_and_survives_a_killed_worker(tmp_path, long_study):
    with LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0"
    ) as cluster:
        address = ["--scheduler", cluster.scheduler_address]
        done = run_process(*options(tmp_path / "calm", *LONG, *address))
        assert done.returncode == 0, done.stderr
        with half_way(tmp_path / "wild", *LONG, *address) as process:
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            _, complaint = process.communicate(timeout=60)
        assert process.returncode == 0, complaint
    assert contents(tmp_path / "calm") == long_study
    assert contents(tmp_path / "wild") == long_study


BAD = {
    "no list": (["--batch-size", "5", "--learning-rate", "1"], "no option has a list of values"),
    "bad value": (["--learning-rate", "0.1,fast"], "Learning rate must be a number above 0"),
    "no scheduler": (["--scheduler", "nonsense://x"], "such as tcp://192.168.0.2:8786"),
    "nobody there": (["--scheduler", "tcp://127.0.0.1:1"], "does not answer"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_one_clear_line_and_exit_code_2(name, tmp_path):
    arguments, words = BAD[name]
    done = run_main(*options(tmp_path, *arguments))
    assert done.returncode == 2
    assert words in done.stderr
    assert len(complaints(done.stderr)) == 1
    assert done.stdout == ""


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    done = run_main(*options(tmp_path / "file"))
    assert done.returncode == 2
    assert str(tmp_path / "file") in done.stderr
