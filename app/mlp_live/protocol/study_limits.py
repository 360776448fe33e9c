"""How large a study the page may ask for. The command line has no such limits."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise, product
from math import prod
from typing import Any, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from mlp_live.data.registry import GENERATED, SHAPES, SKLEARN_DATASETS
from mlp_live.data.sklearn_datasets import SIZES
from mlp_live.data.table import MAX_ROWS
from mlp_live.nn.architecture import MAX_INPUTS, MAX_OUTPUTS
from mlp_live.study.axis import Axis, field_error, separator
from mlp_live.study.study import STUDY_DEFAULTS, Study
from mlp_live.study.trial_result import CHECKPOINT_BYTES, GRID_SIZE
from mlp_live.training.checkpoints import MIN_CHECKPOINTS
from mlp_live.training.config.schema import config_fields
from mlp_live.training.history import BYTES_PER_EPOCH

MAX_CELLS = 400  # what a page can show as small multiples
MAX_REPEATS = 50  # more hardly narrows a confidence interval
MAX_STUDY_EPOCHS = 4_000_000  # of all runs together; their metrics take 200 MB
MAX_STUDY_BYTES = 768 * 1024**2  # 400 cells of 10,000 epochs fit
MAX_GRID_BYTES = 8 * 1024**2  # of the timeline's prediction grids: all of the default study's fit

# Upper estimates of what a study holds. Measured: the arrays of a default run take 110 kB, of
# one with 10,000 points 630 kB, of one with four hidden layers of 128 units 8.1 MB.
BYTES_PER_POINT = 110  # as loaded and as packed
BYTES_PER_PARAMETER = 16  # θ, two slots of the optimizer, the gradient
BYTES_PER_RUN = 128 * 1024  # objects, and permutations of the training set
LANES = 8  # a row of parameters is padded to so many
# The fields that decide how much memory a run takes.
RELEVANT_FIELDS = (
    *("dataset", "arms", "blobs", "inputs", "hidden", "epochs"),
    *("n_train", "n_validation", "n_test"),
)


class StudySize(NamedTuple):
    """Upper estimates for a study: epochs of all runs together, and bytes it holds at its end."""

    epochs: int
    metrics_bytes: int  # of every epoch of all runs; the page, the run and its result share them
    run_bytes: int  # points, parameters and checkpoints of the runs of one repeat

    @property
    def nbytes(self) -> int:
        """All bytes, with those of the timeline's grids."""
        return self.metrics_bytes + self.run_bytes + MAX_GRID_BYTES


class PageStudy(Study):
    """A study within the limits of the page."""

    repeats: int = Field(1, ge=1, le=MAX_REPEATS)

    @model_validator(mode="before")
    @classmethod
    def _limit_values(cls, given: Any) -> Any:
        """Count the values of each axis before any is validated."""
        axes = given.get("axes") if isinstance(given, dict) else None
        for axis in axes[:2] if isinstance(axes, list | tuple) else ():
            _check_cells(_count_values(axis))
        return given

    @field_validator("axes")
    @classmethod
    def _limit_cells(cls, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
        _check_cells(prod(len(axis.values) for axis in axes))
        return axes

    @model_validator(mode="after")
    def _limit_work(self) -> Self:
        size = study_size(self)
        if size.epochs > MAX_STUDY_EPOCHS:
            problem = (
                f"{size.epochs:,} epochs in all are more than the page's {MAX_STUDY_EPOCHS:,}; "
                "ask for fewer epochs, cells or repeats, or use mlp-live sweep."
            )
            raise field_error("epochs", problem)
        if size.nbytes > MAX_STUDY_BYTES:
            megabytes = f"{-(-size.nbytes // 1024**2)} MB, more than the page's "
            megabytes += f"{MAX_STUDY_BYTES // 1024**2} MB"
            if size.metrics_bytes > size.run_bytes:
                problem = (
                    f"The metrics of all epochs need {megabytes}; "
                    "ask for fewer epochs, cells or repeats, or use mlp-live sweep."
                )
                raise field_error("epochs", problem)
            problem = (
                f"The points and parameters of all cells need {megabytes}; "
                "ask for fewer points, units or cells, or use mlp-live sweep."
            )
            raise field_error(None, problem)
        return self


def study_size(study: Study) -> StudySize:
    """The size of a study, from the values of its axes. Cells that cannot be run count as well."""
    epochs, run_bytes, cells = 0, 0, 0
    for values in _relevant_values(study):
        epochs += values["epochs"]
        run_bytes += _run_bytes(values)
        cells += 1
    # Axes without influence only multiply these.
    factor = prod(len(axis.values) for axis in study.axes if axis.field not in RELEVANT_FIELDS)
    return StudySize(
        epochs=epochs * factor * study.repeats,
        metrics_bytes=BYTES_PER_EPOCH * (epochs + cells) * study.repeats * factor,
        run_bytes=run_bytes * factor,
    )


def epochs_between_grids(cells: int, epochs: int) -> int:
    """Every how many epochs the timeline keeps grids, so that `MAX_GRID_BYTES` are enough."""
    return -(-cells * (epochs + 1) * GRID_SIZE**2 // MAX_GRID_BYTES)


def _count_values(axis: Any) -> int:
    """How many values an axis has, as it was sent."""
    values = axis.get("values") if isinstance(axis, dict) else None
    field = config_fields().get(str(axis.get("field"))) if isinstance(axis, dict) else None
    if isinstance(values, str) and field is not None:
        return values.count(separator(field)) + 1
    return len(values) if isinstance(values, list | tuple) else 0


def _check_cells(cells: int) -> None:
    if cells > MAX_CELLS:
        problem = f"{cells:,} cells are more than the page's {MAX_CELLS}; give fewer values."
        raise field_error(None, problem)


def _relevant_values(study: Study) -> Iterator[dict[str, Any]]:
    """The values of `RELEVANT_FIELDS` in every combination of those that are axes."""
    fields = config_fields()
    base = {name: fields[name].default for name in RELEVANT_FIELDS}
    base |= {n: v for n, v in (STUDY_DEFAULTS | study.base).items() if n in RELEVANT_FIELDS}
    axes = [axis for axis in study.axes if axis.field in RELEVANT_FIELDS]
    for values in product(*(axis.values for axis in axes)):
        yield base | {axis.field: value for axis, value in zip(axes, values, strict=True)}


def _run_bytes(values: dict[str, Any]) -> int:
    """An upper estimate of the memory that a run takes, without its metrics."""
    dataset, inputs, points, outputs = values["dataset"], MAX_INPUTS, MAX_ROWS, MAX_OUTPUTS
    if dataset in GENERATED:
        inputs = len(values["inputs"])
        points = values["n_train"] + values["n_validation"] + values["n_test"]
        classes = {"spirals": values["arms"], "blobs": values["blobs"]}
        shape = SHAPES.get(dataset)
        outputs = classes.get(dataset, len(shape.classes) if shape else 1)
    elif dataset in SKLEARN_DATASETS:
        inputs, (points, outputs) = len(values["inputs"]), SIZES[dataset]
    state: int = BYTES_PER_PARAMETER * _padded_parameters((inputs, *values["hidden"], outputs))
    kept = max(MIN_CHECKPOINTS, CHECKPOINT_BYTES // state)
    checkpoints = min(values["epochs"] + 1, kept)
    nbytes: int = BYTES_PER_RUN + BYTES_PER_POINT * points + state * (checkpoints + 3)
    return nbytes


@lru_cache(maxsize=1024)
def _padded_parameters(sizes: tuple[int, ...]) -> int:
    """How many numbers the parameters of a network take, see `engine.memory_layout`."""
    return sum(
        min(n_in * _padded(n_out), n_out * _padded(n_in)) + _padded(n_out)
        for n_in, n_out in pairwise(sizes)
    )


def _padded(size: int) -> int:
    return -(-size // LANES) * LANES
