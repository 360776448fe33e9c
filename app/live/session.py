"""The session of one viewer: obeys its commands, trains its run in slices, sends what it can take.

All of it happens in one task, so that nothing is known in two places: a command is obeyed between
two slices, and what is sent leaves in the order in which it came about.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Any, TypeVar

from pydantic import ValidationError

from app.live.frames import encode_dataset, encode_frame
from app.live.hub import Hub, TooManyRunsError
from app.live.messages import (
    Ack,
    Command,
    Diverged,
    Error,
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
from app.live.pace import Pace
from app.live.parsing import parse
from app.training.config import RunConfig
from app.training.fields import ConfigError, Problem, explain
from app.training.record import Weight
from app.training.run import Run

SLICE_SECONDS = 0.010  # how long a run may keep a worker before others, and commands, get a turn
WORK_AT_ONCE = 4_000_000  # between two looks at the clock: multiplications, about a millisecond
FRAMES_IN_FLIGHT = 2  # one on its way while the viewer draws the other
WAITING_COMMANDS = 64

Result = TypeVar("Result")

NO_RUN = Error(code="no_run", message="There is no run yet; press Start.")

log = logging.getLogger(__name__)


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
        self._run: Run | None = None
        self._pace = Pace()
        self._grid_size = hub.settings.grid_size
        self._seen: int | None = None  # the past epoch that is looked at, if one is
        self._announced = False  # that the run is done
        self._drawn: object = None  # what the last frame showed
        self._epochs_sent = 0
        self._frames_sent = 0
        self._frames_drawn = 0

    async def receive(self, text: str) -> None:
        """Take a message from the viewer; waits while too many others have not been obeyed yet."""
        command = parse(text)
        for message in command if isinstance(command, list) else [command]:
            await self._inbox.put(message)

    async def reject(self, code: str, message: str) -> None:
        """Tell the viewer that a message of its was not taken at all."""
        await self._inbox.put(Error(code=code, message=message))

    async def serve(self) -> None:
        """Obey, train and send until cancelled; then the run is given up."""
        try:
            while True:
                command = await self._next_command()
                if command is not None:
                    await self._obey(command)
                else:
                    await self._work()
        finally:
            self._run = None
            self._hub.release(self)

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
        run = self._run
        if run is None:
            return None
        unannounced = run.done and self._seen is None and not self._announced
        if self._may_send() and (self._has_news() or unannounced):
            return 0.0
        return self._pace.seconds_to_next(run)

    def _may_send(self) -> bool:
        return self._frames_sent - self._frames_drawn < FRAMES_IN_FLIGHT

    def _has_news(self) -> bool:
        return self._run is not None and self._drawn != self._view(self._run)

    def _view(self, run: Run) -> object:
        """What the viewer should be seeing: a place of the run and its changes, or a past epoch."""
        place = (run.place, len(run.changes)) if self._seen is None else self._seen
        return place, self._grid_size

    async def _work(self) -> None:
        """One slice: train up to the goal or the end of the time, then show where the run is."""
        run = self._run
        if run is None:
            return
        self._pace.extend(run)
        try:
            frame = await self._on_worker(self._slice, run)
        except Exception:
            log.exception("a slice of training failed")
            self._drop()
            await self._tell(Error(code="internal", message="The run failed on the server."))
            return
        if frame is not None:
            await self._send_bytes(frame)
        if run.done and self._seen is None and not self._announced and not self._has_news():
            self._announced = True
            self._pace.playing = False
            if run.diverged_at is not None:
                await self._tell(Diverged(epoch=run.diverged_at, reason=run.divergence))
            else:
                await self._tell(Finished(epoch=run.epoch))

    def _slice(self, run: Run) -> bytes | None:
        """On a worker thread, while the session waits: train, and encode a frame if one may go."""
        untrained_comes_first = self._drawn is None
        end = perf_counter() + (0.0 if untrained_comes_first else SLICE_SECONDS)
        at_once = 1 + WORK_AT_ONCE // (run.architecture.n_parameters * run.config.batch_size)
        goal = self._pace.goal
        while not self._pace.reached(run) and perf_counter() < end:
            in_sight = goal[0] == run.epoch  # the goal lies within this epoch
            run.advance(min(at_once, goal[1] - run.batch) if in_sight else at_once)
        if not self._may_send() or not self._has_news():
            return None
        self._frames_sent += 1
        frame = encode_frame(
            run,
            self._frames_sent,
            since_epoch=self._epochs_sent,
            grid_size=self._grid_size,
            epoch=self._seen,
            with_batch=self._pace.slow or run.batch > 0,
        )
        self._drawn = self._view(run)
        self._epochs_sent = len(run.history)
        return frame

    async def _obey(self, command: Command | Error) -> None:
        match command:
            case Error():
                await self._tell(command)
            case Ack(frame=frame):
                self._frames_drawn = max(self._frames_drawn, min(frame, self._frames_sent))
            case Speed(epochs_per_second=epochs, batches_per_second=batches):
                self._pace.set_speed(self._run, epochs, batches)
            case View(grid_size=size):
                self._grid_size = size or self._hub.settings.grid_size
            case Start(config=config):
                if await self._prepare(config, Started):
                    self._pace.playing = True
            case Reset(config=config):
                if config is None and self._run is not None:
                    config = self._run.config
                if config is None:
                    await self._tell(NO_RUN)
                else:
                    await self._prepare(config, Ready)
            case Pause() | Resume() | Step() | Seek() | Retune() if self._run is None:
                await self._tell(NO_RUN)
            case Pause() | Resume() | Step() | Seek() | Retune():
                await self._steer(self._run, command)

    async def _steer(self, run: Run, command: Pause | Resume | Step | Seek | Retune) -> None:
        match command:
            case Pause() if run.done:
                pass  # the report of its end is on its way, or was there already
            case Pause():
                await self._pause(run)
            case Seek(epoch=epoch):
                if self._pace.playing:
                    await self._pause(run)
                self._seen = epoch if epoch < run.epoch else None
            case Retune(config=values, weights=weights):
                await self._retune(run, values, weights)
            case Step() if self._pace.playing:
                await self._tell(Error(code="running", message="Pause the run, then step."))
            case Resume() | Step() if run.done and self._seen is None:
                await self._tell(Error(code="done", message="The run is over; start another."))
            case Resume():
                await self._branch(run)
                self._pace.playing = True
                await self._tell_resumed(run)
            case Step(unit=unit, count=count):
                if self._seen is not None:
                    await self._branch(run)
                    await self._tell_resumed(run)
                    await self._tell(Paused(epoch=run.epoch))
                self._pace.step(run, unit, count)

    async def _pause(self, run: Run) -> None:
        self._pace.playing = False
        self._pace.hold(run)
        await self._tell(Paused(epoch=run.epoch))

    async def _branch(self, run: Run) -> None:
        """Go on from the past epoch that is looked at, if one is."""
        if self._seen is not None:
            await self._on_worker(run.rewind, self._seen)
            self._epochs_sent = min(self._epochs_sent, run.epoch + 1)
            self._seen, self._drawn, self._announced = None, None, False
        self._pace.hold(run)

    async def _tell_resumed(self, run: Run) -> None:
        config = run.config.model_dump()
        await self._tell(Resumed(epoch=run.epoch, config=config, changes=run.changes))

    async def _retune(self, run: Run, values: dict[str, Any], weights: list[Weight]) -> None:
        if self._seen is not None:
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

    async def _tell_problem(self, problem: Problem) -> None:
        await self._tell(Error(code="invalid", message=problem.message, field=problem.field))

    async def _prepare(self, config: RunConfig, report: type[Ready] | type[Started]) -> bool:
        """Put a new run at epoch 0 in place of the present one; tell why if that cannot be."""
        try:
            self._hub.admit(self)
            max_work = self._hub.settings.max_work
            run = await self._on_worker(Run, config, self._hub.tables.get, max_work)
        except TooManyRunsError:
            ceiling = self._hub.settings.max_runs
            message = f"The server holds {ceiling} runs, its limit; close another page first."
            await self._tell(Error(code="too_many_runs", message=message))
            return False
        except ConfigError as error:
            if self._run is None:
                self._hub.release(self)
            await self._tell_problem(error.problem)
            return False
        self._run = run
        self._pace.playing = self._announced = False
        self._pace.hold(run)
        self._seen = self._drawn = None
        self._epochs_sent = 0
        self._frames_drawn = self._frames_sent  # the frames of another run wait for nobody
        await self._tell(report(config=config.model_dump()))
        await self._send_bytes(encode_dataset(run.dataset))
        return True

    async def _on_worker(self, work: Callable[..., Result], *arguments: Any) -> Result:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._hub.workers, work, *arguments)

    def _drop(self) -> None:
        self._run = None
        self._pace.playing = False
        self._hub.release(self)

    async def _tell(self, report: Report) -> None:
        await self._send_text(report.model_dump_json())
