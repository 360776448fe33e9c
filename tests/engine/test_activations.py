"""The compiled activations are as accurate as they state."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mlp_live.engine.activations import ACCURACY, activate, exp
from mlp_live.engine.simd import LANES, entry_point, load, pointer, store
from mlp_live.nn.activations import ACTIVATIONS, FUNCTIONS, ActivationName

Vector = NDArray[np.float32]


@entry_point
def apply_activation(activation: int, z: Any, value: Any, slope: Any) -> None:
    for at in range(0, z.size, LANES):
        f, df = activate(activation, load(pointer(z), at))
        store(pointer(value), at, f)
        store(pointer(slope), at, df)


@entry_point
def apply_exp(z: Any, value: Any) -> None:
    for at in range(0, z.size, LANES):
        store(pointer(value), at, exp(load(pointer(z), at)))


def compiled(name: str, z: Vector) -> tuple[Vector, Vector]:
    value, slope = np.empty_like(z), np.empty_like(z)
    apply_activation(ACTIVATIONS.index(name), z, value, slope)
    return value, slope


def numbers() -> Vector:
    """Float32 of every size.

    Fine steps where the functions bend, powers of two up to the largest, zeros.
    """
    fine = np.linspace(-20, 20, 2**18)
    powers = 2.0 ** np.arange(-126, 126)
    return np.concatenate([fine, powers, -powers, np.zeros(8)]).astype(np.float32)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_compiled_form_is_as_accurate_as_it_states(name: ActivationName) -> None:
    z = numbers()
    exact = z.astype(float)
    value, slope = FUNCTIONS[name](exact)
    compiled_value, compiled_slope = compiled(name, z)
    scale = np.maximum(1, np.abs(value))
    assert (np.abs(compiled_value - value) / scale).max() <= ACCURACY[name]
    assert (np.abs(compiled_slope - slope) / scale).max() <= ACCURACY[name]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_nan_stays_nan(name: str) -> None:
    value, _ = compiled(name, np.full(LANES, np.nan, np.float32))
    assert np.isnan(value).all()


def test_exp_is_accurate_and_ends_in_zero_and_infinity() -> None:
    z = np.linspace(-87, 88, 2**16).astype(np.float32)
    value = np.empty_like(z)
    apply_exp(z, value)
    np.testing.assert_allclose(value, np.exp(z.astype(float)), rtol=3e-7)
    ends = np.array([-np.inf, -1000, -88, 0, 89, 1000, np.inf, np.nan], np.float32)
    value = np.empty_like(ends)
    apply_exp(ends, value)
    np.testing.assert_array_equal(value, [0, 0, 0, 1, np.inf, np.inf, np.inf, np.nan])


def test_tanh_never_leaves_its_range() -> None:
    value, slope = compiled("tanh", numbers())
    assert np.abs(value).max() <= 1
    assert slope.min() >= 0
