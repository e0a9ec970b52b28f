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
from codegen.files.artifacts import CONVERTED_MODEL, FLOAT_MODEL, INT8_MODEL, TRAIN_SPLIT
from codegen.host.scores import oracle_scores
from codegen.model.int8_checks import check_int8, check_plain
from codegen.model.lean import lean
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from training import artifacts
from training.data import datasets
from training.errors import ArtifactError, ConversionError, DataError, first_line
from training.int8.presets import PRESETS
from training.tf_runtime import load_tensorflow, quiet_output

CALIBRATION_SEED = 1


def quantize(
    build_dir: Path,
    calibration: int = 500,
    preset: str = "default",
    say: Callable[[str], None] = print,
) -> None:
    """Quantize float.keras with `calibration` training digits; write both .tflite files.

    Ranges are taken from training digits as they are, not augmented. Weights are int8 per
    channel, biases int32, activations, input and output int8; the batch is fixed to 1.

    Raises DataError for a calibration that is not in 1..train count, ConversionError if the
    converter fails or leaves an op that is not int8.
    """
    path = artifacts.require(build_dir / FLOAT_MODEL, "train")
    images = calibration_digits(build_dir, calibration)
    converted = convert(load_float_model(path), datasets.to_float(images), preset)
    write_int8(build_dir, converted, images, say)


def write_int8(
    build_dir: Path,
    converted: bytes,
    images: np.ndarray,
    say: Callable[[str], None] = print,
) -> None:
    """Write both .tflite files; on `images`, uint8 [N, H, W], they have to give the same scores."""
    content = lean(converted)
    require_same_scores(converted, content, images)
    artifacts.atomic_write(build_dir / CONVERTED_MODEL, converted)
    artifacts.atomic_write(build_dir / INT8_MODEL, content)
    say(
        f"quantize: {len(content):,} B, {len(converted) - len(content):,} B less than converted "
        "(names, empty buffers, arrays written twice)"
    )


def calibration_digits(build_dir: Path, count: int) -> np.ndarray:
    """`count` training digits, uint8 [count, 28, 28], the same ones at each call.

    Raises DataError for a count that is not in 1..train count.
    """
    images, _ = datasets.load_split(build_dir, TRAIN_SPLIT)
    if not 1 <= count <= len(images):
        raise DataError(
            f"calibration with {count} digits is not possible: 1 to {len(images)} are there"
        )
    chosen = np.random.default_rng(CALIBRATION_SEED).choice(len(images), count, replace=False)
    digits: np.ndarray = images[chosen]
    return digits


def require_same_scores(converted: bytes, content: bytes, images: np.ndarray) -> None:
    """Raises ConversionError if the two models differ in one score on uint8 [N, H, W] images."""
    before, after = (Model.parse(model) for model in (converted, content))
    inputs = quantize_pixels(before, images)
    if not np.array_equal(oracle_scores(before, inputs), oracle_scores(after, inputs)):
        raise ConversionError(
            "making the model lean changed its scores, which is an error of mcuforge; "
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


def convert(model: Any, calibration_pixels: np.ndarray, preset: str = "default") -> bytes:
    """`model` as the bytes of a full-int8 .tflite for a batch of 1.

    `calibration_pixels`: float32 [N, H, W, C] in 0..1, what the model takes.
    """
    tf = load_tensorflow()
    converter = converter_for(tf, model, calibration_pixels, preset)
    full_int8(tf, converter)
    content = run_converter(converter, model.name)
    require_int8(content, model.name)
    return content


def converter_for(
    tf: Any, model: Any, calibration_pixels: np.ndarray, preset: str = "default"
) -> Any:
    """A TFLiteConverter of `model` with a batch of 1, calibrated and optimizing by `preset`."""
    import keras

    # With an open batch the converter computes shapes at run time: SHAPE, STRIDED_SLICE, PACK.
    image = keras.Input(batch_shape=(1, *calibration_pixels.shape[1:]), name="image")
    fixed = keras.models.clone_model(model, input_tensors=image)
    fixed.set_weights(model.get_weights())
    converter = tf.lite.TFLiteConverter.from_keras_model(fixed)
    calibrate(tf, converter, [[pixels[np.newaxis]] for pixels in calibration_pixels], preset)
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
