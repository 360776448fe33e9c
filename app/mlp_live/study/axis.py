"""An axis of a study: a field of RunConfig and its values."""

from contextlib import suppress
from functools import cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    ConfigDict,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from mlp_live.training.config import RunConfig
from mlp_live.training.config.schema import SENTENCE, ConfigField, config_fields, problems_of

# Those of the practical course: each list goes from too small to too large.
BATCH_SIZES = (1, 10, 50, 100, 200)
LEARNING_RATES = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
# Suggested values of fields for which multiples of the default are not useful.
SUGGESTED_VALUES: dict[str, tuple[Any, ...]] = {
    "n_train": (10, 20, 50, 100, 200, 500, 1000),
    "n_validation": (20, 50, 100, 200, 500),
    "validation_fraction": (0.1, 0.2, 0.3, 0.4, 0.5),
    "test_fraction": (0.1, 0.2, 0.3, 0.4, 0.5),
    "inputs": (
        ("x1", "x2"),
        ("x1_squared", "x2_squared"),
        ("x1", "x2", "x1_x2"),
        ("x1", "x2", "x1_squared", "x2_squared", "x1_x2"),
    ),
    "hidden": ((2,), (5,), (10,), (20,), (8, 8), (8, 8, 4)),
    "init_std": (0.03, 0.1, 0.3, 1, 1.826, 3),
    "batch_size": BATCH_SIZES,
    "learning_rate": LEARNING_RATES,
    "min_delta": (0, 0.0001, 0.001, 0.01),
    "seed": tuple(range(6)),
    "momentum": (0, 0.5, 0.9, 0.99),
    "rho": (0.5, 0.9, 0.99),
    "beta1": (0, 0.5, 0.9, 0.99),
    "beta2": (0.9, 0.99, 0.999, 0.9999),
    "epsilon": (1e-8, 1e-6, 1e-4, 0.01),
    "schedule_factor": (0.1, 0.5, 0.9),
    "warm_up": (0, 5, 10, 20, 50),
    "cool_down": (0, 5, 10, 20, 50),
    "regularization_rate": (0.0001, 0.001, 0.01, 0.1),
}


@cache
def axis_fields() -> dict[str, ConfigField]:
    """The fields that a study can vary: all except the table."""
    return {name: field for name, field in config_fields().items() if field.kind != "text"}


def suggested_values(field: ConfigField) -> list[str]:
    """Suggested values of a field, as text: all choices, or numbers around the default."""
    values: list[Any] = list(SUGGESTED_VALUES.get(field.name, ()))
    if field.kind == "choice":
        values = list(field.choices)
    elif field.kind == "switch":
        values = [False, True]
    elif not values and field.kind == "multiple_choice":
        values = [tuple(field.choices)[:count] for count in range(1, len(field.choices) + 1)]
    elif not values and field.kind in ("integer", "number"):
        start = field.default or field.step or 1
        values = [start * factor for factor in (0.25, 0.5, 1, 2, 4)]
        if field.kind == "integer":
            values = [round(value) for value in values]
    possible = [value for value in dict.fromkeys(values) if _is_possible(field, value)]
    return [value_label(field.name, value) for value in possible]


def _is_possible(field: ConfigField, value: Any) -> bool:
    """Whether ``value`` is valid if the field applies and all others have their defaults."""
    config = {name: values[0] for name, values in field.applies_to.items()} | {field.name: value}
    if config.get("dataset") == "table":
        config["table"] = "0" * 16  # any digest
    try:
        RunConfig.model_validate(config)
    except ValidationError:
        return False
    return True


def separator(field: ConfigField) -> str:
    """The separator of values in a text; a semicolon if the values themselves have commas."""
    return ";" if field.kind in ("layer_sizes", "multiple_choice") else ","


def split_values(field: ConfigField, text: str) -> list[str]:
    """The values in a text such as “1,10,50”."""
    return [part.strip() for part in text.split(separator(field))] if text.strip() else []


def value_label(name: str, value: Any) -> str:
    """A value as a label: 5 instead of 5.0; no hidden layers are “none”."""
    return config_fields()[name].to_text(value).removesuffix(".0") or "none"


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    info = RunConfig.model_fields[name]
    kind: Any = Annotated[info.annotation, info]
    return TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False))


def validate_value(name: str, value: Any) -> Any:
    """Validate a value of a field by itself, without the other fields."""
    if name in axis_fields():
        with suppress(ValidationError):
            return _adapter(name).validate_python(value)
    try:
        return getattr(RunConfig.model_validate({name: value}), name)
    except ValidationError as error:
        problem = problems_of(error)[0]
        raise field_error(problem.field, problem.message) from None


def field_error(field: str | None, message: str) -> PydanticCustomError:
    """The error for a validator to raise: a whole sentence about ``field``, or about none."""
    return PydanticCustomError(SENTENCE, "{message}", {"field": field, "message": message})


class Axis(BaseModel):
    """A field of RunConfig and its values.

    The values may be given as text, such as “1,10,50”. Those of hidden layers and of inputs contain
    commas and are separated by semicolons, such as “10; 8,8,4”.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    values: tuple[Any, ...]

    @field_validator("field")
    @classmethod
    def _field_can_vary(cls, name: str) -> str:
        if name not in axis_fields():
            raise field_error(
                None, f"“{name[:40]}” cannot be varied; choose a field of the configuration."
            )
        return name

    @model_validator(mode="before")
    @classmethod
    def _read_values(cls, given: Any) -> Any:
        if not isinstance(given, dict) or str(given.get("field")) not in axis_fields():
            return given
        field = config_fields()[str(given["field"])]
        raw = given.get("values")
        if isinstance(raw, str):
            raw = split_values(field, raw)
        if not isinstance(raw, list | tuple):
            return given
        if not raw:
            raise field_error(
                field.name, f"{field.title} needs at least one value, such as 1,10,50."
            )
        values: dict[Any, None] = {}
        for value in (validate_value(field.name, item) for item in raw):
            if value in values:
                twice = field.to_text(value)
                raise field_error(field.name, f"{field.title} has {twice} twice; remove one.")
            values[value] = None
        return {**given, "values": tuple(values)}

    @property
    def representatives(self) -> list[Any]:
        """A few values, among them one that fits the other fields if any value does.

        Whether values fit together depends on which of them are defaults, on which fields apply to
        them (`ConfigField.applies_to`), on whether two are equal, and on sums that have a bound.
        Of the values that are alike in the first two ways, two are therefore sufficient: the
        smallest and the largest number, or any two others.
        """
        fields = config_fields()
        default = fields[self.field].default
        lists = [f.applies_to[self.field] for f in fields.values() if self.field in f.applies_to]
        alike: dict[tuple[bool, ...], list[Any]] = {}
        for value in self.values if self.numbers is None else sorted(self.values):
            key = (value == default, *(value in values for values in lists))
            alike.setdefault(key, []).append(value)
        return [one for values in alike.values() for one in dict.fromkeys((values[0], values[-1]))]

    @property
    def labels(self) -> list[str]:
        """The labels of the values."""
        return [value_label(self.field, value) for value in self.values]

    @property
    def numbers(self) -> list[float] | None:
        """The values as numbers, or None if they are not numeric."""
        if config_fields()[self.field].kind not in ("integer", "number"):
            return None
        return [float(value) for value in self.values]

    @property
    def is_wide(self) -> bool:
        """Whether the values span more than a factor of 10, so that the axis is logarithmic."""
        numbers = self.numbers
        return numbers is not None and min(numbers) > 0 and max(numbers) > 10 * min(numbers)
