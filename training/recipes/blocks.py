"""Layers that recipes have in common: convolution, batch normalization, ReLU.

A convolution before a normalization needs no bias, which the normalization would undo; the
converter folds both into weights and bias of one int8 op.
"""

from __future__ import annotations

from typing import Any


def convolution(x: Any, name: str, channels: int, size: int, **options: Any) -> Any:
    """`options`: further ones of keras.layers.Conv2D."""
    from keras import layers

    return _normalized(layers.Conv2D(channels, size, use_bias=False, name=name, **options)(x), name)


def separable(x: Any, name: str, channels: int, **options: Any) -> Any:
    """Depthwise 3x3, then 1x1 to `channels`; `options`: of keras.layers.DepthwiseConv2D."""
    from keras import layers

    depthwise = layers.DepthwiseConv2D(3, use_bias=False, name=f"{name}_depthwise", **options)
    x = _normalized(depthwise(x), f"{name}_depthwise")
    return convolution(x, name, channels, 1)


def _normalized(x: Any, name: str) -> Any:
    from keras import layers

    x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
