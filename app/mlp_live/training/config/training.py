"""Fields of the group “Training”: loss, batches, epochs, early stopping, seed."""

from mlp_live.data.registry import SHAPES, SKLEARN_DATASETS
from mlp_live.nn.losses import LossName
from mlp_live.training.config.group import MAX_EPOCHS, ConfigGroup, Number, config_field


class TrainingConfig(ConfigGroup):
    """The training: loss, batches, epochs, early stopping, seed."""

    loss: LossName = config_field(
        "cross_entropy",
        "Loss",
        "The loss for classification; regression always uses the squared error. The naïve "
        "cross-entropy takes the logarithm of the softmax, which gives NaN if that underflows. "
        "With batch size 1, learning rate 5 shows it in float32, as used here; 50 in float64, too.",
        applies_to={"dataset": [*SHAPES, *SKLEARN_DATASETS, "table"]},
        labels={
            "cross_entropy": "cross-entropy",
            "squared_error": "squared error",
            "naive_cross_entropy": "naïve cross-entropy",
        },
    )
    batch_size: int = config_field(
        10,
        "Batch size",
        "Training points per update. 1 is online learning, all points is full-batch descent.",
        step=1,
        ge=1,
        le=10_000,
    )
    learning_rate: Number = config_field(
        0.03,
        "Learning rate",
        "Step size of each update. Larger batches tolerate larger learning rates.",
        step=0.01,
        gt=0,
    )
    epochs: int = config_field(
        150, "Epochs", "Passes over the training set.", step=1, ge=1, le=MAX_EPOCHS
    )
    early_stopping: bool = config_field(
        False,
        "Early stopping",
        "End the training when the validation loss no longer improves.",
    )
    patience: int = config_field(
        20,
        "Patience",
        "Number of epochs in a row without an improvement after which the training ends.",
        step=1,
        applies_to={"early_stopping": [True]},
        ge=1,
        le=MAX_EPOCHS,
    )
    min_delta: Number = config_field(
        0.0,
        "Minimum improvement",
        "An epoch is an improvement if its validation loss is lower by more than this than at the "
        "last improvement.",
        step=0.001,
        applies_to={"early_stopping": [True]},
        ge=0,
        le=100,
    )
    restore_best: bool = config_field(
        True,
        "Restore best weights",
        "After early stopping, restore the weights of the epoch with the lowest validation loss.",
        applies_to={"early_stopping": [True]},
    )
    seed: int = config_field(
        0,
        "Seed",
        "Seed of all random numbers: data, initial weights, order of the training points.",
        step=1,
        ge=0,
        le=2**32 - 1,
    )
