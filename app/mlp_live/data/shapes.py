"""Shapes to classify: generators of points for given labels.

A shape is a function ``(labels int64 (N,), n_classes, noise, rng) -> X float64 (N, 2)``. It places
one point for each label; the sizes of the classes are decided by the caller. Without noise a shape
lies within [-1.5, 1.5]². The noise is Gaussian and isotropic. ``noise`` is its standard deviation,
in a unit that each shape chooses, about the distance between its classes: at 0.2 the classes are
well separated, at 1 hardly.
"""

from collections.abc import Callable

import numpy as np

from mlp_live.data.circles import on_circles
from mlp_live.data.points import Labels
from mlp_live.nn.reference import Array

Sample = Callable[[Labels, int, float, np.random.Generator], Array]

REACH = 1.5  # largest coordinate of points without noise
OWN_SPREAD = 0.15  # standard deviation of a Gaussian cloud without noise
XOR_GAP = 0.2  # from the points to the axes that separate the classes
CELLS = 4  # cells along each side of the checkerboard
CELL_SHARE = 0.8  # fraction of a cell's side that has points
TURNS = 1.25  # turns of each spiral arm
RING_RADII = (1.5, 0.9, 0.3)
CURVE_GAP = 0.1  # vertical distance from the points to the curve that separates the classes


def moons(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Two interleaved half circles of radius 1.

    The upper one is (cos t - ½, sin t - ¼), the lower one (½ - cos t, ¼ - sin t), with t uniform
    over [0, π].
    """
    half_circle = on_circles(np.ones(len(labels)), rng.uniform(0.0, np.pi, len(labels)))
    upper = half_circle - [0.5, 0.25]
    return _noisy(np.where(labels[:, np.newaxis] == 0, upper, -upper), noise, rng)


def xor(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Four squares, one in each quadrant; class 0 where x₁ and x₂ have the same sign."""
    X = rng.uniform(XOR_GAP, REACH, (len(labels), 2)) * _signs(rng, len(labels))[:, np.newaxis]
    X[:, 1] *= np.where(labels == 0, 1.0, -1.0)
    return _noisy(X, noise, rng)


def gaussians(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Gaussian clouds around (-½, -½) and (½, ½), of standard deviation √(0.15² + noise²)."""
    center = (labels - 0.5)[:, np.newaxis] * [1.0, 1.0]
    return _noisy(center, float(np.hypot(OWN_SPREAD, noise)), rng)


def blobs(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Gaussian clouds around n evenly spaced points of the unit circle; the first is (1, 0).

    The unit of their standard deviation √(0.15² + noise²) is 5/6 of the distance between neighbors.
    """
    center = on_circles(np.ones(len(labels)), 2.0 * np.pi * labels / n_classes)
    unit = 5.0 / 3.0 * np.sin(np.pi / n_classes)
    return _noisy(center, unit * float(np.hypot(OWN_SPREAD, noise)), rng)


def spirals(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Spiral arms: radius 1.5 s after 1.25 s turns, for s in [0.2, 1].

    s² is uniform, so that the points are about evenly spaced along an arm. Arm k of n is rotated by
    k/n of a circle. The unit of the noise is the distance between neighboring arms.
    """
    s = np.sqrt(rng.uniform(0.2**2, 1.0, len(labels)))
    angle = 2.0 * np.pi * (TURNS * s + labels / n_classes)
    unit = REACH / (TURNS * n_classes)
    return _noisy(on_circles(REACH * s, angle), unit * noise, rng)


def checkerboard(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """The cells of a 4 × 4 board over [-1.5, 1.5]²; the lower left cell is of class 0.

    Without noise, points keep a distance of a tenth of a cell's side from its edges. The unit of
    the noise is a third of that side.
    """
    side = 2.0 * REACH / CELLS
    column = rng.integers(0, CELLS, len(labels))
    row = 2 * rng.integers(0, CELLS // 2, len(labels)) + (column + labels) % 2
    within = rng.uniform(-0.5 * CELL_SHARE, 0.5 * CELL_SHARE, (len(labels), 2))
    cell = np.stack([column, row], axis=1)
    return _noisy(side * (cell + 0.5 + within) - REACH, side / 3.0 * noise, rng)


def rings(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Rings of radius 1.5, 0.9 and 0.3; the unit of the noise is the distance between them."""
    angle = rng.uniform(0.0, 2.0 * np.pi, len(labels))
    return _noisy(on_circles(np.array(RING_RADII)[labels], angle), 0.6 * noise, rng)


def sine(x: Array) -> Array:
    """The curve ½ sin 2x."""
    return 0.5 * np.sin(2.0 * x)


def cubic(x: Array) -> Array:
    """The curve ¾ (x³ - 2x)."""
    return 0.75 * (x**3 - 2.0 * x)


def absolute(x: Array) -> Array:
    """The curve |x| - ¾."""
    return np.abs(x) - 0.75


def separated_by(curve: Callable[[Array], Array]) -> Sample:
    """The shape with class 0 below and class 1 above the curve x₂ = f(x₁).

    x₁ is uniform over [-1.5, 1.5]; x₂ is uniform between ±1.5 and a distance of 0.1 to the curve.
    """

    def sample(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
        x = rng.uniform(-REACH, REACH, len(labels))
        side = np.where(labels == 1, 1.0, -1.0)
        nearest, farthest = curve(x) + CURVE_GAP * side, REACH * side
        y = nearest + (farthest - nearest) * rng.uniform(0.0, 1.0, len(labels))
        return _noisy(np.stack([x, y], axis=1), noise, rng)

    sample.__doc__ = curve.__doc__
    return sample


def _noisy(X: Array, deviation: float, rng: np.random.Generator) -> Array:
    return X + rng.normal(0.0, deviation, X.shape)


def _signs(rng: np.random.Generator, n: int) -> Array:
    return rng.choice(np.array([-1.0, 1.0]), n)
