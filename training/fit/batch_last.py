"""A Keras model computed with the batch as the last axis: a third faster to train on a processor.

Networks for microcontrollers have few channels, and TensorFlow's convolutions on [batch, height,
width, channels] use vectors badly then: 12 to 20 numbers lie side by side. With the batch last it
is 128, whatever the network; a convolution is one product of matrices, [filters, kernel x
channels] by [kernel x channels, pixels x batch], of slices that are copied whole. Those copies cost
more than they gain where there are 32 channels and more, so a recipe says whether it wants it.
"""

from __future__ import annotations

import functools
from typing import Any


def forward(model: Any, pixels: Any) -> Any:
    """What model(pixels, training=True) gives, its moving averages updated as there.

    model: keras.Model with one input and one output, each layer used once. pixels: float32 [batch,
    height, width, channels]. The model's own variables are read, so that gradients flow to them.
    Layers that this module does not know are called as they are.
    """
    import tensorflow as tf

    values = {id(model.input): _turned(pixels)}
    for layer in model.layers[1:]:
        taken = layer.input if isinstance(layer.input, list) else [layer.input]
        inputs = [values[id(one)] for one in taken]
        name = type(layer).__name__
        if name == "Conv2D" and layer.groups == 1 and layer.dilation_rate == (1, 1):
            made = _convolution(layer, *inputs)
        elif name == "DepthwiseConv2D" and (layer.depth_multiplier, *layer.dilation_rate) == (
            1,
            1,
            1,
        ):
            made = _depthwise(layer, *inputs)
        elif name == "MaxPooling2D" and layer.padding == "valid":
            made = _max_pooling(layer, *inputs)
        elif name == "GlobalAveragePooling2D" and not layer.keepdims:
            made = tf.reduce_mean(*inputs, axis=(1, 2))
        elif name == "BatchNormalization" and layer.axis in (-1, len(layer.input.shape) - 1):
            made = _normalization(layer, *inputs)
        elif name == "Dropout" and layer.noise_shape is None:
            made = layer(*inputs, training=True)
        elif name in ("Activation", "Add", "ReLU") and not _is_softmax(layer):
            made = layer(inputs if len(inputs) > 1 else inputs[0])  # each element for itself
        else:
            turned = [_turned(value) for value in inputs]
            made = _turned(layer(turned if len(turned) > 1 else turned[0], training=True))
        values[id(layer.output)] = made
    return _turned(values[id(model.output)])


def _convolution(layer: Any, x: Any) -> Any:
    import tensorflow as tf

    height, width, channels, filters = layer.kernel.shape
    windows = _windows(_padded(x, layer, (height, width)), (height, width), layer.strides)
    made = tf.matmul(
        tf.reshape(layer.kernel, (height * width * channels, filters)),
        tf.reshape(tf.concat(windows, axis=0), (height * width * channels, -1)),
        transpose_a=True,
    )
    return _activated(layer, tf.reshape(made, (filters, *windows[0].shape[1:])))


def _depthwise(layer: Any, x: Any) -> Any:
    import tensorflow as tf

    height, width, channels, _ = layer.kernel.shape
    windows = _windows(_padded(x, layer, (height, width)), (height, width), layer.strides)
    weights = tf.reshape(layer.kernel, (height * width, channels, 1, 1, 1))
    made = tf.add_n([window * weights[place] for place, window in enumerate(windows)])
    return _activated(layer, made)


def _max_pooling(layer: Any, x: Any) -> Any:
    import tensorflow as tf

    # Of equal values the first one gets the gradient, as in TensorFlow's own.
    return functools.reduce(tf.maximum, _windows(x, layer.pool_size, layer.strides))


def _padded(x: Any, layer: Any, kernel: tuple[int, int]) -> Any:
    import tensorflow as tf

    if layer.padding == "valid":
        return x
    sizes = zip(x.shape[1:3], kernel, layer.strides, strict=True)
    return tf.pad(x, [(0, 0), *(_same_padding(*axis) for axis in sizes), (0, 0)])


def _windows(x: Any, size: tuple[int, int], strides: tuple[int, int]) -> list[Any]:
    """For each place of a kernel, row by row, what it meets: [channels, rows, columns, batch]."""
    ys, xs = (_places(*axis) for axis in zip(x.shape[1:3], size, strides, strict=True))
    return [x[:, row, column, :] for row in ys for column in xs]


def _activated(layer: Any, made: Any) -> Any:
    import tensorflow as tf

    if layer.use_bias:
        made += tf.reshape(layer.bias, (-1, 1, 1, 1))
    if _is_softmax(layer):
        return _turned(layer.activation(_turned(made)))
    return layer.activation(made)


def _same_padding(length: int, size: int, stride: int) -> tuple[int, int]:
    """Zeros before and after an axis, as TensorFlow's SAME has them: the odd one after."""
    missing = max(0, (-(-length // stride) - 1) * stride + size - length)
    return missing // 2, missing - missing // 2


def _places(length: int, size: int, stride: int) -> list[slice]:
    """For each element of the kernel, the places of an axis that it meets, by the stride."""
    count = (length - size) // stride + 1
    return [slice(at, at + (count - 1) * stride + 1, stride) for at in range(size)]


def _normalization(layer: Any, x: Any) -> Any:
    import tensorflow as tf

    axes = tuple(range(1, len(x.shape)))
    mean = tf.reduce_mean(x, axes, keepdims=True)
    variance = tf.reduce_mean(tf.square(x - mean), axes, keepdims=True)
    for moving, now in ((layer.moving_mean, mean), (layer.moving_variance, variance)):
        moving.assign(moving * layer.momentum + tf.reshape(now, (-1,)) * (1 - layer.momentum))
    factor = tf.math.rsqrt(variance + layer.epsilon)
    if layer.scale:
        factor *= tf.reshape(layer.gamma, mean.shape)
    made = (x - mean) * factor
    return made + tf.reshape(layer.beta, mean.shape) if layer.center else made


def _is_softmax(layer: Any) -> bool:
    return getattr(getattr(layer, "activation", None), "__name__", "") == "softmax"


def _turned(x: Any) -> Any:
    """First and last axis exchanged: batch first to batch last, and back."""
    import tensorflow as tf

    return tf.transpose(x, (len(x.shape) - 1, *range(1, len(x.shape) - 1), 0))
