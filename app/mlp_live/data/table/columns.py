"""The columns of a table: their kinds, inferred from the cells, and the parsing of numbers."""

import math
from dataclasses import dataclass
from typing import Literal

from mlp_live.data.table.cells import NUMBER, Cells
from mlp_live.data.table.error import TableError, truncate

Kind = Literal["numbers", "words", "empty"]

MAX_MAGNITUDE = 1e15  # beyond this, neighboring floats are too far apart to be drawn
# Cells without a value in a column of numbers. In a column of words only an empty cell has no
# value: "NA" and "none" may be labels.
MISSING_NUMBER = frozenset({"", "na", "n/a", "nan", "null", "none", "?"})
INFINITE = frozenset({"inf", "infinity"})


@dataclass(frozen=True)
class Column:
    """A column: its kind, its decimal mark, how many cells have no value, how many differ.

    A column is numeric if at least half of its values are numbers. Its other values are reported as
    errors when the column is used.
    """

    name: str
    kind: Kind
    decimal: str
    missing: int
    distinct: int


def columns_of(cells: Cells) -> list[Column]:
    """Describe the columns, in their order."""
    return [_column(name, cells.column(name), cells.delimiter) for name in cells.header]


def _column(name: str, values: list[str], delimiter: str) -> Column:
    filled = [value for value in values if value.lower() not in MISSING_NUMBER]
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
    """Whether a cell has no value, see `MISSING_NUMBER`."""
    return cell.lower() in MISSING_NUMBER if column.kind == "numbers" else cell == ""


def parse_number(cell: str, line: int, column: Column) -> float:
    """A cell as a number. Raises `TableError` if it is not one, not finite, or too large."""
    other = "," if column.decimal == "." else "."
    if cell.lower().lstrip("+-") in INFINITE:
        raise TableError(f"“{truncate(cell)}” is not a finite number.", line, column.name)
    if not NUMBER.fullmatch(cell) or other in cell:
        mark = " (the decimal mark of this column is a comma)" if column.decimal == "," else ""
        raise TableError(f"“{truncate(cell)}” is not a number{mark}.", line, column.name)
    value = float(cell.replace(",", "."))
    if not math.isfinite(value):
        raise TableError(f"“{truncate(cell)}” is not a finite number.", line, column.name)
    if abs(value) > MAX_MAGNITUDE:
        problem = f"{truncate(cell)} is beyond ±{MAX_MAGNITUDE:g}; use a larger unit."
        raise TableError(problem, line, column.name)
    return value


def numbers_or_none(values: list[str], column: Column) -> list[float] | None:
    """All ``values`` as numbers, or None if one of them is not a number."""
    try:
        return [parse_number(value, 0, column) for value in values]
    except TableError:
        return None
