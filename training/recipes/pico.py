"""`pico`: 958 parameters. Separable convolutions, and a mean instead of a flattened image."""

from __future__ import annotations

from typing import Any

from training.data.augment import Augmentation
from training.recipes.blocks import convolution, depthwise, separable
from training.recipes.recipe import Optimizer, Recipe

RECIPE = Recipe(
    name="pico",
    summary="958 parameters",
    epochs=40,
    optimizers=(Optimizer("adam", 1e-2, one_cycle=True),),
    batch_last=True,
    augmentation=Augmentation(rotation_degrees=4.0, scale=0.04, shear=0.04, shift_pixels=0.6),
    weight_bytes_limit=1300,
    activation_bytes_limit=2 * 1024,
)


def build_model(shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained model: float32 [batch, *shape] in 0..1 -> probabilities [batch, outputs]."""
    import keras
    from keras import layers

    image = keras.Input(shape, name="image")
    x = convolution(image, "conv1", 6, 5, strides=2)  # 12x12x6 of 28x28
    x = separable(x, "conv2", 12, strides=2, padding="same")  # 6x6x12
    x = separable(x, "conv3", 16)  # 4x4x16
    x = depthwise(x, "conv4")  # 2x2x16
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(outputs, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="pico")
