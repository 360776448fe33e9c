"""Activation maps: the activation of each hidden unit over the plane, as a small picture."""

import numpy as np
from numpy.typing import NDArray

from mlp_live.data.dataset import Dataset, View
from mlp_live.engine.engine import Engine
from mlp_live.engine.state import State
from mlp_live.rendering.quantize import Bytes, quantize

MAP_SIZE = 28
"""Cells along a side of a map: about as many as a unit has pixels on the page."""

UNITS_SHOWN = 10
"""Units of each hidden layer that have a map: as many as the page has room for."""

BOUNDS = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}
"""Lower and upper bound of h of each bounded activation."""

LARGEST = 1e30
"""The largest |h| that scales a map. The width of the range, 2e30, is still finite in float32."""


class ActivationMaps:
    """The maps of the inputs and of the hidden units over one plane.

    A map is uint8 (`MAP_SIZE`, `MAP_SIZE`). Its cells are in the order of `Extent.grid`: row by
    row from the top left.
    """

    def __init__(self, dataset: Dataset, view: View) -> None:
        self._X = dataset.feature_map(view.points(MAP_SIZE)).astype(np.float32, order="F")

    @property
    def inputs(self) -> Bytes:
        """The maps of the first `UNITS_SHOWN` inputs, (inputs, `MAP_SIZE`, `MAP_SIZE`).

        The lowest value of each input on the plane is 0 and the highest 255. A constant input is
        128.
        """
        X = self._X[:, :UNITS_SHOWN].T
        return _maps(quantize(X, X.min(axis=1), X.max(axis=1)))

    def of(self, engine: Engine, state: State) -> dict[str, Bytes | NDArray[np.float32]]:
        """Return the maps of the first `UNITS_SHOWN` units of each hidden layer of a network.

        ``activation_maps``: uint8 (units, `MAP_SIZE`, `MAP_SIZE`), in the order of the layers.
        ``activation_ranges``: float32 (units, 2), the activations h that are shown as 0 and as 255.
        These are the bounds of the activation function or, if it has none, minus and plus the
        largest |h| of the unit on the plane. NaN is shown as 128.
        """
        h = engine.hidden_activations(state, self._X, UNITS_SHOWN)
        ranges = np.empty((len(h), 2), np.float32)
        if (bounds := BOUNDS.get(engine.architecture.activation)) is not None:
            ranges[:] = bounds
        elif len(h):
            peak = np.fmin(np.fmax.reduce(np.abs(h), axis=1, initial=0.0), LARGEST)
            peak[peak == 0.0] = 1.0
            ranges[:, 0], ranges[:, 1] = -peak, peak
        return {
            "activation_maps": _maps(quantize(h, ranges[:, 0], ranges[:, 1])),
            "activation_ranges": ranges,
        }


def _maps(rows: Bytes) -> Bytes:
    return rows.reshape(-1, MAP_SIZE, MAP_SIZE)
