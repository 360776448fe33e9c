"""Tables that the server remembers while it runs: in memory, by content, a bounded number."""

from collections import OrderedDict
from threading import Lock

from app.data.table import Table, TableChoices, read_table


class TableStore:
    """The tables last used, at most ``capacity`` of them; beyond it the one unused longest goes."""

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = Lock()  # tables come and go on several threads
        self._tables: OrderedDict[str, Table] = OrderedDict()

    def __len__(self) -> int:
        return len(self._tables)

    def add(self, content: bytes, choices: TableChoices | None = None) -> Table:
        """Read a table and keep it under its digest; raises `TableError` if it is unusable."""
        table = read_table(content, choices)
        with self._lock:
            self._tables[table.digest] = table
            self._tables.move_to_end(table.digest)
            while len(self._tables) > self._capacity:
                self._tables.popitem(last=False)
        return table

    def get(self, digest: str) -> Table | None:
        """The table of this digest, or None if it was never here or has had to go."""
        with self._lock:
            if digest in self._tables:
                self._tables.move_to_end(digest)
            return self._tables.get(digest)
