"""Two noisy concentric rings, the practical's data."""

import numpy as np

from app.data.points import SET_NAMES, TEST, Labels, Plane, Points
from app.mlp.reference import Array

# Measured on the practical's own file: radius 1.03 ± 0.20 outside and 0.39 ± 0.17 inside, which is
# what these rings give under isotropic noise of standard deviation 0.2.
RADII = (1.0, 1.0 / 3.0)
CLASSES = ("outer ring", "inner ring")
HALF_WIDTH = 2.0  # the practical draws the plane over [-2, 2)²


def circles(
    n_train: int, n_validation: int, n_test: int, noise: float, rng: np.random.Generator
) -> Points:
    """Points on the two rings, balanced in each set, with Gaussian noise of deviation ``noise``.

    An odd point goes to the outer ring. The points of a set come in random order.
    """
    X_train, labels_train = _rings(n_train, noise, rng)
    X_test, labels_test = _rings(n_test, noise, rng)
    X_validation, labels_validation = _rings(n_validation, noise, rng)
    X = np.vstack([X_train, X_validation, X_test])
    sets = np.repeat(np.arange(len(SET_NAMES), dtype=np.int8), [n_train, n_validation, n_test])
    reach = float(np.abs(X[sets != TEST]).max())
    half = HALF_WIDTH if reach <= HALF_WIDTH else 1.05 * reach
    return Points(
        X=X,
        y=np.concatenate([labels_train, labels_validation, labels_test]),
        classes=CLASSES,
        features=("x₁", "x₂"),
        target="ring",
        sets=sets,
        plane=Plane(-half, half, -half, half),
    )


def _rings(n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Labels]:
    labels = rng.permutation(np.arange(n) % 2)
    angle = rng.uniform(0.0, 2.0 * np.pi, n)
    radius = np.array(RADII)[labels]
    points = radius[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + rng.normal(0.0, noise, (n, 2)), labels
