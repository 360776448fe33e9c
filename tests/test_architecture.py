"""The order of the rooms: imports run one way."""

import ast
from pathlib import Path

import pytest

import app

ROOT = Path(app.__file__).parent
# From the bottom up; a room may import from those before it.
ORDER = [
    "kernel_cache",
    "mlp",
    "data",
    "training",
    "sweep",
    "settings",
    "live",
    "web",
    "cli",
    "__main__",
]
FORBIDDEN = {
    "mlp": {"pathlib", "socket", "time", "asyncio", "pydantic", "fastapi"},
    "training": {"asyncio", "fastapi", "starlette"},
    "sweep": {"asyncio", "fastapi", "starlette"},
    "live": {"fastapi", "starlette", "uvicorn", "httpx"},
}


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute here"
            yield node.module


def modules():
    for path in sorted(ROOT.rglob("*.py")):
        room = path.relative_to(ROOT).parts[0].removesuffix(".py")
        if room != "__init__":
            yield pytest.param(path, room, id=path.relative_to(ROOT).as_posix())


@pytest.mark.parametrize(("path", "room"), list(modules()))
def test_imports_run_one_way(path, room):
    for name in imports(path):
        top, *rest = name.split(".")
        if top == "app" and rest:
            assert ORDER.index(rest[0]) <= ORDER.index(room), f"{room} imports {name}"
        assert top not in FORBIDDEN.get(room, set()), f"{room} imports {name}"


def test_the_mathematics_imports_numpy_and_numba_only():
    allowed = {"numpy", "numba", "llvmlite", "app"}
    for path in (ROOT / "mlp").glob("*.py"):
        tops = {name.split(".")[0] for name in imports(path)}
        standard = {
            "typing",
            "collections",
            "dataclasses",
            "itertools",
            "math",
            "operator",
            "statistics",
        }
        assert tops <= allowed | standard
