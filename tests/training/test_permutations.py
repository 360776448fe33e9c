"""Every epoch has its own permutation, whoever asks, whenever."""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from mlp_live.training.permutations import BLOCK, EpochPermutations


def orders(seed=0):
    return EpochPermutations(np.random.SeedSequence(seed))


@given(
    st.integers(1, 300), st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 99)), min_size=1)
)
@example(BLOCK + 1, [(7, 3), (5, 1)])  # one permutation is larger than a block
def test_the_orders_do_not_depend_on_what_was_asked_before(n, spans):
    asked = orders()
    for epoch, epochs in spans:
        found = asked.span(epoch, epochs, n)
        assert 1 <= len(found) <= epochs
        for i, order in enumerate(found):
            assert order.tolist() == orders().span(epoch + i, 1, n)[0].tolist()
        assert (np.sort(found, axis=1) == np.arange(n)).all()
    assert asked.nbytes <= 8 * max(BLOCK, n)


def test_epochs_and_seeds_have_orders_of_their_own():
    both = orders(0), orders(1)
    found = {one.span(epoch, 1, 50)[0].tobytes() for one in both for epoch in range(400)}
    assert len(found) == 800


def test_every_example_is_as_likely_at_every_place():
    n, epochs = 6, 6000
    asked, counts, epoch = orders(), np.zeros((n, n)), 0
    while epoch < epochs:
        for order in asked.span(epoch, epochs - epoch, n):
            counts[np.arange(n), order] += 1
            epoch += 1
    expected = epochs / n
    # Chi-squared with (n - 1)² = 25 degrees of freedom is above 52.6 once in a thousand times.
    assert ((counts - expected) ** 2 / expected).sum() < 52.6
