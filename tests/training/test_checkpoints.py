"""Checkpoints: few bytes, every epoch in reach, the same bits however few are kept."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlp_live.engine.state import State
from mlp_live.training import checkpoints as checkpoints_module
from mlp_live.training.checkpoints import MIN_CHECKPOINTS, Checkpoints
from mlp_live.training.config import RunConfig
from mlp_live.training.run import Run

N_VECTORS = 100
STATE_BYTES = 4 * N_VECTORS
OBJECTS = 10_000  # bytes of lists, numbers and whatever else is not a state
INDEX = np.arange(10)


def state_of(epoch: int) -> State:
    return State(np.full(N_VECTORS, epoch, np.float32), INDEX, steps=7 * epoch)


def add_due(checkpoints: Checkpoints, first: int, last: int) -> None:
    for epoch in range(first, last + 1):
        if checkpoints.is_due(epoch):
            checkpoints.add(epoch, state_of(epoch))


@given(
    kept=st.integers(MIN_CHECKPOINTS, 40),
    last=st.integers(0, 300),
    back=st.integers(0, 300),
    block_bytes=st.integers(1, 41 * STATE_BYTES),
    data=st.data(),
)
def test_every_epoch_is_at_most_one_stride_from_a_checkpoint(kept, last, back, block_bytes, data):
    with pytest.MonkeyPatch.context() as patch:  # blocks of one state and of many
        patch.setattr(checkpoints_module, "BLOCK_BYTES", block_bytes)
        checkpoints = Checkpoints(300, kept * STATE_BYTES)
        add_due(checkpoints, 0, last)
    back = min(back, last)
    checkpoints.discard_after(back)
    add_due(checkpoints, back, last)
    assert checkpoints.nbytes <= kept * STATE_BYTES
    epoch = data.draw(st.integers(0, last))
    start, state = checkpoints.before(epoch)
    assert 0 <= epoch - start < checkpoints.stride
    assert state.steps == 7 * start
    assert (state.vectors == start).all()
    assert checkpoints.stride == 1 or kept * checkpoints.stride // 2 <= last


def test_a_short_run_reserves_only_what_it_needs():
    checkpoints = Checkpoints(20, 10**6)
    add_due(checkpoints, 0, 20)
    assert checkpoints.nbytes == 21 * STATE_BYTES
    assert checkpoints.stride == 1


@settings(max_examples=30)
@given(n_values=st.integers(1, 400_000), kept=st.integers(MIN_CHECKPOINTS, 12), data=st.data())
def test_no_allocation_is_larger_than_a_block_or_a_state(n_values, kept, data):
    epochs = data.draw(st.integers(1, 3 * kept))  # the stride doubles once or twice
    vectors = np.zeros(n_values, np.float32)
    largest = max(checkpoints_module.BLOCK_BYTES, vectors.nbytes) + OBJECTS
    checkpoints = Checkpoints(epochs, kept * vectors.nbytes)
    tracemalloc.start()
    try:
        for epoch in range(epochs + 1):
            if checkpoints.is_due(epoch):
                before = tracemalloc.get_traced_memory()[0]
                tracemalloc.reset_peak()
                checkpoints.add(epoch, State(vectors, INDEX, steps=epoch))
                assert tracemalloc.get_traced_memory()[1] - before <= largest
        assert tracemalloc.get_traced_memory()[0] <= checkpoints.nbytes + OBJECTS
        checkpoints.discard_after(0)
        assert tracemalloc.get_traced_memory()[0] <= largest
    finally:
        tracemalloc.stop()


def test_a_checkpoint_and_what_it_was_made_of_are_independent():
    checkpoints, state = Checkpoints(5), state_of(0)
    checkpoints.add(0, state)
    state.vectors[:] = 1
    checkpoints.before(0)[1].vectors[:] = 2
    assert (checkpoints.before(0)[1].vectors == 0).all()


@pytest.mark.parametrize("checkpoint_bytes", [0, 20_000])
def test_the_checkpoints_do_not_depend_on_how_many_epochs_a_call_trains(checkpoint_bytes):
    config = RunConfig(n_train=40, n_validation=20, epochs=100)
    fast, slow = (Run(config, checkpoint_bytes=checkpoint_bytes) for _ in range(2))
    while not fast.done:
        fast.advance_epochs(7)
    while not slow.done:
        slow.advance(slow.batches_per_epoch)
    kept = [{run._trainer.checkpoints.before(e)[0] for e in range(101)} for run in (fast, slow)]
    assert kept[0] == kept[1] == set(range(0, 101, fast._trainer.checkpoints.stride))


@pytest.mark.parametrize("checkpoint_bytes", [0, 20_000])
def test_fewer_checkpoints_restore_the_best_epoch_to_the_same_bits(checkpoint_bytes):
    config = RunConfig(
        n_train=40, n_validation=20, epochs=200, learning_rate=1, early_stopping=True, patience=30
    )
    many, few = Run(config), Run(config, checkpoint_bytes=checkpoint_bytes)
    for run in (many, few):
        while not run.done:
            run.advance(run.batches_per_epoch)
    assert few.nbytes < many.nbytes
    assert few.shown_epoch == many.shown_epoch < many.progress.epoch
    assert np.array_equal(few.state_at().theta, many.state_at().theta)
