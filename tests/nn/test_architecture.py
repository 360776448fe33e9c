"""The parameter vector θ and its views; what an architecture may be."""

import numpy as np
import pytest
from hypothesis import given

from mlp_live.nn.architecture import Architecture
from tests.nn.problems import architectures


@given(architecture=architectures())
def test_the_views_cover_the_vector_exactly_once(architecture: Architecture) -> None:
    theta = np.zeros(architecture.n_parameters)
    for (n_in, n_out), (W, b) in zip(architecture.layers, architecture.views(theta), strict=True):
        assert W.shape == (n_out, n_in)
        assert b.shape == (n_out,)
        W += 1
        b += 1
    assert (theta == 1).all()


@pytest.mark.parametrize(
    "sizes", [(2,), (0, 2), (9, 2), (2, 11), (2, 129, 2), (2, 0, 2), (2, *[4] * 9, 2)]
)
def test_sizes_out_of_range_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="size"):
        Architecture(sizes)


def test_unknown_names_are_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="one of .*tanh"):
        Architecture((2, 2), activation="swish")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="one of .*cross_entropy"):
        Architecture((2, 2), loss="hinge")  # type: ignore[arg-type]


@pytest.mark.parametrize("shape", [51, 53, (52, 1)])
def test_a_vector_of_another_shape_is_refused(shape: int | tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"θ must have shape \(52,\)"):
        Architecture((2, 10, 2)).views(np.zeros(shape))


@pytest.mark.parametrize("sizes", [(1, 1), (8, 10), (1, *[128] * 8, 1), (8, 1, 10)])
def test_sizes_at_their_limits_are_accepted(sizes: tuple[int, ...]) -> None:
    assert Architecture(sizes).sizes == sizes


def test_a_network_classifies_with_tanh_unless_told_otherwise() -> None:
    assert Architecture((2, 2)) == Architecture((2, 2), "tanh", "cross_entropy")


def test_the_layers_follow_one_another_in_the_vector() -> None:
    (W, b), (V, c) = Architecture((2, 2, 1)).views(np.arange(9))
    assert (W.tolist(), b.tolist()) == ([[0, 1], [2, 3]], [4, 5])
    assert (V.tolist(), c.tolist()) == ([[6, 7]], [8])
