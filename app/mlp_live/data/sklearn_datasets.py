"""Datasets that come with scikit-learn: irises, wines and handwritten digits."""

from dataclasses import replace
from functools import cache
from importlib.util import find_spec

import numpy as np

from mlp_live.data.points import TRAIN, Labels, Points, Sets
from mlp_live.nn.reference import Array

IRIS_FEATURES = {
    "sepal_length": "sepal length (cm)",
    "sepal_width": "sepal width (cm)",
    "petal_length": "petal length (cm)",
    "petal_width": "petal width (cm)",
}
WINE_FEATURES = {
    "alcohol": "alcohol (%)",
    "malic_acid": "malic acid (g/l)",
    "ash": "ash (g/l)",
    "alcalinity": "alcalinity of ash",
    "magnesium": "magnesium (mg/l)",
    "phenols": "phenols",
    "flavanoids": "flavanoids",
    "nonflavanoid_phenols": "nonflavanoid phenols",
    "proanthocyanins": "proanthocyanins",
    "color": "color intensity",
    "hue": "hue",
    "dilution": "OD280/OD315",
    "proline": "proline (mg/l)",
}
TITLES = {"iris": "Iris", "wine": "Wine", "digits": "Digits, two components"}
SIZES = {"iris": (150, 3), "wine": (178, 3), "digits": (1797, 10)}  # rows and classes
INSTALL = "pip install 'mlp-live[measured]'"


class MissingPackageError(RuntimeError):
    """Raised if scikit-learn is not installed; the message says how to install it."""


def is_available() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


def missing_message(name: str) -> str:
    """The message that dataset ``name`` needs scikit-learn, and how to install it."""
    return f"{TITLES[name]} needs scikit-learn; install it with {INSTALL}."


def iris(x: str, y: str) -> Points:
    """Two of the four features of Fisher's 150 irises, of three species.

    ``x`` and ``y`` are names in `IRIS_FEATURES`. Raises `MissingPackageError`.
    """
    return _two_features("iris", IRIS_FEATURES, x, y, "species")


def wine(x: str, y: str) -> Points:
    """Two of the 13 features of 178 wines, of three growers of one region.

    ``x`` and ``y`` are names in `WINE_FEATURES`. Raises `MissingPackageError`.
    """
    return _two_features("wine", WINE_FEATURES, x, y, "grower")


def digits() -> Points:
    """1,797 handwritten digits of 8 × 8 pixels: 64 features. Raises `MissingPackageError`."""
    pixels, labels = _load("digits")
    return Points(
        X=pixels,
        y=labels,
        classes=tuple("0123456789"),
        features=tuple(f"pixel {i}" for i in range(pixels.shape[1])),
        target="digit",
    )


def two_components(points: Points, sets: Sets) -> Points:
    """``points``, split by ``sets`` and reduced to two principal components.

    The components are those of the training set, so that nothing is computed from the other sets.
    """
    X = principal_components(points.X, points.X[sets == TRAIN], 2)
    return replace(points, X=X, features=("1st component", "2nd component"), sets=sets)


def principal_components(X: Array, fitted_on: Array, n: int) -> Array:
    """The rows of ``X`` (N, D) in the first ``n`` principal components of other rows: (N, n).

    ``fitted_on``, (M, D), are the rows that mean and components are computed from. The sign of each
    direction is chosen so that its largest coordinate is positive.
    """
    mean = fitted_on.mean(axis=0)
    centered = fitted_on - mean
    # The eigenvectors of the small D × D matrix are cheaper than the SVD of all M rows.
    directions = np.linalg.eigh(centered.T @ centered).eigenvectors[:, ::-1][:, :n].T
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(n), largest])
    components: Array = (X - mean) @ (signs[:, np.newaxis] * directions).T
    return components


def _two_features(name: str, features: dict[str, str], x: str, y: str, target: str) -> Points:
    X, labels = _load(name)
    columns = [list(features).index(chosen) for chosen in (x, y)]
    classes = {
        "iris": ("setosa", "versicolor", "virginica"),
        "wine": ("grower 1", "grower 2", "grower 3"),
    }
    return Points(
        X=X[:, columns],
        y=labels,
        classes=classes[name],
        features=(features[x], features[y]),
        target=target,
    )


def _load(name: str) -> tuple[Array, Labels]:
    if not is_available():
        raise MissingPackageError(missing_message(name))
    return _read(name)


@cache
def _read(name: str) -> tuple[Array, Labels]:
    from sklearn import datasets  # imported late because it takes two seconds

    X, labels = getattr(datasets, f"load_{name}")(return_X_y=True)
    return X.astype(np.float64), labels.astype(np.int64)
