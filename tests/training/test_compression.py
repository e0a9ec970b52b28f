"""Compression: the same network in Keras 2, smaller networks, and once the whole way with TFMOT."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.model import Model
from tests.training import digits
from training import artifacts, evaluate, quantize
from training.compression import channels, compress, legacy
from training.compression.options import Options
from training.errors import CompressionError
from training.tf_runtime import load_tensorflow
from training.train import FLOAT_MODEL

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


def test_a_normalization_is_folded_and_outputs_stay() -> None:
    model = network()
    copy = legacy.to_legacy(model, PIXELS)
    np.testing.assert_allclose(copy(PIXELS), model(PIXELS), atol=1e-5)
    assert "BatchNormalization" in [type(layer).__name__ for layer in model.layers]
    assert "BatchNormalization" not in [type(layer).__name__ for layer in copy.layers]


def test_one_that_others_look_past_stays_a_normalization() -> None:
    copy = legacy.to_legacy(network(branch=True), PIXELS)
    assert "Add" in [type(layer).__name__ for layer in copy.layers]


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


def test_pruning_in_its_own_process_ends_in_a_measured_int8_model(tmp_path: Path) -> None:
    """The only test that starts tensorflow-model-optimization: its import alone takes seconds."""
    build_dir = tmp_path / "tiny"
    digits.write(build_dir)
    artifacts.atomic_write(build_dir / FLOAT_MODEL, artifacts.keras_bytes(network(shallow=True)))
    quantize.quantize(build_dir, calibration=20)
    evaluate.evaluate(build_dir)
    options = Options(sparsity=0.75, epochs=1)
    compress.compress(build_dir, "tiny", "prune", options, seed=1, calibration=20)

    path = build_dir / "compressed" / "tiny-prune.tflite"
    plain, pruned = (Model.read(p) for p in (build_dir / quantize.INT8_MODEL, path))
    assert pruned.op_names == plain.op_names
    measured = json.loads(path.with_suffix(".json").read_text())
    assert 0.75 <= measured["sparsity"] < 0.78  # rounding adds a zero here and there
    assert measured["bytes"] == pruned.size
    rows = compress.table(build_dir, ["prune"]).splitlines()
    assert len(rows) == 4
    assert rows[2].startswith(f"| none | {plain.size:,} |")
    assert rows[3].startswith(f"| prune | {pruned.size:,} |")
