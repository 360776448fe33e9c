import pytest
from pydantic import ValidationError

from app.training.config import RunConfig
from app.training.fields import config_fields, explain


def problems(**values):
    with pytest.raises(ValidationError) as caught:
        RunConfig.model_validate(values)
    return {problem.field: problem.message for problem in explain(caught.value)}


def test_defaults_are_the_practicals():
    config = RunConfig()
    assert (config.n_train, config.n_test, config.hidden, config.batch_size) == (200, 200, 10, 10)
    assert (config.learning_rate, config.epochs, config.init_std) == (0.03, 150, 0.3)


def test_every_field_says_what_it_is():
    for field in config_fields().values():
        assert field.title
        assert field.help.endswith(".")
        assert field.group in ("Data", "Network", "Training")


@pytest.mark.parametrize("name", [n for n, f in config_fields().items() if f.maximum is not None])
def test_bounds_are_kept_and_named(name):
    field = config_fields()[name]
    RunConfig.model_validate({name: field.minimum})
    RunConfig.model_validate({name: field.maximum})
    for outside in (field.minimum - 1, field.maximum + 1):
        assert problems(**{name: outside}) == {
            name: f"{field.title} must be {field.requirement}, not “{outside}”."
        }


def test_several_problems_are_told_at_once():
    told = problems(hidden="ten", epochs="", learning_rate="inf", dataset="moons")
    assert told == {
        "dataset": "Dataset must be one of circles, table, not “moons”.",
        "hidden": "Hidden units must be a whole number from 1 to 128, not “ten”.",
        "learning_rate": "Learning rate must be a number greater than 0, not “inf”.",
        "epochs": "Epochs must be a whole number from 1 to 100,000, but nothing is given.",
    }


def test_unknown_fields_are_refused_by_name():
    assert "hiden" in problems(hiden=3)["hiden"]


def test_a_table_must_be_named():
    assert problems(dataset="table") == {"table": "Table: upload a CSV file first."}
    assert list(problems(dataset="table", table="../../etc/passwd")) == ["table"]


def test_values_may_come_as_text_as_from_an_address():
    typed = RunConfig(hidden=7, learning_rate=0.5)
    assert RunConfig.model_validate({"hidden": "7", "learning_rate": "0.5"}) == typed
