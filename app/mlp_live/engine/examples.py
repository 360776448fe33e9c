"""Examples in the memory layout of the kernels."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mlp_live.engine.memory_layout import padded
from mlp_live.engine.state import Vector


@dataclass(frozen=True)
class PackedExamples:
    """Inputs and targets of n examples as the kernels read them.

    X and Y are float32 vectors that hold one row after the other, each padded with zeros to whole
    `F32x8`. rows, int64 (n,), is 0, ..., n - 1.
    """

    X: Vector
    Y: Vector
    rows: NDArray[np.int64]

    @classmethod
    def pack(cls, X: NDArray[Any], Y: NDArray[Any]) -> "PackedExamples":
        """Pack X (n, n_x) and Y (n, n_y)."""
        return cls(_pad_rows(X), _pad_rows(Y), np.arange(len(X)))

    @property
    def n(self) -> int:
        """The number of examples."""
        return len(self.rows)

    def check_epochs(
        self, orders: NDArray[np.int64], rates: NDArray[np.float64], batch_size: int
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return permutations and rates of E epochs in the form the kernels read.

        Raises ValueError if a shape is wrong, an order has other examples than these, or
        batch_size is not from 1 to n.
        """
        orders, rates = plain(orders, np.int64), plain(rates, np.float64)
        if orders.shape != (len(orders), self.n) or rates.shape != (len(orders),):
            raise ValueError(f"orders and rates must have shapes (E, {self.n}) and (E,)")
        # Without a sign, a negative number is larger than any n.
        if orders.size and orders.view(np.uint64).max() >= self.n:
            raise ValueError(f"orders must contain examples 0 to {self.n - 1}")
        if not 1 <= batch_size <= self.n:
            raise ValueError(f"batch_size must be from 1 to {self.n}, not {batch_size}")
        return orders, rates


def plain(array: Any, dtype: type) -> NDArray[Any]:
    """Return the array in the one form that the kernels are compiled for."""
    # Nearly every array has it already, and `require` takes 2 µs to find that out.
    if isinstance(array, np.ndarray) and array.dtype == dtype and array.flags.carray:
        return array
    return np.require(array, dtype, ["C_CONTIGUOUS", "ALIGNED", "WRITEABLE"])


def _pad_rows(rows: NDArray[Any]) -> Vector:
    n, size = rows.shape
    result = np.zeros((n, padded(size)), np.float32)
    result[:, :size] = rows
    return result.ravel()


NO_EXAMPLES = PackedExamples(np.empty(0, np.float32), np.empty(0, np.float32), np.arange(0))
"""A set without examples."""
