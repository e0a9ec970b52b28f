"""Full-integer post-training quantization: float.keras -> model.tflite, int8 in and out.

converted.tflite is what the converter wrote, names and all; model.tflite is the same without what
no interpreter reads.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.files.artifacts import CONVERTED_MODEL, FLOAT_MODEL, INT8_MODEL
from codegen.host.oracle_child import answers
from codegen.model.int8_checks import check_int8, check_plain
from codegen.model.lean import lean
from codegen.model.tflite import Model
from codegen.samples.encode import model_input
from training import artifacts
from training.data.examples import Examples, calibrating
from training.errors import ArtifactError, ConversionError, first_line
from training.int8.presets import PRESETS
from training.tf_runtime import load_tensorflow, quiet_output


def quantize(
    build_dir: Path,
    calibration: int = 500,
    preset: str = "default",
    say: Callable[[str], None] = print,
) -> None:
    """Quantize float.keras with `calibration` training samples; write both .tflite files.

    Ranges are taken from training samples as they are, not augmented. Weights are int8 per
    channel, biases int32, activations, input and output int8; the batch is fixed to 1.

    Raises DataError for a calibration below 1, ConversionError if the converter fails or leaves an
    op that is not int8.
    """
    path = artifacts.require(build_dir / FLOAT_MODEL, "train")
    examples = calibrating(build_dir, calibration, say)
    converted = convert(load_float_model(path), examples.real(), preset)
    write_int8(build_dir, converted, examples, say)


def write_int8(
    build_dir: Path,
    converted: bytes,
    examples: Examples,
    say: Callable[[str], None] = print,
) -> None:
    """Write both .tflite files; on the examples they have to give the same outputs."""
    content = lean(converted)
    require_same_outputs(converted, content, examples)
    artifacts.atomic_write(build_dir / CONVERTED_MODEL, converted)
    artifacts.atomic_write(build_dir / INT8_MODEL, content)
    say(
        f"quantize: {len(content):,} B, {len(converted) - len(content):,} B less than converted "
        "(names, empty buffers, arrays written twice)"
    )


def require_same_outputs(converted: bytes, content: bytes, examples: Examples) -> None:
    """Raises ConversionError if the two models differ in one byte of an output."""
    before, after = (Model.parse(model) for model in (converted, content))
    inputs = [model_input(before, examples.split)]
    pairs = zip(answers(before, inputs), answers(after, inputs), strict=True)
    if any(one.tobytes() != other.tobytes() for one, other in pairs):
        raise ConversionError(
            "making the model lean changed its outputs, which is an error of mcuforge; "
            f"{CONVERTED_MODEL} can be built with --model meanwhile"
        )


def load_float_model(path: Path, advice: str = "run `invoke train`") -> Any:
    """The keras.Model in `path`; an ArtifactError, which ends with `advice`, if it is damaged."""
    load_tensorflow()
    import keras

    try:
        return keras.models.load_model(path, compile=False)
    except Exception as error:  # noqa: BLE001 - Keras raises what its parts raise: OSError, KeyError, ...
        raise ArtifactError(f"{path}: no Keras model ({first_line(error)}); {advice}") from None


def convert(model: Any, calibration: np.ndarray, preset: str = "default") -> bytes:
    """`model` as the bytes of a full-int8 .tflite for a batch of 1.

    `calibration`: float32 [N, *shape], what the model takes.
    """
    tf = load_tensorflow()
    converter = converter_for(tf, model, calibration, preset)
    full_int8(tf, converter)
    content = run_converter(converter, model.name)
    require_int8(content, model.name)
    return content


def converter_for(tf: Any, model: Any, calibration: np.ndarray, preset: str = "default") -> Any:
    """A TFLiteConverter of `model` with a batch of 1, calibrated and optimizing by `preset`."""
    import keras

    # With an open batch the converter computes shapes at run time: SHAPE, STRIDED_SLICE, PACK.
    image = keras.Input(batch_shape=(1, *calibration.shape[1:]), name=model.inputs[0].name)
    fixed = keras.models.clone_model(model, input_tensors=image)
    fixed.set_weights(model.get_weights())
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    calibrate(tf, converter, [[one[np.newaxis]] for one in calibration], preset)
    return converter


def calibrate(
    tf: Any, converter: Any, samples: Sequence[list[np.ndarray]], preset: str = "default"
) -> None:
    """Has the converter optimize, with ranges from `samples`, each all inputs of one inference."""
    converter.optimizations = [getattr(tf.lite.Optimize, name) for name in PRESETS[preset]]
    converter.representative_dataset = lambda: samples


def full_int8(tf: Any, converter: Any) -> None:
    """Has every op, input and output int8, or the conversion fail."""
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS_INT8]
    converter.inference_input_type = tf.int8
    converter.inference_output_type = tf.int8


def run_converter(converter: Any, name: str) -> bytes:
    """The .tflite's bytes. Raises ConversionError with the converter's first line."""
    try:
        with quiet_output():
            content: bytes = converter.convert()
    except Exception as error:  # noqa: BLE001 - the converter raises whatever its passes raise
        raise ConversionError(
            f"{name}: the TFLite converter failed: {first_line(error)}; "
            "replace the layer by one that converts to int8"
        ) from None
    return content


def require_int8(content: bytes, name: str) -> None:
    """Raise a ConversionError that names the first op of a .tflite that is not full int8."""
    try:
        model = Model.parse(content)
        check_int8(model)
        check_plain(model)
    except CodegenError as error:
        raise ConversionError(f"{name}: not a full-int8 model after conversion: {error}") from None
