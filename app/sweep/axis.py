"""An axis of a study: a field of RunConfig and the values it takes in turn."""

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

from app.training.config import RunConfig
from app.training.fields import TOLD, ConfigField, config_fields, explain

# The practical's: each list spans what is too little to what is too much.
BATCH_SIZES = (1, 10, 50, 100, 200)
LEARNING_RATES = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0)
# What is suggested where multiples of the default would make no sense.
SUGGESTED: dict[str, tuple[Any, ...]] = {
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
    "min_improvement": (0, 0.0001, 0.001, 0.01),
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
    """The fields that a study can vary: all but the name of a table."""
    return {name: field for name, field in config_fields().items() if field.kind != "text"}


def suggested_values(field: ConfigField) -> list[str]:
    """Values to pick from, as they are written: all choices, or some on both sides of the default.

    They are a start; any other value may be typed.
    """
    if field.kind == "choice":
        return list(field.choices)
    if field.kind == "switch":
        return ["false", "true"]
    values: list[Any] = list(SUGGESTED.get(field.name, ()))
    if not values and field.kind == "several":
        values = [tuple(field.choices)[:count] for count in range(1, len(field.choices) + 1)]
    if not values and field.kind in ("integer", "number"):
        start = field.default or field.step or 1
        values = [start * factor for factor in (0.25, 0.5, 1, 2, 4)]
        if field.kind == "integer":
            values = [round(value) for value in values]
    allowed = [value for value in dict.fromkeys(values) if _allowed(field.name, value)]
    return [label(field.name, value) for value in allowed]


def separator(field: ConfigField) -> str:
    """What stands between the values of a list: values that are lists have commas of their own."""
    return ";" if field.kind in ("widths", "several") else ","


def split_values(field: ConfigField, text: str) -> list[str]:
    """The values in a list that is written as text."""
    return [part.strip() for part in text.split(separator(field))] if text.strip() else []


def label(name: str, value: Any) -> str:
    """A value as it is written in labels: 5 rather than 5.0; without hidden layers “none”."""
    return config_fields()[name].written(value).removesuffix(".0") or "none"


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    info = RunConfig.model_fields[name]
    kind: Any = Annotated[info.annotation, info]
    return TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False))


def checked(name: str, value: Any) -> Any:
    """A value of a field, checked by itself alone; whether it goes with others is not asked."""
    if name in axis_fields() and _allowed(name, value):
        return _adapter(name).validate_python(value)
    try:
        return getattr(RunConfig.model_validate({name: value}), name)
    except ValidationError as error:
        problem = explain(error)[0]
        raise refusal(problem.field, problem.message) from None


def _allowed(name: str, value: Any) -> bool:
    try:
        _adapter(name).validate_python(value)
    except ValidationError:
        return False
    return True


def refusal(field: str | None, message: str) -> PydanticCustomError:
    """The error of a validator that blames ``field``, or none, in a whole sentence."""
    return PydanticCustomError(TOLD, "{message}", {"field": field, "message": message})


class Axis(BaseModel):
    """A field of RunConfig and the values it takes in turn.

    The values may be written as text: “1,10,50”; hidden layers and inputs, which have commas of
    their own, as “10; 8,8,4”.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    field: str
    values: tuple[Any, ...]

    @field_validator("field")
    @classmethod
    def _field_can_vary(cls, name: str) -> str:
        if name not in axis_fields():
            raise refusal(None, f"“{name[:40]}” cannot be varied; choose a field of the form.")
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
            raise refusal(field.name, f"{field.title} needs at least one value, such as 1,10,50.")
        values = tuple(checked(field.name, value) for value in raw)
        seen = set()
        for value in values:
            if value in seen:
                twice = field.written(value)
                raise refusal(field.name, f"{field.title} has {twice} twice; leave one out.")
            seen.add(value)
        return {**given, "values": values}

    @property
    def labels(self) -> list[str]:
        """The values as they are written."""
        return [label(self.field, value) for value in self.values]

    @property
    def numbers(self) -> list[float] | None:
        """The values as places on a line; None where they are no numbers."""
        if config_fields()[self.field].kind not in ("integer", "number"):
            return None
        return [float(value) for value in self.values]

    @property
    def is_wide(self) -> bool:
        """Whether the values span more than a decade, so that a line should be logarithmic."""
        numbers = self.numbers
        return numbers is not None and min(numbers) > 0 and max(numbers) > 10 * min(numbers)
