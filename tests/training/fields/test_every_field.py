"""No field of the configuration is without a test of what it does to the training."""

import pytest

from mlp_live.training.config import RunConfig
from tests.training.fields import test_data_fields, test_early_stopping
from tests.training.fields.cases import tested

assert test_data_fields, test_early_stopping  # importing them fills `tested`


@pytest.mark.parametrize("name", RunConfig.model_fields)
def test_the_field_has_a_test(name: str) -> None:
    assert name in tested, f"add a case to CASES, or a test that is marked as about({name!r})"


def test_nothing_else_is_tested() -> None:
    assert tested <= set(RunConfig.model_fields)
