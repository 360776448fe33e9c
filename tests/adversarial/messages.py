"""Hypothesis strategies for messages of both sockets: valid, odd and malformed ones."""

import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mlp_live.training.config.schema import config_fields
from mlp_live.training.events import MUTABLE_FIELDS
from tests.adversarial.configs import VALUES, valid_configs

EPOCHS = 3  # of a run or a study that is to end soon
SMALL = {"n_train": 12, "n_validation": 6, "n_test": 6, "batch_size": 4}
SMALL_STUDY = {**SMALL, "epochs": EPOCHS}

UNKNOWN = ["foo", "type", "config", "__class__", "\0", "é", "k" * 300]
names = st.sampled_from(list(config_fields())) | st.sampled_from(UNKNOWN)
ODD: list[Any] = [
    *(None, True, False, 0, -1, 1.5, -0.0, 1e308, -1e308, 5e-324, float("nan"), float("inf")),
    *(2**31, 2**63, 2**64, int("9" * 400), "", " ", "0", "-0.0", "1e999", "nan", "true"),
    *("x" * 3000, "\0", "١", "<b>", "{}", [], {}, [[]], [{}], [None] * 40, {"seed": 1}),
]
odd_values = st.sampled_from(ODD) | st.recursive(
    st.sampled_from(ODD) | st.text(max_size=8) | st.floats() | st.integers(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)


def either(usual: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Usual values, and sometimes odd ones."""
    return st.one_of(usual, usual, usual, odd_values)


def with_odd(values: Mapping[str, SearchStrategy[Any]]) -> SearchStrategy[dict[str, Any]]:
    """Some of these values by name; some of them odd, and some under another name."""
    usual = st.fixed_dictionaries({}, optional={n: either(v) for n, v in values.items()})
    stray = st.dictionaries(names, odd_values, max_size=2)
    return st.one_of(usual, usual, st.builds(lambda a, b: {**a, **b}, usual, stray))


small_runs = valid_configs().map(lambda c: {**c, "epochs": EPOCHS, "warm_up": 0, "cool_down": 0})
configs = st.one_of(small_runs, st.just({**SMALL, "epochs": EPOCHS}), with_odd(VALUES), odd_values)
weights = st.lists(st.tuples(st.integers(0, 60), st.floats(-1e6, 1e6)), max_size=3)
speeds = st.none() | st.floats(0, 1000, exclude_min=True) | st.just(1000.0)
axes = st.lists(st.integers(0, 8), min_size=2, max_size=2)
held = st.none() | st.lists(st.floats(-1e15, 1e15), max_size=8)

# The fields of each command. Where a field is required, a message may still lack it.
LIVE: dict[str, dict[str, SearchStrategy[Any]]] = {
    "start": {"config": configs},
    "reset": {"config": st.none() | configs},
    "pause": {},
    "resume": {},
    "step": {"unit": st.sampled_from(["epoch", "batch"]), "count": st.integers(1, 5)},
    "seek": {"epoch": st.integers(0, 5) | st.just(100_000)},
    "update_config": {
        "config": with_odd({name: VALUES[name] for name in MUTABLE_FIELDS}),
        "weights": weights,
    },
    "speed": {"epochs_per_second": speeds, "batches_per_second": speeds},
    "view": {"grid_size": st.integers(10, 30), "axes": axes, "held": held},
    "evaluate": {"set": st.sampled_from(["train", "validation", "test"])},
    "get_record": {},
    "attach": {
        "run": st.sampled_from(["", "x" * 43, "é"]),
        "branch": st.integers(0, 3),
        "epochs": st.integers(0, 5),
    },
    "ack": {"frame": st.integers(1, 20)},
}
study_axes = st.lists(
    st.sampled_from(list(config_fields())).flatmap(
        lambda name: st.fixed_dictionaries(
            {
                "field": either(st.just(name)),
                "values": either(st.lists(VALUES[name], min_size=1, max_size=3)),
            }
        )
    ),
    min_size=1,
    max_size=2,
)
STUDY: dict[str, dict[str, SearchStrategy[Any]]] = {
    "start": {
        "study": either(
            st.fixed_dictionaries(
                {"base": either(st.just(SMALL_STUDY))},
                optional={"axes": either(study_axes), "repeats": either(st.integers(1, 2))},
            )
        )
    },
    "cancel": {},
    "ack": {"frame": st.integers(1, 20)},
}


def texts(commands: dict[str, dict[str, SearchStrategy[Any]]]) -> SearchStrategy[str]:
    """Messages: commands, commands with odd values or names, and other text."""

    def command(name: str) -> SearchStrategy[Any]:
        fields = commands[name]
        valid = st.fixed_dictionaries({"type": st.just(name), **fields})
        odd = st.builds(lambda values: {**values, "type": name}, with_odd(fields))
        return st.one_of(valid, valid, odd)

    one = st.sampled_from(sorted(commands)).flatmap(command).map(json.dumps)
    other = st.one_of(
        odd_values.map(json.dumps),
        odd_values.map(lambda value: json.dumps({"type": value})),
        st.text(max_size=30),
        st.builds(lambda text, at: text[:at], one, st.integers(0, 40)),
        st.sampled_from(["[" * 3000, '{"type":' * 900, '"\\ud800"', "9" * 5000, "-0", "NaN"]),
    )
    return st.one_of(one, one, one, other)


def live_texts() -> SearchStrategy[str]:
    return texts(LIVE)


def study_texts() -> SearchStrategy[str]:
    return texts(STUDY)
