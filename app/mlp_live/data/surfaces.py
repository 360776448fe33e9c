"""Surfaces for regression: functions float64 (N, 2) -> (N,) over [-2, 2]²."""

from collections.abc import Callable

import numpy as np

from mlp_live.nn.reference import Array

Surface = Callable[[Array], Array]

# Height and center of each bump.
BUMPS = (
    (2.0, -1.0, -1.0),
    (-2.0, 1.0, -1.0),
    (-2.0, -1.0, 1.0),
    (2.0, 1.0, 1.0),
)
BUMP_WIDTH = 0.6


def plane(X: Array) -> Array:
    """½ (x₁ + x₂), which a linear model can fit."""
    return 0.5 * (X[:, 0] + X[:, 1])


def bumps(X: Array) -> Array:
    """Σ h exp(-‖x - c‖² / (2 · 0.6²)): two bumps and two dips of height 2, at (±1, ±1)."""
    y = np.zeros(len(X))
    for height, *center in BUMPS:
        squared = ((X - center) ** 2).sum(axis=1)
        y += height * np.exp(-squared / (2.0 * BUMP_WIDTH**2))
    return y


def wave(X: Array) -> Array:
    """sin(πr), where r is the distance from the origin: circular waves."""
    return np.sin(np.pi * np.hypot(X[:, 0], X[:, 1]))
