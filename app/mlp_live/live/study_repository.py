"""The studies of the connected viewers, so that their results can be exported."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from mlp_live.data.table import Table
from mlp_live.live.budgets import BudgetExceededError, ByteBudget
from mlp_live.study.results import Results


class TooManyStudiesError(Exception):
    """The server holds as many studies as it may; the message says so to the viewer."""


class StoredStudy(NamedTuple):
    """A study's results so far, and its table, if it has one."""

    results: Results
    table: Table | None


class StudyRepository:
    """At most ``capacity`` studies, each by a secret token, within the server's ``memory``.

    A study's bytes are given back once it is removed and no export reads it any more. Then
    ``on_discard`` is called.
    """

    def __init__(
        self,
        capacity: int,
        memory: ByteBudget,
        on_discard: Callable[[], None] = lambda: None,
        token: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._capacity = capacity
        self._memory = memory
        self._on_discard = on_discard
        self._token = token
        self._studies: dict[str, StoredStudy | None] = {}  # None while a study is being made
        self._holders: Counter[str] = Counter()  # the study's page, and its exports

    def __len__(self) -> int:
        return len(self._studies)

    def reserve(self, nbytes: int) -> str:
        """Reserve a place and ``nbytes`` for a study until `remove`, and return its token.

        Raises `TooManyStudiesError` if there are ``capacity`` studies already, or too little memory
        is left.
        """
        if len(self) >= self._capacity:
            raise TooManyStudiesError(
                f"The server holds {self._capacity} studies, its limit; close another page first."
            )
        token = self._token()
        try:
            self._memory.reserve(token, nbytes)
        except BudgetExceededError:
            megabytes = -(-nbytes // 1024**2)
            raise TooManyStudiesError(
                f"This study needs up to {megabytes} MB, and the server has less memory left; "
                "ask for fewer epochs, cells or repeats, or try again when others are done."
            ) from None
        self._studies[token] = None
        self._holders[token] += 1
        return token

    def add(self, token: str, stored: StoredStudy) -> None:
        """Keep a study in the place that was reserved."""
        self._studies[token] = stored

    def get(self, token: str) -> StoredStudy | None:
        """The study of this token; None if there is none, or no longer."""
        return self._studies.get(token)

    @contextmanager
    def hold(self, token: str) -> Iterator[None]:
        """Keep the memory of a study reserved while it is read, also if it is removed meanwhile."""
        if token not in self._studies:
            yield
            return
        self._holders[token] += 1
        try:
            yield
        finally:
            self._let_go(token)

    def remove(self, token: str) -> None:
        """Discard a study, or the place that was reserved for one."""
        del self._studies[token]
        self._let_go(token)

    def _let_go(self, token: str) -> None:
        self._holders[token] -= 1
        if not self._holders[token]:
            del self._holders[token]
            self._memory.release(token)
            self._on_discard()
