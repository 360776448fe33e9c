"""Early stopping on the validation loss.

L. Prechelt, Early stopping: but when? (1998).
"""

from collections.abc import Iterable
from math import inf, isfinite

from mlp_live.training.config import RunConfig


class EarlyStopping:
    """Tracks the epoch with the lowest validation loss, and decides when to stop.

    An epoch is an improvement if its loss is lower by more than ``min_delta`` than at the last
    improvement. Epoch 0 is the first one. After ``patience`` epochs in a row without an improvement
    the training should stop.

    The best epoch is the one with the lowest loss, the first of equal ones. It may come later than
    the last improvement, by less than ``min_delta``. A loss that is not finite is never the lowest.
    """

    def __init__(self, config: RunConfig, validation_losses: Iterable[float] = ()) -> None:
        """``validation_losses`` are those of the epochs so far, from epoch 0 on."""
        self._enabled = config.early_stopping
        self._patience = config.patience
        self._min_delta = config.min_delta
        self._lowest = self._improved_to = inf
        self._improved_at = 0
        self.best_epoch = 0
        for epoch, loss in enumerate(validation_losses):
            self.stops(epoch, loss)

    def first_stop(self, epoch: int, validation_losses: Iterable[float]) -> int | None:
        """Call `stops` for ``epoch`` and the epochs after it; the first that stops, or None."""
        if not self._enabled:
            return None
        losses = enumerate(validation_losses, epoch)
        return next((epoch for epoch, loss in losses if self.stops(epoch, loss)), None)

    def stops(self, epoch: int, validation_loss: float) -> bool:
        """Take the validation loss of the next epoch; whether training should stop after it."""
        loss = validation_loss if isfinite(validation_loss) else inf
        if loss < self._lowest:
            self._lowest, self.best_epoch = loss, epoch
        if loss < self._improved_to - self._min_delta:
            self._improved_to, self._improved_at = loss, epoch
        return self._enabled and epoch - self._improved_at >= self._patience
