"""Every field of the data: what it says of the points that a run has loaded."""

from itertools import pairwise
from math import hypot, isnan, nan
from typing import Any

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from mlp_live.data.points import TRAIN
from mlp_live.data.sklearn_datasets import digits
from mlp_live.data.split import split
from mlp_live.data.table import read_table
from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run
from tests.training.fields.cases import LOSS_TOLERANCE, NETWORK, about, choices
from tests.training.fields.peers import Array, Peer, streams
from tests.training.fields.places import (
    CLOUDS,
    GENERATED,
    HEIGHTS,
    N_CLASSES,
    PLACES,
    SHAPES,
    SURFACES,
    centers,
    on_spirals,
    unit_of_noise,
)

# Names of scikit-learn's columns, where they are not those of the choices.
IRIS = {name: name.replace("_", " ") + " (cm)" for name in choices("iris_x")}
WINE = {name: name for name in choices("wine_x")} | {
    "alcalinity": "alcalinity_of_ash",
    "phenols": "total_phenols",
    "color": "color_intensity",
    "dilution": "od280/od315_of_diluted_wines",
}


def dataset(**values: Any) -> Any:
    return Run(RunConfig(batch_size=1, **values)).dataset


def points(loaded: Any) -> tuple[Array, Any]:
    """The points and labels of all sets."""
    sets = loaded.train, loaded.validation, loaded.test
    return np.vstack([one.X for one in sets]), np.concatenate([one.y for one in sets])


def rows(*columns: Any) -> list[tuple[float, ...]]:
    """Rows of these columns, in an order that does not depend on the split."""
    return sorted(zip(*columns, strict=True))


@about("dataset")
@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_dataset_has_its_classes_at_their_places(name: str) -> None:
    loaded = dataset(dataset=name, noise=0)
    X, y = points(loaded)
    assert len(loaded.classes) == N_CLASSES[name]
    if name in SURFACES:
        np.testing.assert_allclose(y, HEIGHTS[name](*X.T), atol=1e-12)
        return
    assert set(y) == set(range(N_CLASSES[name]))
    if name in CLOUDS:
        assert_deviation(X - centers(name, y), 0.15 * unit_of_noise(name, 4))
    else:
        assert np.all(PLACES[name](X, y))


def test_every_dataset_is_tested_in_this_module() -> None:
    assert {*PLACES, *HEIGHTS, *CLOUDS, "iris", "wine", "digits", "table"} == set(
        choices("dataset")
    )


def assert_deviation(noise: Array, deviation: float) -> None:
    """N normal numbers have their deviation to within 1/√(2N), once in 10⁶ times to within 5."""
    n = noise.size
    assert noise.std() == pytest.approx(deviation, rel=5 / np.sqrt(2 * n))
    assert np.abs(noise.mean()) < 5 * deviation / np.sqrt(n)


def split_counts(n_of_class: int, validation: float, test: float) -> list[int]:
    n_validation, n_test = round(validation * n_of_class), round(test * n_of_class)
    return [n_of_class - n_validation - n_test, n_validation, n_test]


@about("iris_x", "iris_y")
@pytest.mark.parametrize(
    ("x", "y"), [(x, y) for x in IRIS for y in IRIS if x != y], ids=lambda name: name
)
def test_the_features_of_iris_are_the_chosen_columns(x: str, y: str) -> None:
    theirs = sklearn_datasets.load_iris()
    columns = [theirs.data[:, theirs.feature_names.index(IRIS[name])] for name in (x, y)]
    X, labels = points(dataset(dataset="iris", iris_x=x, iris_y=y))
    assert rows(*X.T, labels) == rows(*columns, theirs.target)


@about("wine_x", "wine_y")
@pytest.mark.parametrize(("x", "y"), [*pairwise([*WINE, "alcohol"])])
def test_the_features_of_wine_are_the_chosen_columns(x: str, y: str) -> None:
    theirs = sklearn_datasets.load_wine()
    columns = [theirs.data[:, theirs.feature_names.index(WINE[name])] for name in (x, y)]
    X, labels = points(dataset(dataset="wine", wine_x=x, wine_y=y))
    assert rows(*X.T, labels) == rows(*columns, theirs.target)


@about("dataset")
def test_digits_are_the_two_principal_components_of_scikit_learns_training_digits() -> None:
    pixels, labels = sklearn_datasets.load_digits(return_X_y=True)
    loaded = dataset(dataset="digits")
    assert loaded.classes == tuple("0123456789")
    rng = np.random.default_rng(streams(0)[0])
    of_train = split(digits(), 0.2, 0.2, rng) == TRAIN
    centered = pixels - pixels[of_train].mean(axis=0)
    _, _, directions = np.linalg.svd(centered[of_train], full_matrices=False)
    X, y = points(loaded)
    # A component has either sign.
    for ours, theirs in zip(X.T, (centered @ directions.T).T[:2], strict=True):
        same = rows(np.round(ours, 8), y) == rows(np.round(theirs, 8), labels)
        assert same or rows(np.round(-ours, 8), y) == rows(np.round(theirs, 8), labels)


def csv(numbers: Any) -> Any:
    lines = [",".join(map(str, row)) for row in numbers]
    return read_table("\n".join(["a,b,label", *lines]).encode())


@about("dataset", "table")
def test_the_points_of_a_table_are_the_rows_of_the_one_with_this_digest() -> None:
    numbers = [[(i, -0.5 * i, i % 2) for i in range(n)] for n in (30, 40)]
    tables = {table.digest: table for table in map(csv, numbers)}
    for digest, expected in zip(tables, numbers, strict=True):
        run = Run(RunConfig(dataset="table", table=digest), tables.get)
        X, labels = points(run.dataset)
        assert rows(*X.T, labels) == sorted(expected)
    first, second = tables
    run = Run(RunConfig(dataset="table", table=first), tables.get)
    run.change({"table": second}, [])
    assert rows(*points(run.dataset)[0].T, points(run.dataset)[1]) == sorted(numbers[1])


@about("arms")
@pytest.mark.parametrize("arms", [2, 3, 5])
def test_arms_is_the_number_of_spirals_and_classes(arms: int) -> None:
    loaded = dataset(dataset="spirals", arms=arms, noise=0)
    assert len(loaded.classes) == arms
    assert on_spirals(*points(loaded), arms)


@about("blobs")
@pytest.mark.parametrize("blobs", [2, 3, 10])
def test_blobs_is_the_number_of_clusters_and_classes(blobs: int) -> None:
    loaded = dataset(dataset="blobs", blobs=blobs, noise=0, n_train=2000)
    X, y = points(loaded)
    assert len(loaded.classes) == blobs
    assert set(y) == set(range(blobs))
    assert_deviation(X - centers("blobs", y, blobs), 0.15 * unit_of_noise("blobs", blobs))


@about("n_train", "n_validation", "n_test")
@pytest.mark.parametrize("name", ["circles", "wave"])
@pytest.mark.parametrize("sizes", [(2, 0, 2), (37, 11, 5), (200, 0, 90), (31, 300, 2)])
def test_the_sets_have_the_numbers_of_points_asked_for(name: str, sizes: Any) -> None:
    names = ("n_train", "n_validation", "n_test")
    loaded = dataset(dataset=name, **dict(zip(names, sizes, strict=True)))
    assert (len(loaded.train), len(loaded.validation), len(loaded.test)) == sizes


@about("noise")
@pytest.mark.parametrize("noise", [0.05, 0.4, 1.0])
@pytest.mark.parametrize("name", GENERATED)
def test_noise_is_the_standard_deviation_in_the_unit_of_the_dataset(
    name: str, noise: float
) -> None:
    sizes = {"n_train": 2000, "n_validation": 1000}
    X, y = points(dataset(dataset=name, noise=noise, **sizes))
    if name in SURFACES:
        assert_deviation(y - HEIGHTS[name](*X.T), noise)
    elif name in CLOUDS:
        unit = unit_of_noise(name, 4)
        assert_deviation(X - centers(name, y), unit * hypot(0.15, noise))
    else:
        # The same seed gives the same places, and the same normal numbers times the noise.
        without, labels = points(dataset(dataset=name, noise=0, **sizes))
        assert (y == labels).all()
        assert_deviation(X - without, noise * unit_of_noise(name, 2))


@about("imbalance")
@pytest.mark.parametrize("imbalance", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("name", SHAPES)
def test_each_class_is_smaller_than_the_one_before_it_by_the_imbalance(
    name: str, imbalance: float
) -> None:
    loaded = dataset(dataset=name, imbalance=imbalance, n_train=500)
    for one in (loaded.train, loaded.validation, loaded.test):
        shares = (1 - imbalance) ** np.arange(N_CLASSES[name])
        counts = np.bincount(one.y, minlength=N_CLASSES[name])
        # Less than 1 is due to rounding, and 1 to a class that has its one point in any case.
        assert np.abs(counts - len(one) * shares / shares.sum()).max() < 2
        assert counts.min() >= 1


@about("validation_fraction", "test_fraction")
@pytest.mark.parametrize(
    ("validation", "test"), [(0.2, 0.2), (0.0, 0.0), (0.1, 0.3), (0.45, 0.1), (0.3, 0.45)]
)
def test_a_split_takes_its_fractions_of_every_class(validation: float, test: float) -> None:
    fractions = {"validation_fraction": validation, "test_fraction": test}
    table = csv([(i, -i, "ab"[i % 4 == 0]) for i in range(80)])
    in_table = RunConfig(dataset="table", table=table.digest, **fractions)
    for loaded, class_sizes in (
        (dataset(dataset="iris", **fractions), [50, 50, 50]),
        (dataset(dataset="wine", **fractions), [59, 71, 48]),
        (Run(in_table, {table.digest: table}.get).dataset, [60, 20]),
    ):
        for label, n in enumerate(class_sizes):
            sets = loaded.train, loaded.validation, loaded.test
            assert [(one.y == label).sum() for one in sets] == split_counts(n, validation, test)


@about("show_test")
@pytest.mark.parametrize("in_one_call", [False, True])
@pytest.mark.parametrize("show_test", [False, True])
def test_there_are_test_curves_only_if_the_test_set_is_shown(
    show_test: bool, in_one_call: bool
) -> None:
    run = Run(RunConfig(**NETWORK | {"show_test": show_test}))
    peer = Peer(run.config, run.dataset)
    while not run.done:
        if in_one_call:
            run.advance_epochs(run.config.epochs)
        else:
            run.advance(1)
    for epoch in range(run.config.epochs + 1):
        expected = peer.loss(peer.theta, *peer.prepared(run.dataset.test)) if show_test else nan
        metrics = run.history[epoch]
        found = metrics.test_loss
        np.testing.assert_allclose(found, expected, rtol=2 * LOSS_TOLERANCE, equal_nan=True)
        assert isnan(metrics.test_score) != show_test
        peer.train_epoch(epoch)


@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1])
def test_the_data_come_from_the_first_stream_of_the_seed(seed: int) -> None:
    loaded = dataset(dataset="plane", seed=seed, noise=0.3, n_validation=50)
    rng = np.random.default_rng(streams(seed)[0])
    for one in (loaded.train, loaded.test, loaded.validation):  # in the order of their generation
        X = 4 * rng.random((len(one), 2)) - 2
        np.testing.assert_allclose(one.X, X, atol=1e-12)
        y = HEIGHTS["plane"](*X.T) + 0.3 * rng.standard_normal(len(one))
        np.testing.assert_allclose(one.y, y, atol=1e-12)


@pytest.mark.parametrize("name", choices("dataset")[:-1])
def test_every_seed_has_data_or_a_split_of_its_own(name: str) -> None:
    first, again, other = (dataset(dataset=name, seed=seed).train.X for seed in (1, 1, 2))
    assert (first == again).all()
    assert first.shape == other.shape
    assert not (first == other).all()
