"""A preview of a table: its columns, its first rows, and the result of some choices."""

from dataclasses import asdict
from typing import Any

from mlp_live.data.table.cells import read_cells
from mlp_live.data.table.choices import TableChoices, infer_choices
from mlp_live.data.table.columns import columns_of
from mlp_live.data.table.error import TableError, truncate
from mlp_live.data.table.table import make_table

ROWS_SHOWN = 6
CHARACTERS_SHOWN = 80


def preview(content: bytes, choices: TableChoices) -> dict[str, Any]:
    """What the page shows while columns are chosen, for JSON.

    ``problem`` says why these choices cannot be used, see `TableError.to_dict`; it is None if they
    can, and then ``summary`` describes the table. Raises `TableError` if this is not a table.
    """
    cells = read_cells(content)
    columns = columns_of(cells)
    completed = infer_choices(choices, cells, columns)
    problem, summary = None, None
    try:
        summary = make_table(content, cells, columns, completed).summary()
    except TableError as error:
        problem = error.to_dict()
    first = cells.rows[:ROWS_SHOWN]
    return {
        "columns": [asdict(column) for column in columns],
        "rows": [[truncate(cell, CHARACTERS_SHOWN) for cell in row] for row in first],
        "lines": cells.lines[:ROWS_SHOWN],
        "n_rows": len(cells.rows),
        "delimiter": cells.delimiter,
        "choices": completed.model_dump(),
        "problem": problem,
        "summary": summary,
    }
