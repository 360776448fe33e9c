"""Scheduling: who computes next, where, and for how long. Everything goes through `Scheduler`."""

from mlp_live.live.scheduling.scheduler import Scheduler, Urgency

__all__ = ["Scheduler", "Urgency"]
