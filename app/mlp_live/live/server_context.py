"""What all connections of a server share."""

from mlp_live.data.table_store import TableStore
from mlp_live.live.budgets import (
    MAX_SMALL_UPLOAD_BYTES,
    MAX_SMALL_UPLOAD_BYTES_PER_ADDRESS,
    MAX_TABLE_BYTES,
    MAX_UPLOAD_BYTES,
    MAX_UPLOAD_BYTES_PER_ADDRESS,
    UPLOAD_WAIT_SECONDS,
    ByteBudget,
)
from mlp_live.live.memory import MemoryTrimmer
from mlp_live.live.scheduling import AddressAccounts, Scheduler
from mlp_live.live.session_repository import SessionRepository
from mlp_live.live.study_repository import StudyRepository
from mlp_live.live.table_reader import TableReader
from mlp_live.live.telemetry import Telemetry
from mlp_live.live.upload_room import UploadRoom
from mlp_live.settings import Settings


class ServerContext:
    """Settings, tables, studies, sessions, scheduler and telemetry of one application.

    ``accounts`` are those of requests that belong to no socket.
    ``memory`` is the budget of what clients make the server hold, ``uploads`` and
    ``small_uploads`` are the room for tables that are received or wait to be read.
    `close` ends its threads.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.tables = TableStore(settings.max_tables, MAX_TABLE_BYTES)
        self.telemetry = Telemetry()
        self.scheduler = Scheduler(settings.workers, self.telemetry)
        self.accounts = AddressAccounts()
        self._trimmer = MemoryTrimmer(self.scheduler)
        self.sessions = SessionRepository(
            settings.max_runs, settings.keep_seconds, self._trimmer.request
        )
        self.memory = ByteBudget(
            settings.max_megabytes * 1024**2,
            measured=lambda: self.sessions.final_nbytes + self.tables.nbytes,
        )
        self.studies = StudyRepository(settings.max_studies, self.memory, self._trimmer.request)
        self.uploads = UploadRoom(
            MAX_UPLOAD_BYTES, MAX_UPLOAD_BYTES_PER_ADDRESS, UPLOAD_WAIT_SECONDS
        )
        self.small_uploads = UploadRoom(
            MAX_SMALL_UPLOAD_BYTES, MAX_SMALL_UPLOAD_BYTES_PER_ADDRESS, UPLOAD_WAIT_SECONDS
        )
        self.table_reader = TableReader(self.scheduler)
        self.telemetry.add_gauges(
            runs=lambda: self.sessions.connected,
            waiting_runs=lambda: self.sessions.waiting,
            run_bytes=lambda: self.sessions.nbytes,
            studies=lambda: len(self.studies),
            slices_waiting=lambda: self.scheduler.waiting,
        )

    def close(self) -> None:
        """Wait for the work that is being done, and end the threads."""
        self._trimmer.close()
        self.scheduler.close()
