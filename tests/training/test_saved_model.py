"""A trained model is there as a SavedModel, too, and comes back by --model."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL, SAVED_MODEL, TEST_SPLIT, TRAIN_SPLIT
from codegen.model.tflite import Model
from tests.training import digits
from training import artifacts
from training.data import datasets
from training.data.examples import load
from training.int8 import quantize, saved_model, user_model
from training.recipes import get_recipe
from training.tf_runtime import load_tensorflow

OF_SHAPES = {"SHAPE", "STRIDED_SLICE", "PACK"}


def answers(folder: Path, inputs: np.ndarray) -> np.ndarray:
    tf = load_tensorflow()
    signature = tf.saved_model.load(str(folder)).signatures["serving_default"]
    (name,) = signature.structured_input_signature[1]
    (output,) = signature(**{name: tf.constant(inputs)}).values()
    found: np.ndarray = output.numpy()
    return found


def _quantize_saved_model(build_dir: Path) -> None:
    user_model.import_float(build_dir / SAVED_MODEL, build_dir)
    quantize.quantize(build_dir, calibration=20, saved_model=build_dir / SAVED_MODEL)


def test_it_answers_as_the_keras_model_does_and_becomes_int8(trained: Path, tmp_path: Path) -> None:
    digits.write(tmp_path)
    (tmp_path / FLOAT_MODEL).write_bytes((trained / FLOAT_MODEL).read_bytes())
    saved_model.export(tmp_path)
    images = datasets.to_float(datasets.load_split(tmp_path, TEST_SPLIT)[0])
    expected = quantize.load_float_model(tmp_path / FLOAT_MODEL).predict(images, verbose=0)
    np.testing.assert_allclose(answers(tmp_path / SAVED_MODEL, images), expected, atol=1e-6)

    quantize.quantize(tmp_path, calibration=20)
    by_keras = Model.read(tmp_path / INT8_MODEL)
    _quantize_saved_model(tmp_path)
    by_saved_model = Model.read(tmp_path / INT8_MODEL)
    assert [op.name for op in by_saved_model.ops] == [op.name for op in by_keras.ops]


def test_a_network_that_reshapes_needs_no_ops_for_shapes(tmp_path: Path) -> None:
    """Keras's Reshape asks for the batch, which is open in a SavedModel."""
    recordings = np.random.default_rng(1).normal(0, 1, (40, 30, 3)).astype(np.float32)
    np.savez(tmp_path / "own.npz", x=recordings, y=np.arange(40) % 2)
    datasets.prepare(str(tmp_path / "own.npz"), tmp_path)
    load_tensorflow(seed=1)
    model = get_recipe("motion").build_model((30, 3), 2)
    artifacts.atomic_write(tmp_path / FLOAT_MODEL, artifacts.keras_bytes(model))
    saved_model.export(tmp_path)
    shown = load(tmp_path, TRAIN_SPLIT).real()
    np.testing.assert_allclose(
        answers(tmp_path / SAVED_MODEL, shown), model.predict(shown, verbose=0), atol=1e-6
    )
    _quantize_saved_model(tmp_path)
    assert not OF_SHAPES.intersection(op.name for op in Model.read(tmp_path / INT8_MODEL).ops)
