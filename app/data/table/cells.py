"""The cells of a table: text taken apart into a header and rows, each with its line."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from app.data.table.error import TableError, short

MAX_BYTES = 2 * 1024**2
MAX_ROWS = 10_000
MAX_COLUMNS = 64
MAX_NAME = 100  # characters of a column's name
MAX_CELL = 10_000  # characters of any other cell
DELIMITERS = ",;\t|"
LINES_TO_GUESS_BY = 20
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
NO_NAME = "column {}"  # what a column without a name is called, by its place

# A number with a decimal point or comma. Python's float() would also take 1_0 and ١.
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Cells:
    """A header and rows of stripped cells, as many in each; ``lines`` is where each row begins."""

    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    delimiter: str

    def column(self, name: str) -> list[str]:
        """The cells under ``name``, from the top."""
        place = self.header.index(name)
        return [row[place] for row in self.rows]


def read_cells(content: bytes) -> Cells:
    """Take a table apart: UTF-8, or UTF-16 with a byte-order mark; any line ends.

    The delimiter (comma, semicolon, tab or bar) is the one that gives the rows as many cells as the
    header. Raises `TableError` for text that is no table, or one beyond the limits.
    """
    if len(content) > MAX_BYTES:
        raise TableError(f"The table is larger than {MAX_BYTES // 1024**2} MB; make it smaller.")
    text = _decode(content)
    delimiter = _delimiter(text)
    rows = _rows(text, delimiter)
    first_line, first = next(rows, (1, []))
    if not first:
        raise TableError("The table is empty; it needs a header line and rows of data.")
    header = _header(first, first_line)
    kept: list[list[str]] = []
    lines: list[int] = []
    for line, row in rows:
        if len(kept) == MAX_ROWS:
            raise TableError(f"more than {MAX_ROWS:,} rows of data; leave some out.", line)
        if len(row) != len(header):
            _refuse_length(row, header, line)
        for name, cell in zip(header, row, strict=True):
            if len(cell) > MAX_CELL:
                problem = f"a value of {len(cell):,} characters; {MAX_CELL:,} are the most."
                raise TableError(problem, line, name)
        kept.append(row)
        lines.append(line)
    if not kept:
        raise TableError("The table has a header but no rows of data.", line=first_line)
    return Cells(header, kept, lines, delimiter)


def _decode(content: bytes) -> str:
    encoding = "utf-16" if content.startswith(UTF_16_MARKS) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        name = encoding.removesuffix("-sig").upper()
        raise TableError(f"not {name} text; save the table as CSV in UTF-8.", line) from None
    if (place := text.find("\0")) >= 0:
        line = text.count("\n", 0, place) + 1
        raise TableError("a NUL character: no text; save the table as CSV in UTF-8.", line)
    return text


def _delimiter(text: str) -> str:
    """The delimiter under which the header has several cells, and most rows as many."""

    def merit(delimiter: str) -> tuple[bool, float, int]:
        reader = csv.reader(_lines(text), delimiter=delimiter, skipinitialspace=True)
        widths = []
        try:
            for row in islice(reader, LINES_TO_GUESS_BY):
                if any(row):
                    widths.append(len(row))
        except csv.Error:
            pass  # what is wrong is told when the rows are read
        width = widths[0] if widths else 0
        return width > 1, widths.count(width) / max(len(widths), 1), width

    return max(DELIMITERS, key=merit)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows that are not blank, stripped, each with the line it starts on."""
    reader = csv.reader(_lines(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        why = "is a quotation mark left open?" if "field" in str(error) else f"({error})."
        raise TableError(f"not well-formed CSV; {why}", line) from None


def _lines(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")


def _header(cells: list[str], line: int) -> tuple[str, ...]:
    if len(cells) > MAX_COLUMNS:
        raise TableError(f"{len(cells):,} columns; {MAX_COLUMNS} are the most.", line)
    if all(NUMBER.fullmatch(cell) for cell in cells):
        found = ", ".join(map(short, cells[:4]))
        problem = f"only numbers ({found}); the first line must name the columns."
        raise TableError(problem, line)
    names = tuple(name or NO_NAME.format(place) for place, name in enumerate(cells, 1))
    for place, name in enumerate(names):
        if len(name) > MAX_NAME:
            problem = f"a name of {len(name):,} characters; {MAX_NAME} are the most."
            raise TableError(problem, line, name)
        if name in names[:place]:
            raise TableError("this name stands twice; give each column its own.", line, name)
    return names


def _refuse_length(row: list[str], header: tuple[str, ...], line: int) -> None:
    """Tell of a row that is too short or too long, by the first column without a counterpart."""
    problem = f"{len(row)} values where the header has {len(header)} columns."
    raise TableError(problem, line, header[len(row)] if len(row) < len(header) else None)
