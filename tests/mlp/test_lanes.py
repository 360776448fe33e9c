"""The register type: each operation is NumPy's, lane by lane."""

from typing import Any

import numpy as np

from app.mlp.lanes import (
    LANES,
    choose_less,
    entry_point,
    first,
    load,
    memory,
    pick,
    place,
    splat,
    sqrt,
    store,
    total,
)

A = np.array([3, 1, 4, 1, 5, 9, 2, 6], np.float32)
B = np.array([2, 7, 1, 8, 2, 8, 1, 8], np.float32)


@entry_point
def every_operation(a: Any, b: Any, out: Any) -> Any:
    x, y, results = load(memory(a), 0), load(memory(b), 0), memory(out)
    store(results, 0, (x + 2.0 * y - 1.0) / y)
    store(results, LANES, first(x, 3, -1.0))
    store(results, 2 * LANES, place(x, 5, 0.5))
    store(results, 3 * LANES, choose_less(x, y, x, y))
    store(results, 4 * LANES, sqrt(x) + splat(0.0))
    return total(x), pick(x, 4)


def test_every_operation_is_numpys() -> None:
    out = np.zeros((5, LANES), np.float32)
    summed, picked = every_operation(A, B, out.ravel())
    # small integers: exact, but for one rounding of the division
    np.testing.assert_allclose(out[0], (A + 2 * B - 1) / B, rtol=1e-7)
    np.testing.assert_array_equal(out[1], [3, 1, 4, -1, -1, -1, -1, -1])
    np.testing.assert_array_equal(out[2], [3, 1, 4, 1, 5, 0.5, 2, 6])
    np.testing.assert_array_equal(out[3], np.minimum(A, B))
    np.testing.assert_array_equal(out[4], np.sqrt(A))
    assert (summed, picked) == (31, 5)


def test_a_comparison_with_nan_is_false() -> None:
    out = np.zeros((5, LANES), np.float32)
    every_operation(np.full(LANES, np.nan, np.float32), B, out.ravel())
    np.testing.assert_array_equal(out[3], B)
