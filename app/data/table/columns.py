"""The columns of a table: what each holds, guessed from its cells, and its cells as numbers."""

import math
from dataclasses import dataclass
from typing import Literal

from app.data.table.cells import NUMBER, Cells
from app.data.table.error import TableError, short

Kind = Literal["numbers", "words", "empty"]

MAX_MAGNITUDE = 1e15  # beyond it neighbouring floats are too far apart to be drawn
# In a column of numbers these say that there is none. Among words only an empty cell says so: "NA"
# and "none" may well be labels.
NO_NUMBER = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
INFINITE = frozenset({"inf", "infinity"})


@dataclass(frozen=True)
class Column:
    """What a column holds: its ``kind``, its decimal mark, cells without a value, and values.

    A column is one of numbers if at least half of the cells that have a value are; those that are
    not are faults to be told of when the column is used.
    """

    name: str
    kind: Kind
    decimal: str
    missing: int
    distinct: int


def columns_of(cells: Cells) -> list[Column]:
    """The columns in their order."""
    return [_column(name, cells.column(name), cells.delimiter) for name in cells.header]


def _column(name: str, values: list[str], delimiter: str) -> Column:
    filled = [value for value in values if value.lower() not in NO_NUMBER]
    shaped = [value for value in filled if NUMBER.fullmatch(value)]
    with_comma = sum("," in value for value in shaped)
    decimal = "." if delimiter == "," or with_comma <= sum("." in v for v in shaped) else ","
    n_numbers = len(shaped) - (with_comma if decimal == "." else 0)
    n_empty = values.count("")
    kind: Kind
    if n_empty == len(values):
        kind = "empty"
    elif n_numbers > 0 and 2 * n_numbers >= len(filled):
        kind = "numbers"
    else:
        kind = "words"
    missing = len(values) - len(filled) if kind == "numbers" else n_empty
    return Column(name, kind, decimal, missing, len(set(values)))


def is_missing(cell: str, column: Column) -> bool:
    """Whether a cell has no value: see `NO_NUMBER`."""
    return cell.lower() in NO_NUMBER if column.kind == "numbers" else cell == ""


def number(cell: str, line: int, column: Column) -> float:
    """A cell as a number; raises `TableError` if it is none, infinite, or of no use in float64."""
    other = "," if column.decimal == "." else "."
    if cell.lower().lstrip("+-") in INFINITE:
        raise TableError(f"“{short(cell)}” is not a finite number.", line, column.name)
    if not NUMBER.fullmatch(cell) or other in cell:
        mark = " (the decimal mark of this column is a comma)" if column.decimal == "," else ""
        raise TableError(f"“{short(cell)}” is not a number{mark}.", line, column.name)
    value = float(cell.replace(",", "."))
    if not math.isfinite(value):
        raise TableError(f"“{short(cell)}” is not a finite number.", line, column.name)
    if abs(value) > MAX_MAGNITUDE:
        problem = f"{short(cell)} is beyond ±{MAX_MAGNITUDE:g}; use a smaller unit."
        raise TableError(problem, line, column.name)
    return value


def numbers_or_none(values: list[str], column: Column) -> list[float] | None:
    """All of ``values`` as numbers, or None where one of them is not."""
    try:
        return [number(value, 0, column) for value in values]
    except TableError:
        return None
