"""`tiny`: strides instead of pooling, so that no activation is larger than the first one.

9,580 weights; 190 k multiply-accumulates. The last three convolutions shrink the image to 2x2,
which leaves the dense layer 64 inputs and so most of the weights to the convolutions.
"""

from __future__ import annotations

from typing import Any

from training.augment import Augmentation
from training.recipes.blocks import convolution
from training.recipes.recipe import Optimizer, Recipe

RECIPE = Recipe(
    name="tiny",
    summary="10 KB of weights, 2.5 KB of activations",
    epochs=14,
    optimizers=(Optimizer("adam", 1e-2, one_cycle=True),),
    batch_last=True,
    label_smoothing=0.05,
    augmentation=Augmentation(rotation_degrees=10.0, scale=0.1, shear=0.1, shift_pixels=1.5),
    weight_bytes_limit=12 * 1024,
    activation_bytes_limit=6 * 1024,
)


def build_model(class_count: int) -> Any:
    """Untrained model: float32 [batch, 28, 28, 1] in 0..1 -> probabilities [batch, classes]."""
    import keras
    from keras import layers

    image = keras.Input((28, 28, 1), name="image")
    x = convolution(image, "conv1", 12, 5, strides=2)  # 12x12x12
    x = convolution(x, "conv2", 20, 3, strides=2, padding="same")  # 6x6x20
    x = convolution(x, "conv3", 20, 3)  # 4x4x20
    x = convolution(x, "conv4", 16, 3)  # 2x2x16
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(class_count, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="tiny")
