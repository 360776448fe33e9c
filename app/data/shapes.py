"""Shapes to classify: where in the plane the points of each class lie.

A shape is a function ``(labels int64 (N,), n_classes, noise, rng) -> X float64 (N, 2)``: the labels
come first, so that how many points a class has is nobody's concern here. Without noise a shape
stays within [-1.5, 1.5]². Its noise is Gaussian and isotropic; ``noise`` is its standard deviation
in a unit of the shape's own, of the order of the distance between classes: at 0.2 they can still be
told apart well, at 1 hardly.
"""

from collections.abc import Callable

import numpy as np

from app.data.circles import on_circles
from app.data.points import Labels
from app.mlp.reference import Array

Place = Callable[[Labels, int, float, np.random.Generator], Array]

REACH = 1.5  # of the noiseless points, from the origin along each axis
OWN_SPREAD = 0.15  # of a Gaussian cloud before any noise
XOR_GAP = 0.2  # from the points to the axes that part them
CELLS = 4  # of the checkerboard, along each side
CELL_SHARE = 0.8  # of a cell's side that has points
TURNS = 1.25  # of each spiral arm
RING_RADII = (1.5, 0.9, 0.3)
CURVE_GAP = 0.1  # from the points to the curve that parts them, upwards or downwards


def moons(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Two half circles of radius 1, each ending within the other.

    The upper is (cos t - ½, sin t - ¼) and the lower (½ - cos t, ¼ - sin t), t even over [0, π].
    """
    half_circle = on_circles(np.ones(len(labels)), rng.uniform(0.0, np.pi, len(labels)))
    upper = half_circle - [0.5, 0.25]
    return _noisy(np.where(labels[:, np.newaxis] == 0, upper, -upper), noise, rng)


def xor(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Four squares, one in each quadrant: class 0 where x₁ and x₂ have the same sign."""
    X = rng.uniform(XOR_GAP, REACH, (len(labels), 2)) * _signs(rng, len(labels))[:, np.newaxis]
    X[:, 1] *= np.where(labels == 0, 1.0, -1.0)
    return _noisy(X, noise, rng)


def gaussians(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Two Gaussian clouds around (-½, -½) and (½, ½), of deviation √(0.15² + noise²)."""
    centre = (labels - 0.5)[:, np.newaxis] * [1.0, 1.0]
    return _noisy(centre, float(np.hypot(OWN_SPREAD, noise)), rng)


def blobs(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Gaussian clouds around n points evenly on the unit circle, the first to the right.

    The unit of their deviation √(0.15² + noise²) is 5/6 of the distance between neighbours.
    """
    centre = on_circles(np.ones(len(labels)), 2.0 * np.pi * labels / n_classes)
    unit = 5.0 / 3.0 * np.sin(np.pi / n_classes)
    return _noisy(centre, unit * float(np.hypot(OWN_SPREAD, noise)), rng)


def spirals(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Spiral arms from near the centre outwards: r = 1.5 s after 1.25 s turns, s in [0.2, 1].

    s is drawn so that the points are even along an arm. Arm k of n is turned by k/n of a circle;
    the unit of the noise is the distance between neighbouring arms.
    """
    s = np.sqrt(rng.uniform(0.2**2, 1.0, len(labels)))
    angle = 2.0 * np.pi * (TURNS * s + labels / n_classes)
    unit = REACH / (TURNS * n_classes)
    return _noisy(on_circles(REACH * s, angle), unit * noise, rng)


def checkerboard(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """The cells of a 4 × 4 board over [-1.5, 1.5]², class 0 at the lower left.

    Points keep away from the edges of their cell by a tenth of its side; the unit of the noise is
    a third of that side.
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


def parted_by(curve: Callable[[Array], Array]) -> Place:
    """The shape of the points below (class 0) and above (class 1) a curve x₂ = f(x₁).

    x₁ is even over [-1.5, 1.5] and x₂ even between the curve, less a gap of 0.1, and ±1.5.
    """

    def place(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
        x = rng.uniform(-REACH, REACH, len(labels))
        side = np.where(labels == 1, 1.0, -1.0)
        nearest, farthest = curve(x) + CURVE_GAP * side, REACH * side
        y = nearest + (farthest - nearest) * rng.uniform(0.0, 1.0, len(labels))
        return _noisy(np.stack([x, y], axis=1), noise, rng)

    place.__doc__ = curve.__doc__
    return place


def _noisy(X: Array, deviation: float, rng: np.random.Generator) -> Array:
    return X + rng.normal(0.0, deviation, X.shape)


def _signs(rng: np.random.Generator, n: int) -> Array:
    return rng.choice(np.array([-1.0, 1.0]), n)
