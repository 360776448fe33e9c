"""Every table is trained on, or refused with a sentence that says where."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_live.data.table import TableChoices, TableError, preview, read_table
from mlp_live.protocol.documents import encode_dataset, encode_frame
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError
from mlp_live.training.run import Run
from tests.adversarial.tables import HOSTILE, any_tables

EPOCHS = 2
# The whole table cannot be read, so that there is no line to name.
WITHOUT_A_PLACE = ("The table is", "needed", "no row is in the training set", "no training row")


def check_refusal(error: TableError) -> str:
    """The message is a sentence that says where, and all of it can be sent."""
    message = str(error)
    assert message.endswith((".", "?"))
    assert len(message) < 1000
    assert json.dumps(error.to_dict(), ensure_ascii=False).encode()
    if error.line is None and error.column is None:
        assert any(words in message for words in WITHOUT_A_PLACE), message
    return message


def try_out(content: bytes, choices: TableChoices | None = None) -> str | None:
    """Train on a table and show it; what is said if it cannot be read."""
    try:
        table = read_table(content, choices)
    except TableError as error:
        return check_refusal(error)
    assert np.isfinite(table.points.X).all()
    assert len(table.points.X) == len(table.points.y) > 0
    assert json.dumps(table.summary(), ensure_ascii=False, allow_nan=False).encode()
    config = {"dataset": "table", "table": table.digest, "batch_size": 1, "epochs": EPOCHS}
    try:
        run = Run(RunConfig.model_validate(config), lambda digest: table)
    except ConfigError as error:
        return error.problem.message
    while not run.done:
        run.advance_epochs(EPOCHS)
    plane = PlaneView(run)
    encode_dataset(run, plane)
    encode_frame(run, plane, 1, since_epoch=0, grid_size=10)
    run.evaluate("train")
    return None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_table_is_trained_on_or_refused_in_words(name):
    refusal = try_out(HOSTILE[name])
    try:
        seen = preview(HOSTILE[name], TableChoices())
    except TableError as error:
        assert str(error) == refusal  # noqa: PT017
    else:
        assert json.dumps(seen, allow_nan=False)


def test_the_corpus_is_as_large_as_it_says():
    assert len(HOSTILE) >= 100
    trained = [name for name, content in HOSTILE.items() if try_out(content) is None]
    assert 40 <= len(trained) <= len(HOSTILE) - 40


@settings(max_examples=30 * settings().max_examples)
@given(any_tables(), st.sampled_from([None, TableChoices(drop_missing=True, split="")]))
def test_a_damaged_table_is_trained_on_or_refused_in_words(content, choices):
    try_out(content, choices)
