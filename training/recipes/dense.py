"""`dense`: three dense layers for a table of values: classes, or numbers to be estimated."""

from __future__ import annotations

from typing import Any

from codegen.frontend.readings import ReadingsFrontEnd
from codegen.samples.split import Split
from training.recipes.recipe import Optimizer, Recipe
from training.recipes.standard import standardized

RECIPE = Recipe(
    name="dense",
    summary="three dense layers for tables",
    epochs=60,
    optimizers=(Optimizer("adam", 3e-3, one_cycle=True),),
    batch_size=64,
    steps_at_least=4000,
    kinds=("table", "signal"),
    tasks=("classify", "regress"),
    held_out_fraction=0.1,
)
_UNITS = 32


def build_model(shape: tuple[int, ...], outputs: int, task: str) -> Any:
    """Untrained model: float32 [batch, *shape] of mean 0 and deviation 1 -> the classes'
    probabilities [batch, outputs], or numbers."""
    import keras
    from keras import layers

    values = keras.Input(shape, name="values")
    x = layers.Flatten(name="flatten")(values)
    for number in (1, 2):
        x = layers.Dense(_UNITS, activation="relu", name=f"dense{number}")(x)
    if task == "regress":
        return keras.Model(values, layers.Dense(outputs, name="numbers")(x), name="dense")
    x = layers.Dense(outputs, name="logits")(x)
    return keras.Model(values, layers.Softmax(name="probabilities")(x), name="dense")


def front_end(split: Split) -> ReadingsFrontEnd:
    return standardized(split)
