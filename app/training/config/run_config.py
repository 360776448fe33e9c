"""All settings together, and what goes together among them."""

from typing import Any, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from app.training.config.data import DataSettings
from app.training.config.network import NetworkSettings
from app.training.config.optimizer import OptimizerSettings
from app.training.config.setting import Settings
from app.training.config.training import TrainingSettings

# As a form shows them, one after the other.
GROUPS: dict[str, type[Settings]] = {
    "Data": DataSettings,
    "Network": NetworkSettings,
    "Training": TrainingSettings,
    "Optimizer": OptimizerSettings,
}


# Pydantic takes the fields of the last base first.
class RunConfig(OptimizerSettings, TrainingSettings, NetworkSettings, DataSettings):
    """The configuration of a run. The same configuration gives the same numbers, to the bit."""

    @model_validator(mode="after")
    def _settings_go_together(self) -> Self:
        for name in sorted(self.model_fields_set):
            field = type(self).model_fields[name]
            if getattr(self, name) == field.default:
                continue
            about: Any = field.json_schema_extra
            for other, values in about["applies_to"].items():
                if (chosen := getattr(self, other)) not in values:
                    title = type(self).model_fields[other].title
                    raise PydanticCustomError(
                        "combination",
                        "{title} {chosen} has no such setting; it belongs to {values}",
                        {
                            "field": name,
                            "title": title,
                            "chosen": chosen,
                            "values": ", ".join(map(str, values)),
                        },
                    )
        for one, other in (("iris_x", "iris_y"), ("wine_x", "wine_y")):
            if getattr(self, one) == getattr(self, other):
                raise PydanticCustomError(
                    "combination",
                    "choose another feature than for the axis across",
                    {"field": other},
                )
        if self.warm_up + self.cool_down > self.epochs:
            raise PydanticCustomError(
                "combination",
                "warm-up and cool-down together take more than the {epochs} epochs",
                {"field": "warm_up", "epochs": self.epochs},
            )
        return self
