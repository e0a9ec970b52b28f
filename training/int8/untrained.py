"""A float model that is not trained yet as an int8 .tflite: what its shapes will cost, and no more.

Weights are what they are (random before training) and activations are calibrated with noise, so
the bytes say nothing of accuracy; ops, shapes, arena, flash and instructions are those of the
trained model.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.model.int8_checks import check_int8
from codegen.model.lean import lean
from codegen.model.tables import with_tables
from codegen.model.tflite import Model
from training.errors import ArtifactError
from training.int8 import contained, loop_converter
from training.int8.edges import Edge
from training.int8.float_function import FloatFunction
from training.int8.quantize import OF_A_USER, calibrate, foreign_errors, open_float
from training.tf_runtime import load_tensorflow, quiet_output

_SEED = 1
_SAMPLES = 4
_ZIP = b"PK"
_HDF5 = b"\x89HDF\r\n\x1a\n"
_HDF5_USER_BYTES = 512  # may stand before it
KERAS_SUFFIXES = (".keras", ".h5", ".hdf5")


def convert_untrained(path: Path) -> bytes:
    """A .keras or .h5 file, or a SavedModel's folder, as the bytes of an int8 .tflite for batch 1,
    made in a process of its own.

    The result need not be full-int8: what the converter could not quantize stays as it is, and
    preflight says so, by the names in it; what the firmware runs is lean. Raises
    ArtifactError (no such model), ConversionError.
    """
    require_float_model(path)
    with tempfile.TemporaryDirectory() as scratch:
        made = Path(scratch) / "untrained.tflite"
        contained.call(convert_file, Path(scratch), str(path), path=path.absolute(), target=made)
        content = made.read_bytes()
    try:
        check_int8(Model.parse(content))
    except CodegenError:
        return content
    return lean(content)


def require_float_model(path: Path) -> None:
    """Raises ArtifactError for what is no Keras file or folder by its name."""
    if not path.exists():
        raise ArtifactError(
            f"{path}: no such file or folder; give a .tflite, a .keras file or a SavedModel"
        )
    require_kind(path)


def require_kind(path: Path) -> None:
    """Raises ArtifactError for what is no Keras model or SavedModel by its name and first bytes,
    which takes no TensorFlow."""
    if path.is_dir():
        if not (path / "saved_model.pb").is_file():
            raise ArtifactError(
                f"{path}: a folder without saved_model.pb; give a .tflite, a .keras file or a "
                "SavedModel"
            )
        return
    if path.suffix not in KERAS_SUFFIXES:
        raise ArtifactError(
            f"{path}: neither a .tflite nor a .keras or .h5 file by its name; export the model as "
            "one of these, or as a SavedModel"
        )
    try:
        with path.open("rb") as file:
            head = file.read(_HDF5_USER_BYTES + len(_HDF5))
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be read: {error.strerror}") from None
    if not head.startswith((_ZIP, _HDF5)) and head[_HDF5_USER_BYTES:] != _HDF5:
        what = (
            "holds neither the zip file nor the HDF5"
            if head
            else "is empty, without the zip file or HDF5"
        )
        raise ArtifactError(f"{path}: {what} that Keras writes; save the model again")


def convert_file(path: str, target: str) -> None:
    """What `convert_untrained` has done in another process."""
    tf = load_tensorflow(seed=_SEED)
    with foreign_errors(tf, path), quiet_output():
        content = _convert(tf, open_float(tf, Path(path), OF_A_USER))
    Path(target).write_bytes(content)


def noise(one: FloatFunction, count: int = _SAMPLES) -> list[list[np.ndarray]]:
    """Samples of all inputs [1, *shape], of the types that the model declares."""
    rng = np.random.default_rng(_SEED)
    return [
        [
            (rng.random((1, *edge.shape)) * _below(edge)).astype(edge.dtype)
            for edge in one.edges.inputs
        ]
        for _ in range(count)
    ]


def _below(edge: Edge) -> int:
    """Whole numbers are 0 and 1, which any table of an Embedding has."""
    return 1 if edge.dtype.startswith("float") else 2


def _convert(tf: Any, one: FloatFunction) -> bytes:
    function = one.frozen(tf)
    samples = [
        [
            values.astype(tensor.dtype.as_numpy_dtype)
            for values, tensor in zip(sample, function.inputs, strict=True)
        ]
        for sample in noise(one)
    ]
    converter = loop_converter.converter(tf, one, function)
    calibrate(tf, converter, samples)
    # Float kernels are allowed, so that what cannot be quantized can be named instead of refused.
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
        tf.lite.OpsSet.TFLITE_BUILTINS,
    ]
    converter.allow_custom_ops = True
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    return with_tables(converter.convert())
