"""What each hidden unit responds with over the plane: the small maps of the network view."""

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import Dataset, View
from app.mlp.architecture import Architecture
from app.mlp.network import hidden_outputs

RESPONSE_SIZE = 28  # cells a side: about as many as a unit has pixels on the page
UNITS_SHOWN = 10  # of each hidden layer: what the page has room for, and the default network
BOUNDS = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}  # which h never leaves; others have none
LARGEST = 1e30  # told apart from infinity: float32 still holds the difference of two of these


class Responses:
    """Maps of the first `UNITS_SHOWN` units of each hidden layer over a plane."""

    def __init__(self, architecture: Architecture, dataset: Dataset, view: View) -> None:
        self._architecture = architecture
        # float32, as θ is: half the time of float64, and a map has but 256 shades.
        self._X = dataset.inputs(view.points(RESPONSE_SIZE)).astype(np.float32)

    @property
    def inputs(self) -> NDArray[np.uint8]:
        """Maps of the first `UNITS_SHOWN` inputs, uint8 (inputs, `RESPONSE_SIZE`, `RESPONSE_SIZE`).

        Each from its lowest value on the plane, 0, to its highest, 255; 128 where it is constant.
        """
        X = np.ascontiguousarray(self._X[:, :UNITS_SHOWN].T)  # in the order in which it is sent
        low, high = X.min(axis=1, keepdims=True), X.max(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0 of a constant input
            share = np.nan_to_num((X - low) / (high - low), nan=0.5)
        maps: NDArray[np.uint8] = np.rint(255.0 * share).astype(np.uint8)
        return maps.reshape(-1, RESPONSE_SIZE, RESPONSE_SIZE)

    def at(self, theta: NDArray[np.float32]) -> dict[str, NDArray[np.uint8] | NDArray[np.float32]]:
        """The maps under the parameters θ (P,), layer after layer.

        ``responses``, uint8 (units, `RESPONSE_SIZE`, `RESPONSE_SIZE`): row by row from the top
        left, as `Run.grid`. ``response_ranges``, float32 (units, 2): the h that shows as 0 and as
        255, which are the activation's bounds or else plus and minus the unit's largest |h|; the
        middle of the range is 128. A response that is not a number shows as h = 0.
        """
        with np.errstate(over="ignore", invalid="ignore"):  # of a run that is about to diverge
            outputs = hidden_outputs(self._architecture, theta, self._X)
        layers = [layer[:, :UNITS_SHOWN] for layer in outputs.h[1:]]
        h = np.hstack([self._X[:, :0], *layers])  # (points, units), also of no hidden layer
        h = np.ascontiguousarray(h.T)  # in the order in which the maps are sent
        if not np.isfinite(h).all():
            h = np.clip(np.nan_to_num(h), -LARGEST, LARGEST)
        ranges = np.empty((len(h), 2), np.float32)
        if (bounds := BOUNDS.get(self._architecture.activation)) is not None:
            ranges[:] = bounds
        else:
            peak = np.abs(h).max(axis=1)
            peak[peak == 0.0] = 1.0
            ranges[:, 0], ranges[:, 1] = -peak, peak
        low, high = ranges[:, :1], ranges[:, 1:]
        shades = np.rint(255.0 * ((h - low) / (high - low))).astype(np.uint8)
        size = RESPONSE_SIZE
        return {"responses": shades.reshape(-1, size, size), "response_ranges": ranges}
