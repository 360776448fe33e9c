"""Generated points: their numbers, their labels, their noise, and where each shape puts them.

The module is long because every shape and every surface has a rule of its own.
"""

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_live.data.circles import RADII
from mlp_live.data.points import TEST, TRAIN, VALIDATION
from mlp_live.data.registry import GENERATED, SHAPES, SURFACES, generate, labels_of
from mlp_live.data.shapes import absolute, cubic, sine
from mlp_live.data.surfaces import bumps, plane, wave

generated = st.sampled_from(sorted(GENERATED))
sizes = st.integers(2, 300)
noises = st.floats(0, 1)
imbalances = st.floats(0, 0.9)


def drawn(name, n=200, noise=0.2, imbalance=0.0, n_classes=None, seed=0, n_validation=0):
    rng = np.random.default_rng(seed)
    return generate(name, n, n_validation, n, noise, imbalance, n_classes, rng)


@given(generated, sizes, st.integers(0, 200), sizes, noises, imbalances, st.integers(0, 1000))
def test_sets_have_their_sizes_and_lie_within_the_plane(
    name, n_train, n_validation, n_test, noise, imbalance, seed
):
    rng = np.random.default_rng(seed)
    points = generate(name, n_train, n_validation, n_test, noise, imbalance, None, rng)
    assert points.X.shape == (n_train + n_validation + n_test, 2)
    assert np.bincount(points.sets, minlength=3).tolist() == [n_train, n_validation, n_test]
    seen = np.abs(points.X[points.sets != TEST])
    assert (seen <= points.extent.x_max).all()
    assert points.extent.x_min == points.extent.y_min == -points.extent.x_max
    assert points.extent.y_max == points.extent.x_max >= 2
    if points.is_regression:
        assert points.y.dtype == np.float64
        assert np.isfinite(points.y).all()
    else:
        assert points.y.dtype == np.int64
        assert set(points.y) <= set(range(len(points.classes)))


@given(generated, sizes, noises, st.integers(0, 1000))
def test_same_seed_gives_the_same_bytes(name, n, noise, seed):
    once, again = (drawn(name, n, noise, seed=seed) for _ in range(2))
    assert once.X.tobytes() == again.X.tobytes()
    assert once.y.tobytes() == again.y.tobytes()


@given(generated, sizes, st.integers(1, 200), st.integers(0, 1000))
def test_a_validation_set_changes_no_other_point(name, n, n_validation, seed):
    without, given_one = (
        drawn(name, n, seed=seed),
        drawn(name, n, seed=seed, n_validation=n_validation),
    )
    for of in (TRAIN, TEST):
        assert (without.X[without.sets == of] == given_one.X[given_one.sets == of]).all()
        assert (without.y[without.sets == of] == given_one.y[given_one.sets == of]).all()
    assert (given_one.sets == VALIDATION).sum() == n_validation


@given(generated, st.floats(0, 0.1), st.integers(0, 1000))
def test_points_of_low_noise_fit_in_the_practicals_plane(name, noise, seed):
    assert drawn(name, noise=noise, seed=seed, n_classes=2).extent.x_max == 2


@given(st.integers(0, 500), st.integers(2, 10), imbalances, st.integers(0, 1000))
def test_classes_weigh_less_and_less(n, n_classes, imbalance, seed):
    labels = labels_of(n, n_classes, imbalance, np.random.default_rng(seed))
    counts = np.bincount(labels, minlength=n_classes)
    assert counts.sum() == len(labels) == n
    assert len(counts) == n_classes
    assert (np.diff(counts) <= 0).all()
    if n >= n_classes:
        assert counts.min() >= 1
    shares = (1 - imbalance) ** np.arange(n_classes)
    wanted = n * shares / shares.sum()
    lifted = (wanted < 1).sum()  # classes that get their one point whatever they weigh
    assert (np.abs(counts - wanted) <= 1 + lifted).all()


@given(st.integers(0, 500), st.integers(2, 10), st.integers(0, 1000))
def test_balanced_labels_are_as_even_as_can_be(n, n_classes, seed):
    counts = np.bincount(labels_of(n, n_classes, 0.0, np.random.default_rng(seed)))
    assert n == 0 or counts.max() - counts.min() <= 1


@given(st.sampled_from(["spirals", "blobs"]), st.integers(2, 5), imbalances, st.integers(0, 100))
def test_as_many_arms_and_blobs_as_are_asked_for(name, n_classes, imbalance, seed):
    points = drawn(name, n_classes=n_classes, imbalance=imbalance, seed=seed)
    assert len(points.classes) == len(set(points.classes)) == n_classes
    for of in (TRAIN, TEST):
        assert set(points.y[points.sets == of]) == set(range(n_classes))


def test_the_default_circles_are_those_of_the_first_release():
    points = drawn("circles")
    content = points.X.tobytes() + points.y.tobytes()
    assert hashlib.sha256(content).hexdigest()[:16] == "a331e49c32e23c37"


def nearest_arm(X, n):
    """The arm that a noiseless point of the spirals lies on, by its angle at its radius."""
    s = np.hypot(*X.T) / 1.5
    turned = np.arctan2(X[:, 1], X[:, 0]) / (2 * np.pi) - 1.25 * s
    return np.rint(turned * n).astype(int) % n


def nearest_blob(X, n):
    return np.rint(np.arctan2(X[:, 1], X[:, 0]) / (2 * np.pi) * n).astype(int) % n


# What tells the classes of noiseless points apart, written independently of how they are placed.
RULES = {
    "circles": lambda X: np.hypot(*X.T) < sum(RADII) / 2,
    "moons": lambda X: np.abs(np.hypot(X[:, 0] + 0.5, X[:, 1] + 0.25) - 1) > 1e-9,
    "xor": lambda X: X[:, 0] * X[:, 1] < 0,
    "gaussians": lambda X: X.sum(axis=1) > 0,
    "spirals": lambda X: nearest_arm(X, 5),
    "blobs": lambda X: nearest_blob(X, 10),
    "checkerboard": lambda X: np.floor(X / 0.75).sum(axis=1) % 2,
    "rings": lambda X: 2 - np.floor(np.hypot(*X.T) / 0.6),
    "sine": lambda X: X[:, 1] > np.sin(2 * X[:, 0]) / 2,
    "cubic": lambda X: X[:, 1] > 0.75 * X[:, 0] ** 3 - 1.5 * X[:, 0],
    "absolute": lambda X: X[:, 1] > np.maximum(X[:, 0], -X[:, 0]) - 0.75,
}


@pytest.mark.parametrize("name", SHAPES)
def test_without_noise_a_rule_tells_the_classes_apart(name):
    points = drawn(name, 1000, noise=0.0)
    assert set(points.y) == set(range(len(points.classes)))
    right = RULES[name](points.X) == points.y
    clouds = name in ("gaussians", "blobs")  # which have a spread, and so a tail, of their own
    assert right.mean() > 0.99 if clouds else right.all()


@pytest.mark.parametrize("name", SHAPES)
def test_at_most_noise_a_shape_spreads_by_its_unit(name):
    spread = drawn(name, 2000, noise=1.0).X.std() / drawn(name, 2000, noise=0.0).X.std()
    assert spread > 1.04


@pytest.mark.parametrize("curve", [sine, cubic, absolute])
def test_curves_leave_room_on_both_sides(curve):
    assert np.abs(curve(np.linspace(-1.5, 1.5, 301))).max() < 1.2


def test_fields_are_their_formulas():
    X = np.random.default_rng(0).uniform(-2, 2, (50, 2))
    for (a, b), flat, bumpy, wavy in zip(X, plane(X), bumps(X), wave(X), strict=True):
        assert flat == pytest.approx((a + b) / 2)
        heights = [
            2 * p * q * np.exp(-((a - p) ** 2 + (b - q) ** 2) / 0.72)
            for p in (-1, 1)
            for q in (-1, 1)
        ]
        assert bumpy == pytest.approx(sum(heights), abs=1e-12)
        assert wavy == pytest.approx(np.sin(np.pi * (a * a + b * b) ** 0.5), abs=1e-12)


@pytest.mark.parametrize("name", SURFACES)
def test_noise_is_added_to_what_a_field_gives(name):
    f = SURFACES[name].f
    exact, noisy = drawn(name, noise=0.0), drawn(name, 10_000, noise=0.5)
    assert (exact.y == f(exact.X)).all()
    error = noisy.y - f(noisy.X)
    assert error.mean() == pytest.approx(0, abs=0.02)
    assert error.std() == pytest.approx(0.5, rel=0.02)


# The noise of each shape at 1: a standard deviation in the units of the plane.
UNITS = {
    "circles": 1,
    "moons": 1,
    "xor": 1,
    "spirals": 1.5 / (1.25 * 5),  # the distance between neighbors of five arms
    "checkerboard": 0.25,  # a third of a cell's side
    "rings": 0.6,
    "sine": 1,
    "cubic": 1,
    "absolute": 1,
}


@pytest.mark.parametrize(("name", "unit"), UNITS.items())
def test_noise_moves_a_point_by_its_unit_in_any_direction(name, unit):
    moved = drawn(name, 5000, noise=0.3).X - drawn(name, 5000, noise=0.0).X
    # of 10,000 draws in each direction, four standard errors: 1 % of the mean, 0.7 % each
    assert np.abs(moved.mean(axis=0)).max() < 4 * 0.3 * unit / 100
    assert moved.std(axis=0) == pytest.approx([0.3 * unit] * 2, rel=0.03)
    assert abs(np.corrcoef(moved.T)[0, 1]) < 0.04


@pytest.mark.parametrize(
    ("name", "unit"), [("gaussians", 1), ("blobs", 5 / 3 * np.sin(np.pi / 10))]
)
@pytest.mark.parametrize("noise", [0.0, 0.2, 1.0])
def test_clouds_have_a_spread_of_their_own(name, unit, noise):
    points = drawn(name, 5000, noise=noise)
    labels = points.y[:, np.newaxis]
    centers = {
        "gaussians": np.where(labels == 0, -0.5, 0.5) * np.ones(2),
        "blobs": np.hstack([np.cos(np.pi / 5 * labels), np.sin(np.pi / 5 * labels)]),
    }
    error = points.X - centers[name]
    assert np.abs(error.mean(axis=0)).max() < 0.04 * unit * (0.15 + noise)
    assert error.std(axis=0) == pytest.approx([unit * (0.15**2 + noise**2) ** 0.5] * 2, rel=0.03)


def spread_evenly(values, low, high):
    """Whether the values are uniform between two bounds."""
    assert low - 1e-9 <= values.min()
    assert values.max() <= high + 1e-9
    places = (np.sort(values) - low) / (high - low)
    # Kolmogorov and Smirnov: above 1.95 once in a thousand times
    distance = np.abs(places - (np.arange(len(places)) + 0.5) / len(places)).max()
    return distance < 1.95 / len(places) ** 0.5


def of_class(name, label, n=3000):
    points = drawn(name, n, noise=0.0)
    return points.X[points.y == label]


@pytest.mark.parametrize(("name", "radii"), [("circles", [1, 1 / 3]), ("rings", [1.5, 0.9, 0.3])])
def test_rings_are_circles_all_around(name, radii):
    for label, radius in enumerate(radii):
        X = of_class(name, label)
        assert np.hypot(*X.T) == pytest.approx(np.full(len(X), radius))
        assert spread_evenly(np.arctan2(X[:, 1], X[:, 0]), -np.pi, np.pi)


@pytest.mark.parametrize(("label", "side"), [(0, 1), (1, -1)])
def test_moons_are_half_circles(label, side):
    X = side * of_class("moons", label) + [0.5, 0.25]
    assert np.hypot(*X.T) == pytest.approx(np.ones(len(X)))
    assert spread_evenly(np.arctan2(X[:, 1], X[:, 0]), 0, np.pi)


@pytest.mark.parametrize("label", [0, 1])
def test_the_squares_of_xor_keep_away_from_the_axes(label):
    X = of_class("xor", label)
    for axis in range(2):
        assert spread_evenly(np.abs(X[:, axis]), 0.2, 1.5)
    # as many in each of two quadrants: four standard errors of 3000 draws
    assert (X[:, 0] > 0).mean() == pytest.approx(0.5, abs=4 * 0.5 / len(X) ** 0.5)


def test_arms_turn_one_and_a_quarter_times_outwards():
    for label in range(5):
        X = of_class("spirals", label)
        s = np.hypot(*X.T) / 1.5
        assert spread_evenly(s**2, 0.04, 1)
        angle = 2 * np.pi * (1.25 * s + label / 5)
        assert pytest.approx(1.5 * np.stack([s * np.cos(angle), s * np.sin(angle)], axis=1)) == X


def test_the_cells_of_the_checkerboard_are_filled_but_for_their_edges():
    points = drawn("checkerboard", 6000, noise=0.0)
    cell = np.floor(points.X / 0.75)
    for axis in range(2):
        assert spread_evenly((points.X / 0.75 - cell)[:, axis], 0.1, 0.9)
    counts = np.unique(cell, axis=0, return_counts=True)[1]
    # 12,000 points in 16 cells; the standard error of a count is below √750
    assert len(counts) == 16
    assert np.abs(counts - 750).max() < 4 * 750**0.5


@pytest.mark.parametrize(
    ("name", "curve"), [("sine", sine), ("cubic", cubic), ("absolute", absolute)]
)
def test_both_sides_of_a_curve_are_filled_but_for_a_gap(name, curve):
    for label, side in [(0, -1), (1, 1)]:
        x, y = of_class(name, label).T
        assert spread_evenly(x, -1.5, 1.5)
        nearest = curve(x) + 0.1 * side
        assert spread_evenly((y - nearest) / (1.5 * side - nearest), 0, 1)


@pytest.mark.parametrize("name", SURFACES)
def test_a_surface_is_sampled_all_over_the_plane(name):
    X = drawn(name, 3000).X
    for axis in range(2):
        assert spread_evenly(X[:, axis], -2, 2)


@given(generated, noises, st.integers(0, 100))
def test_the_plane_grows_with_the_points_that_are_seen(name, noise, seed):
    points = drawn(name, noise=noise, seed=seed)
    reach = np.abs(points.X[points.sets != TEST]).max()
    assert points.extent.x_max == pytest.approx(2 if reach <= 2 else 1.05 * reach)
    assert points.target == ("y" if points.is_regression else "class")


@pytest.mark.parametrize("n", range(2, 11))
def test_as_few_labels_as_classes_are_one_of_each(n):
    labels = labels_of(n, n, 0.9, np.random.default_rng(0))
    assert sorted(labels) == list(range(n))
