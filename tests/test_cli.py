"""The command line, as a process of its own."""

import json
import os
import pty
import re
import subprocess
import sys

import httpx
import pytest

from app.training.config import RunConfig
from app.training.record import Change
from app.training.replay import replay
from app.training.run import Run

FAST = ["--epochs", "5", "--n-train", "40", "--n-test", "20"]


def app(*arguments, **options):
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


def test_train_prints_one_json_object_an_epoch_and_nothing_else():
    done = app("train", "--dataset", "circles", "--json", *FAST)
    assert done.returncode == 0
    assert done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3, 4, 5, 5]
    assert list(lines[0]) == [
        "epoch",
        "train_loss",
        "train_accuracy",
        "validation_loss",
        "validation_accuracy",
    ]
    assert list(lines[-1]) == ["epoch", "test_loss", "test_accuracy", "evaluation"]


def test_the_practicals_run_learns_and_repeats_to_the_byte():
    command = "train --dataset circles --json --init-std 1.826 --batch-size 10 --learning-rate 0.1"
    first, second = app(*command.split()), app(*command.split())
    assert first.stdout == second.stdout
    assert json.loads(first.stdout.splitlines()[-1])["test_accuracy"] >= 92


def test_train_prints_the_practicals_lines():
    done = app("train", *FAST)
    figures = r"[\d.]+ % \([\d.]+\)"
    lines = done.stdout.splitlines()
    assert re.fullmatch(f"Epoch 5/5 · train {figures} · validation {figures}", lines[4])
    assert re.match(r"Test set, 20 points, epoch 5: accuracy [\d.]+ % ", lines[5])
    shown = app("train", *FAST, "--show-test", "true").stdout.splitlines()
    assert re.fullmatch(f"Epoch 5/5 · train .* · validation .* · test {figures}", shown[4])


def test_a_large_rate_prints_no_nan():
    done = app("train", "--json", "--batch-size", "1", "--learning-rate", "5", "--epochs", "20")
    assert done.returncode == 0
    assert "NaN" not in done.stdout
    assert len(done.stdout.splitlines()) == 20 + 1


def test_divergence_is_reported_and_no_failure():
    done = app("train", "--json", "--batch-size", "1", "--learning-rate", "1e37")
    assert done.returncode == 0
    assert done.stderr.startswith("Diverged at epoch ")
    assert "NaN" not in done.stdout


def test_a_table_of_ones_own(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("a,b,label\n" + "".join(f"{i},{i},{'xy'[i % 2]}\n" for i in range(40)))
    done = app("train", "--data", str(table), "--json", "--epochs", "2")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2 + 1


def test_what_is_taken_from_a_table_are_options_too(tmp_path):
    table = tmp_path / "table.csv"
    rows = "".join(f"{i};{i},5;{-i};{'' if i == 7 else 'xy'[i % 2]}\n" for i in range(40))
    table.write_text("id;a;b;kind\n" + rows)
    done = app("train", "--data", str(table), "--json", "--epochs", "2")
    assert done.returncode == 2
    assert "Line 9, column “kind”: no value" in done.stderr
    chosen = ["--features", "a, b", "--label", "kind", "--split", "none", "--drop-missing"]
    done = app("train", "--data", str(table), "--json", "--epochs", "2", *chosen)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2


def test_deep_networks_and_every_choice():
    command = "train --hidden 8,8 --optimizer adam --schedule cosine --regularization l2 --epochs 5"
    done = app(*command.split())
    assert done.returncode == 0, done.stderr
    assert [line.startswith("Epoch") for line in done.stdout.splitlines()[:5]] == [True] * 5


def test_a_record_repeats_the_run_it_was_made_of(tmp_path):
    record = tmp_path / "record.json"
    change = {"epoch": 2, "batch": 1, "config": {"learning_rate": 0.5}, "weights": [[0, 1.5]]}
    config = {"n_train": 40, "n_test": 20, "epochs": 5}
    record.write_text(json.dumps({"config": config, "changes": [change]}))
    done = app("train", "--record", str(record), "--json")
    assert done.returncode == 0, done.stderr
    run = Run(RunConfig(**config))
    lines = []
    for epoch in replay(run, [Change.model_validate(change)]):
        lines.append({"epoch": epoch} | run.history[epoch].known("accuracy"))
    assert [json.loads(line) for line in done.stdout.splitlines()[:-1]] == lines
    plain = app("train", "--json", *FAST)
    assert done.stdout.splitlines()[:2] == plain.stdout.splitlines()[:2]
    assert done.stdout.splitlines()[2:] != plain.stdout.splitlines()[2:]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"config": {"hidden": "0"}}', '{"changes": [{"epoch": -1}]}']
)
def test_a_bad_record_is_one_line(tmp_path, text):
    record = tmp_path / "record.json"
    record.write_text(text)
    done = app("train", "--record", str(record))
    assert done.returncode == 2
    assert "is no record of a run" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_gradcheck_tells_the_error_and_the_cost():
    done = app("gradcheck", "--hidden", "8,8,4", "--activation", "gelu", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["parameters"] == 24 + 72 + 36 + 10
    assert told["worst_relative_error"] < 1e-6
    assert told["ratio"] > 1
    assert "Gradients agree" in app("gradcheck", "--regularization", "l1").stdout


BAD = {
    "wrong combination": (["--optimizer", "adam", "--momentum", "0.5"], "no such setting"),
    "out of bounds": (
        ["--hidden", "0"],
        "Hidden layers must be up to 8 widths from 1 to 128, such as 8,8,4",
    ),
    "no number": (["--learning-rate", "fast"], "Learning rate must be a number above 0"),
    "unknown option": (["--speed", "9"], "--speed"),
    "unknown dataset": (["--dataset", "donut"], "one of circles, moons"),
    "batch too large": (["--batch-size", "500"], "more than the 200 training points"),
    "no file": (["--data", "/nowhere/x.csv"], "cannot read /nowhere/x.csv"),
    "table without data": (["--dataset", "table"], "--data"),
    "data for circles": (["--dataset", "circles", "--data", "TABLE"], "--dataset table"),
    "choices without data": (["--label", "a"], "--label goes with --data"),
    "no such column": (["--data", "TABLE", "--label", "z"], "Column “z”: there is no such column"),
    "bad task": (["--data", "TABLE", "--task", "both"], "task: "),
    "bad table": (["--data", "TABLE"], "Line 2, column “b”: “two” is not a number"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_arguments_are_one_clear_line_and_exit_code_2(name, tmp_path):
    table = tmp_path / "bad.csv"
    table.write_text(
        "a,b,label\n1,two,x\n" if name == "bad table" else "a,b,c\n1,2,x\n1,2,y\n1,2,x\n1,2,y\n"
    )
    arguments, words = BAD[name]
    done = app("train", *[str(table) if a == "TABLE" else a for a in arguments])
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_bar_on_the_terminal_leaves_the_file_its_lines(tmp_path):
    controller, terminal = pty.openpty()
    lines = tmp_path / "lines.txt"
    with lines.open("w") as file:
        command = [sys.executable, "-m", "app", "train", *FAST]
        subprocess.run(command, stdout=file, stderr=terminal, timeout=120, check=True)
    os.close(terminal)
    os.close(controller)
    assert sum(line.startswith("Epoch") for line in lines.read_text().splitlines()) == 5


def test_gradients_that_are_not_finite_do_not_pass():
    wild = ["--loss", "naive_cross_entropy", "--init-std", "100", "--hidden", "30"]
    done = app("gradcheck", *wild)
    assert done.returncode == 1
    assert "not finite" in done.stdout


def test_a_reader_that_stops_early_is_no_error():
    command = f"{sys.executable} -m app train --json --epochs 2000 | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    assert json.loads(done.stdout)["epoch"] == 1


def serving(*arguments, **environment):
    return subprocess.Popen(
        [sys.executable, "-m", "app", "serve", "--no-browser", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
    )


def test_serve_prints_its_address_and_answers_there():
    with serving("--port", "0") as process:
        try:
            # Before it may stand a line that the kernels are being compiled.
            address = next(line for line in process.stdout if "http" in line)
            url = re.search(r"http://\S+", address).group()
            assert url.startswith("http://127.0.0.1:")
            assert httpx.get(url).status_code == 200
        finally:
            process.terminate()
            assert process.wait(timeout=20) in (0, -15)
            assert process.stdout.read() == ""


def test_serve_takes_settings_from_the_environment_and_names_bad_ones():
    with serving(MLP_LIVE_PORT="port") as process:
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "port" in told
    assert len(told.splitlines()) == 1


def test_serve_says_when_the_port_is_taken(server):
    port = server.netloc.split(":")[1]
    done = app("serve", "--no-browser", "--port", port)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
