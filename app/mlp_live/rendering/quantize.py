"""Quantization: numbers as bytes, the form in which pictures are sent to the page.

The loop is compiled, though NumPy is as fast. NumPy releases and reacquires the GIL with every
operation, and each time another thread may take it. The compiled loop does so once.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

import mlp_live.engine  # noqa: F401 (sets the folder of compiled kernels)

Bytes = NDArray[np.uint8]


def quantize(values: NDArray[np.float32], low: NDArray[Any], high: NDArray[Any]) -> Bytes:
    """Map each row of values (rows, n) linearly to bytes: its low (rows,) to 0, its high to 255.

    Values outside the range become 0 or 255, NaN becomes 128.
    """
    result = np.empty(values.shape, np.uint8)
    rows = np.ascontiguousarray(values)
    _quantize(rows, np.asarray(low, np.float64), np.asarray(high, np.float64), result)
    return result


@njit(  # type: ignore[untyped-decorator]
    "void(float32[:, ::1], float64[:], float64[:], uint8[:, ::1])",
    nogil=True,
    cache=True,
    error_model="numpy",
)
def _quantize(values: Any, low: Any, high: Any, result: Any) -> None:
    rows, n = values.shape
    for row in range(rows):
        bottom, width = np.float32(low[row]), np.float32(high[row] - low[row])
        for i in range(n):
            scaled = np.float32(255.0) * ((values[row, i] - bottom) / width)
            # A comparison with NaN is false: NaN passes both limits and is replaced last.
            scaled = scaled if scaled > 0.0 or scaled != scaled else np.float32(0.0)
            scaled = scaled if scaled < 255.0 or scaled != scaled else np.float32(255.0)
            scaled = scaled if scaled == scaled else np.float32(127.5)
            result[row, i] = np.uint8(np.int32(scaled + np.float32(0.5)))
