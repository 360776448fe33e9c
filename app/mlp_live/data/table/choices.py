"""The choices for a table: features, label, split and task; how they are inferred and checked."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from mlp_live.data.points import Extent
from mlp_live.data.table.cells import MAX_COLUMNS, MAX_NAME, UNNAMED, Cells
from mlp_live.data.table.columns import Column, is_missing, numbers_or_none
from mlp_live.data.table.error import TableError

Task = Literal["classification", "regression"]

MIN_CLASSES, MAX_CLASSES = 2, 10
MIN_FEATURES, MAX_FEATURES = 2, 8
LABEL_NAMES = ("label", "class", "target", "y")  # the first that exists is used
SPLIT_NAME = "split"
NO_SPLIT = ""

Name = Annotated[str, Field(max_length=MAX_NAME)]
Bound = Annotated[float, Field(ge=-1e15, le=1e15)]


class TableChoices(BaseModel):
    """What to use from a table. None means that the choice is inferred from the columns.

    ``split`` is the name of the column that holds train, validation or test; with an empty text the
    split is random. Data drawn by hand have fixed ``classes``, in this order, even if a class has
    no points, and a fixed ``extent``: x_min, x_max, y_min, y_max.
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
    extent: tuple[Bound, Bound, Bound, Bound] | None = None

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        if self.classes is not None and len(set(self.classes)) < len(self.classes):
            raise ValueError("classes: two classes have the same name")
        if self.extent is not None:
            x_min, x_max, y_min, y_max = self.extent
            if x_min >= x_max or y_min >= y_max:
                raise ValueError("extent: x_min must be less than x_max, and y_min less than y_max")
        return self

    @property
    def fixed_extent(self) -> Extent | None:
        """The extent of the plane that is shown, if it is fixed."""
        return None if self.extent is None else Extent(*self.extent)

    @property
    def columns(self) -> list[str]:
        """The names of all columns that are used."""
        names = [*(self.features or ()), self.label, self.split]
        return [name for name in names if name]


def parse_choices(text: str) -> TableChoices:
    """Choices from JSON, or from an empty text. Raises `TableError` as `validate_choices` does."""
    return _validated(TableChoices.model_validate_json, text or "{}")


def validate_choices(choices: dict[str, Any]) -> TableChoices:
    """Choices from a dict. Raises `TableError` that names the invalid one."""
    return _validated(TableChoices.model_validate, choices)


def _validated(validate: Callable[[Any], TableChoices], choices: object) -> TableChoices:
    try:
        return validate(choices)
    except ValidationError as error:
        detail = error.errors(include_url=False)[0]
        where = f"{detail['loc'][0]}: " if detail["loc"] else ""
        message = detail["msg"].removeprefix("Value error, ")
        raise TableError(f"The choices cannot be used: {where}{message}.") from None


def infer_choices(choices: TableChoices, cells: Cells, columns: Sequence[Column]) -> TableChoices:
    """The choices with every None replaced by a guess, which may turn out to be unusable.

    The label is the column named ``label``, ``class``, ``target`` or ``y``, or else the last column
    that is not empty. The features are all other columns of numbers, at most `MAX_FEATURES`. Words,
    and up to ten different whole numbers, are classes; other numbers are targets of a regression.
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
        unnamed = {UNNAMED.format(number) for number in range(1, len(columns) + 1)}
        offered = [column for column in filled if column.name not in {label, split} | unnamed]
        # Columns of numbers first. Words are used only if there are too few numbers; reading them
        # then fails with a message that names the line.
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


def check_choices(choices: TableChoices, columns: Sequence[Column]) -> None:
    """Raises `TableError` if the columns in these complete choices cannot be used together."""
    by_name = {column.name: column for column in columns}
    for name in choices.columns:
        if name not in by_name:
            found = ", ".join(column.name for column in columns)
            raise TableError(f"there is no such column; the columns are {found}.", column=name)
        if choices.columns.count(name) > 1:
            raise TableError("this column is chosen twice; use each column once.", column=name)
    if not choices.label:
        raise TableError("A label column is needed; it holds what is to be predicted.")
    features = [by_name[name] for name in choices.features or ()]
    if not MIN_FEATURES <= len(features) <= MAX_FEATURES:
        found = ", ".join(f"{column.name} ({column.kind})" for column in columns)
        problem = f"{MIN_FEATURES} to {MAX_FEATURES} columns of numbers are needed as features"
        raise TableError(f"{problem}, not {len(features)}; the columns are {found}.")
    for column in features:
        if column.kind == "empty":
            raise TableError("every cell is empty; choose another feature.", column=column.name)
    label = by_name[choices.label]
    if label.kind == "empty":
        raise TableError("every cell is empty; choose another label.", column=label.name)
    if choices.extent is not None and len(features) != MIN_FEATURES:
        raise TableError("An extent needs exactly two features.")
