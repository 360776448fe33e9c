import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.data.circles import circles
from app.data.points import TEST, TRAIN, VALIDATION


def test_rings_have_the_measured_radii():
    data = circles(20_000, 0, 0, 0.2, np.random.default_rng(0))
    radius = np.linalg.norm(data.X, axis=1)
    outer, inner = radius[data.y == 0], radius[data.y == 1]
    # The practical's file, to its own two digits: ±0.01, and its 200 points err by more than that.
    assert np.allclose([outer.mean(), outer.std()], [1.03, 0.20], atol=0.02)
    assert np.allclose([inner.mean(), inner.std()], [0.39, 0.17], atol=0.02)


@given(
    st.integers(2, 300),
    st.integers(0, 300),
    st.integers(2, 300),
    st.floats(0, 1),
    st.integers(0, 1000),
)
def test_sets_are_balanced_and_drawn_within_the_plane(n_train, n_validation, n_test, noise, seed):
    data = circles(n_train, n_validation, n_test, noise, np.random.default_rng(seed))
    for part, n in [(TRAIN, n_train), (VALIDATION, n_validation), (TEST, n_test)]:
        X, labels = data.X[data.sets == part], data.y[data.sets == part]
        assert X.shape == (n, 2)
        assert labels.sum() == n // 2
        assert part == TEST or (np.abs(X) <= data.plane.x_max).all()
    assert data.plane.x_max >= 2


def test_grid_runs_like_an_image_over_cell_centres():
    plane = circles(10, 0, 10, 0.2, np.random.default_rng(0)).plane
    grid = plane.grid(4).reshape(4, 4, 2)
    assert grid[0, 0].tolist() == [-1.5, 1.5]
    assert grid[0, :, 0].tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert grid[:, 0, 1].tolist() == [1.5, 0.5, -0.5, -1.5]
