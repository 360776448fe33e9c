"""The connection of a viewer of the study page: it runs the viewer's study and sends its frames."""

from functools import partial
from time import perf_counter

from mlp_live.engine.interruption import PIECE_WORK
from mlp_live.live.active_study import ActiveStudy
from mlp_live.live.base_connection import BaseConnection
from mlp_live.live.channel import Channel
from mlp_live.live.scheduling import Stop
from mlp_live.live.server_context import ServerContext
from mlp_live.live.study_repository import StoredStudy, TooManyStudiesError
from mlp_live.protocol.messages import Error
from mlp_live.protocol.parsing import parse_study_command
from mlp_live.protocol.study_commands import CancelStudy, StartStudy, StudyCommand
from mlp_live.protocol.study_documents import encode_study_frame, last_epoch_of_frame
from mlp_live.protocol.study_limits import study_size
from mlp_live.protocol.study_reports import StudyCancelled, StudyFinished, StudyStarted
from mlp_live.study.results import Results
from mlp_live.study.study import Study


class StudyConnection(BaseConnection[StudyCommand]):
    """One viewer and, once it asks for one, its study, which is discarded with the connection."""

    subject = "study"

    def __init__(self, context: ServerContext, channel: Channel) -> None:
        super().__init__(context, channel, parse_study_command)
        self._study: ActiveStudy | None = None
        self._running = False

    async def serve(self) -> None:
        """Serve the viewer until cancelled; then its study is discarded."""
        try:
            await super().serve()
        finally:
            self._discard()

    def _seconds_to_work(self) -> float | None:
        study = self._study
        if study is None or not self._running:
            return None
        return 0.0 if not study.done or self._flow.may_send else None

    async def _work(self) -> None:
        """Train for a slice, and send a frame if one is due."""
        study = self._study
        if study is None:
            return
        if not study.done:
            await self._train(study)
        if study.has_news and self._flow.may_send:
            await self._send_frame(study)
        if study.done and not study.has_news:
            self._running = False
            await self._channel.send_report(StudyFinished())

    async def _handle(self, command: StudyCommand) -> None:
        match command:
            case CancelStudy():
                self._running = False
                await self._channel.send_report(StudyCancelled())
            case StartStudy(study=study):
                await self._start(study)

    async def _start(self, study: Study) -> None:
        self._discard()
        studies, scheduler = self._context.studies, self._context.scheduler
        try:
            token = studies.reserve(study_size(study).nbytes)
        except TooManyStudiesError as error:
            await self._channel.send_report(Error(code="too_many_studies", message=str(error)))
            return
        try:
            active, report = await scheduler.run(
                lambda _: self._make(study, token), self.account, stop=Stop(allowed=True)
            )
        except BaseException:
            studies.remove(token)
            raise
        digest = study.base.get("table")
        table = self._context.tables.get(digest) if digest is not None else None
        studies.add(token, StoredStudy(active.results, table))
        self._study = active
        self._running = True
        self._flow.reset()  # frames of the study before need no acknowledgement
        await self._channel.send_report(report)

    def _make(self, study: Study, token: str) -> tuple[ActiveStudy, StudyStarted]:
        """Make the cells of a study and describe them. This takes milliseconds."""
        context, results = self._context, Results(study)
        max_work = context.settings.max_work
        active = ActiveStudy(study, token, results, context.tables.get, max_work)
        return active, active.started_report()

    async def _train(self, study: ActiveStudy) -> None:
        """Use all workers for a slice; report a repeat that is complete."""
        shares = self._context.settings.workers

        def work(share: int, seconds: float) -> bool:
            # The time starts with the work: a slice that had to wait is not shorter for it.
            end = perf_counter() + seconds
            return study.runner.work(share, shares, end, PIECE_WORK)

        works = [partial(work, share) for share in range(shares)]
        scheduler = self._context.scheduler
        if not all(await scheduler.run_all(works, self.account)):
            return
        study.runner.complete_epoch()
        if study.repeat == 0:
            study.recorded_epoch = study.runner.epoch
            if study.recorded_epoch == 0:
                encoded = await scheduler.run(lambda _: study.encode_points(), self.account)
                for document in encoded:
                    await self._channel.send_document(document)
        if study.runner.done:

            def complete(_: float) -> str:
                study.complete_repeat()
                return study.summary_report().model_dump_json()

            await self._channel.send_json(await scheduler.run(complete, self.account))

    async def _send_frame(self, study: ActiveStudy) -> None:
        number, since, progress = self._flow.next_number, study.sent_epoch + 1, study.progress
        self._flow.count_frame()
        last = last_epoch_of_frame(study.recorder, since, study.recorded_epoch)
        study.sent_epoch, study.sent_progress = last, progress
        frame = await self._context.scheduler.run(
            lambda _: encode_study_frame(study.recorder, number, since, last, progress),
            self.account,
        )
        await self._channel.send_document(frame)

    def _discard(self) -> None:
        if self._study is not None:
            self._context.studies.remove(self._study.token)
        self._study = None
        self._running = False
