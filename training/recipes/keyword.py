"""`keyword`: convolutions over time whose channels are bands of sound, for spoken words.

Its front end makes log-mel energies of the sound, a frame each 20 ms; 29 k weights.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from codegen.frontend.audio import AudioFrontEnd
from codegen.samples.split import Split
from training.recipes.recipe import Optimizer, Recipe
from training.recipes.standard import log_mel

RECIPE = Recipe(
    name="keyword",
    summary="convolutions over log-mel energies for spoken words; 30 KB of weights",
    epochs=40,
    optimizers=(Optimizer("adam", 4e-3, one_cycle=True),),
    batch_size=64,
    label_smoothing=0.05,
    data="words",
    kinds=("audio",),
    held_out_fraction=0.1,
)
SHIFT_FRAMES = 5
SHIFT_BANDS = 0.05  # of their number
GAIN = 2.0  # of the logarithm to base 2 of the energy


def build_model(shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained model: float32 [batch, frames, bands], logarithms of energies ->
    probabilities [batch, outputs].

    The first layer's sums are normalized, so that any unit and offset of the logarithm do.
    """
    import keras
    from keras import layers

    def convolution(
        x: Any, name: str, channels: int, size: tuple[int, int], stride: int, padding: str
    ) -> Any:
        options = {"strides": (stride, 1), "padding": padding, "use_bias": False}
        x = layers.Conv2D(channels, size, name=name, **options)(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
        return layers.ReLU(name=f"{name}_relu")(x)

    frames, bands = shape
    features = keras.Input(shape, name="features")
    x = layers.Reshape((frames, bands, 1), name="as_image")(features)
    x = convolution(x, "conv1", 32, (3, bands), 1, "valid")  # 47x1x32 of 49 frames
    x = convolution(x, "conv2", 32, (5, 1), 2, "same")  # 24
    x = convolution(x, "conv3", 48, (5, 1), 2, "same")  # 12
    x = convolution(x, "conv4", 48, (5, 1), 2, "same")  # 6
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dropout(0.3, name="dropout")(x)
    x = layers.Dense(outputs, name="logits")(x)
    return keras.Model(features, layers.Softmax(name="probabilities")(x), name="keyword")


def augment(features: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """float32 [batch, frames, bands]: louder or softer, earlier or later, higher or lower."""
    count, bands = features.shape[0], round(SHIFT_BANDS * features.shape[2])
    gains = generator.uniform(-GAIN, GAIN, (count, *[1] * (features.ndim - 1)))
    changed = (features + gains).astype(np.float32)
    shifts = generator.integers((-SHIFT_FRAMES, -bands), (SHIFT_FRAMES + 1, bands + 1), (count, 2))
    for one, shift in zip(changed, shifts, strict=True):
        one[:] = np.roll(one, shift, (0, 1))
    return changed


def front_end(split: Split) -> AudioFrontEnd:
    return log_mel(split)
