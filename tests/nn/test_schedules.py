"""The learning rate of each epoch."""

from math import exp

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlp_live.nn.schedules import SCHEDULES, Schedule, ScheduleName


def test_the_schedules_take_their_published_values() -> None:
    # float64 on both sides: equal up to the last digits
    assert Schedule("constant").rate(77, 100, 0.5) == 0.5
    assert Schedule("time", decay=0.1).rate(10, 100, 0.5) == pytest.approx(0.25)
    assert Schedule("step", factor=0.1, period=30).rate(60, 100, 0.5) == pytest.approx(0.005)
    assert Schedule("exponential", decay=0.1).rate(10, 100, 0.5) == pytest.approx(0.5 * exp(-1))
    assert Schedule("cosine").rate(50, 100, 0.5) == pytest.approx(0.25)
    assert Schedule("cosine").rate(0, 100, 0.5) == 0.5


def test_the_step_is_made_at_the_end_of_a_period() -> None:
    schedule = Schedule("step", factor=0.5, period=3)
    assert [schedule.rate(epoch, 7, 1.0) for epoch in range(7)] == [1, 1, 1, 0.5, 0.5, 0.5, 0.25]


def test_warm_up_and_cool_down_are_straight_lines() -> None:
    schedule = Schedule(warm_up=3, cool_down=1)
    rates = [schedule.rate(epoch, 8, 1.0) for epoch in range(8)]
    assert rates == [0.25, 0.5, 0.75, 1, 1, 1, 1, 0.5]


@given(
    name=st.sampled_from(SCHEDULES),
    epochs=st.integers(1, 500),
    warm_up=st.integers(0, 50),
    cool_down=st.integers(0, 50),
    data=st.data(),
)
def test_the_rate_is_never_negative_nor_above_its_base(
    name: ScheduleName, epochs: int, warm_up: int, cool_down: int, data: st.DataObject
) -> None:
    epoch = data.draw(st.integers(0, epochs - 1))
    schedule = Schedule(name, warm_up=warm_up, cool_down=cool_down)
    assert 0 < schedule.rate(epoch, epochs, 0.7) <= 0.7


@given(name=st.sampled_from(SCHEDULES), epochs=st.integers(2, 300))
def test_without_warm_up_the_rate_never_rises(name: ScheduleName, epochs: int) -> None:
    rates = [Schedule(name).rate(epoch, epochs, 1.0) for epoch in range(epochs)]
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize("epoch", [-1, 10, 11])
def test_an_epoch_outside_the_run_is_refused(epoch: int) -> None:
    with pytest.raises(ValueError, match="epoch must be from 0 to 9"):
        Schedule().rate(epoch, 10, 1.0)


@pytest.mark.parametrize(
    ("constant", "accepted", "refused"),
    [
        ("decay", [0, 5e-324, 100], [-1, -1e-9]),
        ("factor", [5e-324, 0.5, 1], [0, -0.5, 1.001]),
        ("period", [1, 2, 1000], [0, -1]),
        ("warm_up", [0, 1, 1000], [-1]),
        ("cool_down", [0, 1, 1000], [-1]),
    ],
)
def test_constants_have_a_range(constant: str, accepted: list[float], refused: list[float]) -> None:
    for value in accepted:
        assert getattr(Schedule(**{constant: value}), constant) == value  # type: ignore[arg-type]
    for value in refused:
        with pytest.raises(ValueError, match=f"{constant}.* must be"):
            Schedule(**{constant: value})  # type: ignore[arg-type]


def test_an_unknown_schedule_is_refused() -> None:
    with pytest.raises(ValueError, match="one of"):
        Schedule("random")  # type: ignore[arg-type]


def test_defaults_leave_the_rate_alone_and_decay_slowly() -> None:
    assert Schedule() == Schedule("constant", 0.01, 0.5, 50, 0, 0)


@given(
    name=st.sampled_from(SCHEDULES),
    warm_up=st.integers(0, 3),
    cool_down=st.integers(0, 3),
    epochs=st.integers(60, 80),
)
def test_a_schedule_is_constant_if_all_its_rates_are_the_same(
    name: ScheduleName, warm_up: int, cool_down: int, epochs: int
) -> None:
    schedule = Schedule(name, warm_up=warm_up, cool_down=cool_down)
    rates = {schedule.rate(epoch, epochs, 1.0) for epoch in range(epochs)}
    assert schedule.is_constant == (len(rates) == 1)
