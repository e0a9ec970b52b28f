"""`fashion`: five layers for Fashion-MNIST, which is split 80/10/10."""

from __future__ import annotations

from typing import Any

from training.data.augment import Augmentation
from training.recipes.blocks import convolution
from training.recipes.recipe import Optimizer, Recipe

RECIPE = Recipe(
    name="fashion",
    summary="five layers for Fashion-MNIST; 36 KB of weights",
    epochs=10,
    optimizers=(Optimizer("adam", 5e-3, one_cycle=True),),
    label_smoothing=0.05,
    augmentation=Augmentation(rotation_degrees=3.0, scale=0.05, shift_pixels=1.0),
    data="fashion",
    held_out_fraction=1 / 9,  # of the 90 % that are not for the test
)


def build_model(shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained model: float32 [batch, *shape] in 0..1 -> probabilities [batch, outputs]."""
    import keras
    from keras import layers

    image = keras.Input(shape, name="image")
    x = convolution(image, "conv1", 16, 3)  # 26x26x16 of 28x28
    x = convolution(x, "conv2", 32, 3, strides=2)  # 12x12x32
    x = convolution(x, "conv3", 32, 3)  # 10x10x32
    x = convolution(x, "conv4", 48, 3, strides=2)  # 4x4x48
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dropout(0.3, name="dropout")(x)
    x = layers.Dense(outputs, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="fashion")
