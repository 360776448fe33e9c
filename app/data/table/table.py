"""Tables that can be trained on: the chosen columns as points, under a digest."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from app.data.points import SET_NAMES, TRAIN, Answers, Labels, Points, Sets
from app.data.table.cells import Cells, read_cells
from app.data.table.choices import MAX_CLASSES, MIN_CLASSES, TableChoices, check, complete
from app.data.table.columns import Column, columns_of, is_missing, number, numbers_or_none
from app.data.table.error import TableError, short
from app.mlp.reference import Array

SET_WORDS = {name: which for which, name in enumerate(SET_NAMES)} | {"val": 1, "valid": 1}
LINES_TOLD = 5  # of rows without a value


@dataclass(frozen=True)
class Table:
    """A table that has been read: its points, what was chosen of it, and its name.

    ``digest`` names it by its content: the first 16 hexadecimal digits of the SHA-256 of its bytes
    and choices. ``dropped`` counts the rows that were left out for want of a value.
    """

    points: Points
    choices: TableChoices
    digest: str
    dropped: int

    def summary(self) -> dict[str, Any]:
        """What was understood, for people."""
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
    """Read a table, see `read_cells`, and take from it what ``choices`` say or leave to a guess.

    Raises `TableError` for anything that cannot be used, with its line and column where it has one.
    """
    cells = read_cells(content)
    columns = columns_of(cells)
    return make_table(content, cells, columns, complete(choices or TableChoices(), cells, columns))


def make_table(
    content: bytes, cells: Cells, columns: Sequence[Column], choices: TableChoices
) -> Table:
    """The table of ``content``, taken apart already, under completed ``choices``."""
    check(choices, columns)
    by_name = {column.name: column for column in columns}
    if choices.classes is not None and choices.label is not None:
        # Labels of fixed classes are text, whatever they look like.
        by_name[choices.label] = replace(by_name[choices.label], kind="words")
    used = _Rows(cells, [by_name[name] for name in choices.used()], choices.drop_missing)
    names = choices.features or ()
    X = np.column_stack([used.numbers(by_name[name]) for name in names])
    label = by_name[choices.label or ""]
    y: Answers
    classes: tuple[str, ...] = ()
    if choices.task == "regression":
        y = used.numbers(label)
        if len(y) < 2:
            raise TableError("one row of data; a regression needs two at least.", used.lines[0])
    else:
        y, classes = used.labels(label, choices.classes)
    sets = used.sets(by_name[choices.split]) if choices.split else None
    if sets is not None:
        _check_sets(sets, y, classes, label, choices)
    written = choices.model_dump_json(exclude_defaults=True)
    return Table(
        points=Points(
            X=X,
            y=y,
            classes=classes,
            features=names,
            target=label.name,
            sets=sets,
            plane=choices.drawn_plane,
        ),
        choices=choices,
        digest=hashlib.sha256(content + b"\0" + written.encode()).hexdigest()[:16],
        dropped=len(cells.rows) - len(used.lines),
    )


class _Rows:
    """The rows of the columns in use: with all their values; others are dropped or refused."""

    def __init__(self, cells: Cells, columns: list[Column], drop_missing: bool) -> None:
        places = [(column, cells.header.index(column.name)) for column in columns]
        gaps: list[tuple[int, str]] = []
        self.lines: list[int] = []
        self._cells: dict[str, list[str]] = {column.name: [] for column in columns}
        for line, row in zip(cells.lines, cells.rows, strict=True):
            gap = next((column for column, i in places if is_missing(row[i], column)), None)
            if gap is not None:
                gaps.append((line, gap.name))
                continue
            self.lines.append(line)
            for column, i in places:
                self._cells[column.name].append(row[i])
        if gaps and not drop_missing:
            _refuse_gaps(gaps)
        if not self.lines:
            raise TableError("every row has a cell without a value.", *gaps[0])

    def numbers(self, column: Column) -> Array:
        """A column as float64 (N,)."""
        cells = zip(self._cells[column.name], self.lines, strict=True)
        return np.array([number(cell, line, column) for cell, line in cells])

    def labels(
        self, column: Column, classes: tuple[str, ...] | None
    ) -> tuple[Labels, tuple[str, ...]]:
        """A column as indices (N,) into classes: those given, or the values that are found.

        Where all values are numbers, equal ones are one class however they are written, 1 and 1.0,
        and the classes are in order of number; otherwise labels are text, in order of the alphabet.
        """
        words = self._cells[column.name]
        if classes is not None:
            for word, line in zip(words, self.lines, strict=True):
                if word not in classes:
                    problem = f"“{short(word)}” is none of the classes, {', '.join(classes)}."
                    raise TableError(problem, line, column.name)
            return np.array([classes.index(word) for word in words], np.int64), classes
        found = numbers_or_none(words, column)
        keys: Sequence[float | str] = words if found is None else found
        written: dict[float | str, str] = {}
        for key, word, line in zip(keys, words, self.lines, strict=True):
            written.setdefault(key, word)
            if len(written) > MAX_CLASSES:
                problem = (
                    f"“{short(word)}” is label number {MAX_CLASSES + 1}; "
                    f"{MAX_CLASSES} classes are the most."
                )
                raise TableError(problem, line, column.name)
        if len(written) < MIN_CLASSES:
            problem = f"every row is labelled “{short(words[0])}”; {MIN_CLASSES} are needed."
            raise TableError(problem, self.lines[0], column.name)
        order = {key: place for place, key in enumerate(sorted(written))}
        names = tuple(written[key] for key in order)
        return np.array([order[key] for key in keys], np.int64), names

    def sets(self, column: Column) -> Sets:
        """A column of train, validation (or val, valid) and test as the sets (N,)."""
        sets = []
        for word, line in zip(self._cells[column.name], self.lines, strict=True):
            which = SET_WORDS.get(word.lower())
            if which is None:
                problem = f"“{short(word)}” is none of train, validation and test."
                raise TableError(problem, line, column.name)
            sets.append(which)
        return np.array(sets, np.int8)


def _refuse_gaps(gaps: list[tuple[int, str]]) -> None:
    line, column = gaps[0]
    if len(gaps) == 1:
        raise TableError("no value; fill it in, or have the row dropped.", line, column)
    told = ", ".join(f"{line} (“{short(name, 20)}”)" for line, name in gaps[:LINES_TOLD])
    more = ", …" if len(gaps) > LINES_TOLD else ""
    problem = (
        f"no value. {len(gaps):,} rows lack one: lines {told}{more}. "
        "Fill them in, or have these rows dropped."
    )
    raise TableError(problem, line, column)


def _check_sets(
    sets: Sets, y: Answers, classes: tuple[str, ...], label: Column, choices: TableChoices
) -> None:
    """There must be something to learn from: train rows, and of every class that is not fixed."""
    if TRAIN not in sets:
        raise TableError("no row says train; there is nothing to learn from.", column=choices.split)
    if choices.classes is not None:
        return
    for place, name in enumerate(classes):
        if place not in y[sets == TRAIN]:
            problem = f"no train row has the label “{short(name)}” of “{short(label.name)}”."
            raise TableError(problem, column=choices.split)
