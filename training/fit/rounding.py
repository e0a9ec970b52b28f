"""Quantization-aware training: losses are computed with the weights that int8 will hold.

Each step rounds the kernels as the converter does, symmetrically to 127 steps of each filter, takes
the gradient there and applies it to the kernels as they were (the straight-through estimator of
Bengio, Léonard and Courville, 2013; Jacob et al., "Quantization and Training of Neural Networks for
Efficient Integer-Arithmetic-Only Inference", 2018). A normalization behind a kernel multiplies
filters by factors and so changes nothing about their rounding. Activations keep their own numbers:
their ranges are the calibration's.
"""

from __future__ import annotations

from typing import Any

_STEPS = 127
# The axes of a kernel that one scale is for.
_OF_ONE_SCALE = {"Conv2D": (0, 1, 2), "DepthwiseConv2D": (0, 1), "Dense": (0,)}


def round_kernels(model: Any) -> list[tuple[Any, Any]]:
    """Rounds the kernels of the model's layers; gives (variable, what it was) for restore()."""
    import tensorflow as tf

    kept = []
    for layer in model.layers:
        axes = _OF_ONE_SCALE.get(type(layer).__name__)
        if axes is None:
            continue
        kernel = tf.identity(layer.kernel.value)
        kept.append((layer.kernel, kernel))
        scale = tf.reduce_max(tf.abs(kernel), axis=axes, keepdims=True) / _STEPS
        layer.kernel.assign(tf.round(tf.math.divide_no_nan(kernel, scale)) * scale)
    return kept


def restore(kept: list[tuple[Any, Any]]) -> None:
    """Takes round_kernels() back."""
    for variable, value in kept:
        variable.assign(value)
