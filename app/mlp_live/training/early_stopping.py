"""Early stopping on the validation loss.

L. Prechelt, Early stopping: but when? (1998).
"""

from collections.abc import Iterable
from math import inf

from mlp_live.training.config import RunConfig


class EarlyStopping:
    """Tracks the epoch with the best validation loss, and decides when to stop.

    An epoch is better than the best so far if its loss is lower by more than ``min_delta``. After
    ``patience`` epochs in a row without a better one the training should stop.
    """

    def __init__(self, config: RunConfig) -> None:
        self._enabled = config.early_stopping
        self._patience = config.patience
        self._min_delta = config.min_delta
        self._best_loss = inf
        self.best_epoch = 0

    def first_stop(self, epoch: int, validation_losses: Iterable[float]) -> int | None:
        """Call `stops` for ``epoch`` and the epochs after it; the first that stops, or None."""
        if not self._enabled:
            return None
        losses = enumerate(validation_losses, epoch)
        return next((epoch for epoch, loss in losses if self.stops(epoch, loss)), None)

    def stops(self, epoch: int, validation_loss: float) -> bool:
        """Take the validation loss of the next epoch; whether training should stop after it."""
        if validation_loss < self._best_loss - self._min_delta or epoch == 0:
            self._best_loss, self.best_epoch = validation_loss, epoch
        return self._enabled and epoch - self.best_epoch >= self._patience
