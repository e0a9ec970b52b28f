"""`pico`: 994 parameters. Separable convolutions, and a mean instead of a flattened image."""

from __future__ import annotations

from typing import Any

from training.augment import Augmentation
from training.recipes.blocks import convolution, separable
from training.recipes.recipe import Optimizer, Recipe

RECIPE = Recipe(
    name="pico",
    summary="994 parameters",
    epochs=20,
    optimizers=(Optimizer("adam", 1e-2, one_cycle=True),),
    batch_last=True,
    augmentation=Augmentation(rotation_degrees=4.0, scale=0.04, shear=0.04, shift_pixels=0.6),
    weight_bytes_limit=1300,
    activation_bytes_limit=2 * 1024,
)


def build_model(class_count: int) -> Any:
    """Untrained model: float32 [batch, 28, 28, 1] in 0..1 -> probabilities [batch, classes]."""
    import keras
    from keras import layers

    image = keras.Input((28, 28, 1), name="image")
    x = convolution(image, "conv1", 4, 5, strides=2)  # 12x12x4
    x = convolution(x, "conv2", 8, 3, strides=2, padding="same")  # 6x6x8
    x = separable(x, "conv3", 12)  # 4x4x12
    x = separable(x, "conv4", 12)  # 2x2x12
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dense(class_count, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="pico")
