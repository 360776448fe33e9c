import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from mlp_live.data.registry import SHAPES, TITLES
from mlp_live.data.sklearn_datasets import IRIS_FEATURES, WINE_FEATURES
from mlp_live.study.axis import validate_value
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import (
    config_fields,
    printable,
    problems_of,
    query_string,
)
from mlp_live.training.record import Record
from mlp_live.training.run import Run


def problems(**values):
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate(values)
    return {problem.field: problem.message for problem in problems_of(caught.value)}


def test_defaults_are_the_practicals():
    config = RunConfig()
    assert (config.n_train, config.n_test, config.hidden) == (200, 200, (10,))
    assert (config.batch_size, config.learning_rate, config.epochs) == (10, 0.03, 150)
    assert (config.init_std, config.activation, config.optimizer) == (0.3, "tanh", "sgd")


def test_every_field_says_what_it_is():
    for field in config_fields().values():
        assert field.title
        assert field.help.endswith(".")
        assert field.group in ("Data", "Network", "Training", "Optimizer")


@pytest.mark.parametrize("name", [n for n, f in config_fields().items() if f.step is not None])
def test_bounds_are_kept_and_named(name):
    field = config_fields()[name]
    # Choices under which the field applies, room for any warm-up, and a table to hold out from.
    company = {other: values[0] for other, values in field.applies_to.items()}
    company |= {"epochs": 100_000, "table": "0123456789abcdef"}
    for bound in (field.minimum, field.maximum):
        if bound is not None:
            RunConfig.model_validate(company | {name: bound})
    outside = [
        *[bound - 1 for bound in (field.minimum,) if bound is not None],
        *[bound + 1 for bound in (field.maximum,) if bound is not None],
        *[
            bound
            for bound in (field.exclusive_minimum, field.exclusive_maximum)
            if bound is not None
        ],
    ]
    for value in outside:
        assert problems(**{name: value}) == {
            name: f"{field.title} must be {field.allowed_values}, not “{value}”."
        }


def test_several_problems_are_told_at_once():
    told = problems(hidden="ten", epochs="", learning_rate="inf", dataset="donut")
    assert told == {
        "dataset": f"Dataset must be one of {', '.join(TITLES)}, table, not “donut”.",
        "hidden": "Hidden layers must be up to 8 sizes from 1 to 128, such as 8,8,4, "
        "each of them a whole number.",
        "learning_rate": "Learning rate must be a number above 0, not “inf”.",
        "epochs": "Epochs must be a whole number from 1 to 100,000, but nothing is given.",
    }


def test_every_dataset_of_the_registry_can_be_chosen_and_every_measure():
    fields = config_fields()
    assert list(fields["dataset"].choices) == [*TITLES, "table"]
    assert fields["iris_x"].choices == fields["iris_y"].choices == IRIS_FEATURES
    assert fields["wine_x"].choices == fields["wine_y"].choices == WINE_FEATURES
    assert fields["blobs"].maximum == len(SHAPES["blobs"].classes)
    assert fields["arms"].maximum == len(SHAPES["spirals"].classes)


def test_a_feature_cannot_be_both_axes():
    told = problems(dataset="iris", iris_x="petal_width")
    assert told == {"iris_y": "Iris y-axis: choose a different feature from that of the x-axis."}
    assert list(problems(dataset="wine", wine_y="alcohol")) == ["wine_y"]
    assert RunConfig(dataset="iris", iris_x="petal_width", iris_y="petal_length")


def test_unknown_fields_are_refused_by_name():
    assert "hiden" in problems(hiden=3)["hiden"]


def test_a_table_must_be_named():
    assert problems(dataset="table") == {"table": "Table: upload a CSV file first."}
    assert list(problems(dataset="table", table="../../etc/passwd")) == ["table"]


def test_values_may_come_as_text_as_from_an_address():
    typed = RunConfig(hidden=(7, 3), learning_rate=0.5)
    assert RunConfig.model_validate({"hidden": "7, 3", "learning_rate": "0.5"}) == typed
    assert RunConfig.model_validate({"hidden": ""}).hidden == ()
    assert RunConfig.model_validate({"hidden": 4}).hidden == (4,)


@given(st.lists(st.integers(1, 128), max_size=8), st.sampled_from(["sgd", "adam", "momentum"]))
def test_a_configuration_survives_json_and_an_address(hidden, optimizer):
    config = RunConfig(hidden=tuple(hidden), optimizer=optimizer)
    assert RunConfig.model_validate_json(config.model_dump_json()) == config
    written = {n: f.to_text(getattr(config, n)) for n, f in config_fields().items() if n != "table"}
    assert RunConfig.model_validate(written) == config


def test_a_setting_that_belongs_to_another_choice_is_refused_with_the_reason():
    assert problems(optimizer="adam", momentum=0.5) == {
        "momentum": "Momentum μ: this applies only if Optimizer is momentum or nesterov, not adam."
    }
    assert list(problems(regularization_rate=0.1)) == ["regularization_rate"]
    assert problems(patience=3) == {
        "patience": "Patience: this applies only if Early stopping is true, not false."
    }
    assert list(problems(initialization="he", init_std=2)) == ["init_std"]
    assert "more than the 10 epochs" in problems(epochs=10, warm_up=8, cool_down=3)["warm_up"]


@pytest.mark.parametrize("sizes", ["0", "129", "8,,8", "a", "1,2,3,4,5,6,7,8,9", "8.5"])
def test_odd_layer_sizes_are_refused(sizes):
    assert "such as 8,8,4" in problems(hidden=sizes)["hidden"]


@pytest.mark.parametrize("name", [n for n, f in config_fields().items() if f.minimum == 0])
def test_negative_zero_is_zero(name):
    field = config_fields()[name]
    company = {other: values[0] for other, values in field.applies_to.items()}
    for zero in (-0.0, "-0"):
        given = {**company, "table": "0123456789abcdef", name: zero}
        assert str(getattr(RunConfig.model_validate(given), name)) in ("0", "0.0")
        assert str(validate_value(name, zero)) in ("0", "0.0")


def test_a_number_of_negative_zero_can_be_run():
    assert Run(RunConfig(noise=-0.0, init_std=-0.0, n_train=20)).dataset.n


@pytest.mark.parametrize("name", ["dataset", "seed", "noise", "hidden", "inputs", "show_test"])
def test_any_value_that_is_refused_is_explained(name):
    for value in ("\ud800", b"\xff", 10**5000, [10**5000], {}, object(), [["x"]] * 5000):
        told = problems(**{name: value})
        assert list(told) == [name]
        assert len(told[name].encode()) < 400


def test_problems_are_named_wherever_they_are_found():
    config = {"noise": 2}
    events = [{"type": "change", "epoch": 1, "config": {"foo": 1}}]
    with pytest.raises(ValidationError) as caught:
        Record.model_validate({"config": config, "events": events, "seed": 1})
    assert {problem.field: problem.message for problem in problems_of(caught.value)} == {
        "noise": "Noise must be a number from 0 to 1, not “2”.",
        "foo": "There is no field “foo” here; check its name.",
        "seed": "There is no field “seed” here; check its name.",
    }
    with pytest.raises(ValidationError) as caught:
        Run(RunConfig()).change({"foo": 1}, [])
    assert [problem.field for problem in problems_of(caught.value)] == ["foo"]


@pytest.mark.parametrize(
    ("text", "found"),
    [("12345", "12345"), ("123456", "1234…"), ("é\ud800", "é?")],
)
def test_a_text_in_a_message_is_cut_to_its_length_and_can_be_encoded(text, found):
    assert printable(text, 5) == found


def test_a_link_has_every_value_above_or_below_its_default():
    config = RunConfig(noise=0.1, epochs=200, show_test=True, activation="relu")
    assert query_string(config) == "?noise=0.1&show_test=true&activation=relu&epochs=200"
