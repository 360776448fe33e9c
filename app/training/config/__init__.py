"""RunConfig: everything that determines a run, checked once, wherever it comes from."""

from app.training.config.run_config import GROUPS, RunConfig
from app.training.config.setting import MAX_EPOCHS

__all__ = ["GROUPS", "MAX_EPOCHS", "RunConfig"]
