"""What recipes have in common: convolution, batch normalization, ReLU, and a whole network.

A convolution before a normalization needs no bias, which the normalization would undo; the
converter folds both into weights and bias of one int8 op.
"""

from __future__ import annotations

from typing import Any

_LARGE_MAP = 12  # a side, in the middle of a network; beyond it another stride pays
_FLATTENED_AT_MOST = 16  # places of a map whose dense layer is still small


def convolution(x: Any, name: str, channels: int, size: int, **options: Any) -> Any:
    """`options`: further ones of keras.layers.Conv2D."""
    from keras import layers

    return _normalized(layers.Conv2D(channels, size, use_bias=False, name=name, **options)(x), name)


def depthwise(x: Any, name: str, **options: Any) -> Any:
    """Depthwise 3x3; `options`: further ones of keras.layers.DepthwiseConv2D."""
    from keras import layers

    return _normalized(layers.DepthwiseConv2D(3, use_bias=False, name=name, **options)(x), name)


def separable(x: Any, name: str, channels: int, **options: Any) -> Any:
    """Depthwise 3x3, then 1x1 to `channels`; `options`: of keras.layers.DepthwiseConv2D."""
    return convolution(depthwise(x, f"{name}_depthwise", **options), name, channels, 1)


def strided_network(
    name: str, shape: tuple[int, ...], channels: tuple[int, int, int, int], class_count: int
) -> Any:
    """Four convolutions with these channels, 28x28 to 2x2 with strides instead of pooling.

    So no activation is larger than the first one. The last two convolutions shrink the image to
    2x2, which leaves the dense layer few inputs and so most of the weights to the convolutions.
    Larger images need more strides, and a mean in the end.
    """
    import keras
    from keras import layers

    image = keras.Input(shape, name="image")
    x = convolution(image, "conv1", channels[0], 5, strides=2)  # 12x12 of 28x28
    x = convolution(x, "conv2", channels[1], 3, strides=2, padding="same")  # 6x6
    for number in (3, 4):  # 4x4, 2x2
        strides = 2 if min(x.shape[1:3]) > _LARGE_MAP else 1
        x = convolution(x, f"conv{number}", channels[number - 1], 3, strides=strides)
    if x.shape[1] * x.shape[2] > _FLATTENED_AT_MOST:
        x = layers.GlobalAveragePooling2D(name="mean")(x)
    else:
        x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(class_count, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name=name)


def _normalized(x: Any, name: str) -> Any:
    from keras import layers

    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
