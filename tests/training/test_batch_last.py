"""With the batch last it is the same sums in another order: what Keras computes comes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from training.fit import train
from training.fit.batch_last import forward
from training.recipes import get_recipe
from training.recipes.blocks import convolution
from training.tf_runtime import load_tensorflow

BATCH = 6


def _network() -> Any:
    """Every kind of layer that is computed with the batch last, and some that are not."""
    import keras
    from keras import layers

    image = keras.Input((19, 11, 2))
    x = layers.Conv2D(5, (5, 3), strides=(2, 1), use_bias=False)(image)
    x = layers.BatchNormalization(momentum=0.8, epsilon=0.01)(x)
    x = layers.ReLU(6.0)(x)
    shortcut = layers.Conv2D(6, 1, strides=2, padding="same", use_bias=False)(x)
    x = layers.DepthwiseConv2D(3, strides=2, padding="same")(x)
    x = layers.Conv2D(6, (2, 3), padding="same", activation="tanh")(x)
    x = layers.Add()([x, shortcut])
    x = layers.Conv2D(6, 2, dilation_rate=2, padding="same", use_bias=False)(x)
    x = layers.DepthwiseConv2D(2, depth_multiplier=2, use_bias=False)(x)
    x = layers.MaxPooling2D(2, padding="same")(layers.Dropout(0.0)(x))
    x = layers.BatchNormalization(scale=False)(layers.MaxPooling2D((2, 1), strides=1)(x))
    x = layers.Conv2D(4, 1, activation="softmax")(x)
    flat = layers.Concatenate()([layers.Flatten()(x), layers.GlobalAveragePooling2D()(x)])
    x = layers.Dense(7, activation="relu")(flat)
    return keras.Model(image, layers.Dense(3)(layers.BatchNormalization(center=False)(x)))


def test_outputs_gradients_and_averages_are_those_of_keras() -> None:
    tf = load_tensorflow(seed=3)
    model = _network()
    random = np.random.default_rng(5)
    for weight in model.weights:  # such as biases, which start at 0
        weight.assign(weight + 0.1 * random.random(weight.shape))
    start = model.get_weights()
    pixels = tf.constant(random.random((BATCH, 19, 11, 2)), tf.float32)

    found = []
    for compute in (lambda: model(pixels, training=True), lambda: forward(model, pixels)):
        model.set_weights(start)
        with tf.GradientTape() as tape:
            outputs = compute()
            loss = tf.reduce_sum(tf.square(outputs))
        gradients = tape.gradient(loss, model.trainable_variables)
        averages = [w for w in model.non_trainable_weights if "moving" in w.path]
        assert len(averages) == 6
        found.append([x.numpy() for x in (outputs, *gradients, *(w.value for w in averages))])

    for expected, actual in zip(*found, strict=True):
        assert expected.shape == actual.shape
        noise = 1e-5 * max(1.0, np.abs(expected).max())
        np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=noise)
    moved = [not np.array_equal(a, b) for a, b in zip(start, model.get_weights(), strict=True)]
    assert sum(moved) == 6


@pytest.mark.parametrize("rounded", [False, True])
@pytest.mark.parametrize("last", [True, False])
def test_a_compiled_step_learns_and_repeats_itself(last: bool, rounded: bool) -> None:
    random = np.random.default_rng(5)
    pixels = random.integers(0, 256, (BATCH, 28, 28, 1), np.uint8)
    labels = np.arange(BATCH, dtype=np.int32) % 3
    recipe = replace(get_recipe("tiny"), batch_last=last)
    tf = load_tensorflow(seed=3)
    model = _small_network()
    update = recipe.optimizer(None).build(10)
    update.build(model.trainable_variables)
    step = train._compiled_step(tf, recipe, model, update, 3, rounded)
    variables = [*model.variables, *update.variables]
    start = [variable.numpy() for variable in variables]
    found = []
    for _ in range(2):
        for variable, value in zip(variables, start, strict=True):
            variable.assign(value)
        losses = [float(step(pixels, labels)) for _ in range(5)]
        assert losses[-1] < 0.8 * losses[0]
        found.append([*losses, *(variable.numpy().tobytes() for variable in variables)])
    assert found[0] == found[1]


def _small_network() -> Any:
    import keras
    from keras import layers

    image = keras.Input((28, 28, 1))
    x = convolution(image, "conv", 4, 3, strides=2)
    logits = layers.Dense(3, name="logits")(layers.Flatten()(x))
    return keras.Model(image, layers.Softmax()(logits))
