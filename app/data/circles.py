"""Two noisy concentric rings, the practical's data."""

import numpy as np

from app.data.points import Labels
from app.mlp.reference import Array

# Measured on the practical's own file: radius 1.03 ± 0.20 outside and 0.39 ± 0.17 inside, which is
# what these rings give under isotropic noise of standard deviation 0.2.
RADII = (1.0, 1.0 / 3.0)
CLASSES = ("outer ring", "inner ring")


def circles(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Angles drawn evenly, on rings of radius 1 and 1/3; noise of the deviation ``noise``."""
    angle = rng.uniform(0.0, 2.0 * np.pi, len(labels))
    return on_circles(np.array(RADII)[labels], angle) + rng.normal(0.0, noise, (len(labels), 2))


def on_circles(radius: Array, angle: Array) -> Array:
    """Points (N, 2) at these polar coordinates, each (N,)."""
    X: Array = radius[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X
