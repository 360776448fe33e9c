"""Tables that can be trained on: the chosen columns as points, identified by a digest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from sys import getsizeof
from typing import Any

import numpy as np

from mlp_live.data.points import SET_NAMES, TRAIN, Labels, Points, Sets, Targets
from mlp_live.data.table.cells import Cells, read_cells
from mlp_live.data.table.choices import (
    MAX_CLASSES,
    MIN_CLASSES,
    TableChoices,
    check_choices,
    infer_choices,
)
from mlp_live.data.table.columns import (
    Column,
    columns_of,
    is_missing,
    numbers_or_none,
    parse_number,
)
from mlp_live.data.table.error import TableError, truncate
from mlp_live.nn.reference import Array

SETS_BY_WORD = {name: which for which, name in enumerate(SET_NAMES)} | {"val": 1, "valid": 1}
LINES_SHOWN = 5  # lines of rows without a value in a message


@dataclass(frozen=True)
class Table:
    """A table that has been read: its points, its choices and its digest.

    ``digest`` has the first 16 hexadecimal digits of the SHA-256 of the table's bytes and choices.
    ``dropped`` is the number of rows that were left out because they lack a value.
    """

    points: Points
    choices: TableChoices
    digest: str
    dropped: int

    @property
    def nbytes(self) -> int:
        """Memory in bytes of the points and the names; a label may have 10,000 characters."""
        points = self.points
        sets = 0 if points.sets is None else points.sets.nbytes
        names = sum(map(getsizeof, (*points.classes, *points.features)))
        return points.X.nbytes + points.y.nbytes + sets + names

    def summary(self) -> dict[str, Any]:
        """A description of the table, for JSON."""
        points = self.points
        return {
            "table": self.digest,
            "rows": len(points.y),
            "features": points.features,
            "label": points.target,
            "task": "regression" if points.is_regression else "classification",
            "classes": points.classes,
            "has_split": points.sets is not None,
            "dropped": self.dropped,
        }


def read_table(content: bytes, choices: TableChoices | None = None) -> Table:
    """Read a table, see `read_cells`; ``choices`` say what to use, see `infer_choices`.

    Raises `TableError`, with line and column if possible, if something cannot be used.
    """
    cells = read_cells(content)
    columns = columns_of(cells)
    return make_table(
        content, cells, columns, infer_choices(choices or TableChoices(), cells, columns)
    )


def make_table(
    content: bytes, cells: Cells, columns: Sequence[Column], choices: TableChoices
) -> Table:
    """The table of ``content``, already parsed into ``cells``, with complete ``choices``."""
    check_choices(choices, columns)
    by_name = {column.name: column for column in columns}
    if choices.classes is not None and choices.label is not None:
        # If the classes are fixed, labels are text even if they look like numbers.
        by_name[choices.label] = replace(by_name[choices.label], kind="words")
    rows = _Rows(cells, [by_name[name] for name in choices.columns], choices.drop_missing)
    names = choices.features or ()
    X = np.column_stack([rows.numbers(by_name[name]) for name in names])
    label = by_name[choices.label or ""]
    y: Targets
    classes: tuple[str, ...] = ()
    if choices.task == "regression":
        y = rows.numbers(label)
        if len(y) < 2:
            raise TableError(
                "there is one row of data; a regression needs at least two.", rows.lines[0]
            )
    else:
        y, classes = rows.labels(label, choices.classes)
    sets = rows.sets(by_name[choices.split]) if choices.split else None
    if sets is not None:
        _check_sets(sets, y, classes, label, choices)
    choices_json = choices.model_dump_json(exclude_defaults=True)
    return Table(
        points=Points(
            X=X,
            y=y,
            classes=classes,
            features=names,
            target=label.name,
            sets=sets,
            extent=choices.fixed_extent,
        ),
        choices=choices,
        digest=hashlib.sha256(content + b"\0" + choices_json.encode()).hexdigest()[:16],
        dropped=len(cells.rows) - len(rows.lines),
    )


class _Rows:
    """The rows that have a value in every used column.

    Other rows are dropped, or raise `TableError`.
    """

    def __init__(self, cells: Cells, columns: list[Column], drop_missing: bool) -> None:
        indices = [(column, cells.header.index(column.name)) for column in columns]
        gaps: list[tuple[int, str]] = []
        self.lines: list[int] = []
        self._cells: dict[str, list[str]] = {column.name: [] for column in columns}
        for line, row in zip(cells.lines, cells.rows, strict=True):
            gap = next((column for column, i in indices if is_missing(row[i], column)), None)
            if gap is not None:
                gaps.append((line, gap.name))
                continue
            self.lines.append(line)
            for column, i in indices:
                self._cells[column.name].append(row[i])
        if gaps and not drop_missing:
            _raise_gaps(gaps)
        if not self.lines:
            raise TableError("every row lacks a value.", *gaps[0])

    def numbers(self, column: Column) -> Array:
        """A column as numbers, float64 (N,)."""
        cells = zip(self._cells[column.name], self.lines, strict=True)
        return np.array([parse_number(cell, line, column) for cell, line in cells])

    def labels(
        self, column: Column, classes: tuple[str, ...] | None
    ) -> tuple[Labels, tuple[str, ...]]:
        """A column as labels, int64 (N,), which are indices into the classes; and the classes.

        The classes are those given, or the values of the column. If all values are numbers, equal
        numbers such as 1 and 1.0 are one class, and the classes are in numerical order. Otherwise
        labels are text, and the classes are in alphabetical order.
        """
        words = self._cells[column.name]
        if classes is not None:
            for word, line in zip(words, self.lines, strict=True):
                if word not in classes:
                    problem = f"“{truncate(word)}” is none of the classes {', '.join(classes)}."
                    raise TableError(problem, line, column.name)
            return np.array([classes.index(word) for word in words], np.int64), classes
        found = numbers_or_none(words, column)
        keys: Sequence[float | str] = words if found is None else found
        names_by_key: dict[float | str, str] = {}
        for key, word, line in zip(keys, words, self.lines, strict=True):
            names_by_key.setdefault(key, word)
            if len(names_by_key) > MAX_CLASSES:
                problem = (
                    f"“{truncate(word)}” is label number {MAX_CLASSES + 1}; "
                    f"at most {MAX_CLASSES} classes are allowed."
                )
                raise TableError(problem, line, column.name)
        if len(names_by_key) < MIN_CLASSES:
            problem = (
                f"every row has the label “{truncate(words[0])}”; "
                f"at least {MIN_CLASSES} classes are needed."
            )
            raise TableError(problem, self.lines[0], column.name)
        order = {key: index for index, key in enumerate(sorted(names_by_key))}
        names = tuple(names_by_key[key] for key in order)
        return np.array([order[key] for key in keys], np.int64), names

    def sets(self, column: Column) -> Sets:
        """A column of train, validation (or val, valid) and test as sets, int8 (N,)."""
        sets = []
        for word, line in zip(self._cells[column.name], self.lines, strict=True):
            which = SETS_BY_WORD.get(word.lower())
            if which is None:
                problem = f"“{truncate(word)}” is none of train, validation and test."
                raise TableError(problem, line, column.name)
            sets.append(which)
        return np.array(sets, np.int8)


def _raise_gaps(gaps: list[tuple[int, str]]) -> None:
    line, column = gaps[0]
    if len(gaps) == 1:
        raise TableError("there is no value; fill it in, or drop the row.", line, column)
    shown = ", ".join(f"{line} (“{truncate(name, 20)}”)" for line, name in gaps[:LINES_SHOWN])
    more = ", …" if len(gaps) > LINES_SHOWN else ""
    problem = (
        f"there is no value. {len(gaps):,} rows lack one: lines {shown}{more}. "
        "Fill them in, or drop these rows."
    )
    raise TableError(problem, line, column)


def _check_sets(
    sets: Sets, y: Targets, classes: tuple[str, ...], label: Column, choices: TableChoices
) -> None:
    """Raises `TableError` if there are no training rows, or none of a class that is not fixed."""
    if TRAIN not in sets:
        raise TableError(
            "no row is in the training set; mark some rows with “train”.", column=choices.split
        )
    if choices.classes is not None:
        return
    for index, name in enumerate(classes):
        if index not in y[sets == TRAIN]:
            problem = (
                f"no training row has the label “{truncate(name)}” of “{truncate(label.name)}”."
            )
            raise TableError(problem, column=choices.split)
