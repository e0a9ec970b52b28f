"""`book`: the network of many introductions to MNIST, 1.2 million weights, with Adadelta."""

from __future__ import annotations

from typing import Any

from training.data.augment import Augmentation
from training.recipes.recipe import Optimizer, Recipe

RECIPE = Recipe(
    name="book",
    summary="two convolutions, dropout, Adadelta; 1.2 MB of weights",
    epochs=12,
    optimizers=(Optimizer("adadelta", 1.0), Optimizer("adam", 1e-3)),
    augmentation=Augmentation(rotation_degrees=8.0, scale=0.08, shear=0.05, shift_pixels=1.0),
)


def build_model(shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained model: float32 [batch, *shape] in 0..1 -> probabilities [batch, outputs]."""
    import keras
    from keras import layers

    image = keras.Input(shape, name="image")
    x = layers.Conv2D(32, 3, activation="relu", name="conv1")(image)  # 26x26x32 of 28x28
    x = layers.Conv2D(64, 3, activation="relu", name="conv2")(x)  # 24x24x64
    x = layers.MaxPooling2D(2, name="pool")(x)  # 12x12x64
    x = layers.Dropout(0.25, name="dropout1")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(128, activation="relu", name="dense")(x)
    x = layers.Dropout(0.5, name="dropout2")(x)
    x = layers.Dense(outputs, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="softmax_tensor")(x), name="book")
