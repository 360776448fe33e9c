"""The session of one viewer of a study: runs it, all cells side by side, and shows how it goes.

As in the live lab, one task does everything in order, training happens in slices on the workers,
and the viewer sets the pace of the frames.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import groupby
from time import perf_counter
from typing import Any

from pydantic import ValidationError

from app.live.hub import Hub
from app.live.messages import Ack, Error
from app.live.parsing import refusals
from app.live.seat import WORK_AT_ONCE
from app.live.session import WAITING_COMMANDS
from app.live.showing import FRAMES_IN_FLIGHT
from app.live.study.frames import encode_points, encode_study_frame, last_epoch_of_frame
from app.live.study.limits import epochs_between_fields
from app.live.study.messages import (
    STUDY_COMMAND,
    STUDY_COMMAND_TYPES,
    Cancel,
    CellShown,
    StartStudy,
    StudyCancelled,
    StudyCommand,
    StudyFinished,
    StudyReport,
    StudyStarted,
    StudySummary,
)
from app.live.study.shelf import Shelved, TooManyStudiesError
from app.sweep.results import Results
from app.sweep.side_by_side import Recording, SideBySide
from app.sweep.study import Study
from app.training.fields import address, config_fields
from app.training.run import Run

log = logging.getLogger(__name__)


class StudyUnderWay:
    """A study and how far it has come."""

    def __init__(self, study: Study, hub: Hub, token: str, results: Results) -> None:
        self.study = study
        self.token = token
        self.results = results
        self.epochs = max(cell.config.epochs for cell in study.cells if cell.config is not None)
        every = epochs_between_fields(len(study.cells), self.epochs)
        self.recording = Recording(len(study.cells), self.epochs, every)
        self.repeat = 0
        self._hub = hub
        self.now = self._begin(self.recording)
        self.recorded = -1  # the last epoch of the first repeat that is complete
        self.sent = -1  # the last epoch that is sent
        self.sent_progress = 0.0

    @property
    def done(self) -> bool:
        """Whether all repeats are trained."""
        return self.repeat == self.study.repeats

    @property
    def progress(self) -> float:
        """The part of all epochs that is trained."""
        part = 0.0 if self.done else max(self.now.epoch, 0) / self.epochs
        return (self.repeat + part) / self.study.repeats

    @property
    def has_news(self) -> bool:
        """Whether there is something the viewer has not been sent."""
        return self.sent < self.recorded or self.sent_progress < self.progress

    def complete_repeat(self) -> None:
        """Keep the outcomes of the repeat that is done, and begin the next one, if there is one."""
        for cell, outcome in self.now.outcomes(with_grid=self.repeat == 0).items():
            self.results.add(cell, self.repeat, outcome)
        self.repeat += 1
        self.now = self._begin(None)

    def _begin(self, recording: Recording | None) -> SideBySide:
        configs = [self.study.config(cell, self.repeat) for cell in self.study.cells]
        return SideBySide(configs, self._hub.tables.get, self._hub.settings.max_work, recording)


class StudySession:
    """One viewer and, once it asks for one, its study.

    ``send_text`` and ``send_bytes`` take a message each to the viewer and raise if it has gone.
    """

    def __init__(
        self,
        hub: Hub,
        send_text: Callable[[str], Awaitable[None]],
        send_bytes: Callable[[bytes], Awaitable[None]],
    ) -> None:
        self._hub = hub
        self._send_text = send_text
        self._send_bytes = send_bytes
        self._inbox: asyncio.Queue[StudyCommand | Error] = asyncio.Queue(WAITING_COMMANDS)
        self._study: StudyUnderWay | None = None
        self._running = False
        self._frames_sent = 0
        self._frames_drawn = 0

    async def receive(self, text: str) -> None:
        """Take a message from the viewer; waits while too many others have not been obeyed yet."""
        try:
            command = STUDY_COMMAND.validate_json(text)
        except ValidationError as error:
            for answer in refusals(error, "study", STUDY_COMMAND_TYPES):
                await self._inbox.put(answer)
        else:
            await self._inbox.put(command)

    async def reject(self, code: str, message: str) -> None:
        """Tell the viewer that a message of its was not taken at all."""
        await self._inbox.put(Error(code=code, message=message))

    async def serve(self) -> None:
        """Obey, train and send until cancelled; then the study is given up."""
        try:
            while True:
                if not self._inbox.empty() or not self._has_work():
                    await self._obey(await self._inbox.get())
                else:
                    await self._work()
        finally:
            self._drop()

    def _has_work(self) -> bool:
        study = self._study
        if study is None or not self._running:
            return False
        return not study.done or self._may_send()

    def _may_send(self) -> bool:
        return self._frames_sent - self._frames_drawn < FRAMES_IN_FLIGHT

    async def _obey(self, command: StudyCommand | Error) -> None:
        match command:
            case Error():
                await self._tell(command)
            case Ack(frame=frame):
                self._frames_drawn = max(self._frames_drawn, min(frame, self._frames_sent))
            case Cancel():
                self._running = False
                await self._tell(StudyCancelled())
            case StartStudy(study=study):
                await self._start(study)

    async def _start(self, study: Study) -> None:
        self._drop()
        results = Results(study)
        digest = study.base.get("table")
        table = self._hub.tables.get(digest) if digest is not None else None
        try:
            token = self._hub.studies.add(Shelved(results, table))
        except TooManyStudiesError as error:
            await self._tell(Error(code="too_many_studies", message=str(error)))
            return
        self._study = StudyUnderWay(study, self._hub, token, results)
        self._running = True
        self._frames_drawn = self._frames_sent  # those of another study are waited for no more
        await self._tell(_started(self._study))

    async def _work(self) -> None:
        """One slice: train, then show how far the study has come if the viewer can take it."""
        study = self._study
        if study is None:
            return
        if not study.done:
            await self._train(study)
        if study.has_news and self._may_send():
            await self._show(study)
        if study.done and not study.has_news:
            self._running = False
            await self._tell(StudyFinished())

    async def _train(self, study: StudyUnderWay) -> None:
        """Keep all workers busy for a slice; note what is complete."""
        shares = self._hub.settings.workers
        seconds = self._hub.slice_seconds

        def work(share: int) -> bool:
            # The time begins with the work: a slice that had to wait is no shorter for it.
            return study.now.work(share, shares, perf_counter() + seconds, WORK_AT_ONCE)

        slices = [self._hub.on_worker(work, share) for share in range(shares)]
        try:
            reached = await asyncio.gather(*slices)
        except Exception:
            log.exception("a slice of a study failed")
            self._drop()
            await self._tell(Error(code="internal", message="The study failed on the server."))
            return
        if not all(reached):
            return
        study.now.complete_epoch()
        if study.repeat == 0:
            study.recorded = study.now.epoch
            if study.recorded == 0:
                for document in _points(study.now):
                    await self._send_bytes(document)
        if study.now.done:
            study.complete_repeat()
            await self._tell(_summary(study))

    async def _show(self, study: StudyUnderWay) -> None:
        self._frames_sent += 1
        since = study.sent + 1
        study.sent = last_epoch_of_frame(study.recording, since, study.recorded)
        study.sent_progress = study.progress
        frame = await self._hub.on_worker(
            encode_study_frame,
            study.recording,
            self._frames_sent,
            since,
            study.sent,
            study.progress,
        )
        await self._send_bytes(frame)

    def _drop(self) -> None:
        if self._study is not None:
            self._hub.studies.remove(self._study.token)
        self._study = None
        self._running = False

    async def _tell(self, report: StudyReport) -> None:
        await self._send_text(report.model_dump_json())


def _started(under_way: StudyUnderWay) -> StudyStarted:
    study = under_way.study
    return StudyStarted(
        token=under_way.token,
        axes=[
            {
                "field": axis.field,
                "title": config_fields()[axis.field].title,
                "labels": axis.labels,
                "numbers": axis.numbers,
                "is_wide": axis.is_wide,
            }
            for axis in study.axes
        ],
        cells=[
            CellShown(
                labels=study.labels(cell),
                name=study.name(cell),
                address="" if cell.config is None else "/" + address(cell.config),
                epochs=0 if cell.config is None else cell.config.epochs,
                problem=cell.problem,
            )
            for cell in study.cells
        ],
        epochs=under_way.epochs,
        repeats=study.repeats,
    )


def _summary(under_way: StudyUnderWay) -> StudySummary:
    results = under_way.results
    best = results.best()
    cells: list[dict[str, Any]] = []
    for cell in results.study.cells:
        summary = results.summary(cell)
        measures = {name: found._asdict() for name, found in summary.measures.items()}
        cells.append({**summary._asdict(), "measures": measures})
    told = None if best is None else best.told
    return StudySummary(repeats=under_way.repeat, cells=cells, best=told)


def _points(side_by_side: SideBySide) -> list[bytes]:
    """A document of points for each dataset, naming the cells that are trained on it."""
    data = [name for name, field in config_fields().items() if field.group == "Data"] + ["seed"]
    runs = [(cell, run) for cell, run in enumerate(side_by_side.runs) if isinstance(run, Run)]

    def key(member: tuple[int, Run]) -> str:
        return str([getattr(member[1].config, name) for name in data])

    documents = []
    for _, group in groupby(sorted(runs, key=key), key):
        cells, same = zip(*group, strict=True)
        run = same[0]
        documents.append(encode_points(run.dataset, list(cells), with_test=run.test_used))
    return documents
