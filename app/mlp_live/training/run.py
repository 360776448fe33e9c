"""A run: one training that can be advanced in steps, changed on the way, and rewound."""

from collections.abc import Iterable
from math import isfinite
from typing import Any

import numpy as np

from mlp_live.data.dataset import Dataset
from mlp_live.engine.engine import Engine, StopReason
from mlp_live.engine.state import State
from mlp_live.nn.initialization import initialize
from mlp_live.training.checkpoints import MAX_BYTES, Checkpoints
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError
from mlp_live.training.early_stopping import EarlyStopping
from mlp_live.training.evaluation import Evaluation, SetName
from mlp_live.training.events import ConfigChange, EvaluationOnTest, Event, Moment, Progress, Rewind
from mlp_live.training.history import BYTES_PER_EPOCH, History, Metrics
from mlp_live.training.loading import FindTable, Loader, architecture_of
from mlp_live.training.permutations import EpochPermutations, block_bytes
from mlp_live.training.phases import Phases, divergence_message
from mlp_live.training.record import Record
from mlp_live.training.run_end import EndReason, RunEnd
from mlp_live.training.trainer import Trainer, set_weights

OVER = "the run is over. Start a new run, or go back to an earlier epoch and resume from there."
VALIDATION_LOSS = Metrics._fields.index("validation_loss")


class Run:
    """A network in training: its parameters, its progress, its history and its record.

    Everything random comes from ``config.seed``, in three independent streams: the data, the
    initial weights, and a permutation of the training set for each epoch. The results therefore do
    not depend on how many batches a call trains, and any epoch can be trained again to the bit.

    Not thread-safe: only one thread may use a run at a time.
    """

    def __init__(
        self,
        config: RunConfig,
        find_table: FindTable = lambda digest: None,
        max_work: int | None = None,
        checkpoint_bytes: int = MAX_BYTES,
    ) -> None:
        """Load the data and initialize the network; the run is then at epoch 0.

        ``find_table`` returns the uploaded table with a digest, or None. The more
        ``checkpoint_bytes`` are kept, the sooner a past epoch is trained again.
        Raises `ConfigError` if the table is missing, if a batch is larger than the training set, if
        configuration and data do not fit together, or if the number of parameters times the number
        of points exceeds ``max_work``.
        """
        data_seed, init_seed, order_seed = np.random.SeedSequence(config.seed).spawn(3)
        load = Loader(data_seed, find_table, max_work)
        dataset = load(config)
        architecture = architecture_of(config, dataset)
        self._phases = Phases(config, architecture, dataset, load)
        checkpoints = Checkpoints(config.epochs, checkpoint_bytes)
        self._trainer = Trainer(self._phases, EpochPermutations(order_seed), checkpoints)
        rng = np.random.default_rng(init_seed)
        theta = initialize(architecture, config.initialization, rng, config.init_std)
        self._state = self.engine.init_state(theta)
        self.record = Record(config=config)
        self.history = History(self._phases.first.data.sets, config.epochs)
        self.progress = Progress(0)
        self.end: RunEnd | None = None
        self.last_batch = np.arange(0)  # rows of the training set in the last mini-batch trained
        self._early_stopping = EarlyStopping(config)
        self._finish_epoch(self._phases.first.evaluate(self._state))
        self._begin_epoch()

    @property
    def engine(self) -> Engine:
        """The engine that makes predictions from the run's states, for the run's architecture."""
        return self._phases.first.engine

    @property
    def config(self) -> RunConfig:
        """The configuration with all changes; ``record.config`` is the one the run started with."""
        return self._phases.last.config

    @property
    def dataset(self) -> Dataset:
        """The dataset, with all changes."""
        return self._phases.last.data.dataset

    @property
    def changes(self) -> list[ConfigChange]:
        """The changes of the present branch, in order; `record` has those of all branches."""
        return self._phases.changes

    @property
    def done(self) -> bool:
        """Whether the run is over; `end` says why."""
        return self.end is not None

    @property
    def now(self) -> Moment:
        """The present moment, at which an event would happen."""
        return Moment(epoch=self.progress.epoch, batch=self.progress.batch, after_end=self.done)

    @property
    def shown_epoch(self) -> int:
        """The epoch of the current parameters: the last one, or the best one if it was restored."""
        early = self.end is not None and self.end.reason is EndReason.EARLY_STOPPED
        restored = early and self.config.restore_best
        return self._early_stopping.best_epoch if restored else self.progress.epoch

    @property
    def batches_per_epoch(self) -> int:
        """Number of mini-batches in the current epoch."""
        return self._phases.at(self.progress.epoch).batches_per_epoch

    @property
    def nbytes(self) -> int:
        """Memory in bytes that grows with the points, the parameters and the epochs."""
        states = 2 * self._state.vectors.nbytes  # the current one, and that of the epoch's start
        return states + self.history.nbytes + self._phases.nbytes + self._trainer.nbytes

    @property
    def final_nbytes(self) -> int:
        """An upper estimate of `nbytes` at the end of the run, unless its table is changed."""
        permutations = block_bytes(len(self.dataset.train))
        return self.nbytes + BYTES_PER_EPOCH * self.config.epochs + permutations

    def advance(self, batches: int) -> None:
        """Train on the next ``batches`` mini-batches, but not beyond the end of the epoch.

        The last batch of an epoch may be smaller. At the end of an epoch its metrics are added to
        the history. If the training loss or a parameter is not finite, the run ends as diverged,
        with the parameters of the epoch's start. Early stopping may also end the run.
        """
        if self.done:
            return
        epoch, batch = self.progress
        phase = self._phases.at(epoch)
        last = min(batch + batches, phase.batches_per_epoch)
        self._trainer.train(self._state, self.progress, Progress(epoch, last))
        self.last_batch = self._trainer.batch_rows(epoch, last - 1)
        self.progress = Progress(epoch, last)
        if last < phase.batches_per_epoch:
            return
        metrics = phase.evaluate(self._state)
        if not self._state.finite:
            self._diverge(StopReason.PARAMETERS_NOT_FINITE)
        elif not isfinite(metrics.train_loss):
            self._diverge(StopReason.LOSS_NOT_FINITE)
        else:
            self.progress = Progress(epoch + 1)
            self._finish_epoch(metrics)
        self._begin_epoch()

    def advance_epochs(self, epochs: int) -> None:
        """Train up to ``epochs`` epochs in one compiled call, with the same results as `advance`.

        Fewer are trained if one call would take too much time or memory. If an epoch has already
        begun, only the rest of it is trained.
        """
        if epochs < 1:
            return
        epoch, batch = self.progress
        most = self._trainer.epochs_per_call(self._state, epoch)
        epochs = min(epochs, most, self.config.epochs - epoch)
        if self.done or batch > 0 or epochs <= 1:
            self.advance(self.batches_per_epoch)
            return
        results = self._trainer.train_epochs(self._state, epoch, epochs)
        losses = results.metrics[:, VALIDATION_LOSS]
        stopped_at = self._early_stopping.first_stop(epoch + 1, losses)
        completed = len(losses) if stopped_at is None else stopped_at - epoch
        self.history.extend(results.metrics[:completed])
        for later in range(1, completed):
            if self._trainer.checkpoints.is_due(epoch + later):
                self._trainer.checkpoints.add(epoch + later, results.start_state(later))
        if completed < len(losses):
            self._state = results.start_state(completed)
        self.progress = Progress(epoch + completed)
        if completed:
            self.last_batch = self._trainer.batch_rows(epoch + completed - 1, -1)
            self._state_at_start = self._state.copy()
        if stopped_at is None and results.stop_reason is not None:
            self.last_batch = self._trainer.batch_rows(epoch + completed, -1)
            self._diverge(results.stop_reason)
        else:
            self._end_if_over(stopped=stopped_at is not None)
        self._begin_epoch()

    def check(self, events: Iterable[Event]) -> None:
        """Raise `EventError` if one of ``events`` is known to be impossible; nothing is changed."""
        self._phases.check(events)

    def change(self, values: dict[str, Any], weights: list[tuple[int, float]]) -> ConfigChange:
        """Change the configuration from the next epoch on, and weights at once.

        ``values`` maps names in `MUTABLE_FIELDS` to new values; ``weights`` holds pairs of a
        parameter index and a new value. Raises pydantic's ValidationError, `ConfigError` or
        `RecordFullError` if the change is not possible; the run is then unchanged.
        """
        if values and self.done:
            raise ConfigError(next(iter(values)), OVER)
        self.apply(ConfigChange(config=values, weights=weights, **self.now.model_dump()))
        return self.changes[-1]

    def rewind(self, epoch: int) -> None:
        """Go back to the end of ``epoch``; discard every epoch and every change after it.

        Raises IndexError if the epoch has not been trained yet, `RecordFullError` if the record has
        no room for the return.
        """
        if not 0 <= epoch <= self.progress.epoch:
            raise IndexError(f"epoch {epoch} of a run at {self.progress.epoch}")
        self.apply(Rewind(to_epoch=epoch, **self.now.model_dump()))

    def apply(self, event: Event) -> None:
        """Let ``event`` happen now, and add it to the record.

        Nothing but this and training changes a run, so its record repeats it. Raises as `change`
        and `rewind`, or `EventError` at another moment; the run is then unchanged.
        """
        self.record.check(event, self.now)
        match event:
            case ConfigChange():
                event = self._phases.add(event)
                set_weights(self._state, event)
            case Rewind():
                self._rewind(event.to_epoch)
            case EvaluationOnTest():
                self._phases.last.check_set("test")
        self.record = self.record.with_event(event)

    def state_at(self, epoch: int | None = None) -> State:
        """The current state, or the state at the end of ``epoch``.

        The current state is the run's own and changes as the run does; any other is a copy.
        """
        if epoch is None:
            return self._state
        return self._trainer.state_at(epoch, self.changes)

    def evaluate(self, name: SetName, epoch: int | None = None) -> Evaluation:
        """Evaluate the current network, or the network of ``epoch``, on one whole set.

        Evaluating the test set is an event of the record. Raises `ConfigError` if the set is empty,
        `RecordFullError` if the record has no room for the event.
        """
        state, shown = self.state_at(epoch), self.shown_epoch if epoch is None else epoch
        evaluation = self._phases.last.evaluation(state, name, shown)
        if name == "test":
            event = EvaluationOnTest(shown_epoch=shown, **self.now.model_dump())
            if self.record.events[-1:] != [event]:
                self.apply(event)
        return evaluation

    def _rewind(self, epoch: int) -> None:
        self._state = self.state_at(epoch)
        self._trainer.checkpoints.discard_after(epoch)
        self.history.truncate(epoch + 1)
        self._phases.rewind(epoch)
        self.progress = Progress(epoch)
        self.end = None
        losses = self.history.since(0, ["validation_loss"])["validation_loss"]
        self._early_stopping = EarlyStopping(self.config, losses.tolist())
        self._end_if_over(stopped=False)  # at the last epoch there is nothing left to train
        self._begin_epoch()

    def _begin_epoch(self) -> None:
        epoch = self.progress.epoch
        self.progress = Progress(epoch)
        if self._trainer.checkpoints.is_due(epoch):
            self._trainer.checkpoints.add(epoch, self._state)
        self._state_at_start = self._state.copy()

    def _finish_epoch(self, metrics: Metrics) -> None:
        """Add the metrics of the epoch just trained, and end the run if it is over."""
        self.history.append(metrics)
        stopped = self._early_stopping.stops(self.progress.epoch, metrics.validation_loss)
        self._end_if_over(stopped=stopped)

    def _end_if_over(self, *, stopped: bool) -> None:
        epoch, checkpoints = self.progress.epoch, self._trainer.checkpoints
        if stopped:
            self.end = RunEnd(EndReason.EARLY_STOPPED, epoch)
            if self.shown_epoch < epoch:  # the best epoch is restored
                if checkpoints.is_due(epoch):  # before the state becomes that of another epoch
                    checkpoints.add(epoch, self._state)
                self._state = self.state_at(self.shown_epoch)
        elif epoch == self.config.epochs:
            self.end = RunEnd(EndReason.COMPLETED, epoch)

    def _diverge(self, reason: StopReason) -> None:
        """End the run as diverged, with the parameters of the epoch's start."""
        message = divergence_message(self.config, reason)
        self.end = RunEnd(EndReason.DIVERGED, self.progress.epoch + 1, message)
        self._state = self._state_at_start
