"""The same network in Keras 2: what Keras 3 trained, as tf_keras layers with its weights.

A normalization and a ReLU that follow a convolution become part of it on the way, as the TFLite
converter does. So methods that set weights to zero or to a few values work on the weights that are
deployed; and TFMOT keeps clusters through a quantization-aware training only in layers that have
their activation inside.
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

    followers = _foldable_followers(model)
    folded = {id(one) for chain in followers.values() for one in chain}
    values = {id(model.input): tf_keras.Input(model.input.shape[1:], name=model.input.name)}
    for layer in model.layers[1:]:
        taken = layer.input if isinstance(layer.input, list) else [layer.input]
        inputs = [values[id(one)] for one in taken]
        if id(layer) in folded:
            values[id(layer.output)] = inputs[0]
            continue
        weights = layer.get_weights()
        config = layer.get_config()
        for one in followers.get(layer.name, []):
            if type(one).__name__ == "ReLU":
                config["activation"] = "relu"
            else:
                weights = _folded(weights, one)
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


def _foldable_followers(model: Any) -> dict[str, list[Any]]:
    """{name of a layer: the normalization, the ReLU right behind it}, where nothing else sees what
    is between them.
    """
    consumers: dict[int, list[Any]] = {}
    for layer in model.layers[1:]:
        for one in layer.input if isinstance(layer.input, list) else [layer.input]:
            consumers.setdefault(id(one), []).append(layer)
    found = {}
    for layer in model.layers[1:]:
        if type(layer).__name__ not in _FOLDABLE or layer.activation.__name__ != "linear":
            continue
        chain = [layer]
        for foldable in (_is_normalization, _is_relu):
            following = consumers.get(id(chain[-1].output), [])
            if len(following) == 1 and foldable(following[0]):
                chain.append(following[0])
        found[layer.name] = chain[1:]
    return found


def _is_normalization(layer: Any) -> bool:
    """Of the last axis."""
    return type(layer).__name__ == "BatchNormalization" and (
        layer.axis in (-1, len(layer.output.shape) - 1)
    )


def _is_relu(layer: Any) -> bool:
    """One without a limit and a slope."""
    return type(layer).__name__ == "ReLU" and not (
        layer.max_value or layer.negative_slope or layer.threshold
    )


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
