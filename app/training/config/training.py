"""Settings of the training: loss, steps, end, and the seed of it all."""

from typing import Literal

from app.data.registry import MEASURED, SHAPES
from app.training.config.setting import MAX_EPOCHS, Settings, setting

Loss = Literal["cross_entropy", "squared_error", "naive_cross_entropy"]


class TrainingSettings(Settings):
    """How it learns, and for how long."""

    loss: Loss = setting(
        "cross_entropy",
        "Loss",
        "For classes; a quantity has the squared error. The naïve cross-entropy takes the "
        "logarithm of the softmax: NaN where that underflows.",
        applies_to={"dataset": [*SHAPES, *MEASURED, "table"]},
        labels={
            "cross_entropy": "cross-entropy",
            "squared_error": "squared error",
            "naive_cross_entropy": "naïve cross-entropy",
        },
    )
    batch_size: int = setting(
        10,
        "Batch size",
        "Examples per update: 1 is online, all of them is full-batch descent.",
        step=1,
        ge=1,
        le=10_000,
    )
    learning_rate: float = setting(
        0.03,
        "Learning rate",
        "Length of a step against the gradient. Larger batches bear larger rates.",
        step=0.01,
        gt=0,
    )
    epochs: int = setting(
        150, "Epochs", "Passes over the training set.", step=1, ge=1, le=MAX_EPOCHS
    )
    early_stopping: bool = setting(
        False,
        "Early stopping",
        "End the training once the validation loss has stopped falling.",
    )
    patience: int = setting(
        20,
        "Patience",
        "Epochs without a better validation loss after which the training ends.",
        step=1,
        applies_to={"early_stopping": [True]},
        ge=1,
        le=MAX_EPOCHS,
    )
    min_improvement: float = setting(
        0.0,
        "Least improvement",
        "What the validation loss must fall by to count as better.",
        step=0.001,
        applies_to={"early_stopping": [True]},
        ge=0,
        le=100,
    )
    restore_best: bool = setting(
        True,
        "Restore the best",
        "Then go back to the parameters of the epoch with the least validation loss.",
        applies_to={"early_stopping": [True]},
    )
    seed: int = setting(
        0,
        "Seed",
        "Start of all random numbers: data, initial weights, order of the examples.",
        step=1,
        ge=0,
        le=2**32 - 1,
    )
