"""The order in which each epoch takes the training set."""

import numpy as np
from numpy.typing import NDArray

from app.mlp.shuffle import shuffle

BLOCK = 8192  # examples that are shuffled at once: 64 KB, and some forty epochs of the default run


class Orders:
    """For every epoch a random permutation, the same whenever and in whatever sequence it is asked.

    Epochs are drawn in blocks, all of a block from one stream of a generator that is a function of
    key and counter (Philox; Salmon et al. 2011): an order takes a microsecond, `Generator.permuted`
    more than twice that, and it holds the GIL meanwhile.
    """

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._bits = np.random.Philox(key=seed.generate_state(2, np.uint64))
        self._fresh = self._bits.state  # as it is before anything is drawn
        self._at_hand = (-1, 0)  # which block, of how many examples
        self._orders = np.empty((0, 0), np.int64)

    @property
    def nbytes(self) -> int:
        """Bytes of the block at hand."""
        return self._orders.nbytes

    def span(self, epoch: int, epochs: int, n: int) -> NDArray[np.int64]:
        """The orders of ``n`` examples from ``epoch`` (counted from 0) on, (E, n).

        Of so many epochs, but at most to the end of a block; at least one.
        """
        block, first = divmod(epoch, max(1, BLOCK // n))
        if self._at_hand != (block, n):
            self._at_hand = block, n
            self._orders = self._draw(block, max(1, BLOCK // n), n)
        return self._orders[first : first + epochs]

    def _draw(self, block: int, epochs: int, n: int) -> NDArray[np.int64]:
        self._fresh["state"]["counter"][3] = block
        self._bits.state = self._fresh
        orders = np.empty((epochs, n), np.int64)
        shuffle(self._bits.random_raw(epochs * n), orders)
        return orders
