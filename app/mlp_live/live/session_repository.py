"""The sessions of a server: those with a viewer, and those that wait for theirs to come back."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from mlp_live.live.session import Session


class TooManyRunsError(Exception):
    """The server holds as many runs as it may."""


class SessionGoneError(Exception):
    """There is no session of this token, or no longer."""


class Owner(Protocol):
    """The connection that a session belongs to."""

    async def give_up(self) -> None:
        """Leave the session; on return, nothing of the owner touches it any more."""


class SessionRepository:
    """At most ``capacity`` sessions. Each belongs to a connection, or waits for its viewer.

    A session whose connection was lost waits for ``keep_seconds``, without any work. If its place
    is needed before, the one that has waited longest is discarded. Whenever a run is discarded,
    ``on_discard`` is called.
    """

    def __init__(
        self,
        capacity: int,
        keep_seconds: float,
        on_discard: Callable[[], None] = lambda: None,
    ) -> None:
        self._capacity = capacity
        self._keep_seconds = keep_seconds
        self._on_discard = on_discard
        self._sessions: dict[str, Session] = {}
        self._owners: dict[str, Owner] = {}
        self._waiting: dict[str, asyncio.TimerHandle] = {}  # the one that waits longest comes first

    @property
    def connected(self) -> int:
        """How many sessions belong to a connection."""
        return len(self._owners)

    @property
    def waiting(self) -> int:
        """How many sessions wait for a lost viewer to come back."""
        return len(self._waiting)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that all runs hold."""
        return sum(session.nbytes for session in self._sessions.values())

    @property
    def final_nbytes(self) -> int:
        """An upper estimate of `nbytes` when all runs are at their ends."""
        return sum(session.final_nbytes for session in list(self._sessions.values()))

    def displaced_by(self, session: Session) -> Session | None:
        """The session that is discarded if ``session`` is acquired, if any.

        Raises `TooManyRunsError` if there are ``capacity`` others, and none of them waits.
        """
        if session.token in self._sessions or len(self._sessions) < self._capacity:
            return None
        if not self._waiting:
            raise TooManyRunsError
        return self._sessions[next(iter(self._waiting))]

    def acquire(self, session: Session, owner: Owner) -> None:
        """Keep ``session``, which belongs to ``owner``. Raises as `displaced_by`."""
        if (displaced := self.displaced_by(session)) is not None:
            self.discard(displaced)
        self._sessions[session.token] = session
        self._owners[session.token] = owner

    def release(self, session: Session) -> None:
        """The connection is lost: the session waits.

        It is discarded if it has no run, or if its viewer has left.
        """
        if self._owners.pop(session.token, None) is None:
            return
        if session.run is None or session.viewer_left:
            self.discard(session)
        else:
            loop = asyncio.get_running_loop()
            timer = loop.call_later(self._keep_seconds, self.discard, session)
            self._waiting[session.token] = timer

    def discard(self, session: Session) -> None:
        """Discard a session and its run, unless it belongs to a connection."""
        if session.token in self._owners:
            return
        if (timer := self._waiting.pop(session.token, None)) is not None:
            timer.cancel()
        self._sessions.pop(session.token, None)
        session.discard_run()
        self._on_discard()

    def leave(self, token: str) -> None:
        """End a session whose viewer has left: at once, or with its connection if it has one."""
        if (session := self._sessions.get(token)) is not None:
            session.viewer_left = True
            self.discard(session)

    async def take_over(self, token: str, owner: Owner) -> Session:
        """The session of ``token``, which belongs to ``owner`` from now on.

        A connection that still owns it gives it up first. Raises `SessionGoneError` if there is no
        such session.
        """
        while (other := self._owners.get(token)) is not None:
            await other.give_up()
        if (timer := self._waiting.pop(token, None)) is None:
            raise SessionGoneError
        timer.cancel()
        self._owners[token] = owner
        return self._sessions[token]
