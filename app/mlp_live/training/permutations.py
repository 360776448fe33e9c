"""Random permutations of the training set, one for each epoch."""

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine.shuffle import shuffle

BLOCK = 8192  # examples shuffled in one call: 64 KB, about forty epochs of the default run


def block_bytes(n: int) -> int:
    """Memory in bytes of a block of permutations of ``n`` examples."""
    return 8 * n * max(1, BLOCK // n)


class EpochPermutations:
    """A random permutation for each epoch, which depends on the seed and the epoch alone.

    Permutations are drawn in blocks of epochs. Each block has its own stream of a counter-based
    generator (Philox; Salmon et al., 2011). One permutation takes about a microsecond;
    `Generator.permuted` takes more than twice that and holds the GIL.
    """

    def __init__(self, seed: np.random.SeedSequence) -> None:
        self._bits = np.random.Philox(key=seed.generate_state(2, np.uint64))
        self._initial_state = self._bits.state
        self._cached = (-1, 0)  # index of the block in memory, and its number of examples
        self._orders = np.empty((0, 0), np.int64)

    @property
    def nbytes(self) -> int:
        """Memory in bytes of the block that is kept."""
        return self._orders.nbytes

    def span(self, epoch: int, epochs: int, n: int) -> NDArray[np.int64]:
        """Permutations of ``n`` examples for ``epoch`` (counted from 0) and those after it.

        int64 (E, n) with 1 <= E <= epochs: fewer than ``epochs`` where a block ends.
        """
        block, first = divmod(epoch, max(1, BLOCK // n))
        if self._cached != (block, n):
            self._orders = self._draw(block, max(1, BLOCK // n), n)
            self._cached = block, n
        return self._orders[first : first + epochs]

    def _draw(self, block: int, epochs: int, n: int) -> NDArray[np.int64]:
        self._initial_state["state"]["counter"][3] = block
        self._bits.state = self._initial_state
        orders = np.empty((epochs, n), np.int64)
        shuffle(self._bits.random_raw(epochs * n), orders)
        return orders
