"""Every dataset that comes without a file, by name, and how points of it are drawn."""

from dataclasses import dataclass

import numpy as np

from app.data import circles, measured, shapes, surfaces
from app.data.points import SET_NAMES, TEST, Answers, Labels, Plane, Points
from app.mlp.reference import Array

HALF_WIDTH = 2.0  # the practical draws the plane over [-2, 2)²; all shapes fit in there
FEATURES = ("x₁", "x₂")


@dataclass(frozen=True)
class Shape:
    """Points of several classes; ``classes`` names as many as there can be."""

    title: str
    classes: tuple[str, ...]
    place: shapes.Place


@dataclass(frozen=True)
class Field:
    """A quantity over the plane."""

    title: str
    f: surfaces.Surface


SHAPES = {
    "circles": Shape("Circles", circles.CLASSES, circles.circles),
    "moons": Shape("Moons", ("upper moon", "lower moon"), shapes.moons),
    "xor": Shape("Exclusive or", ("same signs", "opposite signs"), shapes.xor),
    "gaussians": Shape("Two Gaussians", ("lower left", "upper right"), shapes.gaussians),
    "spirals": Shape("Spirals", tuple(f"arm {k}" for k in range(1, 6)), shapes.spirals),
    "blobs": Shape("Blobs", tuple(f"blob {k}" for k in range(1, 11)), shapes.blobs),
    "checkerboard": Shape("Checkerboard", ("dark cells", "light cells"), shapes.checkerboard),
    "rings": Shape("Three rings", ("outer ring", "middle ring", "inner ring"), shapes.rings),
    "sine": Shape("Above a sine", ("below", "above"), shapes.parted_by(shapes.sine)),
    "cubic": Shape("Above a cubic", ("below", "above"), shapes.parted_by(shapes.cubic)),
    "absolute": Shape("Above |x|", ("below", "above"), shapes.parted_by(shapes.absolute)),
}
FIELDS = {
    "plane": Field("Plane (regression)", surfaces.plane),
    "bumps": Field("Bumps (regression)", surfaces.bumps),
    "wave": Field("Wave (regression)", surfaces.wave),
}
GENERATED = {name: kind.title for name, kind in (SHAPES | FIELDS).items()}
MEASURED = measured.TITLES
TITLES = GENERATED | MEASURED


def draw(
    name: str,
    n_train: int,
    n_validation: int,
    n_test: int,
    noise: float,
    imbalance: float,
    n_classes: int | None,
    rng: np.random.Generator,
) -> Points:
    """So many points for each set of a generated dataset, the same for the same state of ``rng``.

    The points of a set come in random order. ``noise``: of a shape, see its docstring; of a field,
    the standard deviation of what is added to the target. ``imbalance`` and ``n_classes`` (None
    for all that the shape has) are of shapes only, see `labels_of`. The plane is [-2, 2]², wider
    if points of the training or the validation set lie outside.
    """
    # In this order: to ask for a validation set changes neither of the others.
    sizes = {"train": n_train, "test": n_test, "validation": n_validation}
    if name in SHAPES:
        shape = SHAPES[name]
        classes = shape.classes[:n_classes]
        drawn: dict[str, tuple[Array, Answers]] = {
            of: _place(shape, labels_of(n, len(classes), imbalance, rng), len(classes), noise, rng)
            for of, n in sizes.items()
        }
    else:
        classes = ()
        drawn = {of: _measure(FIELDS[name], n, noise, rng) for of, n in sizes.items()}
    X = np.vstack([drawn[of][0] for of in SET_NAMES])
    sets = np.repeat(np.arange(len(SET_NAMES), dtype=np.int8), [sizes[of] for of in SET_NAMES])
    reach = float(np.abs(X[sets != TEST]).max())
    half = HALF_WIDTH if reach <= HALF_WIDTH else 1.05 * reach
    return Points(
        X=X,
        y=np.concatenate([drawn[of][1] for of in SET_NAMES]),
        classes=classes,
        features=FEATURES,
        target="class" if classes else "y",
        sets=sets,
        plane=Plane(-half, half, -half, half),
    )


def labels_of(n: int, n_classes: int, imbalance: float, rng: np.random.Generator) -> Labels:
    """``n`` labels in random order, class k weighing (1 - imbalance)ᵏ; int64 (n,).

    Each class has at least one of them, if n is as large as ``n_classes``.
    """
    weights = np.power(1.0 - imbalance, np.arange(n_classes, dtype=np.float64))
    counts = _apportion(n, weights)
    classes = np.repeat(np.arange(n_classes), counts)
    # Dealt in rounds, each class in turn until it has all its own, and then shuffled.
    rounds = np.concatenate([np.arange(count) for count in counts])
    return rng.permutation(classes[np.lexsort((classes, rounds))])


def _apportion(n: int, weights: Array) -> Labels:
    """Whole numbers that add up to ``n``, by the largest remainders, and none 0 if n is enough."""
    shares = n * weights / weights.sum()
    counts: Labels = np.floor(shares).astype(np.int64)
    largest = np.argsort(counts - shares, kind="stable")
    counts[largest[: n - counts.sum()]] += 1
    while n >= len(counts) and counts.min() == 0:
        counts[counts.argmin()] += 1
        counts[counts.argmax()] -= 1
    return counts


def _place(
    shape: Shape, labels: Labels, n_classes: int, noise: float, rng: np.random.Generator
) -> tuple[Array, Answers]:
    return shape.place(labels, n_classes, noise, rng), labels


def _measure(field: Field, n: int, noise: float, rng: np.random.Generator) -> tuple[Array, Answers]:
    X = rng.uniform(-HALF_WIDTH, HALF_WIDTH, (n, 2))
    return X, field.f(X) + rng.normal(0.0, noise, n)
