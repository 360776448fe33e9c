"""Scheduling: who computes next, where, and for how long. Everything goes through `Scheduler`."""

from mlp_live.live.scheduling.account import (
    Account,
    AddressAccounts,
    Stop,
    Urgency,
    WorkStoppedError,
)
from mlp_live.live.scheduling.scheduler import Scheduler

__all__ = ["Account", "AddressAccounts", "Scheduler", "Stop", "Urgency", "WorkStoppedError"]
