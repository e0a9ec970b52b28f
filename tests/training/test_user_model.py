"""A user's own Keras model and SavedModel take the place of a recipe's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL, TEST_SPLIT
from codegen.host.scores import oracle_scores
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from tests.training import digits
from training.data import datasets
from training.int8 import quantize, user_model
from training.tf_runtime import load_tensorflow, quiet_output


def network() -> Any:
    """Takes images without a channel, as many tutorials' models do."""
    load_tensorflow(seed=1)
    import keras

    layers = keras.layers
    image = keras.Input((28, 28))
    x = layers.Dense(10, activation="softmax")(layers.Flatten()(image))
    return keras.Model(image, x)


def test_a_keras_file_becomes_float_keras_and_a_saved_model_int8(tmp_path: Path) -> None:
    digits.write(tmp_path, train_count=40, test_count=10)
    model = network()
    pixels, _ = datasets.load_split(tmp_path, TEST_SPLIT)
    expected = np.asarray(model(datasets.to_float(pixels)[..., 0]))
    with quiet_output():
        model.save(tmp_path / "net.h5")
        model.export(tmp_path / "net")

    user_model.import_keras(tmp_path / "net.h5", tmp_path)
    kept = quantize.load_float_model(tmp_path / FLOAT_MODEL)
    np.testing.assert_allclose(kept(datasets.to_float(pixels)), expected, atol=1e-6)

    user_model.import_saved_model(tmp_path / "net", tmp_path, calibration=20, preset="size")
    int8 = Model.read(tmp_path / INT8_MODEL)
    scores = oracle_scores(int8, quantize_pixels(int8, pixels))
    assert np.abs((scores + 128.0) / 256 - expected).max() < 0.02
