"""What each hidden unit responds with over the plane: the small maps of the network view."""

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import Dataset, View
from app.mlp.engine import Engine, State
from app.mlp.shades import Bytes, shades

RESPONSE_SIZE = 28  # cells a side: about as many as a unit has pixels on the page
UNITS_SHOWN = 10  # of each hidden layer: what the page has room for, and the default network
BOUNDS = {"tanh": (-1.0, 1.0), "sigmoid": (0.0, 1.0)}  # which h never leaves; others have none
LARGEST = 1e30  # told apart from infinity: float32 still holds the difference of two of these


class Responses:
    """Maps of the first `UNITS_SHOWN` units of each hidden layer over a plane."""

    def __init__(self, dataset: Dataset, view: View) -> None:
        self._X = dataset.inputs(view.points(RESPONSE_SIZE)).astype(np.float32, order="F")

    @property
    def inputs(self) -> Bytes:
        """Maps of the first `UNITS_SHOWN` inputs, uint8 (inputs, `RESPONSE_SIZE`, `RESPONSE_SIZE`).

        Each from its lowest value on the plane, 0, to its highest, 255; 128 where it is constant.
        """
        X = self._X[:, :UNITS_SHOWN].T
        return _maps(shades(X, X.min(axis=1), X.max(axis=1)))

    def at(self, engine: Engine, state: State) -> dict[str, Bytes | NDArray[np.float32]]:
        """The maps of a network, layer after layer.

        ``responses``, uint8 (units, `RESPONSE_SIZE`, `RESPONSE_SIZE`): row by row from the top
        left, as `Run.grid`. ``response_ranges``, float32 (units, 2): the h that shows as 0 and as
        255, which are the activation's bounds or else plus and minus the unit's largest |h|; the
        middle of the range is 128. A response that is not a number shows as the middle.
        """
        h = engine.respond(state, self._X, UNITS_SHOWN)
        ranges = np.empty((len(h), 2), np.float32)
        if (bounds := BOUNDS.get(engine.architecture.activation)) is not None:
            ranges[:] = bounds
        elif len(h):
            peak = np.fmin(np.fmax.reduce(np.abs(h), axis=1, initial=0.0), LARGEST)
            peak[peak == 0.0] = 1.0
            ranges[:, 0], ranges[:, 1] = -peak, peak
        return {
            "responses": _maps(shades(h, ranges[:, 0], ranges[:, 1])),
            "response_ranges": ranges,
        }


def _maps(rows: Bytes) -> Bytes:
    return rows.reshape(-1, RESPONSE_SIZE, RESPONSE_SIZE)
