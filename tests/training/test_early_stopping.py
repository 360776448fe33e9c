"""The rule of early stopping, without any training."""

from math import inf, nan

import pytest

from mlp_live.training.config import RunConfig
from mlp_live.training.early_stopping import EarlyStopping


def stopping(patience: int = 3, min_delta: float = 0.0, losses: tuple[float, ...] = ()):
    config = RunConfig(early_stopping=True, patience=patience, min_delta=min_delta)
    return EarlyStopping(config, losses)


@pytest.mark.parametrize(
    ("losses", "best"),
    [
        ((3.0, 2.0, 2.0), 1),  # the first of equal ones
        ((3.0, 2.95, 2.9), 2),  # the lowest, though none is an improvement by 0.5
        ((nan, 3.0), 1),
        ((inf, inf), 0),
        ((3.0, nan, inf), 0),
    ],
)
def test_the_best_epoch_has_the_lowest_loss(losses, best):
    assert stopping(min_delta=0.5, losses=losses).best_epoch == best


def test_patience_counts_epochs_since_the_last_improvement_by_more_than_min_delta():
    tracked = stopping(patience=2, min_delta=0.5)
    losses = [3.0, 2.5, 2.4, 2.3, 1.8, 1.8, 1.7]
    # 2.5 is lower by no more than 0.5; 2.4 and 1.8 are lower by 0.6 than the last improvement.
    assert [tracked.stops(epoch, loss) for epoch, loss in enumerate(losses)] == [
        *(False, False, False, False),
        *(False, False, True),
    ]


def test_the_first_stop_is_returned_and_nothing_beyond_it_is_taken():
    tracked, taken = stopping(patience=1), []

    def losses():
        for loss in (1.0, 2.0, 0.5):
            taken.append(loss)
            yield loss

    assert tracked.first_stop(0, losses()) == 1
    assert taken == [1.0, 2.0]
    assert tracked.best_epoch == 0
