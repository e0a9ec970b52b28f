"""A user's own Keras model or SavedModel, in the place of a recipe's.

It takes what the recipes' models take: one example of the data, pixels as 0..1, in any shape with
as many values ([H, W, 1], [H, W] or [H * W]); an output for each class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from codegen.errors import CodegenError
from codegen.files.artifacts import FLOAT_MODEL, INT8_MODEL, TRAIN_SPLIT
from codegen.host.oracle_child import answers
from codegen.host.random_inputs import random_inputs
from codegen.model.lean import lean
from codegen.model.tflite import Model
from training import artifacts
from training.data.examples import calibrating, load
from training.errors import DataError
from training.int8.quantize import (
    calibrate,
    full_int8,
    load_float_model,
    require_int8,
    run_converter,
    write_int8,
)
from training.int8.untrained import concrete_function, placeholders
from training.tf_runtime import load_tensorflow, quiet_output

_LEAN_SAMPLES = 4  # of random inputs on which the lean model has to agree with the given one


def import_tflite(path: Path, build_dir: Path, say: Callable[[str], None] = print) -> None:
    """Write a .tflite as model.tflite, without what no interpreter reads; float.keras goes.

    The given file's own hash stands in the manifest, as this stage's input. Where the oracle does
    not confirm that the outputs are the same, the file is taken as it is.
    """
    given = path.read_bytes()
    content = lean(given)
    if len(content) >= len(given) or not _same_outputs(given, content):
        content = given
    else:
        say(
            f"import: {len(content):,} B, {len(given) - len(content):,} B less than given (names, "
            "empty buffers, arrays written twice), outputs as before"
        )
    artifacts.atomic_write(build_dir / INT8_MODEL, content)
    (build_dir / FLOAT_MODEL).unlink(missing_ok=True)


def _same_outputs(given: bytes, content: bytes) -> bool:
    """Whether two models give the same bytes for random inputs, as far as anybody can say."""
    try:
        before, after = Model.parse(given), Model.parse(content)
        inputs = random_inputs(before, _LEAN_SAMPLES, seed=1)
        pairs = zip(answers(before, inputs), answers(after, inputs), strict=True)
        return all(one.tobytes() == other.tobytes() for one, other in pairs)
    except CodegenError:  # the checks that follow say what is wrong with it
        return False


def import_keras(path: Path, build_dir: Path) -> None:
    """Write a .keras or H5 file as float.keras, which every later stage takes as a recipe's.

    Raises ArtifactError (no Keras model), DataError (other inputs or outputs than the data have).
    """
    model = load_float_model(path, "give a .tflite, a .keras file or a SavedModel's folder")
    inputs, outputs = _shapes(model.inputs), _shapes(model.outputs)
    shape = _require_fitting(build_dir, path, inputs, outputs)
    artifacts.atomic_write(
        build_dir / FLOAT_MODEL, artifacts.keras_bytes(_taking(model, shape, inputs[0]))
    )


def import_saved_model(path: Path, build_dir: Path, calibration: int, preset: str) -> None:
    """Quantize a SavedModel's folder as `quantize` does float.keras, which there is none of.

    Raises ArtifactError, ConversionError, DataError; nothing is written then.
    """
    tf = load_tensorflow()
    examples = calibrating(build_dir, calibration)
    with quiet_output():
        function, _owner = concrete_function(tf, path)  # its owner keeps the variables
    inputs = placeholders(tf, function)
    _require_fitting(build_dir, path, _shapes(inputs), _shapes(function.outputs))
    shown = examples.real().reshape(-1, *inputs[0].shape)
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    calibrate(tf, converter, [[one] for one in shown], preset)
    full_int8(tf, converter)
    converted = run_converter(converter, path.name)
    require_int8(converted, path.name)
    write_int8(build_dir, converted, examples)
    (build_dir / FLOAT_MODEL).unlink(missing_ok=True)


def _shapes(tensors: Sequence[Any]) -> list[tuple[int, ...]]:
    """Without the batch; an open dimension is None."""
    return [tuple(one.shape[1:]) for one in tensors]


def _require_fitting(
    build_dir: Path, path: Path, inputs: list[tuple[int, ...]], outputs: list[tuple[int, ...]]
) -> tuple[int, ...]:
    """The shape of an example. Raises DataError for other inputs, and for other classes."""
    examples = load(build_dir, TRAIN_SPLIT)
    info, shape = examples.info, examples.shape
    if len(inputs) != 1 or None in inputs[0] or math.prod(inputs[0]) != math.prod(shape):
        raise DataError(
            f"{path}: takes {_shown(inputs)}, the data are {info}; give the data that it was "
            "trained on by --data"
        )
    if info.task == "classify" and outputs != [(len(info.labels),)]:
        raise DataError(
            f"{path}: gives {_shown(outputs)}, the data have {len(info.labels)} classes; give the "
            "data that it was trained on by --data"
        )
    return shape


def _shown(shapes: list[tuple[int, ...]]) -> str:
    return " and ".join(str(list(shape)) for shape in shapes)


def _taking(model: Any, shape: tuple[int, ...], taken: tuple[int, ...]) -> Any:
    """The model itself, or one that reshapes examples of `shape` to what it takes."""
    if taken == shape:
        return model
    import keras

    given = keras.Input(shape, name="input")
    return keras.Model(given, model(keras.layers.Reshape(taken)(given)), name=model.name)
