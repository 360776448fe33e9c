"""The wheel, in an environment that has nothing else."""

import re
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (built,) = folder.glob("mlp_live-*.whl")
    return built


def test_the_wheel_carries_pages_and_static_files(wheel):
    names = set(ZipFile(wheel).namelist())
    for folder in ("static", "templates"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file():
                assert f"app/{path.relative_to(ROOT).as_posix()}" in names
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


def test_the_installed_wheel_serves_the_page_from_anywhere(wheel, tmp_path):
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=True)
    scripts = environment / "bin"
    install = [scripts / "python", "-m", "pip", "install", "-q", "-c", ROOT / "constraints.txt"]
    subprocess.run([*install, wheel], check=True, capture_output=True, text=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with subprocess.Popen(
        [scripts / "mlp-live", "serve", "--port", "0", "--no-browser"],
        cwd=elsewhere,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            url = re.search(r"http://\S+/", process.stdout.readline()).group()
            page = httpx.get(url)
            assert page.status_code == 200
            for address in re.findall(r'(?:src|href)="(/[^"]+)"', page.text):
                assert httpx.get(url + address[1:]).status_code == 200, address
        finally:
            process.terminate()
