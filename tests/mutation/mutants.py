"""Mutants: modules that are changed in one place, by the operators and filters of Cosmic Ray."""

import argparse
import ast
import difflib
import random
import re
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from cosmic_ray.commands.init import init
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator
from cosmic_ray.tools.filters.operators_filter import OperatorsFilter
from cosmic_ray.work_db import use_db

FILE = Path(__file__).with_name("config.toml")
CONFIG = tomllib.loads(FILE.read_text())
EXCLUDED = re.compile("|".join(rule["pattern"] for rule in CONFIG["excluded"]))


class Mutant(NamedTuple):
    """A changed module. ``name`` is “module: definition: old → new”, the lines that differ."""

    module: str
    name: str
    code: str
    stages: list[list[str]]


def mutants(groups: list[dict[str, Any]], only: list[str], seed: int) -> Iterator[Mutant]:
    """The mutants of the modules of some groups, in random order."""
    group_of = {
        path: group
        for group in groups
        for pattern in group["modules"]
        for path in sorted(Path().glob(pattern))
        if not only or any(path.is_relative_to(folder) for folder in only)
    }
    with tempfile.NamedTemporaryFile() as file, use_db(file.name) as database:
        init(group_of, database, {})
        OperatorsFilter().filter(database, argparse.Namespace(config=str(FILE)))
        specs = [item.mutations[0] for item in database.pending_work_items]
    specs.sort(key=lambda s: (s.module_path, s.start_pos, s.operator_name, s.occurrence))
    random.Random(seed).shuffle(specs)
    sources = {path: path.read_text() for path in group_of}
    excluded = {path: list(_excluded(source)) for path, source in sources.items()}
    for spec in specs:
        path, source = spec.module_path, sources[spec.module_path]
        if any(first <= spec.start_pos < last for first, last in excluded[path]):
            continue
        operator = get_operator(spec.operator_name)(**spec.operator_args)
        code = mutate_code(source, operator, spec.occurrence)
        name = f"{path}: {spec.definition_name}: {_difference(source, code)}"
        if _is_another_program(source, code) and not EXCLUDED.search(name):
            own = Path(group_of[path]["own"], f"test_{path.stem}.py")
            stages = [[str(own)]] * own.exists() + group_of[path]["stages"]
            yield Mutant(str(path), name, code, stages)


def _excluded(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Where type annotations and `raise` statements begin and end: (line from 1, column)."""
    lines = [line.encode() for line in source.splitlines()]
    for node in ast.walk(ast.parse(source)):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for part in [node] if isinstance(node, ast.Raise) else filter(None, parts):
            # ast counts bytes, Cosmic Ray counts characters.
            first = len(lines[part.lineno - 1][: part.col_offset].decode())
            last = len(lines[part.end_lineno - 1][: part.end_col_offset].decode())
            yield (part.lineno, first), (part.end_lineno, last)


def _difference(old: str, new: str) -> str:
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[3:]
    sides = ([line[1:].strip() for line in lines if line[0] == sign] for sign in "-+")
    return " → ".join(" ⏎ ".join(filter(None, side)) for side in sides)


def _is_another_program(old: str, new: str) -> bool:
    try:
        return ast.dump(ast.parse(new)) != ast.dump(ast.parse(old))
    except SyntaxError:
        return False
