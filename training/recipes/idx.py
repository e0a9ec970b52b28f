"""`idx`: two padded convolutions with pooling, 420 k weights, a constant learning rate."""

from __future__ import annotations

from typing import Any

from training.data.augment import Augmentation
from training.recipes.recipe import Optimizer, Recipe

RECIPE = Recipe(
    name="idx",
    summary="two padded convolutions with pooling; 420 KB of weights",
    epochs=10,
    optimizers=(Optimizer("adam", 1e-3),),
    augmentation=Augmentation(rotation_degrees=8.0, scale=0.08, shear=0.05, shift_pixels=1.0),
)


def build_model(shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained model: float32 [batch, *shape] in 0..1 -> probabilities [batch, outputs]."""
    import keras
    from keras import layers

    x = image = keras.Input(shape, name="image")
    for number, channels in ((1, 32), (2, 64)):  # 14x14x32, 7x7x64 of 28x28
        x = layers.Conv2D(channels, 3, padding="same", activation="relu", name=f"conv{number}")(x)
        x = layers.MaxPooling2D(2, name=f"pool{number}")(x)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(128, activation="relu", name="dense")(x)
    x = layers.Dense(outputs, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="idx")
