"""The studies of the connected viewers, so that their results can be exported."""

import secrets
from collections.abc import Callable
from typing import NamedTuple

from mlp_live.data.table import Table
from mlp_live.study.results import Results


class TooManyStudiesError(Exception):
    """The server holds as many studies as it may; the message says so to the viewer."""


class StoredStudy(NamedTuple):
    """A study's results so far, and its table, if it has one."""

    results: Results
    table: Table | None


class StudyRepository:
    """At most ``capacity`` studies, each by a secret token."""

    def __init__(self, capacity: int, token: Callable[[], str] = secrets.token_urlsafe) -> None:
        self._capacity = capacity
        self._token = token
        self._studies: dict[str, StoredStudy] = {}

    def __len__(self) -> int:
        return len(self._studies)

    def add(self, stored: StoredStudy) -> str:
        """Keep a study until `remove`, and return its token.

        Raises `TooManyStudiesError` if there are ``capacity`` studies already.
        """
        if len(self) >= self._capacity:
            raise TooManyStudiesError(
                f"The server holds {self._capacity} studies, its limit; close another page first."
            )
        token = self._token()
        self._studies[token] = stored
        return token

    def get(self, token: str) -> StoredStudy | None:
        """The study of this token; None if there is none, or no longer."""
        return self._studies.get(token)

    def remove(self, token: str) -> None:
        """Discard a study."""
        del self._studies[token]
