"""The session of one viewer: obeys its commands, trains its run in slices, sends what it can take.

All of it happens in one task, so that nothing is known in two places: a command is obeyed between
two slices, and what is sent leaves in the order in which it came about.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from time import perf_counter

from pydantic import ValidationError

from app.live.frames import encode_dataset, encode_frame
from app.live.hub import Hub, TooManyRunsError
from app.live.messages import (
    COMMAND,
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
    Speed,
    Start,
    Started,
    Step,
)
from app.training.config import RunConfig
from app.training.fields import ConfigError, blamed, explain
from app.training.run import Run

SLICE_SECONDS = 0.010  # how long a run may keep a worker before others, and commands, get a turn
WORK_AT_ONCE = 4_000_000  # between two looks at the clock: multiplications, about a millisecond
FRAMES_IN_FLIGHT = 2  # one on its way while the viewer draws the other
DEFAULT_SPEED = 60.0  # epochs a second: one for each frame of a common display
WAITING_COMMANDS = 64

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
        self._playing = False
        self._epoch_seconds = 1.0 / DEFAULT_SPEED
        self._due = 0.0  # when the next epoch may begin, on perf_counter's clock
        self._goal = 0  # mini-batches to train up to
        self._announced = False  # that the run is done
        self._drawn = -1  # position of the run that the last frame showed
        self._epochs_sent = 0
        self._frames_sent = 0
        self._frames_drawn = 0

    async def receive(self, text: str) -> None:
        """Take a message from the viewer; waits while too many others have not been obeyed yet."""
        try:
            command: Command | Error = COMMAND.validate_json(text)
        except ValidationError as error:
            for answer in _refusals(error):
                await self._inbox.put(answer)
        else:
            await self._inbox.put(command)

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
        if run.position < self._goal and not run.done:
            return 0.0
        if self._may_send() and (self._has_news() or (run.done and not self._announced)):
            return 0.0
        if self._playing and not run.done:
            return max(self._due - perf_counter(), 0.0)
        return None

    def _may_send(self) -> bool:
        return self._frames_sent - self._frames_drawn < FRAMES_IN_FLIGHT

    def _has_news(self) -> bool:
        return self._run is not None and self._drawn != self._run.position

    async def _work(self) -> None:
        """One slice: train up to the goal or the end of the time, then show where the run is."""
        run = self._run
        if run is None:
            return
        if self._playing:
            self._extend_goal(run)
        try:
            frame = await asyncio.get_running_loop().run_in_executor(
                self._hub.workers, self._slice, run
            )
        except Exception:
            log.exception("a slice of training failed")
            self._drop()
            await self._tell(Error(code="internal", message="The run failed on the server."))
            return
        if frame is not None:
            await self._send_bytes(frame)
        if run.done and not self._announced and not self._has_news():
            self._announced = True
            self._playing = False
            if run.diverged_at is not None:
                await self._tell(Diverged(epoch=run.diverged_at, reason=run.divergence))
            else:
                await self._tell(Finished(epoch=run.epoch))

    def _extend_goal(self, run: Run) -> None:
        """Move the goal by the epoch that is due, if one is; at full speed, to the end."""
        if self._epoch_seconds == 0.0:
            self._goal = run.config.epochs * run.batches_per_epoch
        elif run.position >= self._goal and (now := perf_counter()) >= self._due:
            self._goal = (run.epoch + 1) * run.batches_per_epoch
            # A run that cannot keep up is not made to catch up for more than one epoch.
            self._due = max(self._due + self._epoch_seconds, now - self._epoch_seconds)

    def _slice(self, run: Run) -> bytes | None:
        """On a worker thread, while the session waits: train, and encode a frame if one may go."""
        end = perf_counter() + (SLICE_SECONDS if self._drawn >= 0 else 0.0)  # untrained comes first
        batch_work = run.architecture.n_parameters * run.config.batch_size
        batches_at_once = 1 + WORK_AT_ONCE // batch_work
        while run.position < self._goal and not run.done and perf_counter() < end:
            run.advance(min(self._goal - run.position, batches_at_once))
        if not self._may_send() or not self._has_news():
            return None
        self._frames_sent += 1
        grid_size = self._hub.settings.grid_size
        frame = encode_frame(run, self._frames_sent, self._epochs_sent, grid_size)
        self._drawn = run.position
        self._epochs_sent = len(run.history)
        return frame

    async def _obey(self, command: Command | Error) -> None:
        match command:
            case Error():
                await self._tell(command)
            case Ack(frame=frame):
                self._frames_drawn = max(self._frames_drawn, min(frame, self._frames_sent))
            case Speed(epochs_per_second=speed):
                self._epoch_seconds = 0.0 if speed is None else 1.0 / speed
                self._hold()
            case Start(config=config):
                if await self._prepare(config, Started):
                    self._playing = True
            case Reset(config=config):
                if config is None and self._run is not None:
                    config = self._run.config
                if config is None:
                    await self._tell(NO_RUN)
                else:
                    await self._prepare(config, Ready)
            case Pause() | Resume() | Step():
                await self._steer(command)

    async def _steer(self, command: Pause | Resume | Step) -> None:
        run = self._run
        if run is None:
            await self._tell(NO_RUN)
            return
        match command:
            case Pause():
                self._playing = False
                self._hold()
                await self._tell(Paused(epoch=run.epoch))
            case Resume() | Step() if run.done:
                await self._tell(Error(code="done", message="The run is over; start another."))
            case Resume():
                self._playing = True
                self._hold()
                await self._tell(Resumed(epoch=run.epoch))
            case Step() if self._playing:
                await self._tell(Error(code="running", message="Pause the run, then step."))
            case Step(unit="batch", count=count):
                self._goal = max(self._goal, run.position) + count
            case Step(count=count):
                ahead = max(self._goal, run.position) // run.batches_per_epoch
                self._goal = (ahead + count) * run.batches_per_epoch

    def _hold(self) -> None:
        """Train no further than now, unless playing, which begins anew from here."""
        if self._run is not None:
            self._goal = self._run.position
        self._due = perf_counter()

    async def _prepare(self, config: RunConfig, report: type[Ready] | type[Started]) -> bool:
        """Put a new run at epoch 0 in place of the present one; tell why if that cannot be."""
        try:
            self._hub.admit(self)
            run = await asyncio.get_running_loop().run_in_executor(
                self._hub.workers, Run, config, self._hub.tables.get
            )
        except TooManyRunsError:
            ceiling = self._hub.settings.max_runs
            message = f"The server holds {ceiling} runs, its limit; close another page first."
            await self._tell(Error(code="too_many_runs", message=message))
            return False
        except ConfigError as error:
            if self._run is None:
                self._hub.release(self)
            problem = error.problem
            await self._tell(Error(code="invalid", message=problem.message, field=problem.field))
            return False
        self._run = run
        self._playing = self._announced = False
        self._drawn = -1
        self._epochs_sent = 0
        self._hold()
        await self._tell(report(config=config.model_dump()))
        await self._send_bytes(encode_dataset(run.dataset))
        return True

    def _drop(self) -> None:
        self._run = None
        self._playing = False
        self._hub.release(self)

    async def _tell(self, report: Report) -> None:
        await self._send_text(report.model_dump_json())


NO_RUN = Error(code="no_run", message="There is no run yet; press Start.")


def _refusals(error: ValidationError) -> list[Error]:
    """What to answer to a message that is no command."""
    details = error.errors(include_input=False, include_context=False)
    if details[0]["type"] == "json_invalid":
        return [Error(code="malformed", message="This message is not JSON.")]
    if all(blamed(detail) or "config" in detail["loc"][:-1] for detail in error.errors()):
        problems = explain(error)
        return [Error(code="invalid", message=p.message, field=p.field) for p in problems]
    names = ", ".join(COMMAND_TYPES)
    if details[0]["loc"] == ():
        message = f"A message is a JSON object whose type is one of {names}."
        return [Error(code="malformed", message=message, field="type")]
    place = ".".join(str(part) for part in details[0]["loc"][1:])
    return [Error(code="malformed", message=f"{place}: {details[0]['msg']}.", field=place or None)]


COMMAND_TYPES = ("start", "reset", "pause", "resume", "step", "speed", "ack")
