"""Generators of float32: of ops that have nothing else, and those of int8 cases once more.

What an int8 generator drew is rewritten: each activation, weight and bias becomes the float32 that
it stands for, and inputs are drawn anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import flatbuffers
import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.model.lean import lean
from verification.cases import arithmetic, blocks, core, draw, elementwise, movement
from verification.cases.case import Case, Cases, Generator
from verification.cases.elementwise import _operand_shapes
from verification.cases.model_builder import ModelBuilder
from verification.cases.wide import NAMES, WEIGHTED


def _float_unary(name: str, options: Any = None) -> Generator:
    def generate(rng: np.random.Generator) -> Case:
        """Halves, both zeros, subnormals and any bits but NaN's; nothing that gives one."""
        shape = [draw.extent(rng, 17) for _ in range(int(rng.integers(1, 4)))]
        kind = rng.random()
        if kind < 0.4:
            values = (rng.integers(-400, 400, shape) / 4).astype(np.float32)
        elif kind < 0.7:
            values = rng.integers(0, 2**32, shape, dtype=np.uint32).view(np.float32)
            values = np.where(np.isnan(values), np.float32(-0.0), values)
        else:
            values = (rng.normal(size=shape) * 10.0 ** rng.integers(-42, 9)).astype(np.float32)
        if name in ("LOG", "RSQRT", "SQRT"):
            values = np.abs(values)
        if name in ("COS", "SIN"):
            values = np.where(np.isfinite(values), values, np.float32(100))
        b = ModelBuilder()
        x, y = b.tensor(shape, "FLOAT32"), b.tensor(shape, "FLOAT32")
        b.op(name, [x], [y], options)
        return Case(b.build([x], [y]), [values], draw.shape_text(shape))

    return generate


def _float_values(rng: np.random.Generator, shape: list[int]) -> NDArray[Any]:
    """Near one another, far apart, subnormal, or any bits but NaN's and infinity's."""
    kind = rng.random()
    if kind < 0.3:
        return (rng.integers(-400, 400, shape) / 8).astype(np.float32)
    if kind < 0.6:
        bits = rng.integers(0, 2**32, shape, dtype=np.uint32).view(np.float32)
        return np.where(np.isfinite(bits), bits, np.float32(-0.0)).astype(np.float32)
    reach = 10.0 ** rng.integers(-44, 30)
    return np.asarray(rng.normal(size=shape) * reach).astype(np.float32)


def _float_binary(name: str, options: type | None) -> Generator:
    def generate(rng: np.random.Generator) -> Case:
        first, second, out = _operand_shapes(rng, 4)
        b = ModelBuilder()
        x = b.tensor(first, "FLOAT32")
        given, fed = [x], [_float_values(rng, first)]
        other = _float_values(rng, second)
        if "DIV" in name or "MOD" in name:  # what is no number has no sign that all agree on
            other = np.where(other == 0, np.float32(0.3), other)
            fed = [np.where(fed[0] == 0, np.float32(7), fed[0])]
        if draw.chance(rng, 0.5):
            y = b.constant(other)
        else:
            y = b.tensor(second, "FLOAT32")
            given.append(y)
            fed.append(other)
        made = b.tensor(out, "FLOAT32")
        own: Any = options() if options else None
        if hasattr(own, "fusedActivationFunction"):
            own.fusedActivationFunction = int(rng.choice(draw.ACTIVATIONS))
        b.op(name, [x, y], [made], own)
        return Case(b.build(given, [made]), fed, f"{first} and {second}")

    return generate


def _realized(rng: np.random.Generator, case: Case) -> Case:
    """The case with float32 for all int8 and int32 but shapes and axes."""
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(case.model))
    (graph,) = model.subgraphs
    biases: set[int] = set()
    for op in graph.operators:
        _, of_biases = WEIGHTED.get(
            NAMES[model.operatorCodes[op.opcodeIndex].builtinCode], ([], [])
        )
        biases |= {int(op.inputs[i]) for i in of_biases if i < len(op.inputs)}
    for index, tensor in enumerate(graph.tensors):
        if tensor.type in (schema.TensorType.INT8, schema.TensorType.INT16) or index in biases:
            _realize(tensor, model.buffers[tensor.buffer])
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    inputs = [_values(rng, one.shape) if one.dtype == np.int8 else one for one in case.inputs]
    return Case(lean(bytes(builder.Output())), inputs, case.label)


def _values(rng: np.random.Generator, shape: Iterable[int]) -> NDArray[np.float32]:
    """Near one another or all over 20 powers of ten."""
    size = tuple(shape)
    if draw.chance(rng, 0.7):
        return (rng.normal(size=size) * 10.0 ** rng.integers(-3, 3)).astype(np.float32)
    return (rng.normal(size=size) * 10.0 ** rng.integers(-10, 10, size)).astype(np.float32)


def _realize(tensor: Any, buffer: Any) -> None:
    quantization, tensor.quantization = tensor.quantization, None
    if buffer.data is not None:
        kind = np.int8 if tensor.type == schema.TensorType.INT8 else np.int32
        steps = np.asarray(buffer.data, np.uint8).view(kind).reshape(tensor.shape)
        along = [1] * steps.ndim
        if len(quantization.scale) > 1:
            along[quantization.quantizedDimension] = -1
        scales = np.asarray(quantization.scale).reshape(along)
        zeros = np.asarray(quantization.zeroPoint).reshape(along)
        real = ((steps - zeros) * scales).astype("<f4")
        buffer.data = np.frombuffer(real.tobytes(), np.uint8)
    tensor.type = schema.TensorType.FLOAT32


def _real(generator: Generator) -> Generator:
    def drawn(rng: np.random.Generator) -> Case:
        return _realized(rng, generator(rng))

    drawn.__doc__ = generator.__doc__
    return drawn


_OF_CORE = (
    *("AVERAGE_POOL_2D", "CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D"),
    *("MEAN", "PAD", "SOFTMAX"),
)
_OF_ELEMENTWISE = (
    *("ARG_MAX", "ARG_MIN", "LEAKY_RELU", "LOGISTIC", "LOG_SOFTMAX", "MEAN_AXES", "REDUCE_MAX"),
    *("REDUCE_MIN", "RELU", "RELU6", "SUM", "TANH"),
)
_OF_MOVEMENT = (
    *("CONCATENATION", "EXPAND_DIMS", "GATHER", "PACK", "PADV2", "RESIZE_BILINEAR"),
    *(
        "RESIZE_NEAREST_NEIGHBOR",
        "SHAPE",
        "SLICE",
        "SPLIT",
        "SPLIT_V",
        "SQUEEZE",
        "STRIDED_SLICE",
        "TRANSPOSE",
        "UNPACK",
    ),
    *("TRANSPOSE_CONV",),
)
_OF_ARITHMETIC = ("ADD_N", "BATCH_MATMUL", "CUMSUM", "L2_NORMALIZATION")
_OF_BLOCKS = (
    *("BATCH_TO_SPACE_ND", "BROADCAST_TO", "DEPTH_TO_SPACE", "MIRROR_PAD", "SPACE_TO_BATCH_ND"),
    *("SPACE_TO_DEPTH",),
)

_REAL: Cases = {
    f"{name}_F32": _real(cases[name])
    for cases, names in (
        (core.CASES, _OF_CORE),
        (elementwise.CASES, _OF_ELEMENTWISE),
        (movement.CASES, _OF_MOVEMENT),
        (arithmetic.CASES, _OF_ARITHMETIC),
        (blocks.CASES, _OF_BLOCKS),
    )
    for name in names
}

CASES: Cases = {
    **_REAL,
    "ADD_F32": _float_binary("ADD", schema.AddOptionsT),
    "SUB_F32": _float_binary("SUB", schema.SubOptionsT),
    "MUL_F32": _float_binary("MUL", schema.MulOptionsT),
    "DIV_F32": _float_binary("DIV", schema.DivOptionsT),
    "MAXIMUM_F32": _float_binary("MAXIMUM", schema.MaximumMinimumOptionsT),
    "MINIMUM_F32": _float_binary("MINIMUM", schema.MaximumMinimumOptionsT),
    "PRELU_F32": _float_binary("PRELU", None),
    "SQUARED_DIFFERENCE_F32": _float_binary("SQUARED_DIFFERENCE", schema.SquaredDifferenceOptionsT),
    "FLOOR_DIV": _float_binary("FLOOR_DIV", schema.FloorDivOptionsT),
    "FLOOR_MOD": _float_binary("FLOOR_MOD", schema.FloorModOptionsT),
    "CEIL": _float_unary("CEIL"),
    "FLOOR": _float_unary("FLOOR"),
    "NEG": _float_unary("NEG", schema.NegOptionsT()),
    "ROUND": _float_unary("ROUND"),
    "SQRT": _float_unary("SQRT"),
    "SQUARE": _float_unary("SQUARE", schema.SquareOptionsT()),
    "ABS_F32": _float_unary("ABS", schema.AbsOptionsT()),
    "COS": _float_unary("COS"),
    "ELU_F32": _float_unary("ELU"),
    "HARD_SWISH_F32": _float_unary("HARD_SWISH", schema.HardSwishOptionsT()),
    "EXP": _float_unary("EXP", schema.ExpOptionsT()),
    "L2_POOL_2D": _real(core.l2_pool_2d),
    "LOG": _float_unary("LOG"),
    "RSQRT_F32": _float_unary("RSQRT"),
    "SIN": _float_unary("SIN"),
}
