"""Every parameter and every activation has a position of its own in the memory of the kernels."""

from itertools import pairwise

from hypothesis import given

from mlp_live.engine.memory_layout import VECTORS, memory_layout_of, padded
from mlp_live.engine.simd import LANES
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.optimizers import SLOTS
from tests.nn.problems import architectures


@given(architecture=architectures())
def test_every_parameter_has_its_own_position(architecture: Architecture) -> None:
    layout = memory_layout_of(architecture)
    assert len(set(layout.parameter_index)) == architecture.n_parameters
    assert layout.parameter_index.min() >= 0
    assert layout.parameter_index.max() < layout.size
    assert layout.size % LANES == 0


@given(architecture=architectures())
def test_weights_are_where_the_layers_say(architecture: Architecture) -> None:
    layout = memory_layout_of(architecture)
    views = architecture.views(layout.parameter_index)
    for layer, (W, b) in zip(layout.layers, views, strict=True):
        for o in range(layer.n_out):
            assert b[o] == layer.bias + o
            for i in range(layer.n_in):
                assert W[o, i] == layer.matrix + i * layer.step_in + o * layer.step_out
        assert min(layer.step_in, layer.step_out) == 1
        assert layer.columns == padded(max(layer.n_in, layer.n_out))


@given(architecture=architectures())
def test_the_rows_of_scratch_do_not_overlap(architecture: Architecture) -> None:
    layout = memory_layout_of(architecture)
    first, last = layout.layers[0], layout.layers[-1]
    blocks = [(first.inputs, first.n_in)]
    blocks += [(layer.outputs, layer.n_out) for layer in layout.layers]
    blocks += [(layer.deltas, layer.n_out) for layer in layout.layers]
    blocks += [(last.deltas + padded(last.n_out), last.n_out)]  # the targets
    rows = [row for start, size in blocks for row in range(start, start + padded(size))]
    assert len(rows) == len(set(rows))
    assert max(rows) == layout.scratch_rows - 1
    for below, above in pairwise(layout.layers):
        assert above.inputs == below.outputs


def test_a_state_is_theta_the_slots_and_the_gradient() -> None:
    assert VECTORS == 1 + SLOTS + 1
