"""Initialization: the parameters θ before training."""

from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from mlp_live.nn.architecture import Architecture

InitializationName = Literal["normal", "xavier", "he", "zeros"]
INITIALIZATIONS: tuple[InitializationName, ...] = get_args(InitializationName)

PRACTICAL_STD = 0.3
"""The standard deviation that the task sheet of the practical asks for."""

PUBLISHED_STD = 0.3**-0.5
"""The standard deviation behind the published figures of the practical, 1/√0.3 = 1.826.

The worked solution divides by √0.3, where the task sheet asks for 0.3.
"""


def initialize(
    architecture: Architecture,
    name: InitializationName,
    rng: np.random.Generator,
    std: float = PRACTICAL_STD,
) -> NDArray[np.float64]:
    """Return a new θ, float64 (n_parameters,), drawn in the order of θ.

    normal  weights and biases from N(0, std²)                        the practical
    xavier  weights uniform on ±√(6 / (n_in + n_out)), biases 0       Glorot and Bengio 2010
    he      weights from N(0, 2 / n_in), biases 0                     He et al. 2015
    zeros   all 0; the units of a layer then stay equal to one another

    Raises ValueError if the name is unknown or std is negative.
    """
    if name not in INITIALIZATIONS:
        raise ValueError(f"initialization must be one of {INITIALIZATIONS}, not {name!r}")
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
