"""Loading: the dataset and the architecture that a configuration describes."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from mlp_live.data import sklearn_datasets
from mlp_live.data.dataset import Dataset
from mlp_live.data.feature_map import FeatureMap
from mlp_live.data.points import TRAIN, Points
from mlp_live.data.registry import GENERATED, SKLEARN_DATASETS, generate
from mlp_live.data.split import split
from mlp_live.data.table import Table
from mlp_live.nn.architecture import MAX_INPUTS, Architecture
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import ConfigError

FindTable = Callable[[str], Table | None]


@dataclass(frozen=True)
class Loader:
    """Loads the datasets of one run, and checks that the run can be trained on them.

    ``seed`` is the seed of the data. ``max_work`` limits the number of parameters times the number
    of points; None means no limit. A run holds its loader. The loader must not hold the run:
    without a reference cycle the run's memory is freed as soon as the run is dropped.
    """

    seed: np.random.SeedSequence
    find_table: FindTable
    max_work: int | None

    def __call__(self, config: RunConfig) -> Dataset:
        """The dataset of ``config``. Raises `ConfigError` if it cannot be trained on."""
        dataset = load_dataset(config, self.find_table, np.random.default_rng(self.seed))
        check_data(config, dataset)
        check_work(architecture_of(config, dataset), dataset, self.max_work)
        return dataset


def load_dataset(config: RunConfig, find_table: FindTable, rng: np.random.Generator) -> Dataset:
    """The dataset that ``config`` describes, split and with its feature map.

    Raises `ConfigError` if its table is missing or its training set is empty.
    """
    points = load_points(config, find_table, rng)
    sets = split(points, config.validation_fraction, config.test_fraction, rng)
    if not (sets == TRAIN).any():
        raise ConfigError(
            "validation_fraction", "no point is left to train on; choose a smaller fraction."
        )
    # Generated and drawn data have a fixed extent and need no scaling; measured data do.
    standardize = config.standardize == "on" or (
        config.standardize == "auto" and points.extent is None
    )
    dataset = Dataset.of(points, sets, config.inputs, standardize=standardize)
    _check_inputs(dataset.feature_map, points)
    return dataset


def load_points(config: RunConfig, find_table: FindTable, rng: np.random.Generator) -> Points:
    """The points of the dataset that ``config`` names; ``sets`` is None if they are still to split.

    Raises `ConfigError` if the table or an optional package is missing.
    """
    if config.dataset in GENERATED:
        n_classes = {"spirals": config.arms, "blobs": config.blobs}.get(config.dataset)
        sizes = config.n_train, config.n_validation, config.n_test
        return generate(config.dataset, *sizes, config.noise, config.imbalance, n_classes, rng)
    if config.dataset in SKLEARN_DATASETS:
        return _load_sklearn(config, rng)
    table = find_table(config.table) if config.table is not None else None
    if table is None:
        raise ConfigError("table", "this table is not on the server; upload the CSV file again.")
    return table.points


def _load_sklearn(config: RunConfig, rng: np.random.Generator) -> Points:
    try:
        match config.dataset:
            case "iris":
                return sklearn_datasets.iris(config.iris_x, config.iris_y)
            case "wine":
                return sklearn_datasets.wine(config.wine_x, config.wine_y)
            case _:
                digits = sklearn_datasets.digits()
                sets = split(digits, config.validation_fraction, config.test_fraction, rng)
                return sklearn_datasets.two_components(digits, sets)
    except sklearn_datasets.MissingPackageError as error:
        raise ConfigError("dataset", str(error)) from None


def check_data(config: RunConfig, dataset: Dataset) -> None:
    """Raises `ConfigError` if a value of ``config`` cannot be used with this dataset."""
    if config.early_stopping and not len(dataset.validation):
        raise ConfigError("early_stopping", "this needs a validation set, which is empty.")
    if dataset.is_regression and config.loss == "naive_cross_entropy":
        raise ConfigError("loss", "regression uses the squared error; choose another loss.")


def check_work(architecture: Architecture, dataset: Dataset, max_work: int | None) -> None:
    """Raises `ConfigError` if parameters times points exceed ``max_work``."""
    parameters, points = architecture.n_parameters, dataset.n
    if max_work is not None and parameters * points > max_work:
        raise ConfigError(
            "hidden",
            f"{parameters:,} parameters times {points:,} points exceed the limit of {max_work:,} "
            "for a live run; use fewer units or fewer points.",
        )


def architecture_of(config: RunConfig, dataset: Dataset) -> Architecture:
    """The architecture that ``config`` describes, for the inputs and classes of ``dataset``.

    For regression it has one output and the squared error.
    """
    n_inputs = len(dataset.feature_map.center)
    if dataset.is_regression:
        return Architecture((n_inputs, *config.hidden, 1), config.activation, "squared_error")
    sizes = (n_inputs, *config.hidden, len(dataset.classes))
    return Architecture(sizes, config.activation, config.loss)


def _check_inputs(inputs: FeatureMap, points: Points) -> None:
    n = len(inputs.names(points.features))
    if n > MAX_INPUTS:
        raise ConfigError("inputs", f"{n} inputs are too many; a network has at most {MAX_INPUTS}.")
