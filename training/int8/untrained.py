"""A float model that is not trained yet as an int8 .tflite: what its shapes will cost, and no more.

Weights are what they are (random before training) and activations are calibrated with noise, so
the bytes say nothing of accuracy; ops, shapes, arena, flash and instructions are those of the
trained model.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from training.errors import ArtifactError, ConversionError, first_line
from training.int8.quantize import calibrate, load_float_model
from training.tf_runtime import load_tensorflow, quiet_output

_SEED = 1
_SAMPLES = 4
_ZIP = b"PK"
_HDF5 = b"\x89HDF\r\n\x1a\n"
_HDF5_USER_BYTES = 512  # may stand before it
KERAS_SUFFIXES = (".keras", ".h5", ".hdf5")


def convert_untrained(path: Path) -> bytes:
    """A .keras or .h5 file, or a SavedModel's folder, as the bytes of an int8 .tflite for batch 1.

    The result need not be full-int8: what the converter could not quantize stays as it is, and
    preflight says so. Raises ArtifactError (no such model), ConversionError.
    """
    if not path.exists():
        raise ArtifactError(
            f"{path}: no such file or folder; give a .tflite, a .keras file or a SavedModel"
        )
    require_kind(path)
    tf = load_tensorflow(seed=_SEED)
    try:
        with quiet_output():
            function, _owner = concrete_function(
                tf, path
            )  # without its owner it would lose its variables
            _refuse_loops(function, path)
            return _convert(tf, function)
    except (ArtifactError, ConversionError):
        raise
    except Exception as error:  # noqa: BLE001 - Keras and the converter raise what their parts raise
        raise ConversionError(
            f"{path}: cannot be converted: {first_line(error)}; replace the layer by one that "
            "TFLite has"
        ) from None


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
        raise ArtifactError(f"{path}: neither a .tflite nor a .keras or .h5 file by its name")
    try:
        with path.open("rb") as file:
            head = file.read(_HDF5_USER_BYTES + len(_HDF5))
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be read: {error.strerror}") from None
    if not head.startswith((_ZIP, _HDF5)) and not head.endswith(_HDF5):
        what = (
            "holds neither the zip file nor the HDF5"
            if head
            else "is empty, without the zip file or HDF5"
        )
        raise ArtifactError(f"{path}: {what} that Keras writes; save the model again")


def concrete_function(tf: Any, path: Path) -> tuple[Any, Any]:
    """A concrete function with a batch of 1, and what its variables live in."""
    if path.is_dir():
        loaded = tf.saved_model.load(str(path))
        signatures = list(loaded.signatures.values())
        if not signatures:
            raise ArtifactError(f"{path}: the SavedModel has no signature to call; export it anew")
        specs = signatures[0].structured_input_signature[1]

        @tf.function
        def call(**inputs: Any) -> Any:
            return signatures[0](**inputs)

        fixed = {name: _fixed(tf, spec) for name, spec in specs.items()}
        return call.get_concrete_function(**fixed), loaded
    model = load_float_model(
        path,
        "give a .tflite, a .keras file or, where layers are of your own, the folder that "
        "model.export() writes",
    )
    specs = [
        _fixed(tf, tf.TensorSpec(tensor.shape, tensor.dtype, tensor.name))
        for tensor in model.inputs
    ]

    @tf.function
    def call_keras(*inputs: Any) -> Any:
        return model(inputs[0] if len(inputs) == 1 else list(inputs), training=False)

    return call_keras.get_concrete_function(*specs), model


def _refuse_loops(function: Any, path: Path) -> None:
    """Raises ConversionError: with a loop in the model the converter's calibration crashes."""
    graph = function.graph.as_graph_def()
    nodes = [*graph.node, *(node for part in graph.library.function for node in part.node_def)]
    loop = next((node.name for node in nodes if node.op in ("While", "StatelessWhile")), None)
    if loop:
        raise ConversionError(
            f"{path}: {loop} is a loop, as recurrent layers make them, and the firmware runs none; "
            "replace the layer by convolutions over time"
        )


def _fixed(tf: Any, spec: Any) -> Any:
    """The spec with a batch of 1. Raises ConversionError if another dimension is open."""
    shape = [1 if axis == 0 else extent for axis, extent in enumerate(spec.shape)]
    if any(extent is None for extent in shape):
        raise ConversionError(
            f"input {spec.name!r} has shape {list(spec.shape)}; only the batch may be open: give "
            "the other dimensions when building the model"
        )
    return tf.TensorSpec(shape, spec.dtype, spec.name)


def placeholders(tf: Any, function: Any) -> list[Any]:
    """The inputs of a concrete function, without the variables that it captured."""
    return [one for one in function.inputs if one.dtype not in (tf.resource, tf.variant)]


def _convert(tf: Any, function: Any) -> bytes:
    rng = np.random.default_rng(_SEED)
    specs = placeholders(tf, function)
    noise = [
        [rng.random(tuple(spec.shape)).astype(spec.dtype.as_numpy_dtype) for spec in specs]
        for _ in range(_SAMPLES)
    ]
    # Without a trackable object the converter freezes the variables, which is what is wanted here.
    converter = tf.lite.TFLiteConverter.from_concrete_functions([function])
    calibrate(tf, converter, noise)
    # Float kernels are allowed, so that what cannot be quantized can be named instead of refused.
    converter.target_spec.supported_ops = [
        tf.lite.OpsSet.TFLITE_BUILTINS_INT8,
        tf.lite.OpsSet.TFLITE_BUILTINS,
    ]
    converter.allow_custom_ops = True
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8
    content: bytes = converter.convert()
    return content
