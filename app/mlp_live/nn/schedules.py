"""Schedules: the learning rate of each epoch. The rate is constant within an epoch."""

from dataclasses import dataclass
from math import cos, exp, pi
from typing import Literal, get_args

ScheduleName = Literal["constant", "time", "step", "exponential", "cosine"]
SCHEDULES: tuple[ScheduleName, ...] = get_args(ScheduleName)


@dataclass(frozen=True)
class Schedule:
    """The learning rate of epoch t = 0, 1, ..., T - 1, given the base rate η₀.

    constant     η₀
    time         η₀ / (1 + k t)
    step         η₀ γ^⌊t / p⌋
    exponential  η₀ exp(-k t)
    cosine       η₀ (1 + cos(π t / T)) / 2        Loshchilov and Hutter 2017, without restarts

    k is `decay` (per epoch), γ is `factor`, p is `period` (epochs). In the first `warm_up` epochs
    the rate is also multiplied by (t + 1) / (warm_up + 1), and in the last `cool_down` epochs by
    (T - t) / (cool_down + 1), so it rises and falls linearly.

    Raises ValueError if the name is unknown or a constant is out of range.
    """

    name: ScheduleName = "constant"
    decay: float = 0.01
    factor: float = 0.5
    period: int = 50
    warm_up: int = 0
    cool_down: int = 0

    def __post_init__(self) -> None:
        if self.name not in SCHEDULES:
            raise ValueError(f"schedule must be one of {SCHEDULES}, not {self.name!r}")
        if self.decay < 0:
            raise ValueError(f"decay must be at least 0, not {self.decay}")
        if not 0 < self.factor <= 1:
            raise ValueError(f"factor must be above 0 and at most 1, not {self.factor}")
        if self.period < 1:
            raise ValueError(f"period must be at least 1 epoch, not {self.period}")
        if self.warm_up < 0 or self.cool_down < 0:
            raise ValueError("warm_up and cool_down must be at least 0 epochs")

    @property
    def is_constant(self) -> bool:
        """Whether every epoch has the same rate."""
        return self.name == "constant" and self.warm_up == self.cool_down == 0

    def rate(self, epoch: int, epochs: int, base: float) -> float:
        """Return the learning rate of an epoch, counted from 0, in a run of `epochs` epochs.

        Raises ValueError unless 0 <= epoch < epochs.
        """
        if not 0 <= epoch < epochs:
            raise ValueError(f"epoch must be from 0 to {epochs - 1}, not {epoch}")
        rate = base
        match self.name:
            case "time":
                rate /= 1 + self.decay * epoch
            case "step":
                rate *= self.factor ** (epoch // self.period)
            case "exponential":
                rate *= exp(-self.decay * epoch)
            case "cosine":
                rate *= (1 + cos(pi * epoch / epochs)) / 2
        rising = min(1.0, (epoch + 1) / (self.warm_up + 1))
        falling = min(1.0, (epochs - epoch) / (self.cool_down + 1))
        return rate * rising * falling
