"""Quantization maps a range of numbers to bytes."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mlp_live.rendering.quantize import quantize

VALUES = arrays.arrays(
    np.float32,
    st.tuples(st.integers(1, 5), st.integers(0, 40)),
    elements=st.floats(-9, 9, width=32),
)


@given(VALUES, st.floats(-5, 5), st.floats(0.1, 10))
def test_bytes_run_from_the_low_end_to_the_high(values, low, width):
    lows = np.full(len(values), low)
    found = quantize(values, lows, lows + width)
    expected = 255 * np.clip((values.astype(float) - low) / width, 0, 1)
    # float32 of numbers up to 14 in steps of at least 1 / 2550, and half a step of rounding
    assert (np.abs(found - expected) <= 0.5 + 1e-2).all()


def test_each_row_has_its_own_range_and_any_strides():
    columns = np.array([[0, 10], [1, 20], [0.5, 15]], np.float32)
    found = quantize(columns.T, np.array([0, 10]), np.array([1, 20]))
    assert found.tolist() == [[0, 255, 128], [0, 255, 128]]


def test_numbers_that_are_not_finite_have_a_byte_too():
    odd = np.array([[np.nan, np.inf, -np.inf, 3e38]], np.float32)
    assert quantize(odd, np.zeros(1), np.ones(1)).tolist() == [[128, 255, 0, 255]]
    assert quantize(np.ones((1, 2), np.float32), np.ones(1), np.ones(1)).tolist() == [[128, 128]]
