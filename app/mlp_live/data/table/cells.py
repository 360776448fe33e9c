"""The cells of a table: parses CSV text into a header and rows."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from mlp_live.data.table.error import TableError, truncate

MAX_BYTES = 2 * 1024**2
MAX_ROWS = 10_000
MAX_COLUMNS = 64
MAX_NAME = 100  # characters of a column name
MAX_CELL = 10_000  # characters of a cell
DELIMITERS = ",;\t|"
SNIFFED_LINES = 20  # lines from which the delimiter is guessed
UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")
UNNAMED = "column {}"  # name of a column without a name, by its number

# A number with a decimal point or comma. Python's float() also accepts 1_0 and ١.
NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[.,][0-9]*)?|[.,][0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Cells:
    """A header, and rows of as many stripped cells; ``lines`` says where each row begins."""

    header: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    delimiter: str

    def column(self, name: str) -> list[str]:
        """The cells of column ``name``, from top to bottom."""
        index = self.header.index(name)
        return [row[index] for row in self.rows]


def read_cells(content: bytes) -> Cells:
    """Parse a table in UTF-8, or in UTF-16 with a byte order mark, with any line endings.

    The delimiter is a comma, semicolon, tab or vertical bar: the one with which most rows have as
    many cells as the header. Raises `TableError` if this is not a table, or exceeds a limit.
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
            raise TableError(
                f"the table has more than {MAX_ROWS:,} rows of data; leave some out.", line
            )
        if len(row) != len(header):
            _raise_wrong_length(row, header, line)
        for name, cell in zip(header, row, strict=True):
            if len(cell) > MAX_CELL:
                problem = (
                    f"the value has {len(cell):,} characters; at most {MAX_CELL:,} are allowed."
                )
                raise TableError(problem, line, name)
        kept.append(row)
        lines.append(line)
    if not kept:
        raise TableError("The table has a header but no rows of data.", line=first_line)
    return Cells(header, kept, lines, delimiter)


def _decode(content: bytes) -> str:
    encoding = "utf-16" if content.startswith(UTF_16_BOMS) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        name = encoding.removesuffix("-sig").upper()
        raise TableError(
            f"this is not {name} text; save the table as CSV in UTF-8.", line
        ) from None
    if (nul := text.find("\0")) >= 0:
        line = text.count("\n", 0, nul) + 1
        problem = "there is a NUL character, so this is not text; save the table as CSV in UTF-8."
        raise TableError(problem, line)
    return text


def _delimiter(text: str) -> str:
    """The delimiter with which the header has several cells and most rows as many."""

    def score(delimiter: str) -> tuple[bool, float, int]:
        reader = csv.reader(_lines(text), delimiter=delimiter, skipinitialspace=True)
        widths = []
        try:
            for row in islice(reader, SNIFFED_LINES):
                if any(row):
                    widths.append(len(row))
        except csv.Error:
            pass  # reported when the rows are read
        width = widths[0] if widths else 0
        return width > 1, widths.count(width) / max(len(widths), 1), width

    return max(DELIMITERS, key=score)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, with stripped cells, and the line where each begins."""
    reader = csv.reader(_lines(text), delimiter=delimiter, skipinitialspace=True, strict=True)
    line = 1
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        hint = "is a quotation mark left open?" if "field" in str(error) else f"({error})."
        raise TableError(f"this is not well-formed CSV; {hint}", line) from None


def _lines(text: str) -> io.StringIO:
    return io.StringIO(text, newline="")


def _header(cells: list[str], line: int) -> tuple[str, ...]:
    if len(cells) > MAX_COLUMNS:
        raise TableError(
            f"the table has {len(cells):,} columns; at most {MAX_COLUMNS} are allowed.", line
        )
    if all(NUMBER.fullmatch(cell) for cell in cells):
        found = ", ".join(map(truncate, cells[:4]))
        problem = f"there are only numbers ({found}); the first line must name the columns."
        raise TableError(problem, line)
    names = tuple(name or UNNAMED.format(number) for number, name in enumerate(cells, 1))
    for index, name in enumerate(names):
        if len(name) > MAX_NAME:
            problem = f"the name has {len(name):,} characters; at most {MAX_NAME} are allowed."
            raise TableError(problem, line, name)
        if name in names[:index]:
            raise TableError(
                "two columns have this name; give each column a different one.", line, name
            )
    return names


def _raise_wrong_length(row: list[str], header: tuple[str, ...], line: int) -> None:
    """Report a row that is too short or too long; name the first column without a value."""
    problem = f"the row has {len(row)} values, but the header has {len(header)} columns."
    raise TableError(problem, line, header[len(row)] if len(row) < len(header) else None)
