"""Who sits where: the seats of a server, their ceiling, and those that wait for their viewer."""

import asyncio
from typing import Protocol

from app.live.seat import Seat


class TooManyRunsError(Exception):
    """The server holds as many runs as it may."""


class GoneError(Exception):
    """There is no seat of this token, or not any more."""


class Holder(Protocol):
    """Who holds a seat."""

    async def give_up(self) -> None:
        """Leave the seat; done when nothing of the holder touches it any more."""


class Seats:
    """At most ``capacity`` seats, each held by one viewer or waiting for it to come back.

    A seat whose viewer is lost waits for ``keep_seconds``, without any work, unless its place is
    needed; the one that waits longest goes first.
    """

    def __init__(self, capacity: int, keep_seconds: float) -> None:
        self._capacity = capacity
        self._keep_seconds = keep_seconds
        self._seats: dict[str, Seat] = {}
        self._holders: dict[str, Holder] = {}
        self._waiting: dict[str, asyncio.TimerHandle] = {}  # the longest first

    @property
    def held(self) -> int:
        """How many have a viewer."""
        return len(self._holders)

    @property
    def waiting(self) -> int:
        """How many wait for a lost viewer to come back."""
        return len(self._waiting)

    @property
    def nbytes(self) -> int:
        """Bytes of the arrays that all runs hold."""
        return sum(seat.nbytes for seat in self._seats.values())

    def admit(self, seat: Seat, holder: Holder) -> None:
        """Let ``holder`` sit there; raises `TooManyRunsError` if every seat has a viewer."""
        if seat.token not in self._seats and len(self._seats) >= self._capacity:
            if not self._waiting:
                raise TooManyRunsError
            self.free(self._seats[next(iter(self._waiting))])
        self._seats[seat.token] = seat
        self._holders[seat.token] = holder

    def leave(self, seat: Seat) -> None:
        """The viewer is lost: the seat waits for it, or is free if there is no run in it."""
        if self._holders.pop(seat.token, None) is None:
            return
        if seat.run is None:
            self.free(seat)
        else:
            loop = asyncio.get_running_loop()
            self._waiting[seat.token] = loop.call_later(self._keep_seconds, self.free, seat)

    def free(self, seat: Seat) -> None:
        """Nobody comes back to this seat; one that is held stays so."""
        if seat.token in self._holders:
            return
        if (timer := self._waiting.pop(seat.token, None)) is not None:
            timer.cancel()
        self._seats.pop(seat.token, None)
        seat.run = None  # at once, whatever else still holds the seat

    async def hand_over(self, token: str, holder: Holder) -> Seat:
        """Seat ``holder`` there, whoever sits there now; raises `GoneError` if there is none."""
        while (other := self._holders.get(token)) is not None:
            await other.give_up()
        if (timer := self._waiting.pop(token, None)) is None:
            raise GoneError
        timer.cancel()
        self._holders[token] = holder
        return self._seats[token]
