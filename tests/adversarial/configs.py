"""Hypothesis strategies for configurations, from the fields of RunConfig and their bounds."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from mlp_live.nn.architecture import MAX_HIDDEN_LAYERS, MAX_UNITS
from mlp_live.training.config.schema import ConfigField, config_fields

LARGEST, SMALLEST = 1.7976931348623157e308, 5e-324  # of float64, above zero
QUICK_POINTS = 60  # points of a set in a run that is only to be tried
QUICK_LAYERS = 3


def integers(field: ConfigField) -> SearchStrategy[Any]:
    low, high = int(field.minimum or 0), int(field.maximum or 2**32)
    near = st.sampled_from(sorted({low, min(low + 1, high), min(field.default, high), high}))
    whole = near | st.integers(low, high)
    return whole | whole.map(float) | whole.map(str)


def numbers(field: ConfigField) -> SearchStrategy[Any]:
    """Numbers within the bounds of a field: the bounds themselves, their neighbors, extremes."""
    low = field.minimum if field.minimum is not None else field.exclusive_minimum
    high = field.maximum if field.maximum is not None else field.exclusive_maximum
    least, most = float(low or 0.0), float(LARGEST if high is None else high)
    anywhere = st.floats(
        least,
        most,
        exclude_min=field.exclusive_minimum is not None,
        exclude_max=field.exclusive_maximum is not None,
    )
    bounds = [bound for bound in (field.minimum, field.maximum) if bound is not None]
    extremes = [e for e in (SMALLEST, 1e-310, 1e-45, 1e-38, 3e38, LARGEST) if least < e < most]
    special = [field.default, *bounds, *extremes, *([-0.0, "-0"] if field.minimum == 0 else [])]
    number = st.sampled_from(special) | anywhere
    return number | number.map(str)


def values(field: ConfigField) -> SearchStrategy[Any]:
    """Values of a field that are valid by themselves."""
    match field.kind:
        case "integer":
            return integers(field)
        case "number":
            return numbers(field)
        case "choice":
            return st.sampled_from(list(field.choices))
        case "multiple_choice":
            return st.lists(st.sampled_from(list(field.choices)), min_size=1, max_size=7)
        case "switch":
            return st.booleans()
        case "layer_sizes":
            size = st.integers(1, MAX_UNITS) | st.sampled_from([1, MAX_UNITS])
            return st.lists(size, max_size=MAX_HIDDEN_LAYERS)
        case _:
            return st.none() | st.from_regex("[0-9a-f]{16}", fullmatch=True)


VALUES = {name: values(field) for name, field in config_fields().items()}


# The fields that others apply to: they are drawn first.
CHOOSERS = sorted({other for field in config_fields().values() for other in field.applies_to})


@st.composite
def valid_configs(draw: Any) -> dict[str, Any]:
    """Values that mostly go together, of a run that is small enough to be tried in an instant.

    Every field that is given applies, unless a check that involves several fields refuses it.
    """
    fields = config_fields()
    config: dict[str, Any] = {name: draw(VALUES[name]) for name in CHOOSERS}
    config = {n: v for n, v in config.items() if applies(fields[n], config)}
    free = [n for n, f in fields.items() if n not in CHOOSERS and applies(f, config)]
    for name in draw(st.lists(st.sampled_from(free), unique=True)):
        config[name] = draw(VALUES[name])
    if config["dataset"] == "table":
        config["table"] = "0" * 16
    for name in {"n_train", "n_validation", "n_test", "batch_size"} & config.keys():
        least = int(fields[name].minimum or 0)
        config[name] = least + int(float(config[name])) % QUICK_POINTS
    if "hidden" in config:
        config["hidden"] = config["hidden"][:QUICK_LAYERS]
    return config


def applies(field: ConfigField, config: dict[str, Any]) -> bool:
    """Whether a field has an effect in a run of ``config``."""
    return all(config.get(other) in allowed for other, allowed in field.applies_to.items())
