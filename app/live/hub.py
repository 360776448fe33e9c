"""What all sessions of a server share: worker threads, tables, studies, and the ceiling on runs."""

from concurrent.futures import ThreadPoolExecutor

from app.data.store import TableStore
from app.live.study.shelf import Shelf
from app.settings import Settings


class TooManyRunsError(Exception):
    """The server holds as many runs as it may."""


class Hub:
    """Made once for each application; `close` ends its threads."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tables = TableStore(settings.max_tables)
        self.studies = Shelf(settings.max_studies)
        # Slices of all runs queue here first come, first served, which is fair: a session has at
        # most one slice under way.
        self.workers = ThreadPoolExecutor(settings.workers, thread_name_prefix="train")
        self._holders: set[object] = set()

    @property
    def runs(self) -> int:
        """Runs held now."""
        return len(self._holders)

    def admit(self, holder: object) -> None:
        """Let ``holder`` hold one run until `release`; raises `TooManyRunsError` at the ceiling."""
        if holder not in self._holders and self.runs >= self.settings.max_runs:
            raise TooManyRunsError
        self._holders.add(holder)

    def release(self, holder: object) -> None:
        """``holder`` has no run any more."""
        self._holders.discard(holder)

    def close(self) -> None:
        """Wait for slices under way and end the threads."""
        self.workers.shutdown(cancel_futures=True)
