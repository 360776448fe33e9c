import numpy as np

from mlp_live.data.points import TRAIN
from mlp_live.data.registry import generate


def test_rings_have_the_measured_radii():
    data = generate("circles", 20_000, 0, 2, 0.2, 0.0, None, np.random.default_rng(0))
    train = data.sets == TRAIN
    radius, labels = np.linalg.norm(data.X[train], axis=1), data.y[train]
    outer, inner = radius[labels == 0], radius[labels == 1]
    # The practical's file, to its own two digits: ±0.01, and its 200 points err by more than that.
    assert np.allclose([outer.mean(), outer.std()], [1.03, 0.20], atol=0.02)
    assert np.allclose([inner.mean(), inner.std()], [0.39, 0.17], atol=0.02)


def test_grid_runs_like_an_image_over_cell_centers():
    points = generate("circles", 10, 0, 10, 0.2, 0.0, None, np.random.default_rng(0))
    grid = points.extent.grid(4).reshape(4, 4, 2)
    assert grid[0, 0].tolist() == [-1.5, 1.5]
    assert grid[0, :, 0].tolist() == [-1.5, -0.5, 0.5, 1.5]
    assert grid[:, 0, 1].tolist() == [1.5, 0.5, -0.5, -1.5]
