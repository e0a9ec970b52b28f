"""`tiny`: strides instead of pooling, so that no activation is larger than the first one.

9,580 weights; 190 k multiply-accumulates. The last three convolutions shrink the image to 2x2,
which leaves the dense layer 64 inputs and so most of the weights to the convolutions.
"""

from __future__ import annotations

from typing import Any


def build_model() -> Any:
    """Untrained model: float32 [batch, 28, 28, 1] in 0..1 -> probabilities [batch, 10]."""
    import keras
    from keras import layers

    def convolution(x: Any, name: str, channels: int, size: int, **options: Any) -> Any:
        # The normalization undoes any bias of the convolution; the converter folds it into both.
        x = layers.Conv2D(channels, size, use_bias=False, name=name, **options)(x)
        x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
        return layers.ReLU(name=f"{name}_relu")(x)

    image = keras.Input((28, 28, 1), name="image")
    x = convolution(image, "conv1", 12, 5, strides=2)  # 12x12x12
    x = convolution(x, "conv2", 20, 3, strides=2, padding="same")  # 6x6x20
    x = convolution(x, "conv3", 20, 3)  # 4x4x20
    x = convolution(x, "conv4", 16, 3)  # 2x2x16
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(10, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="tiny")
