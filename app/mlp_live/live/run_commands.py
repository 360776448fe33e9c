"""The commands that control the present run. Those that bring another run are in `connection`."""

from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from mlp_live.live.channel import Channel
from mlp_live.live.frame_stream import FrameStream
from mlp_live.live.scheduling import Account, Scheduler, Stop
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
from mlp_live.protocol.documents import encode_dataset
from mlp_live.protocol.messages import Error, Message
from mlp_live.protocol.reports import ConfigChanged, Evaluated, Paused, RecordReport, Resumed
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.config.schema import ConfigError, Problem, problems_of
from mlp_live.training.events import Weight
from mlp_live.training.record import RecordFullError
from mlp_live.training.run import Run

NO_RUN = Error(code="no_run", message="There is no run yet; press Start.")


class ViewChoice(NamedTuple):
    """The axes and the held values of a view, as in the command `View`."""

    axes: tuple[int, int]
    held: tuple[float, ...] | None


def config_error(problem: Problem) -> Error:
    """The report of a value that a run cannot have."""
    return Error(code="invalid", message=problem.message, field=problem.field)


class RunCommands:
    """Carries out commands on the run in ``stream.session``, and reports to the viewer."""

    def __init__(
        self,
        scheduler: Scheduler,
        account: Account,
        stream: FrameStream,
        channel: Channel,
        grid_size: int,
    ) -> None:
        self._scheduler = scheduler
        self._account = account
        self._stream = stream
        self._channel = channel
        self._grid_size = grid_size  # unless the viewer chooses another
        self._wanted_view: ViewChoice | None = None  # the last one asked for, if it is not shown
        self._shown_view: ViewChoice | None = None  # the last one that was asked for and shown

    async def handle(self, command: Command) -> None:
        """Carry out a command; report an error if it cannot be carried out now."""
        try:
            await self._handle(command)
        except RecordFullError as error:
            await self._send_error("record_full", str(error))

    async def _handle(self, command: Command) -> None:
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
                await self.send_long_report(RecordReport(record=run.record))

    @property
    def view_is_due(self) -> bool:
        """Whether the viewer has asked for a view that is not shown yet."""
        return self._wanted_view is not None

    def forget_view(self) -> None:
        """The views asked for were those of another run, or are no longer known to be shown."""
        self._wanted_view = self._shown_view = None

    async def change_view(self, run: Run) -> None:
        """Show the view asked for last. Those that it has replaced are never computed."""
        wanted, self._wanted_view = self._wanted_view, None
        if wanted is None or wanted == self._shown_view:
            return
        axes, held = wanted
        before = None if self._session.plane is None else self._session.plane.view.axes

        def prepare(_: float) -> tuple[PlaneView, bytes | None]:
            plane = PlaneView(run, axes, None if held is None else np.array(held))
            return plane, None if axes == before else encode_dataset(run, plane)

        plane, document = await self._scheduler.run(prepare, self._account)
        self._session.set_plane(plane)
        self._shown_view = wanted
        if document is not None:
            await self._channel.send_document(document)

    async def send_long_report(self, report: Message) -> None:
        """Send a report with a record, which may be long, without holding up the event loop."""
        await self._channel.send_json(
            await self._scheduler.run(lambda _: report.model_dump_json(), self._account)
        )

    async def send_dataset(self) -> None:
        """Send the dataset of the run, and its plane."""
        await self._channel.send_document(
            await self._scheduler.run(lambda _: self._stream.encode_dataset(), self._account)
        )

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
        held = None if command.held is None else tuple(command.held)
        self._wanted_view = ViewChoice(command.axes, held)

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
            await self._scheduler.run(
                # The state is computed before anything is changed.
                lambda _: session.continue_from_past(),
                self._account,
                stop=Stop(allowed=True),
            )
            self._stream.rewind(run.progress.epoch)
        session.playback.hold(run)

    async def _report_resumed(self, run: Run) -> None:
        report = Resumed(
            epoch=run.progress.epoch,
            branch=self._session.branch,
            config=run.config.model_dump(),
            changes=run.changes,
        )
        await self.send_long_report(report)

    async def _update_config(self, run: Run, values: dict[str, Any], weights: list[Weight]) -> None:
        if self._session.past_epoch is not None:
            message = "A past epoch is shown; resume or step from there, then change the run."
            await self._send_error("past", message)
            return
        if run.done and values:
            message = "The run is over; the new value applies at the next Start."
            await self._send_error("done", message, field=next(iter(values)))
            return
        try:
            change = await self._scheduler.run(lambda _: run.change(values, weights), self._account)
        except ValidationError as error:
            for problem in problems_of(error):
                await self._channel.send_report(config_error(problem))
        except ConfigError as error:
            await self._channel.send_report(config_error(error.problem))
        except RecordFullError as error:
            await self._send_error("record_full", str(error), field=next(iter(values), None))
        else:
            await self._channel.send_report(ConfigChanged(change=change))
            if "table" in values:
                await self.send_dataset()

    async def _evaluate(self, run: Run, command: Evaluate) -> None:
        session = self._session
        if session.playback.playing:
            await self._send_error("running", "Pause the run, then evaluate it.")
            return
        was_hidden = not run.record.test_used
        try:
            evaluation = await self._scheduler.run(
                lambda _: run.evaluate(command.set, session.past_epoch),
                self._account,
                stop=Stop(allowed=True),
            )
        except ConfigError as error:
            await self._channel.send_report(config_error(error.problem))
            return
        test_used = run.record.test_used
        await self._channel.send_report(Evaluated(evaluation=evaluation, test_used=test_used))
        if test_used and was_hidden:  # from now on its points are shown
            await self.send_dataset()

    async def _send_error(self, code: str, message: str, field: str | None = None) -> None:
        await self._channel.send_report(Error(code=code, message=message, field=field))
