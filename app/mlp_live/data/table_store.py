"""A store of uploaded tables: in memory, by digest, limited in number."""

from collections import OrderedDict
from threading import Lock

from mlp_live.data.table import Table, TableChoices, read_table


class TableStore:
    """Holds up to ``capacity`` tables; drops the least recently used one when it is full.

    Thread-safe.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = Lock()
        self._tables: OrderedDict[str, Table] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tables)

    def add(self, content: bytes, choices: TableChoices | None = None) -> Table:
        """Read a table and store it under its digest. Raises `TableError` if it cannot be used."""
        table = read_table(content, choices)
        with self._lock:
            self._tables[table.digest] = table
            self._tables.move_to_end(table.digest)
            while len(self._tables) > self._capacity:
                self._tables.popitem(last=False)
        return table

    def get(self, digest: str) -> Table | None:
        """The table with this digest, or None if it is not, or no longer, stored."""
        with self._lock:
            if digest in self._tables:
                self._tables.move_to_end(digest)
            return self._tables.get(digest)
