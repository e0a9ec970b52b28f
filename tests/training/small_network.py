"""A small network for the tests of compression."""

from __future__ import annotations

from typing import Any

import numpy as np

from training.tf_runtime import load_tensorflow

PIXELS = np.random.default_rng(3).random((5, 28, 28, 1), np.float32)


def network(branch: bool = False, unknown: bool = False, shallow: bool = False) -> Any:
    """A small Keras 3 model whose normalizations do something; shallow: conv and logits only."""
    load_tensorflow(seed=2)
    import keras
    from keras import layers

    image = keras.Input((28, 28, 1), name="image")
    x = layers.Conv2D(8, 5, strides=4, use_bias=False, name="conv")(image)
    x = layers.BatchNormalization(epsilon=0.01)(x)
    if branch:
        x = layers.Add()([x, layers.ReLU()(x)])
    x = layers.RMSNormalization(name="odd")(x) if unknown else layers.ReLU()(x)
    if not shallow:
        x = layers.DepthwiseConv2D(3, name="depthwise")(x)
    x = layers.Flatten()(x)
    if not shallow:
        x = layers.Dense(12, activation="relu", name="hidden")(x)
    x = layers.Softmax()(layers.Dense(10, name="logits")(x))
    model = keras.Model(image, x, name="small")
    random = np.random.default_rng(4)
    for weight in model.weights:
        weight.assign(weight + 0.2 * random.random(weight.shape))
    return model
