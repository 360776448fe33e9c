"""The built-in datasets by name, and the generation of points."""

from dataclasses import dataclass

import numpy as np

from mlp_live.data import circles, shapes, sklearn_datasets, surfaces
from mlp_live.data.points import SET_NAMES, TEST, Extent, Labels, Points, Targets
from mlp_live.nn.reference import Array

HALF_WIDTH = 2.0  # the plane shown is [-2, 2]², as in the practical course; every shape fits
FEATURES = ("x₁", "x₂")


@dataclass(frozen=True)
class ClassificationShape:
    """Points of several classes. ``classes`` has the names of the largest number of classes."""

    title: str
    classes: tuple[str, ...]
    sample: shapes.Sample


@dataclass(frozen=True)
class RegressionSurface:
    """A quantity over the plane, which is to be predicted from x₁ and x₂."""

    title: str
    f: surfaces.Surface


SHAPES = {
    "circles": ClassificationShape("Circles", circles.CLASSES, circles.circles),
    "moons": ClassificationShape("Moons", ("upper moon", "lower moon"), shapes.moons),
    "xor": ClassificationShape("Exclusive or", ("same signs", "opposite signs"), shapes.xor),
    "gaussians": ClassificationShape(
        "Two Gaussians", ("lower left", "upper right"), shapes.gaussians
    ),
    "spirals": ClassificationShape(
        "Spirals", tuple(f"arm {k}" for k in range(1, 6)), shapes.spirals
    ),
    "blobs": ClassificationShape("Blobs", tuple(f"blob {k}" for k in range(1, 11)), shapes.blobs),
    "checkerboard": ClassificationShape(
        "Checkerboard", ("dark cells", "light cells"), shapes.checkerboard
    ),
    "rings": ClassificationShape(
        "Three rings", ("outer ring", "middle ring", "inner ring"), shapes.rings
    ),
    "sine": ClassificationShape(
        "Above a sine", ("below", "above"), shapes.separated_by(shapes.sine)
    ),
    "cubic": ClassificationShape(
        "Above a cubic", ("below", "above"), shapes.separated_by(shapes.cubic)
    ),
    "absolute": ClassificationShape(
        "Above |x|", ("below", "above"), shapes.separated_by(shapes.absolute)
    ),
}
SURFACES = {
    "plane": RegressionSurface("Plane (regression)", surfaces.plane),
    "bumps": RegressionSurface("Bumps (regression)", surfaces.bumps),
    "wave": RegressionSurface("Wave (regression)", surfaces.wave),
}
GENERATED = {name: kind.title for name, kind in (SHAPES | SURFACES).items()}
SKLEARN_DATASETS = sklearn_datasets.TITLES
TITLES = GENERATED | SKLEARN_DATASETS


def generate(
    name: str,
    n_train: int,
    n_validation: int,
    n_test: int,
    noise: float,
    imbalance: float,
    n_classes: int | None,
    rng: np.random.Generator,
) -> Points:
    """Generate the three sets of a dataset; the same state of ``rng`` gives the same points.

    The points of a set are in random order. ``noise`` is explained by each shape; for a surface it
    is the standard deviation of the noise added to the target. ``imbalance`` and ``n_classes`` are
    for shapes only, see `labels_of`; None means all classes that the shape has. The extent is
    [-2, 2]², or larger if points of the training or validation set lie outside.
    """
    # The validation set is generated last, so that its size does not change the other sets.
    sizes = {"train": n_train, "test": n_test, "validation": n_validation}
    if name in SHAPES:
        shape = SHAPES[name]
        classes = shape.classes[:n_classes]
        generated: dict[str, tuple[Array, Targets]] = {
            set_name: _sample_shape(
                shape, labels_of(n, len(classes), imbalance, rng), len(classes), noise, rng
            )
            for set_name, n in sizes.items()
        }
    else:
        classes = ()
        generated = {
            set_name: _sample_surface(SURFACES[name], n, noise, rng)
            for set_name, n in sizes.items()
        }
    X = np.vstack([generated[set_name][0] for set_name in SET_NAMES])
    sets = np.repeat(
        np.arange(len(SET_NAMES), dtype=np.int8), [sizes[set_name] for set_name in SET_NAMES]
    )
    reach = float(np.abs(X[sets != TEST]).max())
    half = HALF_WIDTH if reach <= HALF_WIDTH else 1.05 * reach
    return Points(
        X=X,
        y=np.concatenate([generated[set_name][1] for set_name in SET_NAMES]),
        classes=classes,
        features=FEATURES,
        target="class" if classes else "y",
        sets=sets,
        extent=Extent(-half, half, -half, half),
    )


def labels_of(n: int, n_classes: int, imbalance: float, rng: np.random.Generator) -> Labels:
    """``n`` labels in random order, int64 (n,).

    The size of class k is proportional to (1 - imbalance)ᵏ. Every class has at least one label if
    ``n`` is at least ``n_classes``.
    """
    weights = np.power(1.0 - imbalance, np.arange(n_classes, dtype=np.float64))
    counts = _apportion(n, weights)
    classes = np.repeat(np.arange(n_classes), counts)
    # Labels are dealt in rounds, one of each class that has any left, and then shuffled.
    rounds = np.concatenate([np.arange(count) for count in counts])
    return rng.permutation(classes[np.lexsort((classes, rounds))])


def _apportion(n: int, weights: Array) -> Labels:
    """Integers in proportion to ``weights`` that add up to ``n``, by the largest remainder method.

    Every integer is at least 1 if ``n`` is at least the number of weights.
    """
    shares = n * weights / weights.sum()
    counts: Labels = np.floor(shares).astype(np.int64)
    largest = np.argsort(counts - shares, kind="stable")
    counts[largest[: n - counts.sum()]] += 1
    while n >= len(counts) and counts.min() == 0:
        counts[counts.argmin()] += 1
        counts[counts.argmax()] -= 1
    return counts


def _sample_shape(
    shape: ClassificationShape,
    labels: Labels,
    n_classes: int,
    noise: float,
    rng: np.random.Generator,
) -> tuple[Array, Targets]:
    return shape.sample(labels, n_classes, noise, rng), labels


def _sample_surface(
    surface: RegressionSurface, n: int, noise: float, rng: np.random.Generator
) -> tuple[Array, Targets]:
    X = rng.uniform(-HALF_WIDTH, HALF_WIDTH, (n, 2))
    return X, surface.f(X) + rng.normal(0.0, noise, n)
