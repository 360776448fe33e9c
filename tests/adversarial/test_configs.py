"""Every configuration that validates trains, or is refused in words."""

import numpy as np
from hypothesis import example, given, settings
from pydantic import ValidationError

from mlp_live.data.table import TableChoices, read_table
from mlp_live.protocol.documents import encode_dataset, encode_frame
from mlp_live.rendering.plane_view import PlaneView
from mlp_live.study.trial_result import table_finder
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError, problems_of
from mlp_live.training.run import Run
from tests.adversarial.configs import valid_configs

TABLE = read_table(b"a,b,c,label\n" + b"1,2,3,x\n3,4,1,y\n5,6,1,x\n7,8,-1e15,y\n1e15,2,0,x\n" * 12)
EXTREME = [  # features and targets that are huge, denormal or next to each other
    ["0,1e15,1e-162", "1e15,0,1e15", "0,0,1e-162", "1e15,1e-162,0"],
    ["1e-300,1e-320,5e-324", "2e-300,2e-320,1e-323", "1e15,-1e15,1e15"],
    ["1,1,1.5", "1,1,1.5", "1,1,1.5"],
    ["1,1e8,0.1", "1.0000000000000002,1e8,0.2", "1,1e15,0.1"],
]


def try_out(run: Run) -> None:
    """Train some batches and some epochs, and show what the page shows."""
    for _ in range(2):
        run.advance(1)
        run.advance(run.batches_per_epoch)
        run.advance_epochs(2)
    plane = PlaneView(run, (1, 0))
    encode_dataset(run, plane)
    encode_frame(run, plane, 1, since_epoch=0, grid_size=10)
    run.evaluate("train")
    assert np.isfinite(run.history.since(0)["train_loss"][1:]).all()


@settings(max_examples=3 * settings().max_examples)
@example({"noise": -0.0, "init_std": "-0"})
@given(valid_configs())
def test_a_configuration_trains_or_is_refused_in_words(values):
    try:
        run = Run(RunConfig.model_validate(values), lambda digest: TABLE)
    except ValidationError as error:
        assert problems_of(error)[0].message.endswith(".")  # noqa: PT017
    except ConfigError as error:
        assert error.problem.message.endswith((".", ";"))  # noqa: PT017
    else:
        try_out(run)


def test_extreme_tables_are_trained_on_without_a_warning():
    inputs = ("x1", "x2", "x1_squared", "x1_x2", "sin_x1")
    for rows in EXTREME:
        content = "\n".join(["a,b,label", *rows]).encode()
        table = read_table(content, TableChoices(task="regression"))
        for standardize in ("on", "off"):
            config = RunConfig(
                dataset="table",
                table=table.digest,
                inputs=inputs,
                batch_size=1,
                test_fraction=0,
                standardize=standardize,
            )
            run = Run(config, table_finder(table))
            assert np.isfinite(run.dataset.feature_map(run.dataset.train.X)).all()
            try_out(run)
