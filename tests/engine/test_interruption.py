"""Long computations are divided into pieces, whose number changes no bit of a result."""

import numpy as np
import pytest

from mlp_live.engine import interruption
from mlp_live.engine.engine import Engine
from mlp_live.engine.interruption import interruptible, interruption_point
from mlp_live.nn.architecture import Architecture
from mlp_live.nn.initialization import initialize
from mlp_live.nn.optimizers import Optimizer
from mlp_live.nn.regularization import Regularizer
from tests.nn.problems import orders, rings

N = 300


def everything(architecture: Architecture, batch_size: int) -> tuple[list[bytes], int]:
    """The bits of all that an engine computes, and the number of interruption points."""
    rng = np.random.default_rng(3)
    X, Y = rings(N, rng)
    engine = Engine(architecture, Optimizer("adam"), Regularizer("l2", 1e-3))
    packed = engine.pack(X, Y)
    state = engine.init_state(initialize(architecture, "normal", rng))
    points = 0

    def count() -> None:
        nonlocal points
        points += 1

    with interruptible(count):
        engine.train(state, packed, orders(N, 2, rng), np.array([0.1, 0.05]), batch_size)
        results = [
            state.vectors,
            np.array(engine.evaluate(state, packed)),
            engine.predict(state, X),
            engine.hidden_activations(state, X, 4),
        ]
    return [np.ascontiguousarray(result).tobytes() for result in results], points


@pytest.mark.parametrize("batch_size", [1, 7, 70, 129, N])
@pytest.mark.parametrize("sizes", [(2, 10, 2), (2, 90, 70, 2)])
def test_no_bit_depends_on_the_size_of_the_pieces(sizes, batch_size, monkeypatch):
    architecture = Architecture(sizes)
    counts = []
    expected = None
    for work in (10**12, 40 * architecture.n_parameters * 64, 1):
        monkeypatch.setattr(interruption, "PIECE_WORK", work)
        results, points = everything(architecture, batch_size)
        assert results == (expected := expected or results)
        counts.append(points)
    assert counts[0] == 0
    assert counts == sorted(counts)
    assert counts[-1] >= 3 * (N // 64) + 2 * (N // max(batch_size, 64))


def test_the_largest_network_is_interrupted_within_a_batch():
    _, points = everything(Architecture((2, *[128] * 8, 2)), N)
    assert points >= 2 * (N // 64)


def test_a_hook_belongs_to_its_block_and_may_raise():
    def hook() -> None:
        raise TimeoutError

    with pytest.raises(TimeoutError), interruptible(hook):
        interruption_point()
    interruption_point()  # no hook any more
