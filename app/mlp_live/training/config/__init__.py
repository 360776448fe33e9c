"""RunConfig: the whole configuration of a run, and the validation of its values."""

from mlp_live.training.config.group import MAX_EPOCHS
from mlp_live.training.config.run_config import GROUPS, RunConfig

__all__ = ["GROUPS", "MAX_EPOCHS", "RunConfig"]
