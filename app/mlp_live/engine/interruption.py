"""Interruption points: where a long computation can be held up, or ended, by whoever called it.

The engine divides long computations into pieces of about a millisecond and calls
`interruption_point` between them. Normally this does nothing. A server that shares its processors
between many trainings sets a hook for the thread with `interruptible`. The hook may wait, so that
another training goes on in the meantime, or raise an exception. The result of a computation does
not depend on how often it was held up.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

PIECE_WORK = 4_000_000
"""Multiplications of one piece: about a millisecond."""


class _Thread(threading.local):
    """The hook of the present thread."""

    hook: Callable[[], None] | None = None


_thread = _Thread()


def interruption_point() -> None:
    """Call the hook of this thread, if it has one."""
    if _thread.hook is not None:
        _thread.hook()


@contextmanager
def interruptible(hook: Callable[[], None]) -> Iterator[None]:
    """Call ``hook`` at every interruption point of this thread until the block ends."""
    before, _thread.hook = _thread.hook, hook
    try:
        yield
    finally:
        _thread.hook = before


def piece_size(work: int, tile: int) -> int:
    """Return how many examples make a piece if one takes ``work`` multiplications.

    It is a multiple of ``tile``, so that results do not depend on the pieces.
    """
    return max(1, PIECE_WORK // (work * tile)) * tile


def pieces(first: int, last: int, size: int) -> Iterable[tuple[int, int]]:
    """Return the ranges that divide first, ..., last - 1, with an interruption point between."""
    return ((first, last),) if first < last <= first + size else _divided(first, last, size)


def _divided(first: int, last: int, size: int) -> Iterator[tuple[int, int]]:
    for begin in range(first, last, size):
        if begin > first:
            interruption_point()
        yield begin, min(begin + size, last)
