"""Initialisation: the θ a training starts from."""

import numpy as np
from numpy.typing import NDArray

from app.mlp.architecture import Architecture

INITIALISATIONS = ("normal", "xavier", "he", "zeros")

PRACTICAL_STD = 0.3
"""Standard deviation on the practical's task sheet."""

PUBLISHED_STD = 0.3**-0.5
"""1.826, the standard deviation that produced the practical's published figures.

Its solution divides by √0.3.
"""


def initialise(
    architecture: Architecture,
    name: str,
    rng: np.random.Generator,
    std: float = PRACTICAL_STD,
) -> NDArray[np.float64]:
    """A new θ, shape (n_parameters,), drawn layer by layer in the order of θ.

    normal  weights and biases from N(0, std²)                        the practical
    xavier  weights uniform on ±√(6 / (n_in + n_out)), biases 0       Glorot and Bengio 2010
    he      weights from N(0, 2 / n_in), biases 0                     He et al. 2015
    zeros   all 0: every unit of a layer then stays equal to its neighbours

    Raises ValueError for an unknown name or a negative std.
    """
    if name not in INITIALISATIONS:
        raise ValueError(f"initialisation must be one of {INITIALISATIONS}, not {name!r}")
    if std < 0:
        raise ValueError(f"std must be at least 0, not {std}")
    theta = np.zeros(architecture.n_parameters)
    if name == "normal":
        theta[:] = rng.normal(0.0, std, theta.shape)
    for W, _ in architecture.views(theta):
        n_out, n_in = W.shape
        if name == "xavier":
            limit = np.sqrt(6 / (n_in + n_out))
            W[:] = rng.uniform(-limit, limit, W.shape)
        if name == "he":
            W[:] = rng.normal(0.0, np.sqrt(2 / n_in), W.shape)
    return theta
