"""Structured pruning: whole channels go, so that the network is a smaller dense one.

Filters are ranked by the sum of their absolute weights (Li et al., "Pruning Filters for Efficient
ConvNets", 2017). Unlike single weights, what is left out costs neither flash nor time anywhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from training.errors import CompressionError

CHANNELS_STEP = 4  # kernels compute four at once; a last incomplete group costs as much

# Layers that leave the last axis as it is.
_CHANNELWISE = (
    *("Activation", "ReLU", "Softmax", "Dropout", "MaxPooling2D", "AveragePooling2D"),
    *("GlobalAveragePooling2D", "GlobalMaxPooling2D", "ZeroPadding2D"),
)


def without_channels(model: Any, share: float) -> Any:
    """A tf_keras.Model like `model` with `share` of the channels of each hidden layer left out.

    Of each Conv2D and Dense but the last, the number that stays is rounded to a multiple of
    CHANNELS_STEP, at least one such step, and never above what was there. `model`: a chain of
    layers. Raises CompressionError for another one, or if nothing can be left out.
    """
    import tf_keras

    image = tf_keras.Input(model.input_shape[1:], name=model.input.name)
    last = [layer.name for layer in model.layers if type(layer).__name__ in ("Conv2D", "Dense")][-1]
    x, kept, removed = image, np.arange(image.shape[-1]), 0
    for previous, layer in zip(model.layers, model.layers[1:], strict=False):
        if layer.input is not previous.output:
            raise CompressionError(
                f"prune-channels: layer {layer.name} does not follow {previous.name} alone; only a "
                "chain of layers can lose channels; use --method prune"
            )
        weights, kind = layer.get_weights(), type(layer).__name__
        config = layer.get_config()
        if kind in ("Conv2D", "Dense"):
            kernel, *bias = weights
            stays = np.arange(kernel.shape[-1])
            if layer.name != last:
                stays = _strongest(kernel, share)
            removed += kernel.shape[-1] - len(stays)
            weights = [kernel[..., kept, :][..., stays], *(one[stays] for one in bias)]
            config["units" if kind == "Dense" else "filters"] = len(stays)
            kept = stays
        elif kind == "DepthwiseConv2D" and layer.depth_multiplier == 1:
            kernel, *bias = weights
            weights = [kernel[:, :, kept, :], *(one[kept] for one in bias)]
        elif kind == "Flatten":
            positions = np.arange(np.prod(layer.input_shape[1:])).reshape(layer.input_shape[1:])
            kept = positions[..., kept].reshape(-1)
        elif kind not in _CHANNELWISE:
            raise CompressionError(
                f"prune-channels: layer {layer.name} ({kind}) is not known to keep channels apart; "
                "use --method prune"
            )
        copy = type(layer).from_config(config)
        x = copy(x)
        copy.set_weights(weights)
    if not removed:
        raise CompressionError(
            f"--sparsity {share}: no layer has so many channels that {CHANNELS_STEP} of them can "
            "go; give more"
        )
    return tf_keras.Model(image, x, name=model.name)


def _strongest(kernel: np.ndarray, share: float) -> np.ndarray:
    """Indices, rising, of the filters that stay; the last axis of `kernel` counts them."""
    count = kernel.shape[-1]
    groups = max(1, round(count * (1 - share) / CHANNELS_STEP))
    norms = np.abs(kernel).reshape(-1, count).sum(axis=0)
    order = np.argsort(-norms, kind="stable")
    return np.sort(order[: groups * CHANNELS_STEP])
