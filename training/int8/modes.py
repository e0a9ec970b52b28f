"""Every number format that the TFLite converter can give a model, measured side by side.

A mode says which types weights, activations, inputs and outputs get. (presets.py is about
something else: the converter's optimizations.) `invoke generate` refuses those that the runtime
does not run, and says why. They are measured to see what int8 costs. Source of the modes:
TensorFlow's guide to post-training quantization.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.files.artifacts import COMPARED_MODES, FLOAT_MODEL, TEST_SPLIT
from codegen.files.text_table import text_table
from codegen.model.int8_checks import check_int8
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model
from codegen.samples.measures import measure, shown
from training import artifacts
from training.data.examples import calibrating, load
from training.errors import DataError
from training.int8.float_answers import as_taken, predict
from training.int8.quantize import (
    converter_for,
    full_int8,
    load_float_model,
    run_converter,
)
from training.tf_runtime import load_tensorflow, quiet_output

FOLDER = "modes"


def _int8_uint8io(tf: Any, converter: Any) -> None:
    full_int8(tf, converter)
    converter.inference_input_type = tf.uint8
    converter.inference_output_type = tf.uint8


def _int16x8(tf: Any, converter: Any) -> None:
    int16x8 = tf.lite.OpsSet.EXPERIMENTAL_TFLITE_BUILTINS_ACTIVATIONS_INT16_WEIGHTS_INT8
    converter.target_spec.supported_ops = [int16x8]
    converter.inference_input_type = tf.int16
    converter.inference_output_type = tf.int16


def _dynamic(_tf: Any, converter: Any) -> None:
    converter.representative_dataset = None  # ranges are taken at run time


def _float16(tf: Any, converter: Any) -> None:
    converter.representative_dataset = None
    converter.target_spec.supported_types = [tf.float16]


def _float32(_tf: Any, converter: Any) -> None:
    converter.representative_dataset = None
    converter.optimizations = []


MODES: dict[str, Callable[[Any, Any], None]] = {
    "int8": full_int8,
    "int8-uint8io": _int8_uint8io,
    "int16x8": _int16x8,
    "dynamic": _dynamic,
    "float16": _float16,
    "float32": _float32,
}


def check(mode: str) -> None:
    """Raises DataError for a mode that is not known; `all` is."""
    if mode not in (*MODES, "all"):
        raise DataError(f"unknown quantization mode {mode!r}; known: {', '.join(MODES)}, all")


@dataclass(frozen=True)
class ModeResult:
    """One row, as `tf.lite.Interpreter` answers: its int8 kernels differ from the oracle's by 1 LSB
    at times.

    bytes: of the .tflite. measured: over the test split, by the data's task. logit_error_max,
    _mean: absolute, against the float model, in units of its logits. Where the model does not end
    with a softmax of its own, its scores are compared instead. refused: why a microcontroller
    cannot run it, "" if it can.
    """

    mode: str
    bytes: int
    measured: dict[str, float]
    logit_error_max: float
    logit_error_mean: float
    refused: str


def compare(
    build_dir: Path, modes: Sequence[str], calibration: int, preset: str = "default"
) -> list[ModeResult]:
    """Converts float.keras in each mode to modes/<mode>.tflite; writes and returns the table.

    Raises DataError (unknown mode, calibration), ArtifactError, ConversionError; files of modes
    that were converted before stay.
    """
    for mode in modes:
        check(mode)
    tf = load_tensorflow()
    model = load_float_model(artifacts.require(build_dir / FLOAT_MODEL, "train"))
    logits = _without_softmax(model)
    calibrated = as_taken(build_dir, calibrating(build_dir, calibration))
    tested = load(build_dir, TEST_SPLIT)
    inputs = as_taken(build_dir, tested)
    exact = predict(logits, inputs)[0]
    results = []
    for mode in modes:
        content = convert_in_mode(tf, model, calibrated, mode, preset)
        artifacts.atomic_write(build_dir / FOLDER / f"{mode}.tflite", content)
        with quiet_output():
            scores = _answers(tf, content, inputs)
            scores_before = _answers(
                tf, convert_in_mode(tf, logits, calibrated, mode, preset), inputs
            )
            errors = np.abs(scores_before - exact)
        results.append(
            ModeResult(
                mode=mode,
                bytes=len(content),
                measured=measure(tested.split, inputs, [scores]).values,
                logit_error_max=float(errors.max()),
                logit_error_mean=float(errors.mean()),
                refused=_refusal(content),
            )
        )
    artifacts.write_json(
        build_dir / COMPARED_MODES, {"modes": [asdict(result) for result in results]}
    )
    return results


def table(results: Sequence[ModeResult]) -> str:
    """The results."""
    first = next(iter(results[0].measured), "")
    header = ("mode", "bytes", first, "max logit error", "mean logit error")
    rows = [
        (
            r.mode,
            f"{r.bytes:,}",
            shown(first, r.measured[first]) if first else "-",
            f"{r.logit_error_max:.4f}",
            f"{r.logit_error_mean:.5f}",
            "no" if r.refused else "yes",
        )
        for r in results
    ]
    lines = text_table((*header, "on a microcontroller"), "lrrrrl", rows)
    lines += [""] + [f"{r.mode}: {r.refused}" for r in results if r.refused]
    return "\n".join(lines)


def convert_in_mode(
    tf: Any, model: Any, calibration: np.ndarray, mode: str, preset: str = "default"
) -> bytes:
    converter = converter_for(tf, model, calibration, preset)
    MODES[mode](tf, converter)
    return run_converter(converter, f"{model.name} in mode {mode}")


def show(build_dir: str, modes: Sequence[str], calibration: int, preset: str) -> str:
    """The table of `compare`, for a process of its own."""
    return table(compare(Path(build_dir), modes, calibration, preset))


def _without_softmax(model: Any) -> Any:
    """The model up to its logits; as it is where it does not end with a softmax of its own."""
    import keras

    if len(model.outputs) != 1:
        return model
    given = model.inputs[0] if len(model.inputs) == 1 else model.inputs
    last = model.layers[-1]
    if isinstance(last, keras.layers.Softmax):
        return keras.Model(given, last.input, name=model.name)
    if getattr(last, "activation", None) is not keras.activations.softmax:
        return model
    linear = type(last).from_config({**last.get_config(), "activation": "linear"})
    logits = keras.Model(given, linear(last.input), name=model.name)
    linear.set_weights(last.get_weights())
    return logits


def _answers(tf: Any, content: bytes, inputs: np.ndarray) -> np.ndarray:
    """float32 [N, outputs] of float32 inputs [N, H, W, C], quantized and dequantized as needed."""
    interpreter = tf.lite.Interpreter(model_content=content)
    interpreter.allocate_tensors()
    source, target = interpreter.get_input_details()[0], interpreter.get_output_details()[0]
    answers = np.empty((len(inputs), int(np.prod(target["shape"]))), np.float32)
    quantized = quantized_input(inputs, source)
    for row, values in zip(answers, quantized, strict=True):
        interpreter.set_tensor(source["index"], values[np.newaxis])
        interpreter.invoke()
        row[:] = interpreter.get_tensor(target["index"]).reshape(-1)
    scale, zero_point = target["quantization"]
    return (answers - zero_point) * np.float32(scale) if scale else answers


def quantized_input(inputs: np.ndarray, tensor: Any) -> np.ndarray:
    scale, zero_point = tensor["quantization"]
    if not scale:
        return inputs.astype(tensor["dtype"])
    limits = np.iinfo(tensor["dtype"])
    steps = np.round(inputs / np.float32(scale)) + zero_point
    return np.clip(steps, limits.min, limits.max).astype(tensor["dtype"])


def _refusal(content: bytes) -> str:
    try:
        check_int8(Model.parse(content), load_supported_ops())
    except CodegenError as error:
        return str(error)
    return ""
