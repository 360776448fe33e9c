"""What is wrong with a table, and where."""


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
            places.append(f"column “{short(column)}”")
        where = ", ".join(places)
        super().__init__(f"{where[0].upper()}{where[1:]}: {problem}" if where else problem)
        self.line = line
        self.column = column


def short(text: str, most: int = 40) -> str:
    """``text``, or as much of it as fits into a message."""
    return text if len(text) <= most else text[: most - 1] + "…"
