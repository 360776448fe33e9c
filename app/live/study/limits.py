"""How large a study the page may ask for. On the command line there is no such limit."""

from itertools import pairwise
from math import prod
from typing import Self

from pydantic import Field, field_validator, model_validator

from app.data.table import MAX_ROWS
from app.mlp.architecture import MAX_INPUTS, MAX_OUTPUTS
from app.sweep.axis import Axis, refusal
from app.sweep.outcome import GRID_SIZE
from app.sweep.study import Study
from app.training.config import RunConfig
from app.training.fields import config_fields

MAX_CELLS = 400
MAX_REPEATS = 50
MAX_EPOCHS = 4_000_000  # of all runs together; their metrics take 48 bytes each
MAX_BYTES = 512 * 1024**2  # of all runs that are trained side by side
MAX_FIELD_BYTES = 8 * 1024**2  # of fields for the timeline: the default study's are all kept

# What a run takes, generously: its checkpoints, points in three forms, and parameters with their
# slots, a dozen times where the checkpoints of a large network are as few as can be.
BYTES_A_RUN = 1024**2
BYTES_A_POINT = 200
BYTES_A_PARAMETER = 144


class PageStudy(Study):
    """A study within the limits of the page."""

    repeats: int = Field(1, ge=1, le=MAX_REPEATS)

    @field_validator("axes")
    @classmethod
    def _cells_are_few(cls, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
        cells = prod(len(axis.values) for axis in axes)
        if cells > MAX_CELLS:
            problem = f"{cells:,} cells are more than the page's {MAX_CELLS}; give fewer values."
            raise refusal(None, problem)
        return axes

    @model_validator(mode="after")
    def _work_is_bounded(self) -> Self:
        configs = [cell.config for cell in self.cells if cell.config is not None]
        epochs = self.repeats * sum(config.epochs for config in configs)
        if epochs > MAX_EPOCHS:
            problem = (
                f"{epochs:,} epochs in all are more than the page's {MAX_EPOCHS:,}; "
                "ask for fewer epochs, cells or repeats, or use mlp-live sweep."
            )
            raise refusal("epochs", problem)
        if sum(map(_bytes, configs)) > MAX_BYTES:
            problem = (
                "so many points and parameters side by side are more than the page's "
                f"{MAX_BYTES // 1024**2} MB; ask for fewer, or use mlp-live sweep."
            )
            raise refusal(None, problem)
        return self


def epochs_between_fields(cells: int, epochs: int) -> int:
    """How many epochs apart fields are kept, so that the timeline stays within its memory."""
    return -(-cells * (epochs + 1) * GRID_SIZE**2 // MAX_FIELD_BYTES)


def _bytes(config: RunConfig) -> int:
    points = MAX_ROWS
    if config.dataset in config_fields()["n_train"].applies_to["dataset"]:
        points = config.n_train + config.n_validation + config.n_test
    widths = (MAX_INPUTS, *config.hidden, MAX_OUTPUTS)
    parameters = sum((n_in + 1) * n_out for n_in, n_out in pairwise(widths))
    return BYTES_A_RUN + BYTES_A_POINT * points + BYTES_A_PARAMETER * parameters
