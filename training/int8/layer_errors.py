"""Where quantization hurts: each op's int8 output beside its float one, to find a bad layer."""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from codegen.files.artifacts import FLOAT_MODEL, LAYER_ERRORS
from codegen.files.text_table import text_table
from training import artifacts
from training.data.examples import calibrating
from training.errors import ConversionError
from training.int8.float_answers import as_taken
from training.int8.loop_converter import LoopConverter
from training.int8.modes import convert_in_mode, quantized_input
from training.int8.quantize import converter_for, full_int8, load_float_model
from training.tf_runtime import load_tensorflow, quiet_output

INT8_STEPS = 255  # from -128 to 127
HEADER = ("op", "", "own SQNR dB", "SQNR dB", "range used", "saturated", "")
BAD_SQNR_DB = 20.0  # noise above a tenth of the signal's amplitude


@dataclass(frozen=True)
class LayerError:
    """One op. SQNR: signal to quantization noise, 10 log10(sum x^2 / sum (x - q)^2), in dB.

    own_sqnr_db: of this op alone, run in float on the same input.
    sqnr_db: with all that the ops before it lost.
    range_use: share of the int8 steps between the smallest and the largest output seen.
    saturated: share of outputs at -128 or 127 whose float value lies beyond that.
    scale: of the output.
    """

    index: int
    op: str
    own_sqnr_db: float
    sqnr_db: float
    range_use: float
    saturated: float
    scale: float


def measure(build_dir: Path, calibration: int, count: int = 200) -> list[LayerError]:
    """The errors of each op over `count` training samples; writes layer_errors.csv.

    calibration: number of training samples that the ranges are taken from.

    Raises DataError, ArtifactError, ConversionError.
    """
    tf = load_tensorflow()
    model = load_float_model(artifacts.require(build_dir / FLOAT_MODEL, "train"))
    calibrated = as_taken(build_dir, calibrating(build_dir, calibration))
    shown = as_taken(build_dir, calibrating(build_dir, count))
    with quiet_output():
        own_noise = _own_noise(tf, model, calibrated, shown)
        exact = _Tensors(tf, convert_in_mode(tf, model, calibrated, "float32"))
        int8 = _Tensors(tf, convert_in_mode(tf, model, calibrated, "int8"))
        if exact.ops != int8.ops or len(own_noise) != len(int8.ops):
            raise ConversionError(
                f"{model.name}: int8 and float conversion have different ops "
                f"({len(int8.ops)} and {len(exact.ops)}); their layers cannot be compared"
            )
        sums = [_Sums() for _ in int8.ops]
        for image in shown:
            for one, real, (q, scale, zero_point) in zip(
                sums, exact.run(image), int8.run(image), strict=True
            ):
                one.add(real[0], q, scale, zero_point)
    errors = [
        one.error(index, op, noise)
        for index, (op, one, noise) in enumerate(zip(int8.ops, sums, own_noise, strict=True))
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(LayerError))
    writer.writerows(astuple(error) for error in errors)
    artifacts.atomic_write(build_dir / LAYER_ERRORS, text.getvalue().encode())
    return errors


def read(build_dir: Path) -> list[LayerError]:
    """What `measure` left in layer_errors.csv. Raises ArtifactError."""
    path = artifacts.require(build_dir / LAYER_ERRORS, "quantize --layers")
    with path.open(encoding="utf-8") as file:
        return [
            LayerError(int(index), op, *map(float, numbers))
            for index, op, *numbers in itertools.islice(csv.reader(file), 1, None)
        ]


def rows(errors: Sequence[LayerError]) -> list[tuple[str, ...]]:
    """A row an op, as HEADER says; layers that lose much are marked."""
    return [
        (
            str(e.index),
            e.op,
            f"{e.own_sqnr_db:.1f}",
            f"{e.sqnr_db:.1f}",
            f"{e.range_use:.0%}",
            f"{e.saturated:.2%}",
            "bad" if e.own_sqnr_db < BAD_SQNR_DB else "",
        )
        for e in errors
    ]


def show(build_dir: str, calibration: int) -> str:
    """The table of `measure`, for a process of its own."""
    errors = measure(Path(build_dir), calibration)
    return "\n".join(text_table(HEADER, "rlrrrrl", rows(errors)))


class _Tensors:
    """A .tflite whose ops' outputs are all kept."""

    def __init__(self, tf: Any, content: bytes) -> None:
        # With the reference kernels: XNNPACK would fuse ops and keep no tensor between them.
        self._interpreter = tf.lite.Interpreter(
            model_content=content,
            experimental_preserve_all_tensors=True,
            experimental_op_resolver_type=tf.lite.experimental.OpResolverType.BUILTIN_REF,
        )
        self._interpreter.allocate_tensors()
        ops = self._interpreter._get_ops_details()
        self.ops = [str(op["op_name"]) for op in ops]
        self._outputs = [int(op["outputs"][0]) for op in ops]
        details = {detail["index"]: detail for detail in self._interpreter.get_tensor_details()}
        self._quantization = [details[index]["quantization"] for index in self._outputs]

    def run(self, image: np.ndarray) -> Iterator[tuple[np.ndarray, float, int]]:
        """Output, scale and zero point of each op for one image [H, W, C]."""
        source = self._interpreter.get_input_details()[0]
        values = quantized_input(image[np.newaxis], source)
        self._interpreter.set_tensor(source["index"], values)
        self._interpreter.invoke()
        for index, (scale, zero_point) in zip(self._outputs, self._quantization, strict=True):
            yield self._interpreter.get_tensor(index), scale, zero_point


class _Sums:
    """What an op's outputs add up to over the digits."""

    def __init__(self) -> None:
        self.signal = self.noise = self.scale = 0.0
        self.count = self.saturated = 0
        self.low, self.high = math.inf, -math.inf

    def add(self, real: np.ndarray, q: np.ndarray, scale: float, zero_point: int) -> None:
        exact = real.astype(np.float64)
        steps = exact / scale + zero_point
        self.signal += float(np.square(exact).sum())
        self.noise += float(np.square((q - steps) * scale).sum())
        beyond = (steps > 127.5) | (steps < -128.5)
        self.saturated += int((beyond & ((q == -128) | (q == 127))).sum())
        self.count += q.size
        self.low, self.high = min(self.low, int(q.min())), max(self.high, int(q.max()))
        self.scale = scale

    def error(self, index: int, op: str, own_noise: float) -> LayerError:
        return LayerError(
            index=index,
            op=op,
            own_sqnr_db=_decibel(self.signal / self.count, own_noise),
            sqnr_db=_decibel(self.signal, self.noise),
            range_use=(self.high - self.low) / INT8_STEPS,
            saturated=self.saturated / self.count,
            scale=self.scale,
        )


def _own_noise(tf: Any, model: Any, calibrated: np.ndarray, shown: np.ndarray) -> list[float]:
    """Mean square of what each op's int8 output differs by from its float one on equal input.

    By TensorFlow's QuantizationDebugger, which runs both kernels on the int8 op's input.
    """
    converter = converter_for(tf, model, calibrated)
    if isinstance(converter, LoopConverter):
        raise ConversionError(
            f"{model.name}: a recurrent layer of many steps is a loop, whose ops run once a step "
            "and have no errors of their own; quantize it without --layers"
        )
    full_int8(tf, converter)
    debugger = tf.lite.experimental.QuantizationDebugger(
        converter=converter,
        debug_dataset=lambda: ([image[np.newaxis]] for image in shown),
    )
    debugger.run()
    return [float(layer["mean_squared_error"]) for layer in debugger.layer_statistics.values()]


def _decibel(signal: float, noise: float) -> float:
    return 10 * float(np.log10(signal / noise)) if signal > 0 and noise > 0 else float("inf")
