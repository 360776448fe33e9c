"""The register type: each operation is NumPy's, lane by lane."""

from typing import Any

import numpy as np

from mlp_live.engine.simd import (
    LANES,
    entry_point,
    extract,
    fma,
    insert,
    load,
    mask_tail,
    pointer,
    reduce_add,
    select_lt,
    splat,
    store,
)

A = np.array([3, 1, 4, 1, 5, 9, 2, 6], np.float32)
B = np.array([2, 7, 1, 8, 2, 8, 1, 8], np.float32)


@entry_point
def every_operation(a: Any, b: Any, out: Any) -> Any:
    x, y, results = load(pointer(a), 0), load(pointer(b), 0), pointer(out)
    store(results, 0, (x + 2.0 * y - 1.0) / y)
    store(results, LANES, mask_tail(x, 3, -1.0))
    store(results, 2 * LANES, insert(x, 5, 0.5))
    store(results, 3 * LANES, select_lt(x, y, x, y))
    store(results, 4 * LANES, np.sqrt(x) + splat(0.0))
    return reduce_add(x), extract(x, 4)


@entry_point
def sums_and_products(a: Any, b: Any, c: Any, out: Any) -> Any:
    x, y, z = load(pointer(a), 0), load(pointer(b), 0), load(pointer(c), 0)
    store(pointer(out), 0, fma(x, y, z))
    return reduce_add(x)


def test_every_operation_is_numpys() -> None:
    out = np.zeros((5, LANES), np.float32)
    total, lane_4 = every_operation(A, B, out.ravel())
    # small integers: exact, but for one rounding of the division
    np.testing.assert_allclose(out[0], (A + 2 * B - 1) / B, rtol=1e-7)
    np.testing.assert_array_equal(out[1], [3, 1, 4, -1, -1, -1, -1, -1])
    np.testing.assert_array_equal(out[2], [3, 1, 4, 1, 5, 0.5, 2, 6])
    np.testing.assert_array_equal(out[3], np.minimum(A, B))
    np.testing.assert_array_equal(out[4], np.sqrt(A))
    assert (total, lane_4) == (31, 5)


def test_a_comparison_with_nan_is_false() -> None:
    out = np.zeros((5, LANES), np.float32)
    every_operation(np.full(LANES, np.nan, np.float32), B, out.ravel())
    np.testing.assert_array_equal(out[3], B)


def test_the_sum_of_the_lanes_has_the_documented_order() -> None:
    x = np.random.default_rng(0).normal(size=LANES).astype(np.float32)
    total = sums_and_products(x, x, x, np.zeros(LANES, np.float32))
    # additions of float32, so the order shows in the last bits
    even, odd = (x[0] + x[4]) + (x[2] + x[6]), (x[1] + x[5]) + (x[3] + x[7])
    assert np.float32(total) == even + odd


def test_fma_rounds_once() -> None:
    # (1 + e)² = 1 + 2 e + e² in which e² is lost if the product is rounded before the addition
    e = np.float32(2.0**-13)
    x = np.full(LANES, 1 + e, np.float32)
    out = np.zeros(LANES, np.float32)
    sums_and_products(x, x, -(x * x), out)
    assert out.tolist() == [2.0**-26] * LANES
