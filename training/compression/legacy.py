"""The same network in Keras 2: what Keras 3 trained, as tf_keras layers with its weights.

A normalization that follows a convolution is folded into it on the way, as the TFLite converter
does. So methods that set weights to zero or to a few values work on the weights that are deployed.
"""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from training.errors import CompressionError

# How far the two may differ: float32 sums of another order, in units of a probability.
TOLERANCE = 1e-4
_FOLDABLE = ("Conv2D", "Dense")


def to_legacy(model: Any, pixels: np.ndarray) -> Any:
    """A tf_keras.Model that computes what `model`, a Keras 3 one, computes.

    model: one input, one output, each layer used once. pixels: float32 [N, H, W, C], on which
    the outputs of both are compared. Raises CompressionError for a layer that Keras 2 lacks and for
    outputs that differ.
    """
    import tf_keras

    normalizations = _foldable_normalizations(model)
    values = {id(model.input): tf_keras.Input(model.input.shape[1:], name=model.input.name)}
    for layer in model.layers[1:]:
        taken = layer.input if isinstance(layer.input, list) else [layer.input]
        inputs = [values[id(one)] for one in taken]
        if layer in normalizations.values():
            values[id(layer.output)] = inputs[0]
            continue
        weights = layer.get_weights()
        config = layer.get_config()
        if layer.name in normalizations:
            weights = _folded(weights, normalizations[layer.name])
            config["use_bias"] = True
        copy = _layer(tf_keras.layers, layer, config)
        values[id(layer.output)] = copy(inputs if len(inputs) > 1 else inputs[0])
        copy.set_weights(weights)
    legacy = tf_keras.Model(values[id(model.input)], values[id(model.output)], name=model.name)
    # Called, not predict(): for one batch that would take longer to compile than to compute.
    difference = np.abs(model(pixels).numpy() - legacy(pixels).numpy()).max()
    if not difference <= TOLERANCE:
        raise CompressionError(
            f"{model.name}: in Keras 2, which compression needs, its outputs differ by "
            f"{difference:.2g}; build the model of layers that mean the same in both"
        )
    return legacy


def _foldable_normalizations(model: Any) -> dict[str, Any]:
    """{name of a layer: the normalization right behind it}, where nothing else sees its output."""
    consumers: dict[int, list[Any]] = {}
    for layer in model.layers[1:]:
        for one in layer.input if isinstance(layer.input, list) else [layer.input]:
            consumers.setdefault(id(one), []).append(layer)
    found = {}
    for layer in model.layers[1:]:
        following = consumers.get(id(layer.output), [])
        if (
            type(layer).__name__ in _FOLDABLE
            and layer.activation.__name__ == "linear"
            and [type(one).__name__ for one in following] == ["BatchNormalization"]
            and following[0].axis in (-1, len(layer.output.shape) - 1)
        ):
            found[layer.name] = following[0]
    return found


def _folded(weights: list[np.ndarray], normalization: Any) -> list[np.ndarray]:
    """Kernel and bias of a layer whose outputs, the last axis, come out normalized."""
    kernel, *rest = weights
    channels = kernel.shape[-1]
    named = {weight.name: weight.numpy() for weight in normalization.weights}
    factor = named.get("gamma", np.ones(channels, np.float32)) / np.sqrt(
        named["moving_variance"] + normalization.epsilon
    )
    bias = (rest[0] if rest else 0.0) - named["moving_mean"]
    return [kernel * factor, bias * factor + named.get("beta", 0.0)]


def _layer(layers: Any, layer: Any, config: dict[str, Any]) -> Any:
    """The tf_keras layer of the same name and settings; its weights are set afterwards."""
    name = type(layer).__name__
    kind = getattr(layers, name, None)
    try:
        if kind is None:
            raise TypeError("Keras 2 has no such layer")
        known = {"name", *inspect.signature(kind.__init__).parameters}
        # What is an object in the configuration (initializers and the like) matters for a
        # training from the start only.
        plain = {k: v for k, v in config.items() if k in known and not isinstance(v, dict)}
        return kind.from_config(plain)
    except (TypeError, ValueError) as error:
        raise CompressionError(
            f"layer {layer.name} ({name}) cannot be compressed: {error}; replace it or leave "
            "compression out"
        ) from None
