"""`motion`: three convolutions over time, for what a few sensors read while something moves.

Its front end gives each axis mean 0 and deviation 1; 6 k weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from codegen.frontend.readings import ReadingsFrontEnd
from codegen.samples.split import Split
from training.recipes.recipe import Optimizer, Recipe
from training.recipes.standard import standardized

RECIPE = Recipe(
    name="motion",
    summary="convolutions over time for recordings of sensors; 7 KB of weights",
    epochs=400,
    optimizers=(Optimizer("adam", 5e-3, one_cycle=True),),
    batch_size=40,
    steps_at_least=400,
    label_smoothing=0.1,
    data="motions",
    kinds=("signal",),
    held_out_fraction=0.1,
)
SCALE, NOISE = 0.2, 0.05


def build_model(shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained model: float32 [batch, rows, columns] -> probabilities [batch, outputs]."""
    import keras
    from keras import layers

    def convolution(x: Any, name: str, channels: int, size: tuple[int, int]) -> Any:
        x = layers.Conv2D(channels, size, strides=(2, 1), use_bias=False, name=name)(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
        return layers.ReLU(name=f"{name}_relu")(x)

    rows, columns = shape
    readings = keras.Input(shape, name="readings")
    x = layers.Reshape((rows, columns, 1), name="as_image")(readings)
    x = convolution(x, "conv1", 16, (5, columns))  # 48x1x16
    x = convolution(x, "conv2", 24, (5, 1))  # 22
    x = convolution(x, "conv3", 32, (5, 1))  # 9
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dropout(0.3, name="dropout")(x)
    x = layers.Dense(outputs, name="logits")(x)
    return keras.Model(readings, layers.Softmax(name="probabilities")(x), name="motion")


def augment(readings: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """float32 [batch, rows, columns]: stronger or weaker, later, with noise."""
    count = len(readings)
    shape = (count, *[1] * (readings.ndim - 1))
    scales = np.exp(generator.normal(0, SCALE, shape))
    noise = generator.normal(0, NOISE, readings.shape)
    changed = (readings * scales + noise).astype(np.float32)
    for one, shift in zip(changed, generator.integers(0, readings.shape[1], count), strict=True):
        one[:] = np.roll(one, shift, 0)
    return changed


def front_end(split: Split) -> ReadingsFrontEnd:
    return standardized(split)
