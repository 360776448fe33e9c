"""A look at a table before it is taken: its columns, its first rows, what would be made of it."""

from dataclasses import asdict
from typing import Any

from app.data.table.cells import read_cells
from app.data.table.choices import TableChoices, complete
from app.data.table.columns import columns_of
from app.data.table.error import TableError, short
from app.data.table.table import make_table

ROWS_SHOWN = 6
CHARACTERS_SHOWN = 80


def preview(content: bytes, choices: TableChoices) -> dict[str, Any]:
    """What a page needs to let someone choose, as JSON.

    ``problem`` tells why these choices cannot be used (``message``, ``line``, ``column``), or is
    None; then ``summary`` is what would be made. Raises `TableError` for what is no table at all.
    """
    cells = read_cells(content)
    columns = columns_of(cells)
    completed = complete(choices, cells, columns)
    problem, summary = None, None
    try:
        summary = make_table(content, cells, columns, completed).summary()
    except TableError as error:
        problem = told(error)
    first = cells.rows[:ROWS_SHOWN]
    return {
        "columns": [asdict(column) for column in columns],
        "rows": [[short(cell, CHARACTERS_SHOWN) for cell in row] for row in first],
        "lines": cells.lines[:ROWS_SHOWN],
        "n_rows": len(cells.rows),
        "delimiter": cells.delimiter,
        "choices": completed.model_dump(),
        "problem": problem,
        "summary": summary,
    }


def told(error: TableError) -> dict[str, Any]:
    """An error as JSON: its message, and its line and column where it has them."""
    return {"message": str(error), "line": error.line, "column": error.column}
