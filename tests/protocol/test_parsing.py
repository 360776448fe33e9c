"""Every text becomes a command or errors that can be sent, however odd it is."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_live.protocol.commands import Attach, UpdateConfig, View
from mlp_live.protocol.messages import Error
from mlp_live.protocol.parsing import parse_command, parse_study_command
from mlp_live.training.config.schema import MAX_PROBLEMS
from tests.adversarial.messages import live_texts, study_texts

PARSERS = {"live": parse_command, "study": parse_study_command}
LONGEST_MESSAGE = 1100  # characters of one error
MOST_BYTES = 8192  # of the errors to one message; a message itself may have as many


def errors_in(parse, message):
    """The errors in a message, which is no command."""
    text = message if isinstance(message, str) else json.dumps(message)
    found = parse(text)
    assert isinstance(found, list)
    return found


def start(**config):
    return {"type": "start", "config": config}


@pytest.mark.parametrize(
    ("message", "code", "field", "words"),
    [
        ("", "malformed", None, "not JSON"),
        ("[" * 4000, "malformed", None, "not JSON"),
        ('{"type": "seek", "epoch": ' + "9" * 5000 + "}", "malformed", None, "not JSON"),
        ('{"type": "start", "config": {"dataset": "\\ud800"}}', "malformed", None, "not JSON"),
        ({"type": []}, "malformed", "type", "one of start, reset"),
        ({"type": "k" * 8000}, "malformed", "type", "one of start, reset"),
        (start(foo=1), "invalid", "foo", "no field “foo”"),
        (start(foo=1, seed=-1), "invalid", "seed", "Seed must be"),
        (start(seed=[1] * 3000), "invalid", "seed", "not “1,1,1,1,.*…”"),
        (start(**{"k" * 8000: 1}), "invalid", "k" * 39 + "…", "no field “kkk"),
        ('{"type": "start", "config": {"noise": NaN}}', "invalid", "noise", "not “nan”"),
        (start() | {"seed": 1}, "malformed", "seed", "Extra inputs"),
        (start() | {"k" * 8000: 1}, "malformed", "k" * 39 + "…", "Extra inputs"),
        ({"type": "start", "config": []}, "malformed", "config", "should be an object"),
        (
            {"type": "attach", "run": "x", "branch": 0, "epochs": -1},
            "malformed",
            "epochs",
            "greater than or equal to 0",
        ),
    ],
)
def test_what_is_wrong_is_named(message, code, field, words):
    errors = errors_in(parse_command, message)
    assert (errors[0].code, errors[0].field) == (code, field)
    found = " ".join(error.message for error in errors)
    assert re.search(words, found)


def test_a_study_with_a_field_of_the_form_in_the_wrong_place_is_told_so():
    (error,) = errors_in(parse_study_command, {"type": "start", "study": {"seed": 1}})
    assert error.message == "There is no field “seed” here; check its name."


def test_a_lone_surrogate_is_refused_in_words_that_can_be_sent():
    for parse in PARSERS.values():
        for error in errors_in(parse, '{"type": "\ud800"}'):
            error.model_dump_json().encode()


def test_negative_zero_is_zero_in_a_message():
    text = '{"type": "update_config", "weights": [[0, -0.0]]}'
    command = parse_command(text)
    assert isinstance(command, UpdateConfig)
    assert str(command.weights) == "[(0, 0.0)]"
    view = parse_command('{"type": "view", "held": [-0.0]}')
    assert isinstance(view, View)
    assert str(view.held) == "[0.0]"


def test_integers_of_any_length_that_json_allows_are_read():
    digits = "9" * 4000
    command = parse_command('{"type": "attach", "run": "x", "epochs": 1, "branch": ' + digits + "}")
    assert isinstance(command, Attach)
    assert command.branch == int(digits)


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("live", json.dumps(start(**{f"a{i}": i for i in range(700)}))),
        ("live", json.dumps({"type": "update_config", "weights": [0] * 2500})),
        ("study", json.dumps({"type": "start", "study": {"axes": [0] * 2500}})),
        ("study", json.dumps({"type": "start", "study": {f"a{i}": i for i in range(700)}})),
    ],
)
def test_many_faults_are_told_in_few_errors(page, text):
    errors = errors_in(PARSERS[page], text)
    assert 1 <= len(errors) <= MAX_PROBLEMS
    assert sum(len(error.model_dump_json()) for error in errors) < MOST_BYTES


@settings(max_examples=25 * settings().max_examples)
@given(st.sampled_from(sorted(PARSERS)), live_texts() | study_texts() | st.text(max_size=50))
def test_any_text_is_a_command_or_errors(page, text):
    found = PARSERS[page](text)
    if isinstance(found, list):
        assert 1 <= len(found) <= MAX_PROBLEMS
        for error in found:
            assert isinstance(error, Error)
            assert error.code in ("malformed", "invalid")
            assert 1 < len(error.message) <= LONGEST_MESSAGE
            error.model_dump_json().encode()
