"""Numbers as shades, a byte each: how answers and responses are sent to be drawn.

Compiled, not for the arithmetic, which NumPy does as fast, but because NumPy gives the GIL away and
takes it back with every operation, and each time some other thread may be faster.
"""

from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]


def shades(values: NDArray[np.float32], low: NDArray[Any], high: NDArray[Any]) -> Bytes:
    """Each row of ``values`` (rows, n), from its ``low`` (rows,) at 0 to its ``high`` at 255.

    What lies outside shows as the nearer end, what is not a number as the middle, 128.
    """
    result = np.empty(values.shape, np.uint8)
    rows = np.ascontiguousarray(values)
    _shade(rows, np.asarray(low, np.float64), np.asarray(high, np.float64), result)
    return result


@njit(  # type: ignore[untyped-decorator]
    "void(float32[:, ::1], float64[:], float64[:], uint8[:, ::1])",
    nogil=True,
    cache=True,
    error_model="numpy",
)
def _shade(values: Any, low: Any, high: Any, result: Any) -> None:
    rows, n = values.shape
    for row in range(rows):
        bottom, width = np.float32(low[row]), np.float32(high[row] - low[row])
        for i in range(n):
            shade = np.float32(255.0) * ((values[row, i] - bottom) / width)
            shade = shade if shade > 0.0 or shade != shade else np.float32(0.0)
            shade = shade if shade < 255.0 or shade != shade else np.float32(255.0)
            shade = shade if shade == shade else np.float32(127.5)
            result[row, i] = np.uint8(np.int32(shade + np.float32(0.5)))
