"""The default, the range and the step of every field, as the form and the command line tell."""

import pytest
from pydantic_core import PydanticCustomError

from mlp_live.study.axis import validate_value
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import config_fields

NUMBERS = {
    "arms": (2, "a whole number from 2 to 5", 1),
    "blobs": (4, "a whole number from 2 to 10", 1),
    "n_train": (200, "a whole number from 2 to 10,000", 1),
    "n_validation": (100, "a whole number from 0 to 10,000", 1),
    "n_test": (200, "a whole number from 2 to 10,000", 1),
    "noise": (0.2, "a number from 0 to 1", 0.05),
    "imbalance": (0.0, "a number from 0 to 0.9", 0.1),
    "validation_fraction": (0.2, "a number from 0 to 0.45", 0.05),
    "test_fraction": (0.2, "a number from 0 to 0.45", 0.05),
    "init_std": (0.3, "a number from 0 to 100", 0.1),
    "batch_size": (10, "a whole number from 1 to 10,000", 1),
    "learning_rate": (0.03, "a number above 0", 0.01),
    "epochs": (150, "a whole number from 1 to 100,000", 1),
    "patience": (20, "a whole number from 1 to 100,000", 1),
    "min_delta": (0.0, "a number from 0 to 100", 0.001),
    "seed": (0, "a whole number from 0 to 4,294,967,295", 1),
    "momentum": (0.9, "a number from 0 below 1", 0.05),
    "rho": (0.9, "a number from 0 below 1", 0.05),
    "beta1": (0.9, "a number from 0 below 1", 0.05),
    "beta2": (0.999, "a number from 0 below 1", 0.001),
    "epsilon": (1e-8, "a number from 1e-12 to 1", 1e-8),
    "schedule_decay": (0.01, "a number from 0 to 100", 0.01),
    "schedule_factor": (0.5, "a number above 0 to 1", 0.1),
    "schedule_period": (50, "a whole number from 1 to 100,000", 1),
    "warm_up": (0, "a whole number from 0 to 100,000", 1),
    "cool_down": (0, "a whole number from 0 to 100,000", 1),
    "regularization_rate": (0.001, "a number from 0 to 100", 0.001),
}
OTHERS = {
    "dataset": "circles",
    "table": None,
    "iris_x": "petal_length",
    "iris_y": "petal_width",
    "wine_x": "alcohol",
    "wine_y": "flavanoids",
    "show_test": False,
    "inputs": ("x1", "x2"),
    "standardize": "auto",
    "hidden": (10,),
    "activation": "tanh",
    "initialization": "normal",
    "loss": "cross_entropy",
    "early_stopping": False,
    "restore_best": True,
    "optimizer": "sgd",
    "schedule": "constant",
    "regularization": "none",
}


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_has_its_default_its_range_and_its_step(name):
    field = config_fields()[name]
    assert (field.default, field.allowed_values, field.step) == NUMBERS[name]


def test_every_other_field_has_its_default():
    assert RunConfig().model_dump() == OTHERS | {name: NUMBERS[name][0] for name in NUMBERS}


@pytest.mark.parametrize("name", NUMBERS)
def test_the_ends_of_a_range_are_allowed_and_nothing_beyond_them(name):
    field = config_fields()[name]
    step = 1 if field.kind == "integer" else 1e-9
    for end, outwards in ((field.minimum, -step), (field.maximum, step)):
        if end is not None:
            assert validate_value(name, end) == end
            with pytest.raises(PydanticCustomError):
                validate_value(name, end + outwards)
    for end in (field.exclusive_minimum, field.exclusive_maximum):
        if end is not None:
            with pytest.raises(PydanticCustomError):
                validate_value(name, end)


@pytest.mark.parametrize(
    ("name", "allowed", "refused"),
    [
        ("inputs", ["x1"], [[], ["x1"] * 8, ["x3"]]),
        ("hidden", [[], [1] * 8, [128]], [[1] * 9, [0], [129]]),
    ],
)
def test_lists_have_a_least_and_a_largest_length(name, allowed, refused):
    for value in allowed:
        validate_value(name, value)
    for value in refused:
        with pytest.raises(PydanticCustomError):
            validate_value(name, value)
