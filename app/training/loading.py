"""From a configuration to its data, split into three sets, and the network they are fed to."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from app.data import measured
from app.data.dataset import Dataset
from app.data.inputs import Inputs
from app.data.points import TRAIN, Points
from app.data.registry import GENERATED, MEASURED, draw
from app.data.split import split
from app.data.table import Table
from app.mlp.architecture import MAX_INPUTS, Architecture
from app.training.config import RunConfig
from app.training.fields import ConfigError

FindTable = Callable[[str], Table | None]


@dataclass(frozen=True)
class Loader:
    """Loads what the configurations of one run describe, and sees to it that it can be trained.

    ``seed`` is that of the data; ``max_work`` bounds the network's parameters times the points. A
    run keeps its loader; that the loader knows nothing of the run frees the run as soon as it is
    let go.
    """

    seed: np.random.SeedSequence
    find_table: FindTable
    max_work: int | None

    def __call__(self, config: RunConfig) -> Dataset:
        """The dataset of ``config``; raises `ConfigError` for what cannot be trained."""
        dataset = load_dataset(config, self.find_table, np.random.default_rng(self.seed))
        check_data(config, dataset)
        check_work(architecture_of(config, dataset), dataset, self.max_work)
        return dataset


def load_dataset(config: RunConfig, find_table: FindTable, rng: np.random.Generator) -> Dataset:
    """The dataset that ``config`` describes.

    Raises `ConfigError` if its table is not there, or it leaves nothing to train on.
    """
    points = load_points(config, find_table, rng)
    sets = split(points, config.validation_fraction, config.test_fraction, rng)
    if not (sets == TRAIN).any():
        raise ConfigError("validation_fraction", "no point is left to train on; take less.")
    # What has a plane of its own was made for it, on one scale; all else is measured.
    standardize = config.standardize == "on" or (
        config.standardize == "auto" and points.plane is None
    )
    dataset = Dataset.of(points, sets, config.inputs, standardize=standardize)
    _check_inputs(dataset.inputs, points)
    return dataset


def load_points(config: RunConfig, find_table: FindTable, rng: np.random.Generator) -> Points:
    """The points of the dataset that ``config`` names, before they are split.

    Raises `ConfigError` if they are not there.
    """
    if config.dataset in GENERATED:
        n_classes = {"spirals": config.arms, "blobs": config.blobs}.get(config.dataset)
        sizes = config.n_train, config.n_validation, config.n_test
        return draw(config.dataset, *sizes, config.noise, config.imbalance, n_classes, rng)
    if config.dataset in MEASURED:
        return _load_measured(config)
    table = find_table(config.table) if config.table is not None else None
    if table is None:
        raise ConfigError("table", "this table is not on the server; upload the CSV file again.")
    return table.points


def _load_measured(config: RunConfig) -> Points:
    try:
        match config.dataset:
            case "iris":
                return measured.iris(config.iris_x, config.iris_y)
            case "wine":
                return measured.wine(config.wine_x, config.wine_y)
            case _:
                return measured.digits()
    except measured.MissingPackageError as error:
        raise ConfigError("dataset", str(error)) from None


def check_data(config: RunConfig, dataset: Dataset) -> None:
    """Raises `ConfigError` for settings that have no meaning for this dataset."""
    if config.early_stopping and not len(dataset.validation):
        raise ConfigError("early_stopping", "it needs a validation set; this one is empty.")
    if dataset.is_regression and config.loss == "naive_cross_entropy":
        raise ConfigError("loss", "a quantity is to be found, not a class; use the squared error.")


def check_work(architecture: Architecture, dataset: Dataset, max_work: int | None) -> None:
    """Raises `ConfigError` if the parameters times the points are more than ``max_work``."""
    parameters, points = architecture.n_parameters, dataset.n
    if max_work is not None and parameters * points > max_work:
        raise ConfigError(
            "hidden",
            f"{parameters:,} parameters times {points:,} points are more than the {max_work:,} "
            "that a live run may take; use fewer units or points.",
        )


def architecture_of(config: RunConfig, dataset: Dataset) -> Architecture:
    """The network that ``config`` describes, for the inputs and classes of ``dataset``.

    A regression has one output, and the squared error whatever the loss for classes.
    """
    n_inputs = len(dataset.inputs.centre)
    if dataset.is_regression:
        return Architecture((n_inputs, *config.hidden, 1), config.activation, "squared_error")
    sizes = (n_inputs, *config.hidden, len(dataset.classes))
    return Architecture(sizes, config.activation, config.loss)


def _check_inputs(inputs: Inputs, points: Points) -> None:
    n = len(inputs.names(points.features))
    if n > MAX_INPUTS:
        raise ConfigError(
            "inputs", f"{n} inputs are more than the {MAX_INPUTS} of a network; feed fewer."
        )
