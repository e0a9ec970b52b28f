"""A Keras model computed with the batch as the last axis: a third faster to train on a processor.

Networks for microcontrollers have few channels, and TensorFlow's convolutions on [batch, height,
width, channels] use vectors badly then: 12 to 20 numbers lie side by side. With the batch last it
is 128, whatever the network; a convolution is one product of matrices, [filters, kernel x
channels] by [kernel x channels, pixels x batch], of slices that are copied whole.
"""

from __future__ import annotations

from typing import Any


def forward(model: Any, pixels: Any) -> Any:
    """What model(pixels, training=True) gives, its moving averages updated as there.

    model: keras.Model with one input and one output, each layer used once. pixels: float32 [batch,
    height, width, channels]. The model's own variables are read, so that gradients flow to them.
    Layers that this module does not know are called as they are.
    """
    values = {id(model.input): _turned(pixels)}
    for layer in model.layers[1:]:
        taken = layer.input if isinstance(layer.input, list) else [layer.input]
        inputs = [values[id(one)] for one in taken]
        name = type(layer).__name__
        if name == "Conv2D" and layer.groups == 1 and layer.dilation_rate == (1, 1):
            made = _convolution(layer, *inputs)
        elif name == "BatchNormalization" and layer.axis in (-1, len(layer.input.shape) - 1):
            made = _normalization(layer, *inputs)
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
    if layer.padding == "same":
        pads = [
            _same_padding(*sizes)
            for sizes in zip(x.shape[1:3], (height, width), layer.strides, strict=True)
        ]
        x = tf.pad(x, [(0, 0), *pads, (0, 0)])
    # What an element of the kernel meets: each image's pixels from its place on, by the stride.
    (rows, ys), (columns, xs) = (
        _places(*sizes) for sizes in zip(x.shape[1:3], (height, width), layer.strides, strict=True)
    )
    patches = tf.concat([x[:, row, column, :] for row in ys for column in xs], axis=0)
    made = tf.matmul(
        tf.reshape(layer.kernel, (height * width * channels, filters)),
        tf.reshape(patches, (height * width * channels, -1)),
        transpose_a=True,
    )
    made = tf.reshape(made, (filters, rows, columns, -1))
    if layer.use_bias:
        made += tf.reshape(layer.bias, (-1, 1, 1, 1))
    return (
        _turned(layer.activation(_turned(made))) if _is_softmax(layer) else layer.activation(made)
    )


def _same_padding(length: int, size: int, stride: int) -> tuple[int, int]:
    """Zeros before and after an axis, as TensorFlow's SAME has them: the odd one after."""
    missing = max(0, (-(-length // stride) - 1) * stride + size - length)
    return missing // 2, missing - missing // 2


def _places(length: int, size: int, stride: int) -> tuple[int, list[slice]]:
    """How many outputs an axis has; for each element of the kernel, the inputs that it meets."""
    count = (length - size) // stride + 1
    return count, [slice(at, at + (count - 1) * stride + 1, stride) for at in range(size)]


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
