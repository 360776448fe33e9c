"""What is refused before training: too much work, too many inputs, values that do not fit."""

import numpy as np
import pytest

from mlp_live.data.dataset import Dataset
from mlp_live.data.points import Points
from mlp_live.data.table import read_table
from mlp_live.engine.engine import Engine
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError
from mlp_live.training.history import WIDTH
from mlp_live.training.loading import Loader, architecture_of, check_data
from mlp_live.training.prepared_data import PreparedData


def load(config, *tables, max_work=None):
    find_table = {table.digest: table for table in tables}.get
    return Loader(np.random.SeedSequence(0), find_table, max_work)(config)


def table_of(n_features, n=20):
    header = [*(f"f{i}" for i in range(n_features)), "label"]
    rows = [[*(str(i * j % 7) for j in range(1, n_features + 1)), "pq"[i % 2]] for i in range(n)]
    table = read_table("\n".join(",".join(row) for row in [header, *rows]).encode())
    return {"dataset": "table", "table": table.digest}, table


def test_the_limit_of_work_is_parameters_times_points():
    config = RunConfig(hidden=(10,), n_train=30, n_validation=20, n_test=10)
    work = (10 * 3 + 2 * 11) * 60
    assert load(config, max_work=work).n == 60
    with pytest.raises(ConfigError, match=f"52 parameters times 60 points exceed .* {work - 1:,}"):
        load(config, max_work=work - 1)


def test_a_network_has_at_most_eight_inputs():
    chosen, table = table_of(7)
    assert len(load(RunConfig(**chosen, inputs="x1,x2,x1_x2"), table).feature_map.center) == 8
    with pytest.raises(ConfigError, match="9 inputs are too many; a network has at most 8"):
        load(RunConfig(**chosen, inputs="x1,x2,x1_x2,sin_x1"), table)


def test_a_regression_has_no_naive_cross_entropy():
    plane = load(RunConfig(dataset="plane"))
    check_data(RunConfig(dataset="plane", loss="cross_entropy"), plane)
    with pytest.raises(ConfigError, match="choose another loss"):
        check_data(RunConfig(loss="naive_cross_entropy"), plane)
    check_data(RunConfig(loss="naive_cross_entropy"), load(RunConfig()))


def test_the_network_has_the_sizes_of_the_inputs_and_the_classes():
    chosen, table = table_of(4)
    config = RunConfig(**chosen, hidden=(5, 3), inputs="x1,x1_x2", activation="relu")
    architecture = architecture_of(config, load(config, table))
    assert architecture.sizes == (4, 5, 3, 2)  # two inputs that are computed, two features
    assert (architecture.activation, architecture.loss) == ("relu", "cross_entropy")
    config = RunConfig(dataset="plane", hidden=(5,), loss="cross_entropy")
    architecture = architecture_of(config, load(config))
    assert (architecture.sizes, architecture.loss) == ((2, 5, 1), "squared_error")


def prepared(config, dataset, **given):
    return PreparedData(dataset, Engine(architecture_of(config, dataset)), **given)


def test_only_sets_that_are_there_and_not_hidden_are_evaluated():
    config = RunConfig(n_train=3, n_validation=2, n_test=2)
    dataset = load(config)
    assert prepared(config, dataset, with_test=False).sets == ("train", "validation")
    assert prepared(config, dataset, with_test=True).sets == ("train", "validation", "test")
    config = RunConfig(n_train=3, n_validation=0, n_test=2)
    assert prepared(config, load(config), with_test=False).sets == ("train",)


@pytest.mark.parametrize("with_test", [False, True])
def test_the_memory_is_that_of_all_points_and_of_those_that_are_packed(with_test):
    config = RunConfig(n_train=30, n_validation=20, n_test=10)
    dataset = load(config)
    points = 60 * 3 * 8  # two features and a label of 8 bytes
    packed = (50 + 10 * with_test) * 2 * 8 * 4  # inputs and targets, each padded to 8 float32
    assert prepared(config, dataset, with_test=with_test).nbytes == points + packed


@pytest.mark.parametrize("scale", [1e-120, 0.5, 4.0])
def test_the_score_of_a_regression_is_one_less_the_share_of_the_variance(scale):
    y = scale * np.random.default_rng(0).normal(size=20)
    points = Points(np.ones((20, 2)), y, (), ("a", "b"), "y")
    sets = np.arange(20, dtype=np.int8) % 3
    dataset = Dataset.of(points, sets, ("x1",), standardize=True)
    config = RunConfig()
    data = prepared(config, dataset, with_test=True)
    metrics = np.arange(2.0 * WIDTH).reshape(2, WIDTH) / 10
    losses = metrics[:, ::2].copy()
    data.score(metrics)
    assert metrics[:, ::2].tolist() == losses.tolist()
    for column, name in enumerate(("train", "validation", "test")):
        variance = (getattr(dataset, name).y / dataset.target_scale).var()
        # the loss is half the mean squared error in units of the target's scale
        expected = 1 - 2 * losses[:, column] / variance
        assert metrics[:, 2 * column + 1] == pytest.approx(expected, rel=1e-9)
