"""How large a study the page may ask for. The command line has no such limits."""

from itertools import pairwise
from math import prod
from typing import Self

from pydantic import Field, field_validator, model_validator

from mlp_live.data.table import MAX_ROWS
from mlp_live.nn.architecture import MAX_INPUTS, MAX_OUTPUTS
from mlp_live.study.axis import Axis, field_error
from mlp_live.study.study import Study
from mlp_live.study.trial_result import GRID_SIZE
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import config_fields

MAX_CELLS = 400
MAX_REPEATS = 50
MAX_STUDY_EPOCHS = 4_000_000  # of all runs together; the metrics of one take 48 bytes
MAX_STUDY_BYTES = 512 * 1024**2  # of all cells, which are trained at the same time
MAX_GRID_BYTES = 8 * 1024**2  # of the timeline's prediction grids: all of the default study's fit

# Upper estimates of the memory of a run: its checkpoints; points in three forms; parameters with
# the optimizer's slots, twelve times, since even the largest network keeps that many checkpoints.
BYTES_PER_RUN = 1024**2
BYTES_PER_POINT = 200
BYTES_PER_PARAMETER = 144


class PageStudy(Study):
    """A study within the limits of the page."""

    repeats: int = Field(1, ge=1, le=MAX_REPEATS)

    @field_validator("axes")
    @classmethod
    def _limit_cells(cls, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
        cells = prod(len(axis.values) for axis in axes)
        if cells > MAX_CELLS:
            problem = f"{cells:,} cells are more than the page's {MAX_CELLS}; give fewer values."
            raise field_error(None, problem)
        return axes

    @model_validator(mode="after")
    def _limit_work(self) -> Self:
        configs = [cell.config for cell in self.cells if cell.config is not None]
        epochs = self.repeats * sum(config.epochs for config in configs)
        if epochs > MAX_STUDY_EPOCHS:
            problem = (
                f"{epochs:,} epochs in all are more than the page's {MAX_STUDY_EPOCHS:,}; "
                "ask for fewer epochs, cells or repeats, or use mlp-live sweep."
            )
            raise field_error("epochs", problem)
        if sum(map(_bytes, configs)) > MAX_STUDY_BYTES:
            problem = (
                "The points and parameters of all cells need more than the page's "
                f"{MAX_STUDY_BYTES // 1024**2} MB; ask for fewer, or use mlp-live sweep."
            )
            raise field_error(None, problem)
        return self


def epochs_between_grids(cells: int, epochs: int) -> int:
    """Every how many epochs the timeline keeps grids, so that `MAX_GRID_BYTES` are enough."""
    return -(-cells * (epochs + 1) * GRID_SIZE**2 // MAX_GRID_BYTES)


def _bytes(config: RunConfig) -> int:
    """An upper estimate of the memory that a run takes."""
    points = MAX_ROWS
    if config.dataset in config_fields()["n_train"].applies_to["dataset"]:
        points = config.n_train + config.n_validation + config.n_test
    widths = (MAX_INPUTS, *config.hidden, MAX_OUTPUTS)
    parameters = sum((n_in + 1) * n_out for n_in, n_out in pairwise(widths))
    return BYTES_PER_RUN + BYTES_PER_POINT * points + BYTES_PER_PARAMETER * parameters
