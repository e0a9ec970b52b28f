"""`vision`: MobileNet's depthwise separable blocks; the arena's budget decides how wide they are.

A. Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile Vision
Applications", arXiv:1704.04861.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from training.recipes.blocks import convolution, separable
from training.recipes.recipe import Optimizer, Recipe

RECIPE = Recipe(
    name="vision",
    summary="depthwise separable blocks for images of 96x96; 64 KB of arena",
    epochs=60,
    optimizers=(Optimizer("adam", 5e-3, one_cycle=True),),
    batch_size=64,
    label_smoothing=0.1,
    data="pictures",
    image_size="96x96",
    channels=3,
    activation_bytes_limit=60 * 1024,
)
TURN_DEGREES, ZOOM, SHIFT, LIGHT = 30.0, 0.25, 0.1, 0.3
_WIDTHS = (8, 4)  # channels of the first layer; the first that the budget allows


def build_model(shape: tuple[int, ...], outputs: int) -> Any:
    """Untrained model: float32 [batch, H, W, 1 or 3] in 0..1 -> probabilities [batch, outputs]."""
    import keras
    from keras import layers

    x = image = keras.Input(shape, name="image")
    width = _width(shape)
    x = convolution(x, "conv1", width, 3, strides=2, padding="same")  # 48x48x8
    for number, (channels, stride) in enumerate(
        ((2, 2), (4, 1), (4, 2), (8, 1), (8, 2), (12, 1)), start=2
    ):
        x = separable(
            x,
            f"conv{number}",
            channels * width,
            strides=stride,
            padding="same",
            depthwise_initializer=keras.initializers.RandomNormal(stddev=1 / 3),  # of 9 weights
        )
    x = layers.GlobalAveragePooling2D(name="mean")(x)
    x = layers.Dropout(0.2, name="dropout")(x)
    x = layers.Dense(outputs, name="logits")(x)
    return keras.Model(image, layers.Softmax(name="probabilities")(x), name="vision")


def _width(shape: tuple[int, ...]) -> int:
    """Of the first layer: the image and that layer's output are the most that is alive at once."""
    height, width, channels = shape
    limit = RECIPE.activation_bytes_limit
    assert limit is not None
    places = -(-height // 2) * -(-width // 2)
    fitting = [one for one in _WIDTHS if height * width * channels + places * one <= limit]
    return fitting[0] if fitting else _WIDTHS[-1]


def augment(images: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """float32 [batch, H, W, C] in 0..1: mirrored, turned, nearer or farther, in other light.

    What comes from outside of the image is mirrored at its edge.
    """
    count, height, width, channels = images.shape
    angles = np.radians(generator.uniform(-TURN_DEGREES, TURN_DEGREES, (count, 1, 1)))
    zooms = np.exp(generator.uniform(-ZOOM, ZOOM, (count, 1, 1)))
    mirrors = generator.choice((-1, 1), (count, 1, 1))
    shifts = generator.uniform(-SHIFT, SHIFT, (2, count, 1, 1))
    rows, columns = np.mgrid[:height, :width] - np.array([height - 1, width - 1])[:, None, None] / 2
    cos, sin = zooms * np.cos(angles), zooms * np.sin(angles)
    y = rows * cos + columns * sin + (0.5 + shifts[0]) * (height - 1)
    x = mirrors * (columns * cos - rows * sin) + (0.5 + shifts[1]) * (width - 1)
    moved = images[np.arange(count)[:, None, None], _reflected(y, height), _reflected(x, width)]
    light = generator.uniform(1 - LIGHT, 1 + LIGHT, (count, 1, 1, channels))
    return np.clip(moved * light, 0, 1).astype(np.float32)


def _reflected(places: np.ndarray, size: int) -> np.ndarray:
    """The nearest pixels of an image that is mirrored again and again at its edges."""
    steps = np.rint(places).astype(np.int64) % (2 * size)
    return np.minimum(steps, 2 * size - 1 - steps)
