"""The session of one viewer: obeys its commands, trains its run in slices, sends what it can take.

All of it happens in one task, so that nothing is known in two places: a command is obeyed between
two slices, and what is sent leaves in the order in which it came about. What is to outlive a lost
connection is in the `Seat`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from math import inf
from typing import Any

import numpy as np
from pydantic import ValidationError

from app.live.frames import encode_dataset
from app.live.hub import BRIEF, Hub
from app.live.messages import (
    Ack,
    Attach,
    Attached,
    Command,
    Diverged,
    Error,
    Evaluate,
    Evaluated,
    Finished,
    Pause,
    Paused,
    Ready,
    Report,
    Reset,
    Resume,
    Resumed,
    Retune,
    Retuned,
    Seek,
    Speed,
    Start,
    Started,
    Step,
    View,
)
from app.live.parsing import parse
from app.live.seat import Seat
from app.live.seats import GoneError, TooManyRunsError
from app.live.showing import Showing
from app.training.config import RunConfig
from app.training.fields import ConfigError, Problem, explain
from app.training.record import Weight
from app.training.run import Run

WAITING_COMMANDS = 64

NO_RUN = Error(code="no_run", message="There is no run yet; press Start.")
GONE = Error(code="gone", message="The server does not have this run any more.")

log = logging.getLogger(__name__)


class TakenOverError(Exception):
    """The viewer has come back on another connection, which has its seat now."""


class Session:
    """One viewer and, once it asks for one, its run.

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
        self._inbox: asyncio.Queue[Command | Error] = asyncio.Queue(WAITING_COMMANDS)
        self._seat = Seat()
        self._showing = Showing(self._seat, hub.settings.grid_size)
        self._serving: asyncio.Task[Any] | None = None
        self._ended = asyncio.Event()
        self._taken_over = False

    async def receive(self, text: str) -> None:
        """Take a message from the viewer; waits while too many others have not been obeyed yet."""
        command = parse(text)
        for message in command if isinstance(command, list) else [command]:
            await self._inbox.put(message)

    async def reject(self, code: str, message: str) -> None:
        """Tell the viewer that a message of its was not taken at all."""
        await self._inbox.put(Error(code=code, message=message))

    async def serve(self) -> None:
        """Obey, train and send until cancelled; then the run waits for the viewer to come back.

        Raises `TakenOverError` when it has come back before its loss was noticed here.
        """
        self._serving = asyncio.current_task()
        try:
            while True:
                command = await self._next_command()
                if command is not None:
                    await self._obey(command)
                else:
                    await self._work()
        except asyncio.CancelledError:
            if not self._taken_over:
                raise
        finally:
            self._hub.seats.leave(self._seat)
            self._serving = None  # its end, and all that hangs on it, is known to nobody here
            self._ended.set()
        raise TakenOverError

    async def give_up(self) -> None:
        """Leave the seat to another connection."""
        self._taken_over = True
        if self._serving is not None:
            self._serving.cancel()
        await self._ended.wait()

    def end(self) -> None:
        """The viewer has gone for good, and its run with it."""
        self._hub.seats.free(self._seat)

    async def _next_command(self) -> Command | Error | None:
        """The next command; None once there is work to do and no command waits."""
        if not self._inbox.empty():
            return self._inbox.get_nowait()
        patience = self._seconds_to_work()
        if patience == 0.0:
            return None
        try:
            async with asyncio.timeout(patience):
                return await self._inbox.get()
        except TimeoutError:
            return None

    def _seconds_to_work(self) -> float | None:
        """How long until there is something to train or send; None if that takes a command."""
        run = self._seat.run
        if run is None:
            return None
        if self._showing.may_go and (self._showing.has_news or self._seat.end_is_news):
            return 0.0
        return self._seat.pace.seconds_to_next(run)

    async def _work(self) -> None:
        """One slice: train up to the goal or the end of the time, then show where the run is."""
        frame = await self._train()
        if frame is not None:
            await self._send_bytes(frame)
            self._hub.meters.frames.inc()
        if self._seat.end_is_news and not self._showing.has_news:
            await self._tell_end()

    async def _train(self) -> bytes | None:
        """Train for a slice; the next frame, if one may go."""
        seat, run = self._seat, self._seat.run
        if run is None:
            return None
        seat.pace.extend(run)
        try:
            return await self._slice(run)
        except Exception:
            log.exception("a slice of training failed")
            seat.run = None
            self._hub.seats.leave(seat)
            await self._tell(Error(code="internal", message="The run failed on the server."))
            return None

    async def _slice(self, run: Run) -> bytes | None:
        """Train for a while, and encode a frame if one may go, where that costs least."""
        hub, showing, epoch = self._hub, self._showing, run.epoch
        work = showing.train_and_encode
        brief = showing.frame_seconds < BRIEF and not run.config.early_stopping  # it looks back
        if brief and (hub.crowded or not self._seat.pace.at_full_speed):
            # Who has nothing left to draw goes before who has, and before mere training.
            urgent = showing.is_waited_for
            frame = await hub.in_turn(work, run, hub.turn_seconds, urgent=urgent)
        else:
            # Frames go before training that nobody can be shown yet.
            frame = await hub.on_worker(work, run, hub.slice_seconds, urgent=showing.may_go)
        hub.meters.epochs.inc(run.epoch - epoch)
        return frame

    async def _tell_end(self) -> None:
        run = self._seat.run
        if run is None:
            return
        self._seat.announced = True
        self._seat.pace.playing = False
        report: Report = Finished(
            epoch=run.epoch,
            stopped_early=run.stopped_at is not None,
            shown_epoch=run.shown_epoch,
        )
        if run.diverged_at is not None:
            report = Diverged(epoch=run.diverged_at, reason=run.divergence)
        await self._tell(report)

    async def _obey(self, command: Command | Error) -> None:
        if not isinstance(command, Ack):
            self._showing.frame_seconds = inf  # what it asks for may take longer
        match command:
            case Error():
                await self._tell(command)
            case Ack(frame=frame):
                self._showing.received(frame)
            case Speed(epochs_per_second=epochs, batches_per_second=batches):
                self._seat.pace.set_speed(self._seat.run, epochs, batches)
            case View():
                await self._look(self._seat.run, command)
            case Start(config=config):
                await self._prepare(config, Started)
            case Attach():
                await self._attach(command)
            case Reset(config=config):
                if config is None and self._seat.run is not None:
                    config = self._seat.run.config
                if config is None:
                    await self._tell(NO_RUN)
                else:
                    await self._prepare(config, Ready)
            case _ if self._seat.run is None:
                await self._tell(NO_RUN)
            case Evaluate():
                await self._evaluate(self._seat.run, command)
            case Pause() | Resume() | Step() | Seek() | Retune():
                await self._steer(self._seat.run, command)

    async def _steer(self, run: Run, command: Pause | Resume | Step | Seek | Retune) -> None:
        match command:
            case Pause() if run.done:
                pass  # the report of its end is on its way, or was there already
            case Pause():
                await self._pause(run)
            case Seek(epoch=epoch):
                if self._seat.pace.playing:
                    await self._pause(run)
                self._seat.seen = None if epoch == run.shown_epoch else min(epoch, run.epoch)
            case Retune(config=values, weights=weights):
                await self._retune(run, values, weights)
            case Step() if self._seat.pace.playing:
                await self._tell(Error(code="running", message="Pause the run, then step."))
            case Resume() | Step() if run.done and self._seat.seen is None:
                await self._tell(Error(code="done", message="The run is over; start another."))
            case Resume():
                await self._branch(run)
                self._seat.pace.playing = True
                await self._tell_resumed(run)
            case Step(unit=unit, count=count):
                if self._seat.seen is not None:
                    await self._branch(run)
                    await self._tell_resumed(run)
                    await self._tell(Paused(epoch=run.epoch))
                self._seat.pace.step(run, unit, count)

    async def _look(self, run: Run | None, command: View) -> None:
        if "grid_size" in command.model_fields_set:
            self._showing.grid_size = command.grid_size or self._hub.settings.grid_size
        if command.axes is None:
            return
        if run is None:
            await self._tell(NO_RUN)
            return
        n = len(run.dataset.features)
        right = max(command.axes) < n and command.axes[0] != command.axes[1]
        if not right or (command.held is not None and len(command.held) != n):
            message = f"The data have {n} features: two of them are drawn, all have a number."
            await self._tell(Error(code="malformed", message=message, field="axes"))
            return
        before = run.view.axes
        run.look(command.axes, None if command.held is None else np.array(command.held))
        if run.view.axes != before:
            await self._send_bytes(encode_dataset(run))

    async def _evaluate(self, run: Run, command: Evaluate) -> None:
        if self._seat.pace.playing:
            await self._tell(Error(code="running", message="Pause the run, then evaluate it."))
            return
        was_hidden = not run.test_used
        try:
            found = await self._hub.on_worker(run.evaluate, command.set, self._seat.seen)
        except ConfigError as error:
            await self._tell_problem(error.problem)
            return
        await self._tell(Evaluated(evaluation=found, test_used=run.test_used))
        if run.test_used and was_hidden:  # its points may be seen from now on
            await self._send_bytes(encode_dataset(run))

    async def _pause(self, run: Run) -> None:
        self._seat.pace.playing = False
        self._seat.pace.hold(run)
        await self._tell(Paused(epoch=run.epoch))

    async def _branch(self, run: Run) -> None:
        """Go on from the past epoch that is looked at, if one is."""
        if self._seat.seen is not None:
            await self._hub.on_worker(self._seat.go_on_from_seen)
            self._showing.go_back(run.epoch)
        self._seat.pace.hold(run)

    async def _tell_resumed(self, run: Run) -> None:
        config = run.config.model_dump()
        branch = self._seat.branch
        await self._tell(
            Resumed(epoch=run.epoch, branch=branch, config=config, changes=run.changes)
        )

    async def _retune(self, run: Run, values: dict[str, Any], weights: list[Weight]) -> None:
        if self._seat.seen is not None:
            why = "A past epoch is shown; resume or step from there, then change it."
            await self._tell(Error(code="past", message=why))
            return
        try:
            change = run.change(values, weights)
        except ValidationError as error:
            for problem in explain(error):
                await self._tell_problem(problem)
        except ConfigError as error:
            await self._tell_problem(error.problem)
        else:
            await self._tell(Retuned(change=change))
            if "table" in values:
                await self._send_bytes(encode_dataset(run))

    async def _tell_problem(self, problem: Problem) -> None:
        await self._tell(Error(code="invalid", message=problem.message, field=problem.field))

    async def _prepare(self, config: RunConfig, report: type[Ready] | type[Started]) -> None:
        """Put a new run at epoch 0 in place of the present one; tell why if that cannot be."""
        seat, hub = self._seat, self._hub
        try:
            hub.seats.admit(seat, self)
            run = await hub.on_worker(Run, config, hub.tables.get, hub.settings.max_work)
        except TooManyRunsError:
            ceiling = hub.settings.max_runs
            message = f"The server holds {ceiling} runs, its limit; close another page first."
            await self._tell(Error(code="too_many_runs", message=message))
            return
        except ConfigError as error:
            if seat.run is None:
                hub.seats.leave(seat)
            await self._tell_problem(error.problem)
            return
        seat.put(run, playing=report is Started)
        self._showing.begin(0)
        await self._tell(report(run=seat.token, branch=seat.branch, config=config.model_dump()))
        await self._send_bytes(encode_dataset(run))

    async def _attach(self, command: Attach) -> None:
        """Go on with the run that the viewer had on another connection."""
        if command.run != self._seat.token:
            try:
                seat = await self._hub.seats.hand_over(command.run, self)
            except GoneError:
                await self._tell(GONE)
                return
            self._hub.seats.leave(self._seat)
            self._hub.seats.free(self._seat)
            self._seat = self._showing.seat = seat
        seat, run = self._seat, self._seat.run
        if run is None:
            await self._tell(GONE)
            return
        since = min(command.epochs, len(run.history)) if command.branch == seat.branch else 0
        self._showing.begin(since)
        seat.announced = False  # the report of its end may have been lost
        report = Attached(
            run=seat.token,
            branch=seat.branch,
            epoch=run.epoch,
            since=since,
            playing=seat.pace.playing,
            begun=run.place > (0, 0) or bool(run.changes),
            config=run.config.model_dump(),
            record=run.record,
        )
        await self._tell(report)
        if since == 0:
            await self._send_bytes(encode_dataset(run))

    async def _tell(self, report: Report) -> None:
        await self._send_text(report.model_dump_json())
