"""Errors in a table, with the place where they were found."""

from typing import Any


class TableError(ValueError):
    """A table that cannot be used; the message says what is wrong, where, and what to change.

    ``line`` counts from 1, which is the header; ``column`` is the name of a column. Either is None
    if it does not apply.
    """

    def __init__(self, problem: str, line: int | None = None, column: str | None = None) -> None:
        parts = []
        if line is not None:
            parts.append(f"line {line}")
        if column is not None:
            parts.append(f"column “{truncate(column)}”")
        where = ", ".join(parts)
        super().__init__(f"{where[0].upper()}{where[1:]}: {problem}" if where else problem)
        self._problem = problem
        self.line = line
        self.column = column

    def __reduce__(self) -> tuple[type["TableError"], tuple[str, int | None, str | None]]:
        """Pickle what the error was made of: it comes from another process."""
        return type(self), (self._problem, self.line, self.column)

    def to_dict(self) -> dict[str, Any]:
        """The error for JSON: its ``message``, ``line`` and ``column``."""
        return {"message": str(self), "line": self.line, "column": self.column}


def truncate(text: str, max_length: int = 40) -> str:
    """``text``, shortened with an ellipsis to at most ``max_length`` characters."""
    return text if len(text) <= max_length else text[: max_length - 1] + "…"
