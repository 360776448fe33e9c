import pytest

from mlp_live.live.budgets import BudgetExceededError, ByteBudget


def test_a_budget_limits_the_sum_and_each_owner():
    budget = ByteBudget(100, 60)
    budget.reserve("a", 40)
    budget.reserve("a", 20)
    with pytest.raises(BudgetExceededError):
        budget.reserve("a", 1)
    with pytest.raises(BudgetExceededError):
        budget.reserve("b", 41)
    budget.reserve("b", 40)
    assert budget.used == 100


def test_what_is_released_can_be_reserved_again():
    budget = ByteBudget(100)
    budget.reserve("a", 100)
    budget.release("a", 30)
    assert budget.used == 70
    budget.reserve("b", 30)
    budget.release("a")
    budget.release("a")
    assert budget.used == 30


def test_a_reservation_that_is_refused_leaves_nothing():
    budget = ByteBudget(100)
    with pytest.raises(BudgetExceededError):
        budget.reserve("a", 101)
    assert budget.used == 0


def test_what_is_measured_counts():
    held = 90
    budget = ByteBudget(100, measured=lambda: held)
    with pytest.raises(BudgetExceededError):
        budget.reserve("a", 11)
    held = 0
    budget.reserve("a", 11)
    assert budget.used == 11
