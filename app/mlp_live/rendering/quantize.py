"""Quantization: numbers as bytes, the form in which pictures are sent to the page.

The loop is compiled, though NumPy is as fast. NumPy releases and reacquires the GIL with every
operation, and each time another thread may take it. The compiled loop does so once.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from mlp_live.engine.kernel_cache import stored

Bytes = NDArray[np.uint8]


def quantize(values: NDArray[np.float32], low: NDArray[Any], high: NDArray[Any]) -> Bytes:
    """Map each row of values (rows, n) linearly to bytes: its low (rows,) to 0, its high to 255.

    Values outside the range become 0 or 255, NaN becomes 128.
    """
    result = np.empty(values.shape, np.uint8)
    low, high = np.ascontiguousarray(low, np.float64), np.ascontiguousarray(high, np.float64)
    _quantize(np.ascontiguousarray(values), low, high, result)
    return result


@stored("void(float32[:, ::1], float64[::1], float64[::1], uint8[:, ::1])")
@njit(nogil=True, error_model="numpy")  # type: ignore[untyped-decorator]
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
