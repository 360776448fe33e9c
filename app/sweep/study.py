"""A study: what it varies, over what, how often; and the cells that this comes to."""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.sweep.axis import BATCH_SIZES, LEARNING_RATES, SUGGESTED, Axis, checked, label, refusal
from app.training.config import RunConfig
from app.training.fields import config_fields, explain

# A study is a report on how runs turned out, so that the test set is looked at unless it is said
# that it should not be.
SHOWN = {"show_test": True}
N_SEEDS = 2**32  # seeds are below this, see RunConfig


@dataclass(frozen=True)
class Cell:
    """One choice along every axis.

    ``config`` is that of the first repeat; where the values do not go together it is None and
    ``problem`` says why.
    """

    index: int
    values: tuple[Any, ...]
    config: RunConfig | None
    problem: str


class Study(BaseModel):
    """One or two axes over a base configuration, every cell repeated with different seeds.

    ``base`` holds the fields that are given; the others have their defaults. A value that no run
    could have is refused here; a cell whose values do not go together is a result like any other,
    unless that is so for every cell.
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
    def _write_base_as_checked(cls, given: Any) -> Any:
        """Numbers that came as text become numbers, so that equal studies are written alike."""
        if isinstance(given, dict) and isinstance(base := given.get("base"), dict):
            given = {**given, "base": {name: checked(name, base[name]) for name in base}}
        return given

    @model_validator(mode="after")
    def _some_cell_can_be_run(self) -> Self:
        names = [axis.field for axis in self.axes]
        if not 1 <= len(names) <= 2:
            raise refusal(None, f"A study has one or two axes, not {len(names)}.")
        if len(set(names)) < len(names):
            title = config_fields()[names[0]].title
            raise refusal(names[0], f"{title} cannot be varied along both axes; choose another.")
        if all(cell.config is None for cell in self.cells):
            raise refusal(None, self.cells[0].problem)
        return self

    @cached_property
    def cells(self) -> list[Cell]:
        """Every combination of the axes' values, the last axis running fastest."""
        names = [axis.field for axis in self.axes]
        cells = []
        for index, values in enumerate(product(*(axis.values for axis in self.axes))):
            try:
                config = RunConfig.model_validate(
                    {**SHOWN, **self.base, **dict(zip(names, values, strict=True))}
                )
            except ValidationError as error:
                cells.append(Cell(index, values, None, explain(error)[0].message))
            else:
                cells.append(Cell(index, values, config, ""))
        return cells

    def config(self, cell: Cell, repeat: int) -> RunConfig | None:
        """The configuration of a run: the seed counts up from the cell's own with ``repeat``."""
        if cell.config is None or repeat == 0:
            return cell.config
        return cell.config.model_copy(update={"seed": (cell.config.seed + repeat) % N_SEEDS})

    def labels(self, cell: Cell) -> list[str]:
        """The cell's value on each axis, as it is written."""
        return [
            label(axis.field, value) for axis, value in zip(self.axes, cell.values, strict=True)
        ]

    def name(self, cell: Cell) -> str:
        """What tells this cell from the others: “Batch size 10, Learning rate 0.1”."""
        titles = [config_fields()[axis.field].title for axis in self.axes]
        pairs = zip(titles, self.labels(cell), strict=True)
        return ", ".join(f"{title} {written}" for title, written in pairs)


# What more examples are worth, on the practical's data: few of them are learnt by heart.
LEARNING_CURVE = Study(
    base={
        "dataset": "circles",
        "n_test": 1000,
        "init_std": 1.826,
        "batch_size": 10,
        "learning_rate": 0.1,
        "epochs": 200,
    },
    axes=(Axis(field="n_train", values=SUGGESTED["n_train"]),),
    repeats=5,
)
