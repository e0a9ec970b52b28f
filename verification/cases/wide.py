"""The generators of int8 cases once more as 16x8: int16 activations, int8 weights, int64 biases.

What an int8 generator drew is rewritten: each activation becomes int16 with zero point 0 and a
scale of a 256th, so that sums spread over the output as they did before.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import flatbuffers
import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.model.lean import lean
from verification.cases import arithmetic, core, draw, elementwise, movement, recurrent
from verification.cases.case import Case, Cases, Generator
from verification.cases.model_builder import ModelBuilder

_STEPS = 256  # int16 steps in one of int8

# Positions of the weights and of the biases among an op's inputs.
WEIGHTED = {
    "CONV_2D": ([1], [2]),
    "DEPTHWISE_CONV_2D": ([1], [2]),
    "FULLY_CONNECTED": ([1], [2]),
    "TRANSPOSE_CONV": ([1], [3]),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (range(1, 9), range(12, 16)),
}
_UNIT_OUTPUT = {"LOGISTIC", "TANH", "SOFTMAX"}  # of scale 2^-15
NAMES = {v: k for k, v in vars(schema.BuiltinOperator).items() if isinstance(v, int)}


def int16_values(rng: np.random.Generator, shape: Iterable[int]) -> NDArray[np.int16]:
    """Activations: the whole range, often from its middle, sometimes little but extremes."""
    kind = rng.random()
    if kind < 0.15:
        extremes = np.array([-32768, -32767, -1, 0, 1, 32766, 32767], np.int16)
        return rng.choice(extremes, tuple(shape))
    reach = 32768 if kind < 0.7 else int(rng.choice([100, 3000]))
    return rng.integers(-reach, reach, tuple(shape), dtype=np.int16)


def widened(rng: np.random.Generator, case: Case) -> Case:
    """The case with its int8 activations as int16. Its inputs are drawn anew."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(case.model))
    (graph,) = model.subgraphs
    weights: set[int] = set()
    biases: set[int] = set()
    unit: set[int] = set()
    for op in graph.operators:
        name = NAMES[model.operatorCodes[op.opcodeIndex].builtinCode]
        if name in WEIGHTED:
            of_weights, of_biases = WEIGHTED[name]
            weights |= {int(op.inputs[i]) for i in of_weights}
            biases |= {int(op.inputs[i]) for i in of_biases if i < len(op.inputs)}
        if name in _UNIT_OUTPUT:
            unit.add(int(op.outputs[0]))
        if name in ("ADD", "SUB"):
            scales = [graph.tensors[int(index)].quantization for index in op.inputs]
            largest = max(float(one.scale[0]) for one in scales)
            made = graph.tensors[int(op.outputs[0])].quantization
            made.scale = [max(float(made.scale[0]), largest * _LEAST_SUM_SCALE)]
    for index, tensor in enumerate(graph.tensors):
        buffer = model.buffers[tensor.buffer]
        if index in unit:
            tensor.type = schema.TensorType.INT16
            tensor.quantization.scale, tensor.quantization.zeroPoint = [2.0**-15], [0]
        elif index in biases:
            _widen_bias(rng, tensor, buffer)
        elif tensor.type == schema.TensorType.INT8 and index not in weights:
            _widen(rng, tensor, buffer)
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    inputs = [
        int16_values(rng, values.shape) if values.dtype == np.int8 else values
        for values in case.inputs
    ]
    return Case(lean(bytes(builder.Output())), inputs, case.label)


def _widen(rng: np.random.Generator, tensor: Any, buffer: Any) -> None:
    tensor.type = schema.TensorType.INT16
    quantization = tensor.quantization
    quantization.scale = [float(scale) / _STEPS for scale in quantization.scale]
    quantization.zeroPoint = [0] * len(quantization.scale)
    if buffer.data is not None:
        steps = np.asarray(buffer.data, np.uint8).view(np.int8).astype(np.int32) * _STEPS
        steps += rng.integers(0, _STEPS, steps.shape)
        buffer.data = np.frombuffer(steps.astype("<i2").tobytes(), np.uint8)


def _widen_bias(rng: np.random.Generator, tensor: Any, buffer: Any) -> None:
    tensor.type = schema.TensorType.INT64
    quantization = tensor.quantization
    quantization.scale = [float(scale) / _STEPS for scale in quantization.scale]
    values = np.asarray(buffer.data, np.uint8).view(np.int32).astype(np.int64)
    values = np.clip(values * _STEPS, -(2**38), 2**38) + rng.integers(0, _STEPS, values.shape)
    buffer.data = np.frombuffer(values.astype("<i8").tobytes(), np.uint8)


# Of the output of ADD and SUB, in those of the larger input: below it, upstream ends the process.
_LEAST_SUM_SCALE = 2.0**-13


def _wide(generator: Generator) -> Generator:
    def drawn(rng: np.random.Generator) -> Case:
        return widened(rng, generator(rng))

    drawn.__doc__ = generator.__doc__
    return drawn


def softmax_pairs(rng: np.random.Generator) -> Case:
    """Rows of two, the second all over the range of the exponential: every point of both curves."""
    shape = [2048, 2]
    b = ModelBuilder()
    source = b.tensor(shape, "INT16", scale=10 / 65535)
    output = b.tensor(shape, "INT16", scale=2.0**-15)
    b.op("SOFTMAX", [source], [output], schema.SoftmaxOptionsT(beta=1.0))
    rows = rng.integers(-32768, 32768, shape, dtype=np.int16)
    rows[:, 0] = 32767
    return Case(b.build([source], [output]), [rows], draw.shape_text(shape))


def rsqrt(rng: np.random.Generator) -> Case:
    """Roots of negative numbers are refused."""
    shape = [draw.extent(rng, 12) for _ in range(int(rng.integers(1, 5)))]
    scale = draw.scale(rng) / _STEPS
    reach = 6.0 if draw.chance(rng, 0.1) else 1.5
    out = float(1 / np.sqrt(scale) / 10_000 * np.exp(rng.uniform(-reach, reach)))
    b = ModelBuilder()
    x, made = b.tensor(shape, "INT16", scale=scale), b.tensor(shape, "INT16", scale=out)
    b.op("RSQRT", [x], [made])
    values = np.maximum(int16_values(rng, shape), 0).astype(np.int16)
    return Case(b.build([x], [made]), [values], f"{draw.shape_text(shape)} {scale} {out}")


_OF_CORE = (
    *("ADD", "AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D"),
    *("MEAN", "PAD", "RESHAPE", "SOFTMAX"),
)
_OF_ELEMENTWISE = (
    *("ABS", "ADD_BROADCAST", "LEAKY_RELU", "LOGISTIC", "MAXIMUM", "MEAN_AXES", "MINIMUM", "MUL"),
    *("RELU", "RELU6", "SQUARED_DIFFERENCE", "SUB", "SUM", "TANH"),
)
_OF_MOVEMENT = (
    *("CONCATENATION", "EXPAND_DIMS", "PACK", "PADV2", "RESIZE_NEAREST_NEIGHBOR", "SHAPE", "SLICE"),
    *("SPLIT", "SPLIT_V", "SQUEEZE", "STRIDED_SLICE", "TRANSPOSE", "TRANSPOSE_CONV", "UNPACK"),
)

_OF_ARITHMETIC = ("BATCH_MATMUL",)
_OF_RECURRENT = ("UNIDIRECTIONAL_SEQUENCE_LSTM",)

_WIDENED: Cases = {
    f"{name}_16X8": _wide(cases[name])
    for cases, names in (
        (core.CASES, _OF_CORE),
        (elementwise.CASES, _OF_ELEMENTWISE),
        (movement.CASES, _OF_MOVEMENT),
        (arithmetic.CASES, _OF_ARITHMETIC),
        (recurrent.CASES, _OF_RECURRENT),
    )
    for name in names
}

CASES: Cases = {**_WIDENED, "RSQRT_16X8": rsqrt, "SOFTMAX_PAIRS_16X8": softmax_pairs}
