"""Random permutations: the order of the examples in each epoch."""

from typing import Any

import numpy as np
from numba import njit

from mlp_live.engine.kernel_cache import stored


@stored("void(uint64[::1], int64[:, ::1])")
@njit(nogil=True)  # type: ignore[untyped-decorator]
def shuffle(words: Any, orders: Any) -> None:
    """Fill each row of orders, int64 (E, n), with a permutation of 0, ..., n - 1.

    words, uint64 (E n,), are random bits, one word for each entry. The algorithm is that of Fisher
    and Yates: from the last entry to the second, each is swapped with a random one that is not
    after it. 48 bits of a word are used; the probabilities are equal to within n / 2⁴⁸.
    """
    epochs, n = orders.shape
    for epoch in range(epochs):
        order = orders[epoch]
        for i in range(n):
            order[i] = i
        for i in range(n - 1, 0, -1):
            word = words[epoch * n + i] >> np.uint64(16)
            j = np.int64((word * np.uint64(i + 1)) >> np.uint64(48))
            order[i], order[j] = order[j], order[i]
