"""The commands that control the present run. Those that bring another run are in `connection`."""

from typing import Any

import numpy as np
from pydantic import ValidationError

from mlp_live.live.channel import Channel
from mlp_live.live.frame_stream import FrameStream
from mlp_live.live.scheduling import Scheduler
from mlp_live.live.session import Session
from mlp_live.protocol.commands import (
    Command,
    Evaluate,
    GetRecord,
    Pause,
    Resume,
    Seek,
    Speed,
    Step,
    UpdateConfig,
    View,
)
from mlp_live.protocol.messages import Error
from mlp_live.protocol.reports import ConfigChanged, Evaluated, Paused, RecordReport, Resumed
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.config.schema import ConfigError, Problem, problems_of
from mlp_live.training.record import Weight
from mlp_live.training.run import Run

NO_RUN = Error(code="no_run", message="There is no run yet; press Start.")


def config_error(problem: Problem) -> Error:
    """The report of a value that a run cannot have."""
    return Error(code="invalid", message=problem.message, field=problem.field)


class RunCommands:
    """Carries out commands on the run in ``stream.session``, and reports to the viewer."""

    def __init__(
        self, scheduler: Scheduler, stream: FrameStream, channel: Channel, grid_size: int
    ) -> None:
        self._scheduler = scheduler
        self._stream = stream
        self._channel = channel
        self._grid_size = grid_size  # unless the viewer chooses another

    async def handle(self, command: Command) -> None:
        """Carry out a command; report an error if it cannot be carried out now."""
        session = self._stream.session
        run = session.run
        match command:
            case Speed(epochs_per_second=epochs, batches_per_second=batches):
                session.playback.set_speed(run, epochs, batches)
            case View():
                await self._view(run, command)
            case _ if run is None:
                await self._channel.send_report(NO_RUN)
            case Pause() if run.done:
                pass  # the report of its end is on its way, or was sent already
            case Pause():
                await self._pause(run)
            case Seek(epoch=epoch):
                await self._seek(run, epoch)
            case Resume() | Step():
                await self._continue(run, command)
            case UpdateConfig(config=values, weights=weights):
                await self._update_config(run, values, weights)
            case Evaluate():
                await self._evaluate(run, command)
            case GetRecord():
                await self._channel.send_report(RecordReport(record=run.record))

    @property
    def _session(self) -> Session:
        return self._stream.session

    async def _view(self, run: Run | None, command: View) -> None:
        if "grid_size" in command.model_fields_set:
            self._stream.grid_size = command.grid_size or self._grid_size
        if command.axes is None:
            return
        if run is None:
            await self._channel.send_report(NO_RUN)
            return
        n = len(run.dataset.features)
        valid = max(command.axes) < n and command.axes[0] != command.axes[1]
        if not valid or (command.held is not None and len(command.held) != n):
            message = (
                f"The data have {n} features. “axes” must name two different ones of them, "
                f"and “held” must have {n} numbers."
            )
            await self._send_error("malformed", message, field="axes")
            return
        session = self._session
        before = None if session.plane is None else session.plane.view.axes
        held = None if command.held is None else np.array(command.held)
        session.set_plane(PlaneView(run, command.axes, held))
        if command.axes != before:
            await self._channel.send_document(self._stream.encode_dataset())

    async def _pause(self, run: Run) -> None:
        self._session.playback.playing = False
        self._session.playback.hold(run)
        await self._channel.send_report(Paused(epoch=run.progress.epoch))

    async def _seek(self, run: Run, epoch: int) -> None:
        if self._session.playback.playing:
            await self._pause(run)
        is_shown = epoch == run.shown_epoch
        self._session.past_epoch = None if is_shown else min(epoch, run.progress.epoch)

    async def _continue(self, run: Run, command: Resume | Step) -> None:
        session = self._session
        if isinstance(command, Step) and session.playback.playing:
            await self._send_error("running", "Pause the run, then step.")
        elif run.done and session.past_epoch is None:
            await self._send_error("done", "The run is over; start another.")
        elif isinstance(command, Resume):
            await self._continue_from_past(run)
            session.playback.playing = True
            await self._report_resumed(run)
        else:
            if session.past_epoch is not None:
                await self._continue_from_past(run)
                await self._report_resumed(run)
                await self._channel.send_report(Paused(epoch=run.progress.epoch))
            session.playback.step(run, command.unit, command.count)

    async def _continue_from_past(self, run: Run) -> None:
        """Discard what came after the past epoch that is shown, if one is."""
        session = self._session
        if session.past_epoch is not None:
            await self._scheduler.run(lambda _: session.continue_from_past())
            self._stream.rewind(run.progress.epoch)
        session.playback.hold(run)

    async def _report_resumed(self, run: Run) -> None:
        report = Resumed(
            epoch=run.progress.epoch,
            branch=self._session.branch,
            config=run.config.model_dump(),
            changes=run.record.changes,
        )
        await self._channel.send_report(report)

    async def _update_config(self, run: Run, values: dict[str, Any], weights: list[Weight]) -> None:
        if self._session.past_epoch is not None:
            message = "A past epoch is shown; resume or step from there, then change the run."
            await self._send_error("past", message)
            return
        try:
            change = run.change(values, weights)
        except ValidationError as error:
            for problem in problems_of(error):
                await self._channel.send_report(config_error(problem))
        except ConfigError as error:
            await self._channel.send_report(config_error(error.problem))
        else:
            await self._channel.send_report(ConfigChanged(change=change))
            if "table" in values:
                await self._channel.send_document(self._stream.encode_dataset())

    async def _evaluate(self, run: Run, command: Evaluate) -> None:
        session = self._session
        if session.playback.playing:
            await self._send_error("running", "Pause the run, then evaluate it.")
            return
        was_hidden = not run.record.test_used
        try:
            evaluation = await self._scheduler.run(
                lambda _: run.evaluate(command.set, session.past_epoch)
            )
        except ConfigError as error:
            await self._channel.send_report(config_error(error.problem))
            return
        test_used = run.record.test_used
        await self._channel.send_report(Evaluated(evaluation=evaluation, test_used=test_used))
        if test_used and was_hidden:  # from now on its points are shown
            await self._channel.send_document(self._stream.encode_dataset())

    async def _send_error(self, code: str, message: str, field: str | None = None) -> None:
        await self._channel.send_report(Error(code=code, message=message, field=field))
