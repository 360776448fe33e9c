"""Prediction grids of two classes, of many and of a regression, and their reduction to a byte."""

import numpy as np
import pytest

from mlp_live.rendering.prediction_grid import STEPS, argmax_grid, prediction_grid
from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run


def dataset_of(name, **config):
    return Run(RunConfig(dataset=name, n_train=30, n_test=10, **config)).dataset


def grid_of(dataset, loss, *cells):
    """The prediction grid of 2 × 2 cells with these predictions."""
    return prediction_grid(np.array(cells, np.float32), dataset, loss, 2)


def test_two_classes_show_the_probability_of_the_second():
    cells = [0.8, 0.2], [0.5, 0.5], [0.0, 1.0], [np.nan, np.nan]
    grid = grid_of(dataset_of("circles"), "cross_entropy", *cells)
    assert grid.tolist() == [[51, 128], [255, 128]]


def test_two_classes_show_the_difference_of_the_outputs_under_the_squared_error():
    cells = [1.0, 0.0], [0.3, 0.3], [-4.0, 9.0], [0.75, 0.25]
    grid = grid_of(dataset_of("circles"), "squared_error", *cells)
    assert grid.tolist() == [[0, 128], [255, 64]]


def test_many_classes_show_each_ones_probability():
    dataset = dataset_of("blobs", blobs=3)
    cells = [1.0, 0.0, 0.0], [0.2, 0.2, 0.6], [0.4, 0.4, 0.2], [0.0, 0.8, 0.2]
    grid = grid_of(dataset, "cross_entropy", *cells)
    assert grid.tolist() == [[[255, 51], [102, 0]], [[0, 51], [102, 204]], [[0, 153], [51, 51]]]


def test_outputs_of_many_classes_are_shares_under_the_squared_error():
    dataset = dataset_of("blobs", blobs=3)
    cells = [2.0, -1.0, 1.0], [0.2, 0.2, 0.0], [0.0, 0.0, 0.0], [np.nan, 0.5, np.inf]
    grid = grid_of(dataset, "squared_error", *cells)
    assert grid[:, 0].T.tolist() == [[128, 0, 128], [128, 128, 0]]
    assert grid[:, 1].T.tolist() == [[0, 0, 0], [0, 85, 170]]


def test_a_regression_shows_the_range_of_the_targets():
    dataset = dataset_of("bumps", standardize="on")
    low, high = dataset.target_range
    shown = np.array([low, high, (low + high) / 2, high + 10.0])
    scaled = (shown - dataset.target_center) / dataset.target_scale
    grid = grid_of(dataset, "squared_error", *scaled[:, np.newaxis])
    assert grid.ravel() == pytest.approx([0, 255, 127.5, 255], abs=0.5)


def test_an_argmax_grid_has_the_class_and_its_confidence():
    grid = np.array([[[255, 85]], [[0, 85]], [[0, 85]]], np.uint8)
    assert argmax_grid(grid).tolist() == [[STEPS - 1, 0]]
    assert argmax_grid(grid[::-1]).tolist() == [[3 * STEPS - 1, 0]]
    ten = np.zeros((10, 1, 1), np.uint8)
    ten[9] = 255
    assert argmax_grid(ten).tolist() == [[10 * STEPS - 1]]


def test_an_argmax_grid_of_one_byte_a_cell_is_the_grid():
    grid = np.arange(4, dtype=np.uint8).reshape(2, 2)
    assert argmax_grid(grid) is grid
