"""Compression: the same network in Keras 2, and networks with fewer channels."""

from __future__ import annotations

import numpy as np
import pytest

from tests.training.small_network import PIXELS, network
from training.compression import channels, legacy
from training.errors import CompressionError


def test_a_normalization_and_a_relu_are_folded_and_outputs_stay() -> None:
    model = network()
    copy = legacy.to_legacy(model, PIXELS)
    np.testing.assert_allclose(copy(PIXELS), model(PIXELS), atol=1e-5)
    for kind in ("BatchNormalization", "ReLU"):
        assert kind in [type(layer).__name__ for layer in model.layers]
        assert kind not in [type(layer).__name__ for layer in copy.layers]
    assert copy.get_layer("conv").activation.__name__ == "relu"


def test_one_that_others_look_past_stays_a_normalization() -> None:
    copy = legacy.to_legacy(network(branch=True), PIXELS)
    kinds = [type(layer).__name__ for layer in copy.layers]
    assert "Add" in kinds and "ReLU" in kinds


def test_outputs_that_differ_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(legacy, "_folded", lambda weights, _: [weights[0], np.zeros(8)])
    with pytest.raises(CompressionError, match=r"small: in Keras 2, .* its outputs differ by"):
        legacy.to_legacy(network(), PIXELS)


def test_a_layer_that_keras_2_lacks_is_named() -> None:
    with pytest.raises(CompressionError, match=r"layer odd \(RMSNormalization\) cannot be"):
        legacy.to_legacy(network(unknown=True), PIXELS)


def test_channels_that_do_nothing_go_without_a_trace() -> None:
    model = network()
    conv, normalization, depthwise = model.layers[1], model.layers[2], model.get_layer("depthwise")
    silent, unheard = [0, 3, 4, 7], slice(4, None)
    for weight, gone in (
        (conv.kernel, (..., silent)),
        (normalization.gamma, silent),
        (normalization.beta, silent),
        (depthwise.bias, silent),
        (model.get_layer("hidden").kernel, (..., unheard)),
        (model.get_layer("logits").kernel, unheard),
    ):
        values = weight.numpy()
        values[gone] = 0
        weight.assign(values)

    whole = legacy.to_legacy(model, PIXELS)
    less = channels.without_channels(whole, 0.5)
    shapes = [less.get_layer(n).get_weights()[0].shape for n in ("conv", "depthwise", "hidden")]
    assert shapes[:2] == [(5, 5, 1, 4), (3, 3, 4, 1)]
    assert shapes[2][1] == 8  # 12 less a half is 6: two steps of 4
    np.testing.assert_allclose(less(PIXELS), whole(PIXELS), atol=1e-5)


def test_channels_of_a_branched_network_are_left_alone() -> None:
    branched = legacy.to_legacy(network(branch=True), PIXELS)
    with pytest.raises(CompressionError, match=r"layer add\w* does not follow .* --method prune"):
        channels.without_channels(branched, 0.5)


def test_a_share_that_takes_nothing_is_refused() -> None:
    with pytest.raises(CompressionError, match=r"--sparsity 0\.01: no layer has so many channels"):
        channels.without_channels(legacy.to_legacy(network(), PIXELS), 0.01)


def test_a_layer_that_mixes_channels_is_named() -> None:
    import tf_keras

    model = tf_keras.Sequential(
        [
            tf_keras.Input((6, 6, 1)),
            tf_keras.layers.Conv2D(8, 3),
            tf_keras.layers.LayerNormalization(name="mixing"),
            tf_keras.layers.Flatten(),
            tf_keras.layers.Dense(2),
        ]
    )
    with pytest.raises(CompressionError, match=r"layer mixing \(LayerNormalization\) is not known"):
        channels.without_channels(model, 0.5)
