"""The connection of a viewer of the live page: it trains the viewer's run and sends its frames.

What is to outlive a lost connection is in the `Session`.
"""

import asyncio
from typing import Any

from mlp_live.live.base_connection import BaseConnection
from mlp_live.live.budgets import BudgetExceededError
from mlp_live.live.channel import Channel
from mlp_live.live.frame_stream import FrameStream
from mlp_live.live.run_commands import NO_RUN, RunCommands, config_error
from mlp_live.live.scheduling import Stop
from mlp_live.live.server_context import ServerContext
from mlp_live.live.session import Session
from mlp_live.live.session_repository import SessionGoneError, TooManyRunsError
from mlp_live.protocol.commands import Attach, Command, Reset, Start
from mlp_live.protocol.documents import encode_dataset
from mlp_live.protocol.messages import Error
from mlp_live.protocol.parsing import parse_command
from mlp_live.protocol.reports import Attached, Diverged, Finished, Ready, Started
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason

GONE = Error(code="gone", message="The server no longer has this run.")
OUT_OF_MEMORY = Error(
    code="too_many_runs",
    message="The server's memory is used up; close another page, or ask for fewer epochs.",
)


class TakenOverError(Exception):
    """The viewer has come back on another connection, which owns the session now."""


class Connection(BaseConnection[Command]):
    """One viewer and, once it asks for one, its run."""

    subject = "run"

    def __init__(self, context: ServerContext, channel: Channel) -> None:
        super().__init__(context, channel, parse_command)
        grid_size = context.settings.grid_size
        self._session = Session()
        self._flow = self._session.flow  # frame numbers outlive the connection
        self._stream = FrameStream(self._session, grid_size)
        self._stream.stop = self._stop
        self._commands = RunCommands(
            context.scheduler, self.account, self._stream, channel, grid_size
        )
        self._serving: asyncio.Task[Any] | None = None
        self._ended = asyncio.Event()
        self._taken_over = False

    async def serve(self) -> None:
        """Serve the viewer until cancelled; then its run waits for it to come back.

        Raises `TakenOverError` if it has come back before its loss was noticed here.
        """
        self._serving = asyncio.current_task()
        try:
            await super().serve()
        except asyncio.CancelledError:
            if not self._taken_over:
                raise
        finally:
            self._context.sessions.release(self._session)
            # The task refers to this connection: without the cycle, no collector is needed.
            self._serving = None
            self._ended.set()
        raise TakenOverError

    async def give_up(self) -> None:
        """Leave the session to another connection."""
        self._taken_over = True
        if self._serving is not None:
            self._serving.cancel()
        await self._ended.wait()

    def end(self) -> None:
        """The viewer has left for good: discard its run."""
        self._context.sessions.discard(self._session)

    def _seconds_to_work(self) -> float | None:
        session = self._session
        if session.run is None:
            return None
        if self._commands.view_is_due:
            return 0.0
        if self._flow.may_send and (self._stream.has_news or session.end_is_due):
            return 0.0
        return session.playback.seconds_to_next(session.run)

    async def _work(self) -> None:
        """Train for a slice, and send a frame if one is due."""
        session, stream, telemetry = self._session, self._stream, self._context.telemetry
        run = session.run
        if run is None:
            return
        if self._commands.view_is_due:
            await self._commands.change_view(run)
            return
        session.playback.extend(run)
        epoch = run.progress.epoch
        frame = await self._context.scheduler.run(
            stream.train_and_encode,
            self.account,
            cost=stream.cost,
            urgency=self._flow.urgency,
            elastic=session.playback.at_full_speed,
            stop=self._stop,
        )
        telemetry.epochs_trained.inc(run.progress.epoch - epoch)
        if frame is not None:
            await self._channel.send_document(frame)
            telemetry.frames_sent.inc()
        if session.end_is_due and not stream.has_news:
            await self._report_end(run)

    def _discard(self) -> None:
        self._session.discard_run()
        self._context.sessions.release(self._session)

    async def _report_end(self, run: Run) -> None:
        if run.end is None:
            return
        self._session.end_reported = True
        self._session.playback.playing = False
        if run.end.reason is EndReason.DIVERGED:
            diverged = Diverged(epoch=run.end.epoch, reason=run.end.message)
            await self._channel.send_report(diverged)
            return
        finished = Finished(
            epoch=run.progress.epoch,
            stopped_early=run.end.reason is EndReason.EARLY_STOPPED,
            shown_epoch=run.shown_epoch,
        )
        await self._channel.send_report(finished)

    async def _handle(self, command: Command) -> None:
        self._stream.forget_cost()
        match command:
            case Start(config=config):
                await self._prepare(config, Started)
            case Reset(config=config):
                if config is None and self._session.run is not None:
                    config = self._session.run.config
                if config is None:
                    await self._channel.send_report(NO_RUN)
                else:
                    await self._prepare(config, Ready)
            case Attach():
                await self._attach(command)
            case _:
                await self._commands.handle(command)

    async def _prepare(self, config: RunConfig, report: type[Ready] | type[Started]) -> None:
        """Replace the present run by a new one at epoch 0, or report why that is not possible."""
        session, context = self._session, self._context

        def prepare(_: float) -> tuple[Run, PlaneView, bytes]:
            run = Run(config, context.tables.get, context.settings.max_work)
            plane = PlaneView(run)
            return run, plane, encode_dataset(run, plane)

        try:
            context.sessions.displaced_by(session)  # raises if there is no place
            run, plane, dataset = await context.scheduler.run(
                prepare, self.account, stop=Stop(allowed=True)
            )
            displaced = context.sessions.displaced_by(session) or session
            context.memory.check(run.final_nbytes - displaced.final_nbytes)
            context.sessions.acquire(session, self)
        except TooManyRunsError:
            limit = context.settings.max_runs
            message = f"The server holds {limit} runs, its limit; close another page first."
            await self._channel.send_report(Error(code="too_many_runs", message=message))
            return
        except ConfigError as error:
            await self._channel.send_report(config_error(error.problem))
            return
        except BudgetExceededError:
            await self._channel.send_report(OUT_OF_MEMORY)
            return
        session.set_run(run, plane, playing=report is Started)
        self._commands.forget_view()
        self._stream.restart(0)
        await self._channel.send_report(
            report(run=session.token, branch=session.branch, config=config.model_dump())
        )
        await self._channel.send_document(dataset)

    async def _attach(self, command: Attach) -> None:
        """Continue with the run that the viewer had on another connection."""
        if command.run != self._session.token:
            try:
                session = await self._context.sessions.take_over(command.run, self)
            except SessionGoneError:
                await self._channel.send_report(GONE)
                return
            self._context.sessions.release(self._session)
            self._context.sessions.discard(self._session)
            self._session = self._stream.session = session
            self._flow = session.flow
        session, run = self._session, self._session.run
        if run is None:
            await self._channel.send_report(GONE)
            return
        since = min(command.epochs, len(run.history)) if command.branch == session.branch else 0
        self._stream.restart(since)
        session.end_reported = False  # the report may have been lost
        report = Attached(
            run=session.token,
            branch=session.branch,
            epoch=run.progress.epoch,
            since=since,
            playing=session.playback.playing,
            begun=run.progress > (0, 0) or bool(run.record.events),
            initial_config=run.record.config.model_dump(),
            config=run.config.model_dump(),
            changes=run.changes,
            test_used=run.record.test_used,
        )
        self._commands.forget_view()
        await self._commands.send_long_report(report)
        if since == 0:
            await self._commands.send_dataset()
