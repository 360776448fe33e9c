"""A table of one's own: read as cells, told by columns, chosen from, turned into points."""

from app.data.table.cells import MAX_BYTES, MAX_ROWS
from app.data.table.choices import NO_SPLIT, TableChoices, choose, parse_choices
from app.data.table.error import TableError
from app.data.table.preview import preview
from app.data.table.table import Table, read_table

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "NO_SPLIT",
    "Table",
    "TableChoices",
    "TableError",
    "choose",
    "parse_choices",
    "preview",
    "read_table",
]
