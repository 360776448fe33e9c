"""A store of uploaded tables: in memory, by digest, limited in number and bytes."""

from collections import Counter, OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import NamedTuple

from mlp_live.data.table import Table


class _Stored(NamedTuple):
    table: Table
    owner: Hashable


class TableStore:
    """Holds up to ``capacity`` tables of ``max_bytes`` together; makes room when it is full.

    The owner that holds most, in number or in bytes, loses its least recently used table. Nobody
    can therefore push out the tables of all others. Thread-safe.
    """

    def __init__(self, capacity: int, max_bytes: int) -> None:
        self._capacity = capacity
        self._max_bytes = max_bytes
        self._lock = Lock()
        self._tables: OrderedDict[str, _Stored] = OrderedDict()  # least recently used first
        self._nbytes = 0

    def __len__(self) -> int:
        return len(self._tables)

    @property
    def nbytes(self) -> int:
        """Memory in bytes of all tables."""
        return self._nbytes

    def add(self, table: Table, owner: Hashable = None) -> None:
        """Store a table under its digest for ``owner``, the last one that added it."""
        with self._lock:
            self._remove(table.digest)
            self._tables[table.digest] = _Stored(table, owner)
            self._nbytes += table.nbytes
            while len(self._tables) > self._capacity:
                self._evict(by_bytes=False)
            while self._nbytes > self._max_bytes and len(self._tables) > 1:
                self._evict(by_bytes=True)

    def get(self, digest: str) -> Table | None:
        """The table with this digest, or None if it is not, or no longer, stored."""
        with self._lock:
            if digest not in self._tables:
                return None
            self._tables.move_to_end(digest)
            return self._tables[digest].table

    def _evict(self, *, by_bytes: bool) -> None:
        held: Counter[Hashable] = Counter()
        for stored in self._tables.values():
            held[stored.owner] += stored.table.nbytes if by_bytes else 1
        # Of owners that hold equally much, the one whose table is the least recently used.
        most = max(held, key=lambda owner: held[owner])
        self._remove(next(d for d, stored in self._tables.items() if stored.owner == most))

    def _remove(self, digest: str) -> None:
        if (stored := self._tables.pop(digest, None)) is not None:
            self._nbytes -= stored.table.nbytes
