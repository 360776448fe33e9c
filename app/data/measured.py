"""Measured data, as scikit-learn ships it: irises, wines, and handwritten digits."""

from functools import cache
from importlib.util import find_spec

import numpy as np

from app.data.points import Labels, Points
from app.mlp.reference import Array

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
INSTALL = "pip install 'mlp-live[measured]'"


class MissingPackageError(RuntimeError):
    """The package that has the measured data is not installed; the message says what to do."""


def is_available() -> bool:
    """Whether scikit-learn is installed."""
    return find_spec("sklearn") is not None


def missing(name: str) -> str:
    """What is missing for one of the datasets, and how to get it."""
    return f"{TITLES[name]} needs scikit-learn; install it with {INSTALL}."


def iris(x: str, y: str) -> Points:
    """Fisher's 150 irises of three species, two of their four measures; names of `IRIS_FEATURES`.

    Raises `MissingPackageError`.
    """
    return _two_features("iris", IRIS_FEATURES, x, y, "species")


def wine(x: str, y: str) -> Points:
    """178 wines of three growers of one region, two of 13 measures; names of `WINE_FEATURES`.

    Raises `MissingPackageError`.
    """
    return _two_features("wine", WINE_FEATURES, x, y, "grower")


def digits() -> Points:
    """1,797 handwritten digits of 8 × 8 pixels, as their first two principal components.

    The components are those of all rows, whichever set they come to be in: no label has a say in
    them, only pixels. Ten classes overlap in two numbers: no network can tell all of them apart.
    Raises `MissingPackageError`.
    """
    pixels, labels = _load("digits")
    return Points(
        X=principal_components(pixels, 2),
        y=labels,
        classes=tuple("0123456789"),
        features=("1st component", "2nd component"),
        target="digit",
    )


def principal_components(X: Array, n: int) -> Array:
    """The rows of ``X`` (N, D) in its ``n`` directions of largest variance, (N, n).

    Each direction points to where its largest coordinate is positive, which makes it unique.
    """
    centred = X - X.mean(axis=0)
    # From the small D × D matrix: of N rows' own decomposition most would be thrown away.
    directions = np.linalg.eigh(centred.T @ centred).eigenvectors[:, ::-1][:, :n].T
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(n), largest])
    components: Array = centred @ (signs[:, np.newaxis] * directions).T
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
        raise MissingPackageError(missing(name))
    return _read(name)


@cache
def _read(name: str) -> tuple[Array, Labels]:
    from sklearn import datasets  # here, as it takes two seconds

    X, labels = getattr(datasets, f"load_{name}")(return_X_y=True)
    return X.astype(np.float64), labels.astype(np.int64)
