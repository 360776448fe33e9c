"""Early stopping: when the validation loss has had its time to improve (L. Prechelt, 1998)."""

from collections.abc import Iterable
from math import inf

from app.training.config import RunConfig


class EarlyStopping:
    """Watches the validation loss, epoch by epoch, for the best one and for the end of patience.

    An epoch is better than the best so far if its loss is lower by more than ``min_improvement``;
    after ``patience`` epochs in a row that are not, the training is to stop.
    """

    def __init__(self, config: RunConfig) -> None:
        self._watching = config.early_stopping
        self._patience = config.patience
        self._min_improvement = config.min_improvement
        self._least = inf
        self.best_epoch = 0

    def stop_within(self, epoch: int, validation_losses: Iterable[float]) -> int | None:
        """As `stops` for the losses of ``epoch`` and those after it: at which the training ends."""
        if not self._watching:
            return None
        losses = enumerate(validation_losses, epoch)
        return next((at for at, loss in losses if self.stops(at, loss)), None)

    def stops(self, epoch: int, validation_loss: float) -> bool:
        """Take the loss of the next epoch; whether the training is to stop after it."""
        if validation_loss < self._least - self._min_improvement or epoch == 0:
            self._least, self.best_epoch = validation_loss, epoch
        return self._watching and epoch - self.best_epoch >= self._patience
