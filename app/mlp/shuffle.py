"""Permutations from random words: the order in which an epoch takes its examples."""

from typing import Any

import numpy as np
from numba import njit


@njit(  # type: ignore[untyped-decorator]
    "void(uint64[::1], int64[:, ::1])", nogil=True, cache=True
)
def shuffle(words: Any, orders: Any) -> None:
    """Make each row of ``orders`` (E, n) a permutation, by a random word for each place of it.

    Fisher and Yates: every place, from the last on, swaps with one of those up to itself. Of a word
    48 bits are used, which favours no place by more than n / 2⁴⁸.
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
