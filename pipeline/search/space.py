"""What a search chooses from: a trial's numbers as a design."""

from __future__ import annotations

from typing import Any

from training.recipes.design import Block, Design, Teacher

_MOST_BLOCKS = 5
_CHANNELS = (4, 32, 4)


def draw(trial: Any, epochs: int, samples: int) -> Design:
    """trial: an optuna.Trial, or what suggests as one does."""
    count = trial.suggest_int("blocks", 2, _MOST_BLOCKS)
    blocks = [
        Block(
            channels=trial.suggest_int("channels1", 4, 16, step=2),
            size=trial.suggest_categorical("size1", [3, 5]),
            stride=trial.suggest_int("stride1", 1, 2),
            same=trial.suggest_categorical("same1", [False, True]),
        )
    ]
    for number in range(2, count + 1):
        low, high, step = _CHANNELS
        blocks.append(
            Block(
                channels=trial.suggest_int(f"channels{number}", low, high, step=step),
                stride=trial.suggest_int(f"stride{number}", 1, 2),
                separable=trial.suggest_categorical(f"separable{number}", [False, True]),
                same=trial.suggest_categorical(f"same{number}", [False, True]),
            )
        )
    share = trial.suggest_categorical("teacher", [0.0, 0.5, 0.8])
    teacher = None
    if share:
        temperature = trial.suggest_categorical("temperature", [1.0, 2.0, 4.0])
        teacher = Teacher(epochs=2 * epochs, share=share, temperature=temperature)
    return Design(
        tuple(blocks),
        shrink=trial.suggest_int("shrink", 1, 2),
        flat=trial.suggest_categorical("flat", [False, True]),
        epochs=epochs,
        quantized_epochs=trial.suggest_int("quantized_epochs", 0, (epochs + 1) // 2),
        samples=samples,
        batch_size=trial.suggest_categorical("batch_size", [32, 64, 128]),
        learning_rate=trial.suggest_float("learning_rate", 2e-3, 3e-2, log=True),
        label_smoothing=trial.suggest_categorical("label_smoothing", [0.0, 0.05, 0.1]),
        augmentation=trial.suggest_float("augmentation", 0.0, 1.5),
        calibration=trial.suggest_categorical("calibration", [100, 500, 1000]),
        teacher=teacher,
    )
