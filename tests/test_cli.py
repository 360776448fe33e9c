"""The command line.

Each command also runs as a process of its own; most cases of arguments and output run within this
process, which is faster.

The module is long because it covers every command with the same helpers.
"""

import json
import os
import pty
import re
import shlex
import subprocess
from functools import cache

import httpx
import pytest

from mlp_live.cli.options import METAVARS
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import config_fields
from mlp_live.training.events import ConfigChange
from mlp_live.training.replay import replay
from mlp_live.training.run import Run
from tests.cli import command_line, run_main, run_process
from tests.ws_client import TIMEOUT

pytestmark = pytest.mark.usefixtures("kernels")

FAST = ["--epochs", "5", "--n-train", "40", "--n-test", "20"]


def test_train_prints_one_json_object_an_epoch_and_nothing_else():
    done = run_process("train", "--dataset", "circles", "--json", *FAST)
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
    first, second = run_process(*command.split()), run_main(*command.split())
    assert first.stdout == second.stdout
    assert json.loads(first.stdout.splitlines()[-1])["test_accuracy"] >= 92


def test_train_prints_the_practicals_lines():
    done = run_main("train", *FAST)
    figures = r"[\d.]+ % \([\d.]+\)"
    lines = done.stdout.splitlines()
    assert re.fullmatch(f"Epoch 5/5 · train {figures} · validation {figures}", lines[4])
    assert re.match(r"Test set, 20 points, epoch 5: accuracy [\d.]+ % ", lines[5])
    shown = run_main("train", *FAST, "--show-test", "true").stdout.splitlines()
    assert re.fullmatch(f"Epoch 5/5 · train .* · validation .* · test {figures}", shown[4])


def test_a_large_rate_prints_no_nan():
    done = run_main(
        "train", "--json", "--batch-size", "1", "--learning-rate", "5", "--epochs", "20"
    )
    assert done.returncode == 0
    assert "NaN" not in done.stdout
    assert len(done.stdout.splitlines()) == 20 + 1


def test_divergence_is_reported_and_no_failure():
    done = run_main("train", "--json", "--batch-size", "1", "--learning-rate", "1e37")
    assert done.returncode == 0
    assert done.stderr.startswith("Diverged at epoch ")
    assert "NaN" not in done.stdout


def test_a_table_of_ones_own(tmp_path):
    table = tmp_path / "table.csv"
    table.write_text("a,b,label\n" + "".join(f"{i},{i},{'xy'[i % 2]}\n" for i in range(40)))
    done = run_main("train", "--data", str(table), "--json", "--epochs", "2")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2 + 1


def test_what_is_taken_from_a_table_are_options_too(tmp_path):
    table = tmp_path / "table.csv"
    rows = "".join(f"{i};{i},5;{-i};{'' if i == 7 else 'xy'[i % 2]}\n" for i in range(40))
    table.write_text("id;a;b;kind\n" + rows)
    done = run_main("train", "--data", str(table), "--json", "--epochs", "2")
    assert done.returncode == 2
    assert "Line 9, column “kind”: there is no value" in done.stderr
    chosen = ["--features", "a, b", "--label", "kind", "--split", "none", "--drop-missing"]
    done = run_main("train", "--data", str(table), "--json", "--epochs", "2", *chosen)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 2 + 1


def test_deep_networks_and_every_choice():
    command = "train --hidden 8,8 --optimizer adam --schedule cosine --regularization l2 --epochs 5"
    done = run_main(*command.split())
    assert done.returncode == 0, done.stderr
    assert [line.startswith("Epoch") for line in done.stdout.splitlines()[:5]] == [True] * 5


def test_a_record_repeats_the_run_it_was_made_of(tmp_path):
    record = tmp_path / "record.json"
    change = {"epoch": 2, "batch": 1, "config": {"learning_rate": 0.5}, "weights": [[0, 1.5]]}
    config = {"n_train": 40, "n_test": 20, "epochs": 5}
    record.write_text(json.dumps({"config": config, "changes": [change]}))
    done = run_main("train", "--record", str(record), "--json")
    assert done.returncode == 0, done.stderr
    run = Run(RunConfig(**config))
    lines = []
    for epoch in replay(run, [ConfigChange.model_validate(change)]):
        metrics = run.history[epoch].of(("train", "validation"), "accuracy")
        lines.append({"epoch": epoch} | metrics)
    assert [json.loads(line) for line in done.stdout.splitlines()[:-1]] == lines
    plain = run_main("train", "--json", *FAST)
    assert done.stdout.splitlines()[:2] == plain.stdout.splitlines()[:2]
    assert done.stdout.splitlines()[2:] != plain.stdout.splitlines()[2:]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"config": {"hidden": "0"}}', '{"changes": [{"epoch": -1}]}']
)
def test_a_bad_record_is_one_line(tmp_path, text):
    record = tmp_path / "record.json"
    record.write_text(text)
    done = run_main("train", "--record", str(record))
    assert done.returncode == 2
    assert "is not the record of a run" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("text", ["[" * 100_000, '{"config":' * 100_000], ids=["list", "object"])
def test_a_record_that_is_nested_deeply_is_one_line(tmp_path, text):
    test_a_bad_record_is_one_line(tmp_path, text)


IMPOSSIBLE = {
    "out of order": ([{"epoch": 3}, {"epoch": 1}], "Event 2 (epoch 1, batch 0): "),
    "batches out of order": (
        [{"epoch": 3, "batch": 2}, {"epoch": 3, "batch": 1}],
        "Event 2 (epoch 3, batch 1): ",
    ),
    "beyond the end": ([{"epoch": 6}], "Event 1 (epoch 6, batch 0): "),
    "in the epoch after the end": ([{"epoch": 5, "batch": 1}], "Event 1 (epoch 5, batch 1): "),
    "no such batch": ([{"epoch": 2}, {"epoch": 2, "batch": 4}], "Event 2 (epoch 2, batch 4): "),
    "no such batch since a change": (
        [{"epoch": 1, "config": {"batch_size": 40}}, {"epoch": 2, "batch": 1}],
        "Event 2 (epoch 2, batch 1): ",
    ),
    "not mutable": ([{"epoch": 1}, {"epoch": 1, "config": {"epochs": 4}}], "event 2: Epochs: "),
    "unknown name": ([{"epoch": 1, "config": {"foo": 1}}], "event 1: There is no field “foo”"),
    "does not fit the data": (
        [{"epoch": 1, "config": {"batch_size": 41}}],
        "Event 1 (epoch 1, batch 0): Batch size: ",
    ),
    "no such parameter": (
        [{"epoch": 1, "weights": [[52, 0]]}],
        "Event 1 (epoch 1, batch 0): Hidden layers: ",
    ),
}


def train_record(folder, config, changes):
    record = folder / "record.json"
    events = [{"type": "change"} | change for change in changes]
    record.write_text(json.dumps({"config": config, "events": events}))
    return run_main("train", "--record", str(record))


@pytest.mark.parametrize("name", IMPOSSIBLE)
def test_a_change_that_is_impossible_is_named_before_the_training(name, tmp_path):
    changes, words = IMPOSSIBLE[name]
    done = train_record(tmp_path, {"n_train": 40, "n_test": 20, "epochs": 5}, changes)
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_batch_that_an_earlier_change_makes_possible_is_accepted(tmp_path):
    changes = [{"epoch": 1, "config": {"batch_size": 4}}, {"epoch": 2, "batch": 9}]
    done = train_record(tmp_path, {"n_train": 40, "n_test": 20, "epochs": 5}, changes)
    assert done.returncode == 0, done.stderr


def test_a_change_that_the_run_did_not_reach_is_named(tmp_path):
    config = {"batch_size": 1, "learning_rate": 1e37}
    done = train_record(tmp_path, config, [{"epoch": 100}])
    assert done.returncode == 2
    assert "Event 1 (epoch 100, batch 0): the run ended before it, at epoch 0." in done.stderr


def test_a_run_that_was_changed_after_its_end_repeats(tmp_path):
    """As the page saves it; the last change is shown in the evaluation."""
    run = Run(RunConfig(batch_size=1, learning_rate=1e37))
    run.advance(1)
    run.change({}, [(0, 1.0)])
    while not run.done:
        run.advance(1000)
    run.change({}, [(1, 2.0)])
    record = tmp_path / "record.json"
    record.write_text(run.record.model_dump_json())
    done = run_main("train", "--record", str(record), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["test_loss"] == run.evaluate("test").loss


def test_gradcheck_tells_the_error_and_the_cost():
    done = run_main("gradcheck", "--hidden", "8,8,4", "--activation", "gelu", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["parameters"] == 24 + 72 + 36 + 10
    assert told["passed"]
    assert told["differences"]["error"] < 1e-6
    for name in ("differences", "engine_gradient", "engine_update", "engine_evaluation"):
        assert told[name]["outcome"] == "agree"
        assert told[name]["error"] <= told[name]["tolerance"]
    assert told["ratio"] > 1


def test_gradcheck_tells_what_it_compared_and_what_it_left_out():
    done = run_main("gradcheck", "--activation", "relu", "--initialization", "zeros")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(": agree\n") == 4
    assert "22 numbers compared. Worst relative error " in done.stdout
    assert "30 left out at a kink of the loss" in done.stdout


PANELS = {
    "train": ["Options", "Data", "Network", "Training", "Optimizer", "Table", "Record", "Output"],
    "gradcheck": ["Options", "Data", "Network", "Training", "Optimizer", "Table", "Output"],
    "sweep": ["Options", "Data", "Network", "Training", "Optimizer", "Table", "Study", "Output"],
}


@cache
def help_of(command):
    """The panels of a command's help: for each its options, and for each of these its text."""
    width = {name: value for name, value in os.environ.items() if "COLOR" not in name}
    done = run_process(command, "--help", env={**width, "COLUMNS": "400", "TERMINAL_WIDTH": "400"})
    assert done.returncode == 0
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    panels, options = {}, {}
    for line in done.stdout.splitlines():
        if line.startswith("╭─ "):
            options = panels[line.split()[1]] = {}
        elif option := re.match(r"│ [*]? *(--[\w-]+) +(.*?) *│$", line):
            options[option[1]] = option[2]
    return panels


@pytest.mark.parametrize("command", PANELS)
def test_help_groups_the_options(command):
    panels = help_of(command)
    assert sorted(panels) == sorted(PANELS[command])
    assert list(panels)[:2] == ["Options", "Data"]
    for field in config_fields().values():
        if field.name != "table":
            assert "--" + field.name.replace("_", "-") in panels[field.group]
    assert "--data" in panels["Table"]
    assert ("--out" if command == "sweep" else "--json") in panels["Output"]


def test_help_shows_type_allowed_values_and_default_of_every_option():
    options = {name: text for panel in help_of("train").values() for name, text in panel.items()}
    for field in config_fields().values():
        if field.name == "table":
            continue
        text = options["--" + field.name.replace("_", "-")]
        kind, about = text.split(maxsplit=1)
        assert kind == METAVARS[field.kind]
        assert about.startswith(field.help)
        assert field.allowed_values[1:] in about
        assert about.endswith(f"[default: {field.to_text(field.default)}]")
    assert "[default: 10]" in options["--batch-size"]
    assert options["--batch-size"].startswith("INTEGER")
    assert "from 1 to 10,000" in options["--batch-size"]
    assert "One of sgd, momentum" in options["--optimizer"]
    assert "One of classification, regression" in options["--task"]


def test_help_names_the_commands():
    done = run_main("--help")
    assert re.findall(r"│ (\w+) {2}", done.stdout) == ["serve", "train", "sweep", "gradcheck"]


def test_early_stopping_names_the_best_epoch_whether_or_not_it_is_restored():
    early = ["--early-stopping", "true", "--patience", "3", "--learning-rate", "2"]
    found = {}
    for restore in ("true", "false"):
        done = run_main("train", *early, "--restore-best", restore)
        found[restore] = re.search(r"Stopped early: .* since epoch (\d+)", done.stdout)[1]
        last = re.findall(r"^Epoch (\d+)/", done.stdout, re.MULTILINE)[-1]
        assert int(found[restore]) == int(last) - 3
    assert found["true"] == found["false"]


BAD = {
    "wrong combination": (
        ["--optimizer", "adam", "--momentum", "0.5"],
        "this applies only if Optimizer is momentum or nesterov",
    ),
    "out of bounds": (
        ["--hidden", "0"],
        "Hidden layers must be up to 8 sizes from 1 to 128, such as 8,8,4",
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
    done = run_main("train", *[str(table) if a == "TABLE" else a for a in arguments])
    assert done.returncode == 2
    assert words in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


@pytest.mark.parametrize("command", [["train"], ["gradcheck"], ["sweep", "--out", "."]])
def test_a_process_ends_with_one_clear_line_and_exit_code_2(command, tmp_path):
    done = run_process(*command, "--hidden", "0", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("mlp-live: ")
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""


def test_a_bar_on_the_terminal_leaves_the_file_its_lines(tmp_path):
    controller, terminal = pty.openpty()
    lines = tmp_path / "lines.txt"
    with lines.open("w") as file:
        command = command_line("train", *FAST)
        subprocess.run(command, stdout=file, stderr=terminal, timeout=120, check=True)
    os.close(terminal)
    os.close(controller)
    assert sum(line.startswith("Epoch") for line in lines.read_text().splitlines()) == 5


def test_gradients_that_are_not_finite_do_not_pass():
    wild = ["--loss", "naive_cross_entropy", "--init-std", "100", "--hidden", "30"]
    done = run_process("gradcheck", *wild)
    assert done.returncode == 1
    assert "not finite" in done.stdout


def test_a_reader_that_stops_early_is_no_error():
    command = shlex.join(command_line("train", "--json", "--epochs", "2000")) + " | head -n 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, timeout=120)
    assert done.stderr == ""
    assert json.loads(done.stdout)["epoch"] == 1


def serving(*arguments, **environment):
    return subprocess.Popen(
        command_line("serve", "--no-browser", *arguments),
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
            assert httpx.get(url, timeout=TIMEOUT).status_code == 200
        finally:
            process.terminate()
            assert process.wait(timeout=TIMEOUT) in (0, -15)
            assert process.stdout.read() == ""


def test_serve_takes_settings_from_the_environment_and_names_bad_ones():
    with serving(MLP_LIVE_PORT="port") as process:
        told, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "port" in told
    assert len(told.splitlines()) == 1


def test_serve_says_when_the_port_is_taken(server):
    port = server.netloc.split(":")[1]
    done = run_process("serve", "--no-browser", "--port", port)
    assert done.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
