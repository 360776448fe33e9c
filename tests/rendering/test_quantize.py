"""Quantization maps a range of numbers to bytes."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import mlp_live
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


def test_its_kernel_is_cached_with_those_of_the_engine_even_if_it_is_imported_first():
    program = "from mlp_live.rendering.quantize import _quantize; print(_quantize.stats.cache_path)"
    environment = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    result = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert Path(mlp_live.__file__).parent / "engine" in Path(result.stdout.strip()).parents
