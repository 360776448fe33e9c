"""Random histories of a run. After every step, the run that its record makes is the same.

`python -m tests.training.histories --examples 5000` tries more of them than the tests do.
"""

import argparse
from collections import deque

import numpy as np
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pydantic import ValidationError

from mlp_live.data.table import read_table
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError
from mlp_live.training.record import Record
from mlp_live.training.replay import repeat, replay, train_to
from mlp_live.training.run import Run
from mlp_live.training.run_end import EndReason

SIZES = {
    "n_train": 12,
    "n_validation": 6,
    "n_test": 5,
    "epochs": 9,
    "hidden": (3,),
    "batch_size": 4,
}
STOPPING = {"early_stopping": True, "learning_rate": 0.5, "init_std": 1.826, "epochs": 30}


def _table(n, seed, header="a,b,split,label"):
    rng = np.random.default_rng(seed)
    sets = ["train", "train", "validation", "test"]
    rows = [
        f"{a:.3f},{b:.3f},{sets[i % 4]},{'pq'[int(a > b)]}"
        for i, (a, b) in enumerate(rng.normal(size=(n, 2)))
    ]
    return read_table("\n".join([header, *rows]).encode())


TABLES = {
    table.digest: table
    for table in (_table(24, 0), _table(40, 1), _table(16, 2), _table(24, 3, "a,other,split,label"))
}
DIGESTS = [*TABLES, "0" * 16]

CONFIGS = [
    {},
    {"optimizer": "adam", "schedule": "cosine", "warm_up": 2, "regularization": "l2"},
    {"optimizer": "momentum", "show_test": True, "cool_down": 3},
    {**STOPPING, "patience": 2},
    {**STOPPING, "patience": 1, "min_delta": 0.02},
    {**STOPPING, "patience": 3, "restore_best": False},
    {"loss": "naive_cross_entropy", "learning_rate": 300.0, "batch_size": 1},
    {"loss": "squared_error", "activation": "relu", "learning_rate": 3.0, "epochs": 20},
    {"dataset": "wave", "optimizer": "rmsprop"},
    {"n_validation": 0, "optimizer": "adagrad"},
]
NEVER_STOPPING = {"early_stopping": False, "patience": 20, "min_delta": 0.0, "restore_best": True}
TABLE_CONFIG = {
    "dataset": "table",
    "table": DIGESTS[0],
    "epochs": 9,
    "hidden": (3,),
    "batch_size": 4,
}

CHANGES = st.one_of(
    st.fixed_dictionaries({"learning_rate": st.sampled_from([0.01, 0.5, "3", 1e30, -1])}),
    st.fixed_dictionaries({"batch_size": st.sampled_from([1, 3, 12, 13])}),
    st.fixed_dictionaries({"momentum": st.sampled_from([0.0, 0.5])}),
    st.just({"schedule": "step", "schedule_period": 2}),
    st.just({"regularization": "l2", "regularization_rate": 100.0, "learning_rate": 10.0}),
    st.fixed_dictionaries({"warm_up": st.integers(0, 5), "cool_down": st.integers(0, 5)}),
    st.fixed_dictionaries({"table": st.sampled_from(DIGESTS)}),
)
WEIGHTS = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from([0.0, -1.5, 2.25, 1e6])), min_size=1, max_size=3
)


def trained_to_end(run):
    """``run``, at its end."""
    while not run.done:
        run.advance(run.batches_per_epoch)
    return run


def seen(run):
    """Everything that can be seen of a run but its record, to the bit."""
    state, epoch = run.state_at(), run.progress.epoch
    X = run.dataset.feature_map(run.dataset.test.X)
    return {
        "history": [values.tobytes() for values in run.history.since(0).values()],
        "state": (state.vectors.tobytes(), state.steps),
        "past": [run.state_at(past).theta.tobytes() for past in {0, epoch // 2, epoch}],
        "test predictions": run.engine.predict(state, X).tobytes(),
        "training set": run.dataset.train.X.tobytes(),
        "progress": (run.progress, run.end, run.shown_epoch, run.batches_per_epoch),
        "config": (run.config, run.changes),
        "last batch": run.last_batch.tolist(),
    }


def straight(run):
    """θ at the end of each epoch of ``run``, from a run that never went back and never stopped."""
    config = RunConfig(**run.record.config.model_dump() | NEVER_STOPPING)
    again, changes = Run(config, TABLES.get), deque(c for c in run.changes if not c.after_end)
    thetas = []
    for epoch in range(run.progress.epoch + 1):
        while len(thetas) <= epoch:
            if again.progress == (epoch, 0):
                thetas.append(again.state_at().theta.tobytes())
            while changes and changes[0].progress == again.progress:
                change = changes.popleft()
                again.change(change.config, change.weights)
            if len(thetas) <= epoch:
                again.advance(1)
    return thetas, again.history.table()[:, :2].tobytes()


def should_stop(run):
    """The rule of early stopping, written out: whether it ends ``run`` at its last epoch."""
    losses, improved = run.history.since(0)["validation_loss"], 0
    for epoch, loss in enumerate(losses):
        if loss < losses[improved] - run.config.min_delta:
            improved = epoch
    return run.config.early_stopping and len(losses) - 1 - improved >= run.config.patience


class Histories(RuleBasedStateMachine):
    """Trains, changes, evaluates and rewinds a run in any order."""

    @initialize(config=st.sampled_from([*CONFIGS, TABLE_CONFIG]), seed=st.integers(0, 9))
    def begin(self, config, seed):
        sizes = {} if config is TABLE_CONFIG else SIZES
        self.run = Run(RunConfig(**{**sizes, **config}, seed=seed), TABLES.get)

        self.went_back = False

    @rule(batches=st.integers(1, 5))
    def advance(self, batches):
        self._train(lambda: self.run.advance(batches))

    @rule(epochs=st.integers(1, 8))
    def advance_epochs(self, epochs):
        self._train(lambda: self.run.advance_epochs(epochs))

    @rule()
    def advance_to_the_end(self):
        self._train(lambda: trained_to_end(self.run))

    @rule(values=CHANGES, weights=st.just([]) | WEIGHTS)
    def change_settings(self, values, weights):
        self._change(values, weights)

    @rule(weights=WEIGHTS)
    def change_weights(self, weights):
        self._change({}, weights)

    @precondition(lambda self: self.run.progress > (0, 0))
    @rule(share=st.just(1.0) | st.floats(0, 1))
    def rewind(self, share):
        self.run.rewind(round(share * self.run.progress.epoch))
        self.went_back = True

    @rule(name=st.sampled_from(["test", "validation"]), share=st.none() | st.floats(0, 1))
    def evaluate(self, name, share):
        if name == "validation" and not len(self.run.dataset.validation):
            return
        epoch = None if share is None else round(share * self.run.progress.epoch)
        used = self.run.record.test_used
        verdict = self.run.evaluate(name, epoch)
        assert self.run.record.test_used == (used or name == "test")
        assert repr(self._repeated().evaluate(name, epoch)) == repr(verdict)  # NaN too

    @invariant()
    def the_record_makes_the_same_run(self):
        again = self._repeated()
        assert again.record == self.run.record
        assert again.now == self.run.now
        assert seen(again) == seen(self.run)

    @invariant()
    def every_epoch_is_that_of_a_run_that_never_went_back(self):
        thetas, metrics = straight(self.run)
        epochs = range(self.run.progress.epoch + 1)
        assert [self.run.state_at(epoch).theta.tobytes() for epoch in epochs] == thetas
        assert self.run.history.table()[:, :2].tobytes() == metrics

    @invariant()
    def the_end_is_where_it_should_be(self):
        run, reason = self.run, self.run.end.reason if self.run.end else None
        stopped = reason is EndReason.EARLY_STOPPED
        if not self.went_back and reason is not EndReason.DIVERGED:
            assert stopped == should_stop(run)
        assert run.done or run.progress.epoch < run.config.epochs
        losses = run.history.since(0)["validation_loss"]
        restored = stopped and run.config.restore_best
        assert run.shown_epoch == (np.argmin(losses) if restored else run.progress.epoch)

    def teardown(self):
        if not hasattr(self, "run"):
            return
        again = Run(self.run.record.config, TABLES.get)
        list(replay(again, self.run.record.events))
        trained_to_end(self.run)
        assert seen(again) == seen(self.run)
        assert repr(again.evaluate("test")) == repr(self.run.evaluate("test"))
        assert again.record == self.run.record

    def _train(self, train):
        before = self.run.progress.epoch
        train()
        if self.run.progress.epoch > before:
            self.went_back = False

    def _change(self, values, weights):
        before = seen(self.run)
        try:
            self.run.change(values, weights)
        except (ConfigError, ValidationError):
            assert seen(self.run) == before

    def _repeated(self):
        """The run that the record makes, at the same moment."""
        record = Record.model_validate_json(self.run.record.model_dump_json())
        again = Run(record.config, TABLES.get)
        list(repeat(again, record.events))
        list(train_to(again, self.run.now))
        return again


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=5000)
    parser.add_argument("--steps", type=int, default=25)
    arguments = parser.parse_args()
    run_state_machine_as_test(
        Histories,
        settings=settings(
            deadline=None,
            max_examples=arguments.examples,
            stateful_step_count=arguments.steps,
            suppress_health_check=list(HealthCheck),
            database=None,
        ),
    )
    print(f"{arguments.examples:,} histories of up to {arguments.steps} steps: no difference.")


if __name__ == "__main__":
    main()
