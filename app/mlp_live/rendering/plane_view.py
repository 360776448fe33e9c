"""The pictures of a run's network over the plane that a viewer looks at."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlp_live.data.dataset import View
from mlp_live.engine.state import State
from mlp_live.nn.reference import Array
from mlp_live.rendering.activation_maps import ActivationMaps
from mlp_live.rendering.prediction_grid import prediction_grid
from mlp_live.rendering.quantize import Bytes
from mlp_live.training.run import Run


class PlaneView:
    """A plane through the features of a run, and the pictures of the run's network over it.

    ``axes`` are the indices of the two features of the plane. The other features have the values in
    ``held``, float64 (D,), or their means, see `Dataset.view`.
    """

    def __init__(self, run: Run, axes: tuple[int, int] = (0, 1), held: Array | None = None) -> None:
        self._run = run
        self._feature_map = run.dataset.feature_map
        self.view: View = run.dataset.view(axes, held)
        self._activation_maps = ActivationMaps(run.dataset, self.view)
        self._grid_inputs: dict[int, NDArray[np.float32]] = {}  # by size; only the last one

    @property
    def nbytes(self) -> int:
        """Bytes that the inputs of the prediction grid occupy."""
        return sum(inputs.nbytes for inputs in self._grid_inputs.values())

    @property
    def input_maps(self) -> Bytes:
        """The maps of the network's inputs, see `ActivationMaps.inputs`."""
        return self._activation_maps.inputs

    def prediction_grid(self, size: int, epoch: int | None = None) -> Bytes:
        """Return the prediction grid of size × size cells, see `prediction_grid`.

        The network is that after ``epoch``, or without an epoch the present one.
        """
        return self._predict(self._run.state_at(epoch), size)

    def snapshot(self, grid_size: int, epoch: int | None = None) -> dict[str, NDArray[Any]]:
        """Return everything that a frame shows of the network, after ``epoch`` or at present.

        ``prediction_grid``: see `prediction_grid`. ``theta``: float32 (P,), see
        `Architecture.views`. ``activation_maps`` and ``activation_ranges``: see
        `ActivationMaps.of`.
        """
        state = self._run.state_at(epoch)
        maps = self._activation_maps.of(self._run.engine, state)
        return {"prediction_grid": self._predict(state, grid_size), "theta": state.theta, **maps}

    def _predict(self, state: State, size: int) -> Bytes:
        run = self._run
        Yhat = run.engine.predict(state, self._inputs(size))
        return prediction_grid(Yhat, run.dataset, run.engine.architecture.loss, size)

    def _inputs(self, size: int) -> NDArray[np.float32]:
        """Return the network's inputs at the centers of the cells, (size², n_x)."""
        if size not in self._grid_inputs:
            inputs = self._feature_map(self.view.points(size))
            self._grid_inputs = {size: inputs.astype(np.float32, order="F")}
        return self._grid_inputs[size]
