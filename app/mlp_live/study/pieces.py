"""Texts in small pieces, so that nobody waits while a large one is made.

Encoding JSON holds the GIL: a file of 30 MB made at once would stop a whole server for a second.
"""

import math
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_CHARACTERS = 8 * 1024  # of a piece: at most 32 kB in UTF-8, made in about a millisecond
VALUES_AT_ONCE = 500  # numbers that are encoded in one call


def pieces(texts: Iterable[str]) -> Generator[str]:
    """The concatenation of ``texts`` in pieces of at most `MAX_CHARACTERS`.

    An empty text ends a piece, which may be empty, too: whatever took long to compute is then not
    followed by more.
    """
    piece = ""
    for text in texts:
        if not text or len(piece) + len(text) > MAX_CHARACTERS:
            yield piece
            piece = ""
        start = 0
        while len(text) - start > MAX_CHARACTERS:
            yield text[start : start + MAX_CHARACTERS]
            start += MAX_CHARACTERS
        piece += text[start:]
    yield piece


def json_texts(value: Any, dumps: Callable[[Any], str]) -> Iterator[str]:
    """The text that ``dumps`` makes of ``value``, in parts.

    An iterator is an array whose items are made one by one.
    """
    if isinstance(value, Mapping):
        yield "{"
        for index, (key, item) in enumerate(value.items()):
            yield f"{', ' if index else ''}{dumps(key)}: "
            yield from json_texts(item, dumps)
        yield "}"
    elif isinstance(value, list | tuple | Iterator):
        yield "["
        separator = ""
        scalars: list[Any] = []
        for item in value:
            nested = isinstance(item, Mapping | list | tuple | Iterator)
            if scalars and (nested or len(scalars) == VALUES_AT_ONCE):
                yield separator + dumps(scalars)[1:-1]
                separator, scalars = ", ", []
            if nested:
                if separator:
                    yield separator
                yield from json_texts(item, dumps)
                separator = ", "
            else:
                scalars.append(item)
        if scalars:
            yield separator + dumps(scalars)[1:-1]
        yield "]"
    else:
        yield dumps(value)


def values_of(column: NDArray[np.float64]) -> Iterator[float]:
    """The numbers of a vector (n,), converted a few at a time."""
    for start in range(0, len(column), VALUES_AT_ONCE):
        yield from column[start : start + VALUES_AT_ONCE].tolist()


def finite_or_none(value: float) -> float | None:
    """``value``, or None for NaN and infinity, which JSON does not have."""
    return value if math.isfinite(value) else None
