"""Evaluations by hand, and of regressions in the unit of the target."""

import numpy as np
import pytest

from mlp_live.data.dataset import Dataset
from mlp_live.data.points import TRAIN, Points
from mlp_live.training.config import RunConfig
from mlp_live.training.evaluation import evaluate
from mlp_live.training.run import Run


def dataset_of(y, classes=(), *, standardize=False):
    X = np.random.default_rng(0).normal(size=(len(y), 2))
    points = Points(X, np.asarray(y), classes, ("a", "b"), "y")
    return Dataset.of(points, np.full(len(y), TRAIN, np.int8), ("x1",), standardize=standardize)


def test_an_evaluation_of_classes_by_hand():
    dataset = dataset_of([0, 0, 0, 1, 2], ("p", "q", "r"))
    predicted = np.eye(3)[[0, 0, 1, 1, 0]]
    found = evaluate(dataset, "train", dataset.train, predicted, 0.7, 4)
    assert (found.set, found.epoch, found.n, found.loss) == ("train", 4, 5, 0.7)
    assert found.accuracy == 60.0
    assert found.confusion == [[2, 1, 0], [0, 1, 0], [1, 0, 0]]
    assert [(one.name, one.support) for one in found.classes] == [("p", 3), ("q", 1), ("r", 1)]
    scores = [(one.precision, one.recall, one.f1) for one in found.classes]
    assert scores == [pytest.approx((2 / 3,) * 3), pytest.approx((1 / 2, 1, 2 / 3)), (0, 0, 0)]
    macro = found.macro_precision, found.macro_recall, found.macro_f1
    assert macro == pytest.approx((7 / 18, 5 / 9, 4 / 9))
    assert (found.r2, found.rmse) == (None, None)


def test_an_accuracy_is_not_rounded():
    dataset = dataset_of([0, 1, 1], ("p", "q"))
    found = evaluate(dataset, "train", dataset.train, np.eye(2)[[0, 1, 0]], 0.7, 4)
    assert found.accuracy == pytest.approx(200 / 3)


def test_an_evaluation_of_a_regression_by_hand():
    dataset = dataset_of([100.0, 300.0], standardize=True)  # mean 200, deviation 100
    found = evaluate(dataset, "test", dataset.train, np.array([[-1.0], [0.5]]), 0.3, 2)
    assert found.rmse == pytest.approx(50 / 2**0.5)  # errors of 0 and 50
    assert found.r2 == pytest.approx(1 - 2500 / 20000)
    assert (found.set, found.epoch, found.n, found.loss) == ("test", 2, 2, 0.3)
    assert (found.accuracy, found.macro_f1, found.classes, found.confusion) == (None, None, [], [])


@pytest.mark.parametrize("standardize", ["off", "on"])
def test_the_curve_of_a_regression_is_the_r2_of_its_evaluations(standardize):
    config = RunConfig(
        dataset="plane", standardize=standardize, epochs=3, learning_rate=0.05, show_test=True
    )
    run = Run(config)
    while not run.done:
        run.advance(run.batches_per_epoch)
    for name in ("train", "validation", "test"):
        found = run.evaluate(name)
        # float32 predictions in one case, float32 losses in the other
        assert getattr(run.history[3], f"{name}_score") == pytest.approx(found.r2, abs=1e-5)
        assert getattr(run.history[3], f"{name}_loss") == pytest.approx(found.loss, rel=1e-5)
