"""The studies that a server holds, so that what has come of them can be taken home."""

import secrets
from collections.abc import Callable
from typing import NamedTuple

from app.data.table import Table
from app.sweep.results import Results


class TooManyStudiesError(Exception):
    """The server holds as many studies as it may."""


class Shelved(NamedTuple):
    """A study's results so far, and the table it is of, if it is of one."""

    results: Results
    table: Table | None


class Shelf:
    """Studies by their token, which only who started them knows; at most ``capacity`` of them."""

    def __init__(self, capacity: int, token: Callable[[], str] = secrets.token_urlsafe) -> None:
        self._capacity = capacity
        self._token = token
        self._shelved: dict[str, Shelved] = {}

    def __len__(self) -> int:
        return len(self._shelved)

    def add(self, shelved: Shelved) -> str:
        """Keep a study until `remove`; its token. Raises `TooManyStudiesError` at the ceiling."""
        if len(self) >= self._capacity:
            raise TooManyStudiesError(
                f"The server holds {self._capacity} studies, its limit; close another page first."
            )
        token = self._token()
        self._shelved[token] = shelved
        return token

    def get(self, token: str) -> Shelved | None:
        """The study of this token, or None if it is gone."""
        return self._shelved.get(token)

    def remove(self, token: str) -> None:
        """Forget a study."""
        del self._shelved[token]
