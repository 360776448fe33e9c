"""The history: rows of metrics, read by epoch, by span and by name."""

from math import inf, nan

import numpy as np
import pytest

from mlp_live.training.history import BYTES_PER_EPOCH, History, Metrics


def row(epoch):
    return Metrics(*(epoch + i / 10 for i in range(6)))


def filled(epochs, capacity=10):
    history = History(("train",), capacity)
    for epoch in range(epochs):
        history.append(row(epoch))
    return history


def test_an_epoch_is_read_by_its_number():
    history = filled(3)
    assert [history[epoch] for epoch in range(len(history))] == [row(0), row(1), row(2)]
    for epoch in (-1, 3):
        with pytest.raises(IndexError, match="of a history of 3"):
            history[epoch]


def test_there_is_room_for_all_epochs_and_the_one_before_training():
    assert len(filled(11, capacity=10)) == 11
    with pytest.raises(IndexError):
        filled(12, capacity=10)


def test_epochs_can_be_added_several_at_once():
    one, many = filled(5), filled(2)
    many.extend(np.array([row(2), row(3)]))
    many.extend(np.array([row(4)]))
    assert one.table().tolist() == many.table().tolist()


def test_what_is_truncated_is_overwritten():
    history = filled(5)
    history.truncate(7)  # there are not as many
    assert len(history) == 5
    history.truncate(2)
    history.append(row(9))
    assert history.table().tolist() == [list(row(0)), list(row(1)), list(row(9))]
    assert history.nbytes == 3 * BYTES_PER_EPOCH == 3 * 6 * 8


def test_a_span_has_both_its_ends_and_is_a_copy():
    history = filled(5)
    assert history.between(1, 3).tolist() == [list(row(1)), list(row(2)), list(row(3))]
    assert len(history.between(3, 9)) == 2
    history.between(0, 4)[:] = 0
    history.since(0)["test_score"][:] = 0
    assert history[1] == row(1)


def test_metrics_are_read_by_name():
    found = filled(4).since(2, ["validation_loss", "train_score"])
    assert {name: values.tolist() for name, values in found.items()} == {
        "validation_loss": [row(2).validation_loss, row(3).validation_loss],
        "train_score": [row(2).train_score, row(3).train_score],
    }
    assert tuple(filled(1).since(0)) == Metrics._fields


def test_the_metrics_of_sets_are_named_after_the_score():
    metrics = Metrics(1.0, 2.0, inf, nan, 5.0, 6.0)
    assert metrics.of(["train"], "r2") == {"train_loss": 1.0, "train_r2": 2.0}
    both = metrics.of(["validation", "test"], "accuracy")
    assert list(both) == ["validation_loss", "validation_accuracy", "test_loss", "test_accuracy"]
    assert both["validation_loss"] == inf
    assert metrics.of([], "r2") == {}
