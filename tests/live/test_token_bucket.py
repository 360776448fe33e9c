"""The token bucket, on a clock that the tests set."""

from hypothesis import given
from hypothesis import strategies as st

from mlp_live.live.budgets import TokenBucket


def test_it_allows_a_burst_and_then_the_rate():
    now = 0.0
    bucket = TokenBucket(rate=2, burst=3, clock=lambda: now)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]
    now = 100.0
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_what_is_refused_costs_nothing():
    bucket = TokenBucket(rate=1, burst=5, clock=lambda: 0.0)
    assert not bucket.take(6)
    assert bucket.take(5)


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 10)), max_size=50))
def test_it_never_allows_more_than_burst_and_rate(steps):
    now = 0.0
    bucket = TokenBucket(rate=2, burst=5, clock=lambda: now)
    taken = 0.0
    for wait, amount in steps:
        now += wait
        taken += amount if bucket.take(amount) else 0.0
        assert taken <= 5 + 2 * now + 1e-9
