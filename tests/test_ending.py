"""How a command ends: its exit code, and at most one line on stderr.

Each test runs the command as a process, whose streams or signals are those of a shell.
"""

import os
import shlex
import signal
import subprocess
from contextlib import suppress

import pytest

from tests.cli import command_line
from tests.ws_client import TIMEOUT

pytestmark = pytest.mark.usefixtures("kernels")

LONG = ["--epochs", "100000"]
SHORT = ["--epochs", "2", "--n-train", "20", "--n-test", "20"]
PRINTING = {
    "version": ["--version"],
    "help": ["--help"],
    "help of a command": ["train", "--help"],
    "train": ["train", *SHORT],
    "train, JSON": ["train", "--json", *SHORT],
    "sweep": ["sweep", "--batch-size", "1,10", "--out", "study", *SHORT],
    "gradcheck": ["gradcheck"],
    "gradcheck, JSON": ["gradcheck", "--json"],
}


def shell(line, folder):
    """Run a line of bash, in which "$@" is not used, in a folder."""
    command = ["bash", "-c", line]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=TIMEOUT)


@pytest.mark.parametrize("name", PRINTING)
def test_a_reader_that_stops_is_no_error(name, tmp_path):
    command = shlex.join(command_line(*PRINTING[name]))
    # The reader has ended before anything is printed.
    done = shell(f"exec 3> >(exec true); wait $!; {command} >&3; echo $?", tmp_path)
    assert done.stderr == ""
    assert done.stdout == "0\n"


def test_a_reader_that_stops_after_a_line_is_no_error(tmp_path):
    command = shlex.join(command_line("train", "--json", *LONG))
    done = shell(f"{command} | head -n 1; echo ${{PIPESTATUS[0]}}", tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines()[1:] == ["0"]


@pytest.mark.parametrize("name", PRINTING)
def test_a_full_disk_is_one_line(name, tmp_path):
    done = shell(shlex.join(command_line(*PRINTING[name])) + " > /dev/full", tmp_path)
    assert done.returncode == 74
    assert done.stderr == "mlp-live: cannot write the output: No space left on device.\n"


@pytest.mark.parametrize("redirection", ["2>&-", "2> /dev/full", "2> >(exec true)"])
def test_an_error_that_nobody_can_read_still_has_its_exit_code(redirection, tmp_path):
    done = shell(shlex.join(command_line("train", "--hidden", "0")) + f" {redirection}", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


def test_streams_that_are_closed_are_no_error(tmp_path):
    done = shell(shlex.join(command_line("train", *SHORT)) + " <&- >&- 2>&-", tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("name", PRINTING)
def test_an_encoding_without_some_characters_is_no_error(name, tmp_path):
    line = "PYTHONIOENCODING=ascii " + shlex.join(command_line(*PRINTING[name]))
    done = shell(line, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.isascii()


def take_interrupts():
    """In the process to be started: Ctrl+C is not ignored, as it is in a shell's background."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def interruptible(*arguments):
    return subprocess.Popen(
        command_line(*arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=take_interrupts,
    )


def interrupt(process, *, again):
    """Press Ctrl+C; with ``again``, keep pressing it until the process has ended."""
    process.send_signal(signal.SIGINT)
    while again and process.poll() is None:
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=0.001)


@pytest.mark.parametrize("again", [False, True], ids=["once", "until it ends"])
@pytest.mark.parametrize(
    "arguments",
    [["train", *LONG], ["serve", "--no-browser", "--port", "0"]],
    ids=["train", "serve"],
)
def test_an_interrupt_ends_a_command_without_a_traceback(arguments, again):
    with interruptible(*arguments) as process:
        process.stdout.readline()  # it has begun
        interrupt(process, again=again)
        _, told = process.communicate(timeout=TIMEOUT)
    assert told == ""
    # The second one may also end the process as it would without any handler.
    assert process.returncode in ((130, -signal.SIGINT) if again else (130,))


@pytest.mark.parametrize("again", [False, True], ids=["once", "until it ends"])
def test_a_study_is_interrupted_and_says_how_to_go_on(again, tmp_path):
    journal = tmp_path / "runs.jsonl"
    many = ["--batch-size", "1,2,3,4,5", "--learning-rate", "0.1,0.2,0.3,0.4"]
    arguments = ["sweep", "--out", str(tmp_path), *many, *LONG]
    with interruptible(*arguments) as process:
        while not journal.exists() and process.poll() is None:
            os.sched_yield()
        interrupt(process, again=again)
        printed, told = process.communicate(timeout=TIMEOUT)
    assert told == ""
    assert len(printed.splitlines()) <= 1
    assert process.returncode in ((130, -signal.SIGINT) if again else (130,))


UNUSABLE = [b"\xff", "ä..example".encode(), b"a..b", b".", b"a" * 300, b"::x", b""]


@pytest.mark.parametrize("host", UNUSABLE, ids=ascii)
@pytest.mark.parametrize("place", ["option", "environment"])
def test_a_host_that_cannot_be_is_one_line(host, place):
    options = ["--host", os.fsdecode(host)] if place == "option" else []
    variables = {} if place == "option" else {"MLP_LIVE_HOST": os.fsdecode(host)}
    done = subprocess.run(
        command_line("serve", "--no-browser", "--port", "0", *options),
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("mlp-live: ")
    assert len(done.stderr.splitlines()) == 1


BAD_BYTES = {
    "command": [b"\xff"],
    "option": [b"train", b"--\xff"],
    "value": [b"train", b"--loss", b"\xff"],
    "table": [b"train", b"--data", b"\xff.csv"],
    "record": [b"train", b"--record", b"\xff.json"],
    "port": [b"serve", b"--port", b"\xff"],
    "repeats": [b"sweep", b"--out", b"\xfe", b"--repeats", b"\xff"],
    "scheduler": [b"sweep", b"--out", b"\xfe", b"--scheduler", b"\xff"],
}


@pytest.mark.parametrize("name", BAD_BYTES)
def test_bytes_that_are_no_text_are_one_line(name, tmp_path):
    command = command_line(*map(os.fsdecode, BAD_BYTES[name]))
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=TIMEOUT)
    assert done.returncode == 2
    assert done.stderr.startswith("mlp-live: ")
    assert len(done.stderr.splitlines()) == 1
