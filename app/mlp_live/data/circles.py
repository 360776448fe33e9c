"""Two noisy concentric rings, the dataset of the practical course."""

import numpy as np

from mlp_live.data.points import Labels
from mlp_live.nn.reference import Array

# In the practical course's own file the radius is 1.03 ± 0.20 for the outer ring and 0.39 ± 0.17
# for the inner one. These rings give the same with isotropic noise of standard deviation 0.2.
RADII = (1.0, 1.0 / 3.0)
CLASSES = ("outer ring", "inner ring")


def circles(labels: Labels, n_classes: int, noise: float, rng: np.random.Generator) -> Array:
    """Rings of radius 1 and 1/3 with uniform angles, and noise of standard deviation ``noise``."""
    angle = rng.uniform(0.0, 2.0 * np.pi, len(labels))
    return on_circles(np.array(RADII)[labels], angle) + rng.normal(0.0, noise, (len(labels), 2))


def on_circles(radius: Array, angle: Array) -> Array:
    """Points, float64 (N, 2), from polar coordinates: ``radius`` (N,) and ``angle`` (N,)."""
    X: Array = radius[:, np.newaxis] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return X
