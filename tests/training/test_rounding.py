"""Weights as int8 holds them, while a network is trained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import FLOAT_MODEL
from codegen.model.tflite import Model
from tests.training import digits
from training.fit import rounding, train
from training.int8.quantize import convert, load_float_model
from training.recipes.design import Block, Design
from training.tf_runtime import load_tensorflow


@pytest.fixture
def network() -> Any:
    load_tensorflow(seed=5)
    import keras
    from keras import layers

    image = keras.Input((9, 9, 2), batch_size=1)
    x = layers.Conv2D(6, 3, name="conv")(image)
    x = layers.BatchNormalization()(x)
    x = layers.DepthwiseConv2D(3, name="depthwise")(x)
    return keras.Model(image, layers.Dense(4, name="dense")(layers.Flatten()(x)))


def test_kernels_are_those_of_the_int8_model(network: Any) -> None:
    rounding.round_kernels(network)
    samples = np.random.default_rng(1).random((8, 9, 9, 2)).astype(np.float32)
    model = Model.parse(convert(network, samples))
    factors = network.layers[2].get_weights()[0] / np.sqrt(
        network.layers[2].get_weights()[3] + network.layers[2].epsilon
    )
    orders = {"CONV_2D": (3, 0, 1, 2), "DEPTHWISE_CONV_2D": (3, 0, 1, 2), "FULLY_CONNECTED": (1, 0)}
    seen = []
    for op in model.ops:
        if op.name not in orders:
            continue
        seen.append(op.name)
        held = model.tensors[op.inputs[1]]
        axis = 3 if op.name == "DEPTHWISE_CONV_2D" else 0
        scales = np.array(held.scales).reshape(
            [-1 if i == axis else 1 for i in range(len(held.shape))]
        )
        values = np.frombuffer(held.data or b"", np.int8).reshape(held.shape) * scales
        layer = {"CONV_2D": "conv", "DEPTHWISE_CONV_2D": "depthwise"}.get(op.name, "dense")
        kernel = np.asarray(network.get_layer(layer).kernel)
        if layer == "conv":
            kernel = kernel * factors
        if layer == "depthwise":
            kernel = np.moveaxis(kernel, 3, 0)
        else:
            kernel = np.transpose(kernel, orders[op.name])
        # Each is a multiple of its filter's scale already, so that nothing is rounded again.
        np.testing.assert_allclose(values, kernel, atol=1e-3 * float(scales.max()))
    assert sorted(seen) == sorted(orders)


def test_it_is_taken_back(network: Any) -> None:
    before = [np.asarray(weight) for weight in network.weights]
    kept = rounding.round_kernels(network)
    changed = [not np.array_equal(a, w) for a, w in zip(before, network.weights, strict=True)]
    assert sum(changed) == len(kept) == 3
    rounding.restore(kept)
    for a, weight in zip(before, network.weights, strict=True):
        np.testing.assert_array_equal(a, weight)


def test_a_filter_of_zeros_stays_one(network: Any) -> None:
    conv = network.get_layer("conv")
    kernel, bias = conv.get_weights()
    kernel[..., 2] = 0
    conv.set_weights([kernel, bias])
    rounding.round_kernels(network)
    rounded = np.asarray(conv.kernel)
    assert not rounded[..., 2].any() and np.isfinite(rounded).all()


def test_just_the_last_epochs_see_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    digits.write(tmp_path)
    design = Design((Block(4, 5, 4),), epochs=3, quantized_epochs=2, samples=128)
    recipe = tmp_path / "found.json"
    recipe.write_text(design.as_json())
    asked = []
    compiled = train._compiled_step

    def noted(*given: Any) -> Any:
        step, rounded = compiled(*given), given[-1]

        def take(*batch: Any) -> Any:
            asked.append(rounded)
            return step(*batch)

        return take

    monkeypatch.setattr(train, "_compiled_step", noted)
    train.train(str(recipe), tmp_path)
    assert asked == 8 * [False] + 16 * [True]  # 8 batches an epoch
    given = {layer.name: layer for layer in load_float_model(tmp_path / FLOAT_MODEL).layers}
    kernel = np.asarray(given["logits"].kernel)
    steps = kernel / np.abs(kernel).max(axis=0) * 127
    assert np.abs(steps - np.round(steps)).max() > 0.1  # what was learnt is kept as it is
