"""Starting and serving where something is missing: a place to write, memory, an intact file.

The commands run in a mount namespace of their own, where a read-only file system is read-only even
for root. Compiling takes long: all tests but one use copies of kernels, or one that is small.
"""

import os
import re
import resource
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import numba
import pytest

import mlp_live
from mlp_live.cli.options import COMPILING
from mlp_live.engine import kernel_cache
from mlp_live.engine.kernel_cache import PACKAGE, KernelFiles
from tests.cli import command_line
from tests.ws_client import TIMEOUT, Client

ADDRESS_SPACE = 512 * 1024**2
QUICK = {"epochs": 5, "n_train": 40, "n_test": 20}


def in_namespace(setup: str, *command: str) -> list[str]:
    """A command that runs after the shell commands ``setup`` in a mount namespace of its own."""
    script = f'set -e; mount --make-rprivate /; {setup}\nexec "$@"'
    return ["unshare", *NAMESPACE, "sh", "-c", script, "sh", *command]


NAMESPACE = ["-m"] if os.getuid() == 0 else ["-rm"]
PACKAGE_KERNELS = PACKAGE / "engine" / "__pycache__"
HIDE_PACKAGE_KERNELS = f"mkdir -p {PACKAGE_KERNELS}; mount -t tmpfs tmpfs {PACKAGE_KERNELS}"
# Everything that is mounted becomes read-only, except what the kernel provides.
READ_ONLY = """
mount -o remount,bind,ro /
while read -r _ place _; do
    case $place in /|/proc*|/sys*|/dev*) ;; *) mount -o remount,bind,ro "$place" ;; esac
done < /proc/mounts
"""


def namespaces_work() -> bool:
    try:
        done = subprocess.run(in_namespace(READ_ONLY, "true"), capture_output=True, timeout=TIMEOUT)
    except FileNotFoundError:
        return False
    return done.returncode == 0


needs_namespaces = pytest.mark.skipif(
    not namespaces_work(), reason="this machine does not permit mount namespaces"
)


def environment(**variables: str) -> dict[str, str]:
    """An environment in which nothing says where to write."""
    unset = ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME", "TMPDIR")
    kept = {name: value for name, value in os.environ.items() if name not in unset}
    path = str(Path(mlp_live.__file__).parents[1])
    return {**kept, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", **variables}


@pytest.fixture
def copied_kernels(kernels, tmp_path):
    """A folder with a copy of every compiled kernel, as NUMBA_CACHE_DIR may name it."""
    folder = next(path for path in kernel_cache._folders(create=False) if path.is_dir())
    copy = tmp_path / "kernels"
    shutil.copytree(folder, copy / folder.name)
    return copy


@contextmanager
def started(command, **options):
    """Start ``serve``; give the process, the lines before its address, and the address."""
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options
    ) as process:
        try:
            lines = []
            for line in process.stdout:
                if found := re.search(r"127\.0\.0\.1:\d+", line):
                    yield lines, found.group()
                    return
                lines.append(line)
            pytest.fail("".join(lines))
        finally:
            process.terminate()
            process.wait(timeout=TIMEOUT)


def assert_serves(address: str) -> None:
    """The server answers, and trains a run."""
    assert httpx.get(f"http://{address}/health", timeout=TIMEOUT).status_code == 200
    with Client(f"ws://{address}/ws") as client:
        client.send("start", config=QUICK)
        _, end = client.watch("finished", "error")
    assert end["type"] == "finished"


SERVE = command_line("serve", "--no-browser", "--port", "0")


def limit_address_space():
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))


def remove(folder: Path, name: str) -> Path:
    """Delete the stored kernel of a function that compiles quickly; return its file."""
    (file,) = folder.rglob(f"{name}-*.kernel")
    file.unlink()
    return file


@needs_namespaces
def test_serves_where_only_the_temporary_folder_can_be_written(copied_kernels, tmp_path):
    private = copied_kernels.rename(tmp_path / f"mlp-live-{os.getuid()}")
    private.chmod(0o700)
    missing = remove(private, "quantize._quantize")
    # Not /tmp itself: the checkout may be there.
    setup = f"{HIDE_PACKAGE_KERNELS}; mount --bind {tmp_path} {tmp_path}; {READ_ONLY}"
    command = in_namespace(setup + f"mount -o remount,bind,rw {tmp_path}", *SERVE)
    env = environment(HOME="/nowhere", TMPDIR=str(tmp_path))
    with started(command, env=env) as (lines, address):
        assert [line.strip() for line in lines] == [COMPILING]
        assert_serves(address)
    assert missing.exists()


@needs_namespaces
def test_serves_where_nothing_can_be_written_and_says_so_once(tmp_path):
    setup = f"{HIDE_PACKAGE_KERNELS}; {READ_ONLY}"
    env = environment(HOME="/nowhere")
    with started(in_namespace(setup, *SERVE), env=env) as (lines, address):
        assert len(lines) == 2
        assert lines[0].strip() == COMPILING
        assert lines[1].startswith(f"The folder {PACKAGE_KERNELS}")
        assert lines[1].endswith("cannot be written, so the kernels are compiled at every start.\n")
        assert_serves(address)


@needs_namespaces
def test_what_needs_no_kernel_never_looks_for_one_and_writes_nothing():
    setup = f"{HIDE_PACKAGE_KERNELS}; {READ_ONLY}"
    for option in ("--version", "--help"):
        command = in_namespace(setup, *command_line(option))
        done = subprocess.run(
            command, env=environment(HOME="/nowhere"), capture_output=True, text=True, check=True
        )
        assert done.stdout
        assert done.stderr == ""


@needs_namespaces
def test_serves_where_the_disk_is_full(copied_kernels):
    setup = f"""
    mount -t tmpfs -o size=8m tmpfs /mnt
    cp -r {copied_kernels}/. /mnt
    rm /mnt/*/quantize._quantize-*
    cat /dev/zero > /mnt/rest 2>&- || true
    """
    env = environment(NUMBA_CACHE_DIR="/mnt")
    with started(in_namespace(setup, *SERVE), env=env) as (lines, address):
        assert len(lines) == 2
        assert lines[1].startswith("The folder /mnt/kernels-")
        assert_serves(address)


def test_damaged_kernels_are_compiled_again(copied_kernels):
    (first,) = copied_kernels.rglob("quantize._quantize-*.kernel")
    (second,) = copied_kernels.rglob("shuffle.shuffle-*.kernel")
    whole = len(first.read_bytes())
    first.write_bytes(first.read_bytes()[: whole // 2])
    second.write_bytes(os.urandom(1000))
    env = environment(NUMBA_CACHE_DIR=str(copied_kernels))
    with started(SERVE, env=env) as (lines, address):
        assert [line.strip() for line in lines] == [COMPILING]
        assert_serves(address)
    assert len(first.read_bytes()) >= whole - 100
    with started(SERVE, env=env) as (lines, address):
        assert lines == []


def test_every_damage_of_a_kernel_is_noticed(copied_kernels, monkeypatch):
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(copied_kernels))
    files = KernelFiles()
    for path in copied_kernels.rglob("*.kernel"):
        whole = path.read_bytes()
        assert files.read(path.name) is not None
        for length in (0, 1, 31, 32, 33, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:length])
            assert files.read(path.name) is None
        for at in (0, 32, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            assert files.read(path.name) is None
        path.write_bytes(whole)


def test_a_folder_that_others_can_write_to_is_not_trusted(monkeypatch, tmp_path):
    """A kernel is a program that is executed."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(kernel_cache, "PACKAGE", tmp_path / "package")
    monkeypatch.setattr(kernel_cache, "_source_digest", lambda: "0")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    private = tmp_path / f"mlp-live-{os.getuid()}"
    (tmp_path / "package").touch()  # no folder can be made in it
    (tmp_path / "cache").touch()
    files = KernelFiles()
    files.write("a.kernel", b"code")
    assert files.unwritable is None
    assert files.read("a.kernel") == b"code"
    private.chmod(0o777)
    assert files.read("a.kernel") is None
    files.write("b.kernel", b"code")
    assert files.unwritable == tmp_path / "package" / "engine" / "__pycache__" / "kernels-0"


def test_importing_writes_nothing(tmp_path):
    program = "import mlp_live.cli.commands"
    env = environment(NUMBA_CACHE_DIR=str(tmp_path))
    subprocess.run([sys.executable, "-c", program], env=env, check=True, timeout=TIMEOUT)
    assert list(tmp_path.iterdir()) == []


def test_serves_in_512_mb_once_the_kernels_are_compiled(copied_kernels):
    env = environment(NUMBA_CACHE_DIR=str(copied_kernels), MLP_LIVE_WORKERS="2")
    with started(SERVE, env=env, preexec_fn=limit_address_space) as (lines, address):
        assert lines == []
        assert_serves(address)


@pytest.mark.parametrize("command", [SERVE, command_line("train", "--epochs", "1")])
def test_says_in_one_line_that_512_mb_are_not_enough_to_compile(command, tmp_path):
    done = subprocess.run(
        command,
        env=environment(NUMBA_CACHE_DIR=str(tmp_path)),
        preexec_fn=limit_address_space,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    told, error = done.stderr.splitlines()
    assert told == COMPILING
    assert re.match(r"mlp-live: Compiling the kernels takes \d+ MB more memory than", error)
