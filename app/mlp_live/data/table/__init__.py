"""Uploaded tables (CSV): read into cells, described by columns, turned into points by choices."""

from mlp_live.data.table.cells import MAX_BYTES, MAX_ROWS
from mlp_live.data.table.choices import NO_SPLIT, TableChoices, parse_choices, validate_choices
from mlp_live.data.table.error import TableError
from mlp_live.data.table.preview import preview
from mlp_live.data.table.table import Table, read_table

__all__ = [
    "MAX_BYTES",
    "MAX_ROWS",
    "NO_SPLIT",
    "Table",
    "TableChoices",
    "TableError",
    "parse_choices",
    "preview",
    "read_table",
    "validate_choices",
]
