"""The values of each field that are trained with, and a note of which fields have tests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar, get_args

from mlp_live.data.table import read_table
from mlp_live.training.config import RunConfig
from tests.training.fields.peers import MEASURED

Test = TypeVar("Test", bound=Callable[..., Any])

# Three classes, and batches of 10, 10 and 3 points.
NETWORK = {"hidden": (5,), "batch_size": 10, "learning_rate": 0.3, "epochs": 6}
POINTS = {"dataset": "rings", "n_train": 23, "n_validation": 7, "n_test": 11}
MORE_POINTS = {"n_train": 150, "n_validation": 80}  # more than the engine's tile of examples

# Largest errors of float32 against float64. Each of up to 54 steps rounds a parameter to half a
# unit in the last place: 6e-8 near 1, 2e-7 near 6. Measured: parameters 9e-7, losses 4e-7.
THETA_TOLERANCE = 3e-6
LOSS_TOLERANCE = 1e-6

ROWS = [(i % 7, (3 * i) % 11, 0.1 * i % 3, i % 5 - 0.3 * (i % 7)) for i in range(40)]
TABLE = read_table("\n".join(["a,b,c,y", *(",".join(map(str, row)) for row in ROWS)]).encode())
TABLES = {TABLE.digest: TABLE}
IN_TABLE = {"dataset": "table", "table": TABLE.digest}


def choices(name: str) -> tuple[Any, ...]:
    """All values of a field that is a choice."""
    return get_args(RunConfig.model_fields[name].annotation)


@dataclass(frozen=True)
class Case:
    """Values of one field. Each differs from the one before it in what is trained."""

    name: str
    values: Sequence[Any]
    others: dict[str, Any] = field(default_factory=dict)
    """The other fields, where they are not those of `NETWORK` and `POINTS`."""

    @property
    def configs(self) -> list[RunConfig]:
        return [_config(self.others | {self.name: value}) for value in self.values]

    def __str__(self) -> str:
        others = [str(value) for name, value in self.others.items() if name != "table"]
        return "-".join([self.name, *others])


def _config(chosen: dict[str, Any]) -> RunConfig:
    points = {} if chosen.get("dataset") in MEASURED else POINTS
    return RunConfig(**NETWORK | points | chosen)


def having(optimizer: str) -> dict[str, Any]:
    return {"optimizer": optimizer, "learning_rate": 0.02}


CASES = [
    Case("dataset", [name for name in choices("dataset") if name not in ("digits", "table")]),
    Case("loss", ("cross_entropy", "squared_error", "naive_cross_entropy")),
    Case("batch_size", (1, 10, 22, 23)),
    Case("batch_size", (7, 64, 149, 150), MORE_POINTS),
    Case("learning_rate", (0.01, 0.3, 1.5)),
    Case("epochs", (4, 6), {"schedule": "cosine"}),
    Case("epochs", (4, 6), {"cool_down": 3}),
    Case("optimizer", choices("optimizer"), {"learning_rate": 0.02}),
    Case("momentum", (0.0, 0.5, 0.9, 0.97), having("momentum")),
    Case("momentum", (0.0, 0.5, 0.9, 0.97), having("nesterov")),
    Case("rho", (0.0, 0.5, 0.9, 0.99), having("rmsprop")),
    Case("beta1", (0.0, 0.5, 0.9, 0.97), having("adam")),
    Case("beta2", (0.5, 0.9, 0.999), having("adam")),
    Case("epsilon", (1e-8, 1e-2, 1.0), having("adagrad")),
    Case("epsilon", (1e-8, 1e-2, 1.0), having("rmsprop")),
    Case("epsilon", (1e-8, 1e-2, 1.0), having("adam")),
    Case("schedule", choices("schedule")),
    Case("schedule_decay", (0.0, 0.01, 0.3), {"schedule": "time"}),
    Case("schedule_decay", (0.0, 0.01, 0.3), {"schedule": "exponential"}),
    Case("schedule_factor", (0.1, 0.5, 1.0), {"schedule": "step", "schedule_period": 2}),
    Case("schedule_period", (1, 2, 4, 50), {"schedule": "step"}),
    Case("warm_up", (0, 1, 4)),
    Case("cool_down", (0, 1, 4)),
    Case("regularization", choices("regularization")),
    Case("regularization_rate", (0.0, 0.001, 0.1), {"regularization": "l1"}),
    Case("regularization_rate", (0.0, 0.001, 0.1), {"regularization": "l2"}),
    Case("inputs", ("x1,x2", "x2,x1", "x1,x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2")),
    Case("inputs", ("x1,x2", "sin_x2,x1_x2", "x2"), IN_TABLE),
    Case("standardize", ("auto", "on", "off"), {"inputs": "x1,x1_squared"}),
    Case("standardize", ("auto", "off", "on"), {"dataset": "iris", "learning_rate": 0.02}),
    Case("standardize", ("auto", "off", "on"), IN_TABLE | {"learning_rate": 0.02}),
    Case("standardize", ("auto", "on", "off"), {"dataset": "plane", "learning_rate": 0.02}),
    Case("hidden", ((), (5,), (4, 3), (17, 9, 8, 2))),
    Case("hidden", ((), (5,), (40, 12)), MORE_POINTS | {"batch_size": 64}),
    Case("hidden", ((), (4, 3), (7, 2)), {"dataset": "wave"}),
    Case("activation", choices("activation")),
    Case("activation", choices("activation"), {"dataset": "wave"}),
    Case("initialization", choices("initialization")),
    Case("initialization", choices("initialization"), {"hidden": (7, 4)}),
    Case("init_std", (0.0, 0.3, 1.826)),
    Case("seed", (0, 1, 2**32 - 1)),
]
"""The fields of early stopping and of the data have tests of their own."""

# The fields that may change on the way, with a change that is made after two epochs.
CHANGES = {
    "batch_size": 7,
    "learning_rate": 0.1,
    "momentum": 0.5,
    "rho": 0.5,
    "beta1": 0.5,
    "beta2": 0.9,
    "epsilon": 0.01,
    "schedule": "time",
    "schedule_decay": 0.4,
    "schedule_factor": 0.2,
    "schedule_period": 3,
    "warm_up": 4,
    "cool_down": 3,
    "regularization": "l2",
    "regularization_rate": 0.1,
}

tested = {case.name for case in CASES}


def about(*names: str) -> Callable[[Test], Test]:
    """Note that a test shows what these fields do."""

    def note(test: Test) -> Test:
        tested.update(names)
        return test

    return note
