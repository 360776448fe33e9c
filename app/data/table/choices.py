"""What is chosen of a table: its features, its label, its split, and what is to be learnt."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from app.data.points import Plane
from app.data.table.cells import MAX_COLUMNS, MAX_NAME, NO_NAME, Cells
from app.data.table.columns import Column, is_missing, numbers_or_none
from app.data.table.error import TableError

Task = Literal["classification", "regression"]

MIN_CLASSES, MAX_CLASSES = 2, 10
MIN_FEATURES, MAX_FEATURES = 2, 8
LABEL_NAMES = ("label", "class", "target", "y")  # the first of these that there is
SPLIT_NAME = "split"
NO_SPLIT = ""

Name = Annotated[str, Field(max_length=MAX_NAME)]
Bound = Annotated[float, Field(ge=-1e15, le=1e15)]


class TableChoices(BaseModel):
    """What to take from a table. None leaves the choice to what the columns look like.

    ``split`` names the column that says train, validation or test; the empty text is none: the
    split is drawn. Data drawn by hand fix their ``classes``, in this order, whether or not there
    are points of each, and the ``plane`` that is shown: x_min, x_max, y_min, y_max.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    features: Annotated[tuple[Name, ...], Field(max_length=MAX_COLUMNS)] | None = None
    label: Name | None = None
    split: Name | None = None
    task: Task | None = None
    drop_missing: bool = False
    classes: (
        Annotated[tuple[Name, ...], Field(min_length=MIN_CLASSES, max_length=MAX_CLASSES)] | None
    ) = None
    plane: tuple[Bound, Bound, Bound, Bound] | None = None

    @model_validator(mode="after")
    def _make_sense(self) -> Self:
        if self.classes is not None and len(set(self.classes)) < len(self.classes):
            raise ValueError("classes: each needs a name of its own")
        if self.plane is not None:
            x_min, x_max, y_min, y_max = self.plane
            if x_min >= x_max or y_min >= y_max:
                raise ValueError("plane: x_min, x_max, y_min, y_max must rise")
        return self

    @property
    def drawn_plane(self) -> Plane | None:
        """The plane that is shown, if it is fixed."""
        return None if self.plane is None else Plane(*self.plane)

    def used(self) -> list[str]:
        """Names of all columns that are taken."""
        names = [*(self.features or ()), self.label, self.split]
        return [name for name in names if name]


def parse_choices(text: str) -> TableChoices:
    """Choices written as JSON, or nothing; raises `TableError` as `choose` does."""
    return _understand(TableChoices.model_validate_json, text or "{}")


def choose(choices: dict[str, Any]) -> TableChoices:
    """Choices by their names; raises `TableError` that names the one that makes no sense."""
    return _understand(TableChoices.model_validate, choices)


def _understand(validate: Callable[[Any], TableChoices], choices: object) -> TableChoices:
    try:
        return validate(choices)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = f"{detail['loc'][0]}: " if detail["loc"] else ""
        message = detail["msg"].removeprefix("Value error, ")
        raise TableError(f"The choices cannot be used: {where}{message}.") from None


def complete(choices: TableChoices, cells: Cells, columns: Sequence[Column]) -> TableChoices:
    """The choices with every None replaced by a guess, which need not be a usable one.

    The label is the column named ``label``, ``class``, ``target`` or ``y``, else the last that is
    not empty. The features are all other columns of numbers, up to `MAX_FEATURES`. Words, and up to
    ten different whole numbers, are classes; other numbers are a regression's targets.
    """
    lowered = {column.name.lower(): column.name for column in reversed(columns)}
    filled = [column for column in columns if column.kind != "empty"]
    taken = set(choices.features or ())
    split = lowered.get(SPLIT_NAME, NO_SPLIT) if choices.split is None else choices.split
    free = [column.name for column in filled if column.name != split and column.name not in taken]
    named = [lowered[name] for name in LABEL_NAMES if lowered.get(name) in free]
    label = choices.label or next(iter([*named, *free[::-1]]), "")
    features = choices.features
    if features is None:
        unnamed = {NO_NAME.format(place) for place in range(1, len(columns) + 1)}
        offered = [column for column in filled if column.name not in {label, split} | unnamed]
        # Numbers; only where there are too few, words, which will be refused by their line.
        offered.sort(key=lambda column: column.kind != "numbers")
        n_features = sum(column.kind == "numbers" for column in offered)
        n_features = min(max(n_features, MIN_FEATURES), MAX_FEATURES)
        features = tuple(column.name for column in offered[:n_features])
    guess: Task = "classification"
    column = next((column for column in columns if column.name == label), None)
    if choices.classes is None and column is not None and column.kind == "numbers":
        values = [value for value in cells.column(label) if not is_missing(value, column)]
        found = numbers_or_none(values, column)
        few = found is not None and len(set(found)) <= MAX_CLASSES
        if found is None or not (few and all(value.is_integer() for value in found)):
            guess = "regression"
    return choices.model_copy(
        update={
            "features": features,
            "label": label,
            "split": split,
            "task": choices.task or guess,
        }
    )


def check(choices: TableChoices, columns: Sequence[Column]) -> None:
    """Raise `TableError` unless these completed choices name columns that can be used together."""
    by_name = {column.name: column for column in columns}
    for name in choices.used():
        if name not in by_name:
            found = ", ".join(column.name for column in columns)
            raise TableError(f"there is no such column; there are {found}.", column=name)
        if choices.used().count(name) > 1:
            raise TableError("chosen twice; each column can be one thing only.", column=name)
    if not choices.label:
        raise TableError("A label column is needed: what is to be learnt.")
    features = [by_name[name] for name in choices.features or ()]
    if not MIN_FEATURES <= len(features) <= MAX_FEATURES:
        found = ", ".join(f"{column.name} ({column.kind})" for column in columns)
        problem = f"{MIN_FEATURES} to {MAX_FEATURES} columns of numbers are needed as features"
        raise TableError(f"{problem}, not {len(features)}; found {found}.")
    for column in features:
        if column.kind == "empty":
            raise TableError("every cell is empty; choose another feature.", column=column.name)
    label = by_name[choices.label]
    if label.kind == "empty":
        raise TableError("every cell is empty; choose another label.", column=label.name)
    if choices.plane is not None and len(features) != MIN_FEATURES:
        raise TableError("A plane belongs to two features.")
