"""The plane that is looked at: the points of it that networks are asked about."""

import numpy as np
from numpy.typing import NDArray

from app.data.dataset import Dataset
from app.mlp.reference import Array
from app.training.responses import Responses


class Sight:
    """The plane of the features ``axes``, the others ``held``; see `Dataset.view`."""

    def __init__(
        self, dataset: Dataset, axes: tuple[int, int] = (0, 1), held: Array | None = None
    ) -> None:
        self.view = dataset.view(axes, held)
        self.responses = Responses(dataset, self.view)
        self._dataset = dataset
        self._grids: dict[int, NDArray[np.float32]] = {}  # the last size asked for, and its inputs

    @property
    def nbytes(self) -> int:
        """Bytes of the inputs at hand."""
        return sum(grid.nbytes for grid in self._grids.values())

    def inputs(self, size: int) -> NDArray[np.float32]:
        """What networks are fed for a grid of size × size points, (size², n_x)."""
        if size not in self._grids:
            inputs = self._dataset.inputs(self.view.points(size))
            self._grids = {size: inputs.astype(np.float32, order="F")}  # as the engine reads them
        return self._grids[size]
