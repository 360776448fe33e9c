"""A study: its axes, its base configuration, its repeats, and the resulting cells."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mlp_live.study.axis import (
    BATCH_SIZES,
    LEARNING_RATES,
    SUGGESTED_VALUES,
    Axis,
    field_error,
    validate_value,
    value_label,
)
from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import config_fields, problems_of

# A study reports on completed runs. Its runs therefore show the test set by default.
STUDY_DEFAULTS = {"show_test": True}
MAX_AXES = 2
N_SEEDS = 2**32  # a seed is less than this, see RunConfig


@dataclass(frozen=True)
class Cell:
    """One combination of the values of the axes.

    ``config`` is the configuration of the first repeat. If the values do not fit together it is
    None, and ``problem`` says why.
    """

    index: int
    values: tuple[Any, ...]
    config: RunConfig | None
    problem: str


class Study(BaseModel):
    """One or two axes over a base configuration; every cell is repeated with different seeds.

    ``base`` holds the values of fields that are not at their defaults. An invalid value is an error
    of the study. A cell whose values do not fit together is refused when it is run; it is an error
    only if this holds for every cell.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: dict[str, Any] = Field(default_factory=dict)
    axes: tuple[Axis, ...] = (
        Axis(field="batch_size", values=BATCH_SIZES),
        Axis(field="learning_rate", values=LEARNING_RATES),
    )
    repeats: int = Field(1, ge=1)

    @model_validator(mode="before")
    @classmethod
    def _validate_base(cls, given: Any) -> Any:
        """Convert numbers given as text, so that equal studies are equal."""
        if isinstance(given, dict) and isinstance(base := given.get("base"), dict):
            given = {**given, "base": {name: validate_value(name, base[name]) for name in base}}
        return given

    @model_validator(mode="before")
    @classmethod
    def _count_axes(cls, given: Any) -> Any:
        """Count the axes before they are validated."""
        axes = given.get("axes") if isinstance(given, dict) else None
        if isinstance(axes, list | tuple) and not 1 <= len(axes) <= MAX_AXES:
            raise field_error(None, f"A study has one or two axes, not {len(axes)}.")
        return given

    @model_validator(mode="after")
    def _axes_are_usable(self) -> Self:
        names = [axis.field for axis in self.axes]
        if len(set(names)) < len(names):
            title = config_fields()[names[0]].title
            raise field_error(
                names[0], f"{title} cannot be varied along both axes; choose another."
            )
        problem = ""
        for values in product(*(axis.representatives for axis in self.axes)):
            cell = self._cell(0, values)
            if cell.config is not None:
                return self
            problem = problem or cell.problem
        raise field_error(None, problem)

    @cached_property
    def cells(self) -> list[Cell]:
        """Every combination of the values of the axes; the last axis varies fastest.

        They are made when they are first asked for.
        """
        combinations = product(*(axis.values for axis in self.axes))
        return [self._cell(index, values) for index, values in enumerate(combinations)]

    def _cell(self, index: int, values: tuple[Any, ...]) -> Cell:
        names = [axis.field for axis in self.axes]
        try:
            config = RunConfig.model_validate(
                {**STUDY_DEFAULTS, **self.base, **dict(zip(names, values, strict=True))}
            )
        except ValidationError as error:
            return Cell(index, values, None, problems_of(error)[0].message)
        return Cell(index, values, config, "")

    def config(self, cell: Cell, repeat: int) -> RunConfig | None:
        """The configuration of a run: that of the cell, with its seed increased by ``repeat``."""
        if cell.config is None or repeat == 0:
            return cell.config
        return cell.config.model_copy(update={"seed": (cell.config.seed + repeat) % N_SEEDS})

    def labels(self, cell: Cell) -> list[str]:
        """The label of the cell's value on each axis."""
        return [
            value_label(axis.field, value)
            for axis, value in zip(self.axes, cell.values, strict=True)
        ]

    def name(self, cell: Cell) -> str:
        """The name of a cell, such as “Batch size 10, Learning rate 0.1”."""
        titles = [config_fields()[axis.field].title for axis in self.axes]
        pairs = zip(titles, self.labels(cell), strict=True)
        return ", ".join(f"{title} {written}" for title, written in pairs)


# The learning curve of the practical course's data: a small training set is overfitted.
LEARNING_CURVE = Study(
    base={
        "dataset": "circles",
        "n_test": 1000,
        "init_std": 1.826,
        "batch_size": 10,
        "learning_rate": 0.1,
        "epochs": 200,
    },
    axes=(Axis(field="n_train", values=SUGGESTED_VALUES["n_train"]),),
    repeats=5,
)
