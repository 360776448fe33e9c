"""The order of the packages: imports go one way, and there are no import cycles."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import mlp_live

ROOT = Path(mlp_live.__file__).parent

# From the bottom up: a package may import itself and those of the lines before it. Packages of one
# line do not import one another, except for the pairs in SIDEWAYS (importer, imported).
ORDER = [
    {"nn", "resources"},
    {"engine"},
    {"data"},
    {"training"},
    {"rendering"},
    {"study"},
    {"lens", "own", "runs", "insight", "guide"},
    {"settings", "protocol"},
    {"live"},
    {"web"},
    {"cli"},
    {"__main__"},
]
SIDEWAYS = {("guide", "lens"), ("protocol", "settings"), ("settings", "protocol")}

ASYNCIO_AND_HTTP = {"asyncio", "fastapi", "starlette", "uvicorn", "httpx"}
FORBIDDEN = {
    "data": ASYNCIO_AND_HTTP | {"numba", "llvmlite"},
    "training": ASYNCIO_AND_HTTP | {"numba", "llvmlite"},
    "rendering": ASYNCIO_AND_HTTP | {"llvmlite"},
    "study": ASYNCIO_AND_HTTP | {"numba", "llvmlite"},
    "protocol": ASYNCIO_AND_HTTP | {"numba", "llvmlite"},
    "settings": ASYNCIO_AND_HTTP,
    "live": {"fastapi", "starlette", "uvicorn", "httpx", "numba", "llvmlite"},
}
# The mathematics uses no file, socket or clock.
PURE = {
    "collections",
    "copy",
    "dataclasses",
    "enum",
    "functools",
    "itertools",
    "math",
    "operator",
    "typing",
}
HOOKS = {"contextlib", "threading"}  # the interruption points of each thread
MATHEMATICS = {"nn": {"numpy"} | PURE, "engine": {"numpy", "numba", "llvmlite"} | HOOKS | PURE}
KERNEL_CACHE = "mlp_live.engine.kernel_cache"  # reads the source files to name a folder


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in sorted(ROOT.rglob("*.py"))}


def imports(name: str) -> Iterator[str]:
    """The modules that a module imports, by their full names."""
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name}: imports are absolute"
            assert node.module is not None
            submodules = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES.keys()
            yield from submodules
            if len(submodules) < len(node.names):
                yield node.module


def package(name: str) -> str | None:
    """The package within mlp_live that a module belongs to; None for every other module."""
    top, *rest = name.split(".")
    return rest[0] if top == "mlp_live" and rest else None


def rank(room: str) -> int:
    ranks = [place for place, rooms in enumerate(ORDER) if room in rooms]
    assert ranks, f"{room} has no place in the order of the packages"
    return ranks[0]


@pytest.mark.parametrize("name", [name for name in MODULES if package(name)])
def test_imports_go_one_way(name: str) -> None:
    room = package(name)
    assert room is not None
    for imported in imports(name):
        other = package(imported)
        if other not in (None, room):
            below = rank(other) < rank(room) or (room, other) in SIDEWAYS
            assert below, f"{name} imports {imported}"
        assert imported.split(".")[0] not in FORBIDDEN.get(room, set()), f"{name}: {imported}"


def test_the_package_itself_imports_none_of_its_modules() -> None:
    assert not [name for name in imports("mlp_live") if package(name)]


@pytest.mark.parametrize("room", MATHEMATICS)
def test_the_mathematics_imports_arrays_and_the_compiler_only(room: str) -> None:
    for name in MODULES:
        if package(name) == room and name != KERNEL_CACHE:
            outside = {top for one in imports(name) if (top := one.split(".")[0]) != "mlp_live"}
            assert outside <= MATHEMATICS[room], name


def test_there_are_no_import_cycles() -> None:
    graph = {name: {one for one in imports(name) if one in MODULES} for name in MODULES}
    for name, imported in graph.items():
        # Importing a module first imports the packages that contain it.
        parents = {one.rpartition(".")[0] for one in imported} & MODULES.keys()
        imported |= {one for one in parents if not f"{name}.".startswith(f"{one}.")}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" → ".join(error.args[1]))
