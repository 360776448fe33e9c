"""Surfaces to fit: a quantity over the plane, f float64 (N, 2) -> (N,), over [-2, 2]²."""

from collections.abc import Callable

import numpy as np

from app.mlp.reference import Array

Surface = Callable[[Array], Array]

# Height and centre of each bump.
BUMPS = (
    (2.0, -1.0, -1.0),
    (-2.0, 1.0, -1.0),
    (-2.0, -1.0, 1.0),
    (2.0, 1.0, 1.0),
)
BUMP_WIDTH = 0.6


def plane(X: Array) -> Array:
    """½ (x₁ + x₂), which no hidden layer is needed for."""
    return 0.5 * (X[:, 0] + X[:, 1])


def bumps(X: Array) -> Array:
    """Σ h exp(-‖x - c‖² / (2 · 0.6²)): two bumps up and two down, 2 high, at (±1, ±1)."""
    y = np.zeros(len(X))
    for height, *centre in BUMPS:
        squared = ((X - centre) ** 2).sum(axis=1)
        y += height * np.exp(-squared / (2.0 * BUMP_WIDTH**2))
    return y


def wave(X: Array) -> Array:
    """sin(πr), r being the distance from the origin: rings like those of a stone in water."""
    return np.sin(np.pi * np.hypot(X[:, 0], X[:, 1]))
