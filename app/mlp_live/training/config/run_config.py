"""RunConfig: all groups together, and the checks that involve several fields."""

from typing import Any, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from mlp_live.training.config.data import DataConfig
from mlp_live.training.config.group import ConfigGroup
from mlp_live.training.config.network import NetworkConfig
from mlp_live.training.config.optimizer import OptimizerConfig
from mlp_live.training.config.training import TrainingConfig

# In the order of the form.
GROUPS: dict[str, type[ConfigGroup]] = {
    "Data": DataConfig,
    "Network": NetworkConfig,
    "Training": TrainingConfig,
    "Optimizer": OptimizerConfig,
}


# Pydantic orders fields from the last base class to the first.
class RunConfig(OptimizerConfig, TrainingConfig, NetworkConfig, DataConfig):
    """The configuration of a run.

    On one machine the same configuration gives the same results, to the bit.
    """

    @model_validator(mode="after")
    def _fields_fit_together(self) -> Self:
        for name in sorted(self.model_fields_set):
            field = type(self).model_fields[name]
            if getattr(self, name) == field.default:
                continue
            extra: Any = field.json_schema_extra
            for other, values in extra["applies_to"].items():
                if (chosen := getattr(self, other)) not in values:
                    title = type(self).model_fields[other].title
                    raise PydanticCustomError(
                        "combination",
                        "this applies only if {title} is {values}, not {chosen}",
                        {
                            "field": name,
                            "title": title,
                            "chosen": _text(chosen),
                            "values": " or ".join(map(_text, values)),
                        },
                    )
        for one, other in (("iris_x", "iris_y"), ("wine_x", "wine_y")):
            if getattr(self, one) == getattr(self, other):
                raise PydanticCustomError(
                    "combination",
                    "choose a different feature from that of the x-axis",
                    {"field": other},
                )
        if self.warm_up + self.cool_down > self.epochs:
            raise PydanticCustomError(
                "combination",
                "warm-up and cool-down together take more than the {epochs} epochs of the run",
                {"field": "warm_up", "epochs": self.epochs},
            )
        return self


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
