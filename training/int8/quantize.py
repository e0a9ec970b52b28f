"""Full-integer post-training quantization: float.keras -> model.tflite, int8 in and out.

converted.tflite is what the converter wrote, names and all; model.tflite is the same without what
no interpreter reads.
"""

from __future__ import annotations

import contextlib
import math
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from codegen.errors import CodegenError
from codegen.files.artifacts import CONVERTED_MODEL, FLOAT_MODEL, INT8_MODEL
from codegen.host.dead_channels import slim
from codegen.host.oracle_child import answers
from codegen.host.random_inputs import random_inputs
from codegen.model.int8_checks import check_int8, check_ops, check_types
from codegen.model.tables import with_tables
from codegen.model.tflite import Model
from codegen.samples import fidelity
from training import artifacts
from training.errors import ArtifactError, ConversionError, TrainingError, first_line
from training.int8 import contained, loop_converter
from training.int8.calibration import calibration_arrays
from training.int8.float_answers import edges_of
from training.int8.float_function import FloatFunction, of_keras, of_saved_model
from training.int8.presets import PRESETS
from training.int8.recurrent import fused_lstm
from training.tf_runtime import load_tensorflow, quiet_output

_COMPARED = 4  # samples on which a changed model has to agree with the given one
_UNPACKED_BYTES = 256 << 20
_MORE_TRIES = 8


def quantize(
    build_dir: Path,
    calibration: int = 500,
    preset: str = "default",
    say: Callable[[str], None] = print,
    saved_model: Path | None = None,
    calibration_data: Path | None = None,
) -> None:
    """Quantize float.keras, or a SavedModel; write both .tflite files.

    Ranges are taken from `calibration` of calibration_data's samples, without that of the training
    samples, as they are, not augmented. Weights are int8 per channel, biases int32, activations,
    input and output int8; the batch is fixed to 1.

    Raises DataError for samples that the model does not take, ConversionError if the converter
    fails or leaves an op that is not int8.
    """
    path = saved_model or artifacts.require(build_dir / FLOAT_MODEL, "train")
    samples = calibration_arrays(build_dir, calibration, calibration_data, say)
    content, exact = converted(path, samples, build_dir.name, preset)
    write_int8(build_dir, content, say)
    edges = edges_of(build_dir)
    if edges is not None:  # a recipe's model is judged on its data
        say(fidelity.describe(content, samples, exact, edges.outputs))


def write_int8(build_dir: Path, converted: bytes, say: Callable[[str], None] = print) -> None:
    """Write both .tflite files, which have to give the same outputs."""
    content = slim(converted)
    require_same_outputs(converted, content)
    artifacts.atomic_write(build_dir / CONVERTED_MODEL, converted)
    artifacts.atomic_write(build_dir / INT8_MODEL, content)
    say(
        f"quantize: {len(content):,} B, {len(converted) - len(content):,} B less than converted "
        "(names, empty buffers, arrays written twice, channels that always give the same)"
    )


def same_outputs(given: bytes, content: bytes) -> bool:
    """Whether two models give the same bytes for random inputs. Raises CodegenError where nobody
    can say."""
    before, after = Model.parse(given), Model.parse(content)
    inputs = random_inputs(before, _COMPARED, seed=1)
    pairs = zip(answers(before, inputs), answers(after, inputs), strict=True)
    return all(one.tobytes() == other.tobytes() for one, other in pairs)


def require_same_outputs(converted: bytes, content: bytes) -> None:
    """Raises ConversionError if the two models differ in one byte on random inputs."""
    if not same_outputs(converted, content):
        raise ConversionError(
            "making the model lean changed its outputs, which is an error of mcuforge; "
            f"{CONVERTED_MODEL} can be built with --model meanwhile"
        )


OF_A_USER = (
    "give a .tflite, a .keras file or, where layers are of your own, the folder that "
    "model.export() writes"
)
_OF_A_RECIPE = "run `invoke train`"


def load_float_model(path: Path, advice: str = _OF_A_RECIPE) -> Any:
    """The keras.Model in `path`; an ArtifactError, which ends with `advice`, if it is damaged or
    large beyond any microcontroller. Keras runs no code that is kept in the file."""
    _require_small(path)
    load_tensorflow()
    import keras

    try:
        model = keras.models.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # noqa: BLE001 - Keras raises what its parts raise: OSError, KeyError, ...
        raise ArtifactError(f"{path}: no Keras model ({first_line(error)}); {advice}") from None
    weights_bytes = sum(4 * math.prod(one.shape) for one in model.weights)
    if weights_bytes > _UNPACKED_BYTES:
        raise _too_large(path, weights_bytes)
    return model


def _require_small(path: Path) -> None:
    """Looks at what a .keras file, a zip, says of its contents before any is unpacked."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        declared = sum(entry.file_size for entry in archive.infolist())
    if declared > _UNPACKED_BYTES:
        raise _too_large(path, declared)


def _too_large(path: Path, size: int) -> ArtifactError:
    return ArtifactError(
        f"{path}: {size / 1e6:,.0f} MB when unpacked; {_UNPACKED_BYTES / 1e6:,.0f} are allowed, "
        "and microcontrollers have 1 or 2: give a smaller model"
    )


def open_float(tf: Any, path: Path, advice: str = _OF_A_RECIPE) -> FloatFunction:
    """A Keras file or a SavedModel's folder. Raises ArtifactError, which for a file that is no
    Keras model ends with `advice`."""
    if path.is_dir():
        return of_saved_model(tf, path)
    return of_keras(tf, load_float_model(path, advice), str(path))


def converted(
    path: Path, samples: Sequence[np.ndarray], name: str, preset: str = "default"
) -> tuple[bytes, list[np.ndarray]]:
    """The Keras file or SavedModel as the bytes of a full-int8 .tflite for a batch of 1, and for
    each of its outputs what it gives itself for the first samples; made in a process of its own.
    samples: for each input an array [N, *its shape]. name: for messages.

    Raises ArtifactError, ConversionError.
    """
    with tempfile.TemporaryDirectory() as scratch:
        given, made, answers = (
            Path(scratch) / file for file in ("samples.npz", "converted.tflite", "answers.npz")
        )
        artifacts.write_npz(given, **_numbered(samples))
        contained.call(
            convert_files,
            Path(scratch),
            f"quantize {name}",
            path=path.absolute(),
            name=name,
            samples=given,
            preset=preset,
            target=made,
            answers=answers,
        )
        content, exact = made.read_bytes(), _read_numbered(answers)
    require_int8(content, name)
    return content, exact


def _numbered(arrays: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
    return {f"x{i}": values for i, values in enumerate(arrays)}


def _read_numbered(path: Path) -> list[np.ndarray]:
    with np.load(path) as arrays:
        return [arrays[name] for name in sorted(arrays, key=lambda name: int(name[1:]))]


def convert_files(
    path: str, name: str, samples: str, preset: str, target: str, answers: str
) -> None:
    """What `converted` has done in another process."""
    tf = load_tensorflow()
    values = _read_numbered(Path(samples))
    with foreign_errors(tf, name), quiet_output():
        one = open_float(tf, Path(path))
        converter = _converter_of(tf, one, values, preset)
        shown = [[rows[np.newaxis] for rows in row] for row in zip(*values, strict=True)]
        exact = one.answers(tf, shown[: fidelity.SAMPLES])
    artifacts.write_npz(Path(answers), **_numbered(exact))
    full_int8(tf, converter)
    Path(target).write_bytes(fused_lstm.with_outputs_as_states(_settled(converter, name)))


@contextlib.contextmanager
def foreign_errors(tf: Any, name: str) -> Iterator[None]:
    """What Keras and TensorFlow raise while they open or trace a model, as a ConversionError."""
    try:
        yield
    except TrainingError:
        raise
    except tf.errors.PermissionDeniedError as error:
        said = next((one for one in str(error).splitlines() if "denied" in one), "")
        raise ConversionError(
            f"{name}: writes files when it is loaded ({said.strip()}), which is not allowed; "
            "export it without what does that"
        ) from None
    except Exception as error:  # noqa: BLE001 - their parts raise whatever they like
        raise ConversionError(
            f"{name}: cannot be converted: {first_line(error)}; replace the layer by one that "
            "TFLite has, or give the folder that model.export() writes"
        ) from None


def _settled(converter: Any, name: str) -> bytes:
    """Where ops want other scales of one tensor, as SPLIT in recurrent layers does, the converter
    leaves some in float or none, by addresses in memory; none is what a microcontroller runs."""
    content = run_converter(converter, name)
    for _ in range(_MORE_TRIES):
        model = Model.parse(content)
        if not _passes(check_ops, model) or _passes(_require_no_float_op, model):
            break
        content = run_converter(converter, name)
    return content


def _require_no_float_op(model: Model) -> None:
    check_types(model, float_forms=False)


def _passes(check: Callable[[Model], None], model: Model) -> bool:
    try:
        check(model)
    except CodegenError:
        return False
    return True


def convert(model: Any, calibration: np.ndarray, preset: str = "default") -> bytes:
    """A keras.Model as the bytes of a full-int8 .tflite for a batch of 1, made in this process.

    `calibration`: float32 [N, *shape], what the model takes.
    """
    tf = load_tensorflow()
    converter = converter_for(tf, model, calibration, preset)
    full_int8(tf, converter)
    content = fused_lstm.with_outputs_as_states(run_converter(converter, model.name))
    require_int8(content, model.name)
    return content


def converter_for(tf: Any, model: Any, calibration: np.ndarray, preset: str = "default") -> Any:
    """A TFLiteConverter of `model` with a batch of 1, calibrated and optimizing by `preset`."""
    with quiet_output():
        return _converter_of(tf, of_keras(tf, model, model.name), [calibration], preset)


def _converter_of(
    tf: Any, one: FloatFunction, values: Sequence[np.ndarray], preset: str = "default"
) -> Any:
    """values: for each input an array [N, *its shape]."""
    function = one.frozen(tf)
    samples = [
        [
            rows[np.newaxis].astype(tensor.dtype.as_numpy_dtype)
            for rows, tensor in zip(row, function.inputs, strict=True)
        ]
        for row in zip(*values, strict=True)
    ]
    one.require_same(tf, function, samples[:_COMPARED])
    converter = loop_converter.converter(tf, one, function)
    calibrate(tf, converter, samples, preset)
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
    """The .tflite's bytes, with tables for what int8 has no op for. Raises ConversionError with the
    converter's first line."""
    try:
        with quiet_output():
            content: bytes = converter.convert()
    except Exception as error:  # noqa: BLE001 - the converter raises whatever its passes raise
        raise ConversionError(
            f"{name}: the TFLite converter failed: {first_line(error)}; "
            "replace the layer by one that converts to int8"
        ) from None
    return with_tables(content)


def require_int8(content: bytes, name: str) -> None:
    """Raise a ConversionError that names the first op of a .tflite that is not full int8."""
    try:
        model = Model.parse(content)
        check_int8(model, float_forms=False)
    except CodegenError as error:
        what = str(error).partition("; the firmware runs full-int8 models only")[0]
        remedy = "; replace that layer, or its activation, by one that the converter makes int8"
        raise ConversionError(
            f"{name}: not a full-int8 model after conversion: {what}{_origin(content, what)}"
            f"{'' if 'replace the layer' in what else remedy}"
        ) from None


def _origin(content: bytes, fault: str) -> str:
    """The layer that an op named in `fault` was made from, as the converter's names have it."""
    found = re.search(r"\bop (\d+) ", fault)
    ops = {op.index: op for op in Model.parse(content).ops} if found else {}
    op = ops.get(int(found[1])) if found else None
    if op is None or not op.outputs:
        return ""
    made = Model.parse(content).tensors[op.outputs[0]].name
    return f" (made from {made!r})" if made else ""
