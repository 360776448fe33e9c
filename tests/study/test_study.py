import random
from itertools import product

import pytest
from pydantic import ValidationError

from mlp_live.study.axis import Axis, axis_fields, suggested_values
from mlp_live.study.study import Study
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import config_fields, problems_of, query_string


def axis(field, values):
    return {"field": field, "values": values}


def test_the_default_is_the_practicals_thirty_cells_row_by_row():
    cells = Study().cells
    assert [cell.index for cell in cells] == list(range(30))
    assert [cell.values for cell in cells[:3]] == [(1, 0.01), (1, 0.05), (1, 0.1)]
    assert cells[-1].config == RunConfig(batch_size=200, learning_rate=5, show_test=True)


def test_values_may_be_written_as_text_and_are_checked_as_the_form_checks_them():
    assert Study(axes=[axis("inputs", "x1; x1,x1_x2")]).cells[1].values == (("x1", "x1_x2"),)
    assert Study(axes=[axis("show_test", "false, true")]).cells[0].values == (False,)
    study = Study(axes=[axis("hidden", "10; 8,8,4"), axis("activation", "tanh, relu")])
    assert [cell.values for cell in study.cells][-1] == ((8, 8, 4), "relu")
    assert study.cells[0].config == RunConfig(hidden=(10,), show_test=True)
    assert study == Study(
        axes=[axis("hidden", [(10,), (8, 8, 4)]), axis("activation", ["tanh", "relu"])]
    )


@pytest.mark.parametrize("field", axis_fields().values(), ids=lambda field: field.name)
def test_every_number_and_choice_can_vary_over_what_is_suggested(field):
    base = {name: values[0] for name, values in field.applies_to.items()}
    if field.name == "dataset":
        base["dataset"] = "table"
    if base.get("dataset") == "table":
        base["table"] = "0" * 16
    for value in suggested_values(field):
        (cell,) = Study(base=base, axes=[axis(field.name, [value])]).cells
        assert getattr(cell.config, field.name) == cell.values[0]


def test_numbers_have_places_on_a_line_which_is_logarithmic_where_they_are_wide():
    lines = [Axis(field="n_train", values=text) for text in ("10,1000", "10,100", "100,2")]
    assert [line.numbers for line in lines] == [[10, 1000], [10, 100], [100, 2]]
    assert [line.is_wide for line in lines] == [True, False, True]
    none = Axis(field="warm_up", values="0,100")
    assert not none.is_wide
    assert Axis(field="activation", values="tanh,relu").numbers is None


def test_repeats_differ_by_their_seed_alone():
    study = Study(base={"seed": 2**32 - 1}, repeats=3)
    cell = study.cells[4]
    seeds = [study.config(cell, repeat).seed for repeat in range(3)]
    assert seeds == [2**32 - 1, 0, 1]
    assert study.config(cell, 2).model_copy(update={"seed": 2**32 - 1}) == cell.config


def test_values_that_do_not_go_together_make_a_refused_cell():
    study = Study(base={"momentum": 0.5}, axes=[axis("optimizer", "sgd,momentum")])
    assert study.cells[0].config is None
    assert "this applies only if Optimizer is momentum or nesterov" in study.cells[0].problem
    assert study.cells[1].config.momentum == 0.5


BAD = {
    "out of bounds": (
        {"axes": [axis("learning_rate", "0.1,-1")]},
        "Learning rate must be a number above 0, not “-1”.",
    ),
    "no number": ({"axes": [axis("batch_size", "1,ten")]}, "Batch size must be a whole number"),
    "infinite": ({"axes": [axis("learning_rate", "inf")]}, "Learning rate must be a number"),
    "no such choice": ({"axes": [axis("optimizer", "sgd,lion")]}, "Optimizer must be one of"),
    "no such field": ({"axes": [axis("speed", "1,2")]}, "“speed” cannot be varied"),
    "a field of words": ({"axes": [axis("table", "1,2")]}, "“table” cannot be varied"),
    "twice": ({"axes": [axis("seed", "1,2,1")]}, "Seed has 1 twice"),
    "both axes alike": ({"axes": [axis("seed", "1"), axis("seed", "2")]}, "along both axes"),
    "no value": ({"axes": [axis("seed", " ")]}, "Seed needs at least one value"),
    "no axis": ({"axes": []}, "one or two axes, not 0"),
    "three axes": ({"axes": [axis(n, "1") for n in ("seed", "epochs", "hidden")]}, "not 3"),
    "base out of bounds": ({"base": {"epochs": 0}}, "Epochs must be a whole number"),
    "nothing goes together": (
        {"base": {"momentum": 0.5}},
        "this applies only if Optimizer is momentum or nesterov",
    ),
    "no repeats": ({"repeats": 0}, "repeats"),
}

# Values of each field that matter to other fields in every way.
VALUES = {name: suggested_values(field) for name, field in axis_fields().items()} | {
    "warm_up": ["0", "1", "90", "100"],
    "cool_down": ["0", "1", "90", "100"],
    "epochs": ["1", "100", "190", "200"],
    "n_train": ["100", "200", "300", "400"],
    "init_std": ["0.5", "1", "2"],
}
BASES = (
    {},
    {"dataset": "iris", "iris_x": "sepal_width"},
    {"dataset": "wine", "wine_y": "hue", "early_stopping": True},
    {"dataset": "table", "table": "0" * 16, "epochs": 100, "warm_up": 50},
    {"momentum": 0.5, "schedule_factor": 0.3, "cool_down": 100},
    {"n_train": 50, "patience": 3},
)


def is_possible(base, axes):
    """Whether some cell of a study is possible, by making all of them."""
    names = [one["field"] for one in axes]
    for values in product(*(Axis.model_validate(one).values for one in axes)):
        try:
            RunConfig.model_validate({**base, **dict(zip(names, values, strict=True))})
        except ValidationError:
            continue
        return True
    return False


@pytest.mark.parametrize("first", axis_fields())
def test_a_study_is_refused_if_and_only_if_no_cell_is_possible(first):
    rng = random.Random(first)
    for second in axis_fields():
        for base in BASES:
            some = [rng.sample(VALUES[n], min(len(VALUES[n]), 3)) for n in (first, second)]
            axes = [{"field": first, "values": some[0]}]
            if second != first:
                axes.append({"field": second, "values": some[1]})
            try:
                Study(base=base, axes=axes)
            except ValidationError:
                assert not is_possible(base, axes), (base, axes)
            else:
                assert is_possible(base, axes), (base, axes)


@pytest.mark.parametrize("first", axis_fields())
def test_few_cells_decide_whether_a_study_is_possible(first):
    values = VALUES[first]
    if axis_fields()[first].kind in ("integer", "number"):
        steps = [str(i) for i in range(500)] + [str(i / 500) for i in range(1, 500)]
        values = [step for step in steps if is_valid(first, step)]
    assert len(Axis(field=first, values=values).representatives) <= 12


def is_valid(field, value):
    try:
        Axis(field=field, values=[value])
    except ValidationError:
        return False
    return True


def test_a_study_makes_no_cell_before_it_is_asked_for():
    study = Study(axes=[axis("seed", list(range(400)))])
    assert "cells" not in study.__dict__
    assert len(study.cells) == 400


@pytest.mark.parametrize("name", BAD)
def test_what_no_run_could_have_is_refused_in_words(name):
    given, words = BAD[name]
    with pytest.raises(ValidationError) as caught:
        Study.model_validate(given)
    assert words in problems_of(caught.value)[0].message


def test_the_address_of_a_cell_says_what_is_not_a_default():
    assert query_string(RunConfig()) == ""
    query = query_string(RunConfig(hidden=(8, 4), learning_rate=5, batch_size=10))
    assert query == "?hidden=8%2C4&learning_rate=5.0"
    assert set(config_fields()) >= {"hidden", "learning_rate"}
