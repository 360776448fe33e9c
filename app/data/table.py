"""A table of one's own: CSV with a header, two feature columns, a label and perhaps a split.

The label is the column named ``label``, ``class``, ``target`` or ``y``, else the last one. A column
named ``split`` says ``train`` or ``test`` for each row.
"""

import csv
import hashlib
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.data.points import TEST, TRAIN, Labels, Points
from app.mlp.reference import Array

MAX_BYTES = 2 * 1024**2
MAX_ROWS = 10_000
MAX_MAGNITUDE = 1e15  # beyond it neighbouring floats are too far apart to be drawn
LABEL_NAMES = ("label", "class", "target", "y")
SPLIT_NAME = "split"
N_CLASSES = 2
MAX_COLUMNS = 4
NEEDED = "two feature columns and one label column are needed (and, if you like, “split”)"


class TableError(ValueError):
    """A table that cannot be used: what is wrong, where, and what to change.

    ``line`` counts from 1, the header being line 1; ``column`` is a header name. Either is None
    where the fault has no such place.
    """

    def __init__(self, problem: str, line: int | None = None, column: str | None = None) -> None:
        places = []
        if line is not None:
            places.append(f"line {line}")
        if column is not None:
            places.append(f"column “{_short(column)}”")
        where = ", ".join(places)
        super().__init__(f"{where[0].upper()}{where[1:]}: {problem}" if where else problem)
        self.line = line
        self.column = column


@dataclass(frozen=True)
class Table:
    """A table that has been read: ``X`` float64 (N, 2), ``labels`` int64 (N,) into ``classes``.

    ``is_test`` is a boolean (N,), or None when the table has no ``split`` column. ``digest`` names
    the table by its content: the first 16 hexadecimal digits of the SHA-256 of its bytes.
    """

    X: Array
    labels: Labels
    is_test: NDArray[np.bool_] | None
    features: tuple[str, str]
    label: str
    classes: tuple[str, ...]
    digest: str

    @property
    def points(self) -> Points:
        """The rows as points."""
        sets = None if self.is_test is None else np.where(self.is_test, TEST, TRAIN).astype(np.int8)
        return Points(self.X, self.labels, self.classes, self.features, self.label, sets)


def read_table(content: bytes) -> Table:
    """Read a UTF-8 CSV table (a byte-order mark and any line ends are fine).

    Raises `TableError` for anything that cannot be used, with its line and column where it has one.
    """
    if len(content) > MAX_BYTES:
        raise TableError(f"The table is larger than {MAX_BYTES // 1024**2} MB; make it smaller.")
    rows = _rows(content)
    header = next(rows, (1, []))[1]
    if not header:
        raise TableError("The table is empty; it needs a header line and rows of data.")
    x1, x2, label, split = _columns(header)

    points: list[list[float]] = []
    words: list[str] = []
    is_test: list[bool] = []
    lines: list[int] = []
    for line, row in rows:
        if len(points) == MAX_ROWS:
            raise TableError(f"more than {MAX_ROWS:,} rows of data; leave some out.", line)
        if len(row) != len(header):
            problem = f"{len(row)} values where the header has {len(header)} columns."
            raise TableError(problem, line)
        points.append([_number(row[i], line, header[i]) for i in (x1, x2)])
        words.append(_filled(row[label], line, header[label]))
        is_test.append(split is not None and _is_test(row[split], line, header[split]))
        lines.append(line)
    if not points:
        raise TableError("The table has a header but no rows of data.", line=1)

    classes = _classes(words, lines, header[label])
    table = Table(
        X=np.array(points),
        labels=np.array([classes.index(word) for word in words], dtype=np.int64),
        is_test=None if split is None else np.array(is_test),
        features=(header[x1], header[x2]),
        label=header[label],
        classes=classes,
        digest=hashlib.sha256(content).hexdigest()[:16],
    )
    _check_split(table)
    return table


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, stripped, each with the line it starts on."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError("not UTF-8 text; save the table as CSV in UTF-8.", line) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableError(f"not well-formed CSV ({error}).", line) from None


def _columns(header: list[str]) -> tuple[int, int, int, int | None]:
    """Places of the two features, the label and the split in the header."""
    if len(header) > MAX_COLUMNS:
        raise TableError(f"{len(header):,} columns; {NEEDED}.", line=1)
    for place, name in enumerate(header):
        if not name:
            raise TableError(f"column {place + 1} has no name.", line=1)
        if name in header[:place]:
            raise TableError("this name stands twice; give each column its own.", 1, name)
    lowered = [name.lower() for name in header]
    split = lowered.index(SPLIT_NAME) if SPLIT_NAME in lowered else None
    rest = [place for place in range(len(header)) if place != split]
    if len(rest) != 3:
        found = ", ".join(_short(name) for name in header)
        raise TableError(f"{NEEDED}; found {found}.", line=1)
    label = next((place for place in rest if lowered[place] in LABEL_NAMES), rest[-1])
    x1, x2 = (place for place in rest if place != label)
    return x1, x2, label, split


def _filled(cell: str, line: int, column: str) -> str:
    if not cell:
        raise TableError("no value; fill it in or leave the row out.", line, column)
    return cell


def _number(cell: str, line: int, column: str) -> float:
    try:
        value = float(_filled(cell, line, column).replace("_", "?"))  # float("1_0") is 10 to Python
    except TableError:
        raise
    except ValueError:
        raise TableError(f"“{_short(cell)}” is not a number.", line, column) from None
    if not math.isfinite(value):
        raise TableError(f"“{_short(cell)}” is not a finite number.", line, column)
    if abs(value) > MAX_MAGNITUDE:
        problem = f"{_short(cell)} is beyond ±{MAX_MAGNITUDE:g}; use a smaller unit."
        raise TableError(problem, line, column)
    return value


def _is_test(cell: str, line: int, column: str) -> bool:
    if cell.lower() not in ("train", "test"):
        raise TableError(f"“{_short(cell)}” is neither train nor test.", line, column)
    return cell.lower() == "test"


def _classes(words: list[str], lines: list[int], column: str) -> tuple[str, ...]:
    """The labels found, in order of number where all are numbers, else of the alphabet."""
    first_line: dict[str, int] = {}
    for word, line in zip(words, lines, strict=True):
        first_line.setdefault(word, line)
        if len(first_line) > N_CLASSES:
            problem = (
                f"“{_short(word)}” is a third label; only {N_CLASSES} classes can be told apart."
            )
            raise TableError(problem, line, column)
    if len(first_line) < N_CLASSES:
        problem = f"every row is labelled “{_short(words[0])}”; {N_CLASSES} classes are needed."
        raise TableError(problem, lines[0], column)
    try:
        return tuple(sorted(first_line, key=float))
    except ValueError:
        return tuple(sorted(first_line))


def _check_split(table: Table) -> None:
    """Both sets must have rows, and the training set every class."""
    counts = np.bincount(table.labels)
    if table.is_test is None:
        if counts.min() < 2:
            scarce = table.classes[int(counts.argmin())]
            problem = f"only one row is labelled “{_short(scarce)}”; train and test need one each."
            raise TableError(problem, column=table.label)
        return
    if table.is_test.all() or not table.is_test.any():
        only = "test" if table.is_test.all() else "train"
        raise TableError(f"every row says {only}; both sets need rows.", column=SPLIT_NAME)
    for label, name in enumerate(table.classes):
        if label not in table.labels[~table.is_test]:
            problem = f"no train row is labelled “{_short(name)}”."
            raise TableError(problem, column=SPLIT_NAME)


def _short(text: str, length: int = 40) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
