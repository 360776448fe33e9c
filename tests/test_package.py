"""The package: what is in its wheel, and that it runs where nothing else is installed."""

import re
import subprocess
import sys
import venv
from pathlib import Path
from zipfile import ZipFile

import httpx
import pytest

import mlp_live
from mlp_live.resources import folder as resource_folder
from tests.ws_client import TIMEOUT

ROOT = Path(__file__).parents[1]
# Where each folder of the repository is in the wheel.
SOURCES = {
    "app/mlp_live": "mlp_live",
    "static": "mlp_live/static",
    "templates": "mlp_live/templates",
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, text=True)
    (built,) = folder.glob("mlp_live-*.whl")
    return built


@pytest.fixture(scope="module")
def scripts(wheel, tmp_path_factory):
    """The folder of commands of an environment in which only the wheel was installed."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=True)
    commands = environment / "bin"
    install = [commands / "pip", "install", "-q", "--no-compile", "-c", ROOT / "constraints.txt"]
    subprocess.run([*install, wheel], check=True, capture_output=True, text=True)
    return commands


def test_the_wheel_contains_the_package_and_nothing_else(wheel):
    expected = {
        f"{target}/{path.relative_to(ROOT / source).as_posix()}"
        for source, target in SOURCES.items()
        for path in (ROOT / source).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"mlp_live/py.typed", "mlp_live/static/icon.svg"} <= expected
    metadata = f"mlp_live-{mlp_live.__version__}.dist-info/"
    names = {name for name in ZipFile(wheel).namelist() if not name.startswith(metadata)}
    assert names == expected


def test_only_one_package_is_installed(wheel, scripts):
    (site_packages,) = (scripts.parent / "lib").glob("python*/site-packages")
    assert (site_packages / "mlp_live").is_dir()
    assert not (site_packages / "app").exists()
    command = "import importlib.util; print(importlib.util.find_spec('app'))"
    found = subprocess.run(
        [scripts / "python", "-I", "-c", command], capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "None"


@pytest.mark.parametrize("module", [True, False], ids=["python -m mlp_live", "mlp-live"])
def test_the_installed_command_runs_from_anywhere(module, scripts, tmp_path):
    command = [scripts / "python", "-m", "mlp_live"] if module else [scripts / "mlp-live"]
    done = subprocess.run(
        [*command, "--version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == mlp_live.__version__


def test_the_installed_wheel_serves_the_page_from_anywhere(scripts, tmp_path):
    with subprocess.Popen(
        [scripts / "mlp-live", "serve", "--port", "0", "--no-browser"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            url = re.search(r"http://\S+/", process.stdout.readline()).group()
            page = httpx.get(url, timeout=TIMEOUT)
            assert page.status_code == 200
            addresses = re.findall(r'(?:src|href)="(/[^"]+)"', page.text)
            assert any(address.startswith("/static/") for address in addresses)
            for address in addresses:
                assert httpx.get(url + address[1:], timeout=TIMEOUT).status_code == 200, address
        finally:
            process.terminate()


def test_a_checkout_is_used_where_it_is():
    """An edit of a module, a page or a template needs no new installation."""
    assert Path(mlp_live.__file__).parent == ROOT / "app" / "mlp_live"
    assert resource_folder("static") == ROOT / "static"
    assert resource_folder("templates") == ROOT / "templates"


def test_the_changelog_begins_with_this_version_and_its_date():
    headings = re.findall(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    newest = re.fullmatch(r"(\d+\.\d+\.\d+) \((\d{4}-\d\d-\d\d)\)", headings[0])
    assert newest, f"“{headings[0]}” is not a version and a date"
    assert newest.group(1) == mlp_live.__version__
