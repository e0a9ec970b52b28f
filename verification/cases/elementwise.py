"""Generators of elementwise ops, reductions, ARG_MAX and the conversions at a model's edges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases, Generator
from verification.cases.model_builder import SAME, ModelBuilder

_MAX_ELEMENTS = 6000
_RANGES = {"INT8": (-128, 127), "UINT8": (0, 255), "INT16": (-32768, 32767)}
_DTYPES: dict[str, Any] = {
    "INT8": np.int8,
    "UINT8": np.uint8,
    "INT16": np.int16,
    "INT32": np.int32,
    "FLOAT32": np.float32,
}


def _shape(rng: np.random.Generator, low: int = 1, high: int = 5) -> list[int]:
    """A shape of `low` to `high` dimensions and at most _MAX_ELEMENTS elements."""
    rank = int(rng.integers(low, high + 1))
    shape: list[int] = []
    room = _MAX_ELEMENTS
    for _ in range(rank):
        shape.append(draw.extent(rng, min(65, room, 400 if rank < 3 else 17)))
        room //= shape[-1]
    return shape


def _related(rng: np.random.Generator, scale: float, spread: float = 2.0) -> float:
    """The same scale, one near it, or one far from it."""
    kind = rng.random()
    if kind < 0.15:
        return scale
    reach = 9.0 if kind > 0.9 else spread
    return float(scale * np.exp(rng.uniform(-reach, reach)))


def _operand_shapes(
    rng: np.random.Generator, max_rank: int
) -> tuple[list[int], list[int], list[int]]:
    """(input 0, input 1, output): equal, or broadcasting one way, or both ways."""
    out = _shape(rng, 1, max_rank)
    shapes = [list(out), list(out)]
    kind = rng.random()
    if kind < 0.3:
        return shapes[0], shapes[1], out
    narrow = int(rng.integers(2))
    if kind < 0.45:  # one value for all
        shapes[narrow] = [1] * int(rng.integers(0, len(out) + 1))
    elif kind < 0.65:  # one a channel, the leading axes left out or 1
        missing = int(rng.integers(0, len(out)))
        shapes[narrow] = ([1] * (len(out) - 1) + [out[-1]])[missing:]
    else:  # each axis by chance, of either operand
        for axis in range(len(out)):
            if draw.chance(rng, 0.4):
                shapes[int(rng.integers(2))][axis] = 1
    return shapes[0], shapes[1], out


def _binary(
    rng: np.random.Generator,
    name: str,
    options: Any,
    out_scale: float,
    scales: tuple[float, float],
    *,
    max_rank: int = 5,
    zero_points: Sequence[int] | None = None,
    alpha: bool = False,
) -> Case:
    shapes = _operand_shapes(rng, max_rank)
    first, second, out = shapes
    if alpha:  # only the second operand may be broadcast
        first = out
    if zero_points is None:
        zero_points = [draw.zero_point(rng) for _ in range(3)]
    b = ModelBuilder()
    x = b.tensor(first, scale=scales[0], zero_point=zero_points[0])
    fed = [draw.int8_values(rng, first)]
    graph_inputs = [x]
    values = draw.int8_values(rng, second)
    kind = rng.random()
    if kind < 0.1 and first == second:
        y = x  # an op of one tensor with itself
    elif kind < 0.5 or alpha:
        y = b.constant(values, scale=scales[1], zero_point=zero_points[1])
    else:
        y = b.tensor(second, scale=scales[1], zero_point=zero_points[1])
        graph_inputs.append(y)
        fed.append(values)
    order = [x, y]
    if not alpha and draw.chance(rng, 0.2):
        order.reverse()
    output = b.tensor(out, scale=out_scale, zero_point=zero_points[2])
    b.op(name, order, [output], options, version=2)
    activation = getattr(options, "fusedActivationFunction", 0)
    return Case(
        b.build(graph_inputs, [output]),
        fed,
        f"{draw.shape_text(first)} and {draw.shape_text(second)}, "
        f"scales {scales[0]:.3g} {scales[1]:.3g} -> {out_scale:.3g}, "
        f"zero points {list(zero_points)} {draw.activation_name(activation)}",
    )


def _sum_scales(rng: np.random.Generator) -> tuple[float, float, float]:
    """Two input scales and an output scale that upstream accepts (it stops above 2^20)."""
    first = draw.scale(rng)
    second = _related(rng, first)
    return first, second, max(_related(rng, first), 2 * max(first, second) / 2**19)


def add(rng: np.random.Generator) -> Case:
    """Broadcasting of every kind."""
    first, second, out = _sum_scales(rng)
    options = schema.AddOptionsT(fusedActivationFunction=rng.choice(draw.ACTIVATIONS))
    return _binary(rng, "ADD", options, out, (first, second))


def sub(rng: np.random.Generator) -> Case:
    first, second, out = _sum_scales(rng)
    options = schema.SubOptionsT(fusedActivationFunction=rng.choice(draw.ACTIVATIONS))
    return _binary(rng, "SUB", options, out, (first, second))


def mul(rng: np.random.Generator) -> Case:
    first, second = draw.scale(rng), draw.scale(rng)
    out = _related(rng, first * second * 100)
    options = schema.MulOptionsT(fusedActivationFunction=rng.choice(draw.ACTIVATIONS))
    return _binary(rng, "MUL", options, out, (first, second), max_rank=4)


def squared_difference(rng: np.random.Generator) -> Case:
    first = draw.scale(rng)
    second = _related(rng, first)
    out = _related(rng, 100 * max(first, second) ** 2)
    options = schema.SquaredDifferenceOptionsT()
    return _binary(rng, "SQUARED_DIFFERENCE", options, out, (first, second))


def _extremum(rng: np.random.Generator, name: str) -> Case:
    scale, zero_point = draw.scale(rng), draw.zero_point(rng)
    options = schema.MaximumMinimumOptionsT()
    return _binary(rng, name, options, scale, (scale, scale), zero_points=[zero_point] * 3)


def minimum(rng: np.random.Generator) -> Case:
    return _extremum(rng, "MINIMUM")


def maximum(rng: np.random.Generator) -> Case:
    return _extremum(rng, "MAXIMUM")


def prelu(rng: np.random.Generator) -> Case:
    """Alpha a constant: one for all, one a channel, or any broadcast."""
    first, second = draw.scale(rng), draw.scale(rng, 1e-4, 0.1)
    return _binary(
        rng, "PRELU", None, _related(rng, first), (first, second), max_rank=4, alpha=True
    )


def _unary(
    rng: np.random.Generator,
    name: str,
    options: Any,
    in_scale: float,
    out_scale: float,
    in_zero_point: int | None = None,
    out_zero_point: int | None = None,
    label: str = "",
) -> Case:
    shape = _shape(rng)
    if in_zero_point is None:
        in_zero_point = draw.zero_point(rng)
    if out_zero_point is None:
        out_zero_point = draw.zero_point(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=in_scale, zero_point=in_zero_point)
    y = b.tensor(shape, scale=out_scale, zero_point=out_zero_point)
    b.op(name, [x], [y], options)
    values = draw.int8_values(rng, shape)
    if values.size >= 256 and draw.chance(rng, 0.7):  # every input value there is
        values.reshape(-1)[:256] = np.arange(-128, 128, dtype=np.int8)
    return Case(
        b.build([x], [y]),
        [values],
        f"{draw.shape_text(shape)} scale {in_scale:.4g} zero point {in_zero_point} -> "
        f"{out_scale:.4g}, {out_zero_point}{label}",
    )


def abs_(rng: np.random.Generator) -> Case:
    scale = draw.scale(rng)
    return _unary(rng, "ABS", schema.AbsOptionsT(), scale, _related(rng, scale))


def relu(rng: np.random.Generator) -> Case:
    scale = draw.scale(rng)
    if draw.chance(rng, 0.3):
        zero_point = draw.zero_point(rng)
        return _unary(rng, "RELU", None, scale, scale, zero_point, zero_point)
    return _unary(rng, "RELU", None, scale, _related(rng, scale))


def relu6(rng: np.random.Generator) -> Case:
    scale = draw.scale(rng)
    zero_point = draw.zero_point(rng)
    return _unary(rng, "RELU6", None, scale, scale, zero_point, zero_point)


def leaky_relu(rng: np.random.Generator) -> Case:
    """Alphas as people use them, and 0, negative ones, above 1 and tiny ones."""
    usual = [0.01, 0.1, 0.2, 0.3, 0.25]
    unusual = [0.0, -0.5, 1.0, 1.7, 1e-9, float(rng.normal())]
    alpha = float(rng.choice(usual if draw.chance(rng, 0.6) else unusual))
    scale = draw.scale(rng)
    options = schema.LeakyReluOptionsT(alpha=alpha)
    return _unary(
        rng, "LEAKY_RELU", options, scale, _related(rng, scale), label=f" alpha {alpha:.4g}"
    )


def hard_swish(rng: np.random.Generator) -> Case:
    """Output scales from the least that upstream accepts, 1/128 of the input's, to far above."""
    scale = draw.scale(rng, 1e-4, 5.0)
    out = max(_related(rng, scale, 1.0), scale / 127.9)
    return _unary(rng, "HARD_SWISH", None, scale, out)


def logistic(rng: np.random.Generator) -> Case:
    scale = draw.scale(rng, 1e-4, 20.0 if draw.chance(rng, 0.2) else 0.2)
    return _unary(rng, "LOGISTIC", None, scale, 1 / 256, out_zero_point=-128)


def tanh(rng: np.random.Generator) -> Case:
    scale = draw.scale(rng, 1e-4, 20.0 if draw.chance(rng, 0.2) else 0.2)
    return _unary(rng, "TANH", None, scale, 1 / 128, out_zero_point=0)


def log_softmax(rng: np.random.Generator) -> Case:
    scale = draw.scale(rng, 1e-4, 10.0 if draw.chance(rng, 0.2) else 0.5)
    return _unary(
        rng, "LOG_SOFTMAX", schema.LogSoftmaxOptionsT(), scale, 1 / 16, out_zero_point=127
    )


def log_softmax_pairs(rng: np.random.Generator) -> Case:
    """Rows of two with every distance there is. Just below a power of two as scale the exponential
    ends latest, at one it ends earliest, where outputs are not yet the lowest."""
    shape = [256, 2]
    scale = 2.0 ** -int(rng.integers(0, 9)) * float(rng.choice([1.0, 1.0, 0.99999, 0.75]))
    b = ModelBuilder()
    source = b.tensor(shape, scale=scale)
    output = b.tensor(shape, scale=1 / 16, zero_point=127)
    b.op("LOG_SOFTMAX", [source], [output], schema.LogSoftmaxOptionsT())
    rows = np.full(shape, 127, np.int8)
    rows[:, 1] = rng.permutation(np.arange(-128, 128))
    return Case(b.build([source], [output]), [rows], f"{draw.shape_text(shape)} scale {scale}")


def _axes(rng: np.random.Generator, rank: int, most: int) -> list[int]:
    """Distinct axes in any order, some counted from the end."""
    count = int(rng.integers(1, min(rank, most) + 1))
    axes = rng.choice(rank, count, replace=False)
    if rank == 4 and draw.chance(rng, 0.3):
        axes = np.array([1, 2])  # the one that networks end with
    return [int(a) - (rank if draw.chance(rng, 0.3) else 0) for a in axes]


def _reduce(rng: np.random.Generator, name: str) -> Case:
    shape = _shape(rng, 1, 5)
    rank = len(shape)
    # Upstream keeps at most two axes of a mean or sum in a local array.
    axes = _axes(rng, rank, 2 if name in ("MEAN", "SUM") else 5)
    reduced = {axis % rank for axis in axes}
    keep = draw.chance(rng, 0.5)
    out_shape = [1 if i in reduced else e for i, e in enumerate(shape) if keep or i not in reduced]
    count = int(np.prod([shape[i] for i in reduced]))
    in_scale, in_zero_point = draw.scale(rng), draw.zero_point(rng)
    if name not in ("MEAN", "SUM"):
        out_scale, out_zero_point = in_scale, in_zero_point
    else:
        spread = in_scale * (np.sqrt(count) if name == "SUM" else 1 / np.sqrt(count))
        out_scale = _related(rng, in_scale if draw.chance(rng, 0.3) else float(spread))
        out_zero_point = in_zero_point if draw.chance(rng, 0.3) else draw.zero_point(rng)
    b = ModelBuilder()
    x = b.tensor(shape, scale=in_scale, zero_point=in_zero_point)
    y = b.tensor(out_shape, scale=out_scale, zero_point=out_zero_point)
    b.op(name, [x, b.constant(axes)], [y], schema.ReducerOptionsT(keepDims=keep), version=2)
    return Case(
        b.build([x], [y]),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} axes {axes} keep {keep}, scale {in_scale:.4g} zero point "
        f"{in_zero_point} -> {out_scale:.4g}, {out_zero_point}",
    )


def mean(rng: np.random.Generator) -> Case:
    return _reduce(rng, "MEAN")


def sum_(rng: np.random.Generator) -> Case:
    return _reduce(rng, "SUM")


def reduce_max(rng: np.random.Generator) -> Case:
    return _reduce(rng, "REDUCE_MAX")


def reduce_min(rng: np.random.Generator) -> Case:
    return _reduce(rng, "REDUCE_MIN")


def arg_max(rng: np.random.Generator) -> Case:
    return _arg(rng, "ARG_MAX", schema.ArgMaxOptionsT(outputType=schema.TensorType.INT32))


def arg_min(rng: np.random.Generator) -> Case:
    return _arg(rng, "ARG_MIN", schema.ArgMinOptionsT(outputType=schema.TensorType.INT32))


def _arg(rng: np.random.Generator, name: str, options: object) -> Case:
    """Any axis; many equal values, of which the first counts."""
    shape = _shape(rng, 1, 5)
    axis = int(rng.integers(len(shape)))
    out_shape = shape[:axis] + shape[axis + 1 :]
    if draw.chance(rng, 0.3):
        axis -= len(shape)
    b = ModelBuilder()
    x = b.tensor(shape, scale=draw.scale(rng), zero_point=draw.zero_point(rng))
    y = b.tensor(out_shape, "INT32")
    at = b.constant(np.array([axis] if draw.chance(rng, 0.5) else axis, np.int32))
    b.op(name, [x, at], [y], options)
    return Case(
        b.build([x], [y]),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} axis {axis}",
    )


def _edge_zero_point(rng: np.random.Generator, dtype: str) -> int:
    """A zero point of the type; 16- and 32-bit tensors mostly have 0."""
    if dtype in ("INT16", "INT32"):
        return 0 if draw.chance(rng, 0.7) else int(rng.integers(-300, 300))
    return draw.zero_point(rng) + (128 if dtype == "UINT8" else 0)


def _edge_values(
    rng: np.random.Generator, dtype: str, shape: Sequence[int], scale: float
) -> NDArray[Any]:
    """Values over the type's range; int32 and float32 ones over what int8 covers at `scale`."""
    if dtype == "FLOAT32":
        steps = rng.uniform(-300, 300, tuple(shape))
        kind = rng.random(tuple(shape))
        steps = np.where(kind < 0.3, np.round(steps * 2) / 2, steps)  # ties
        steps = np.where(kind > 0.97, steps * 1e5, steps)
        steps = np.where((kind > 0.3) & (kind < 0.33), steps * 1e-30, steps)
        return (steps * scale).astype(np.float32)
    if dtype == "INT32":
        return rng.integers(-(2**20), 2**20, tuple(shape)).astype(np.int32)
    low, high = _RANGES[dtype]
    return rng.integers(low, high + 1, tuple(shape)).astype(_DTYPES[dtype])


def _edge(rng: np.random.Generator, name: str, source: str, target: str) -> Case:
    shape = _shape(rng)
    in_scale = draw.scale(rng)
    out_scale = draw.scale(rng) if source == "FLOAT32" else _related(rng, in_scale)
    if source == "INT32":
        in_scale, out_scale = out_scale * 1e-4, out_scale
    elif source == "INT16":
        in_scale = in_scale / 256
    elif target in ("INT16", "INT32"):
        out_scale = out_scale / 256
    b = ModelBuilder()
    tensors = []
    ends = []
    for dtype, scale in ((source, in_scale), (target, out_scale)):
        zero_point = _edge_zero_point(rng, dtype)
        is_float = dtype == "FLOAT32"
        tensors.append(
            b.tensor(shape, dtype, scale=None if is_float else scale, zero_point=zero_point)
        )
        ends.append(dtype if is_float else f"{dtype} scale {scale:.4g} zero point {zero_point}")
    x, y = tensors
    b.op(name, [x], [y])
    return Case(
        b.build([x], [y]),
        [_edge_values(rng, source, shape, out_scale)],
        f"{draw.shape_text(shape)} {ends[0]} -> {ends[1]}",
    )


def quantize(rng: np.random.Generator) -> Case:
    """Every pair of types that upstream has, but for float32 to int16."""
    source, target = (
        ("FLOAT32", "INT8"),
        ("UINT8", "INT8"),
        ("INT8", "UINT8"),
        ("INT8", "INT8"),
        ("INT16", "INT8"),
        ("INT32", "INT8"),
        ("INT8", "INT16"),
        ("INT8", "INT32"),
        ("INT16", "INT16"),
        ("INT16", "INT32"),
        ("INT32", "INT16"),
    )[int(rng.integers(11))]
    return _edge(rng, "QUANTIZE", source, target)


def dequantize(rng: np.random.Generator) -> Case:
    return _edge(rng, "DEQUANTIZE", str(rng.choice(["INT8", "UINT8", "INT16"])), "FLOAT32")


def elementwise_chain(rng: np.random.Generator) -> Case:
    """Several ops in a row with tensors used twice, so that running in place must be right."""
    shape = _shape(rng, 4, 4)
    b = ModelBuilder()
    x = b.tensor(shape, scale=draw.scale(rng), zero_point=draw.zero_point(rng))
    values = [x]
    names = []
    for _ in range(int(rng.integers(2, 8))):
        out = b.tensor(shape, scale=draw.scale(rng), zero_point=draw.zero_point(rng))
        first = values[int(rng.integers(max(0, len(values) - 2), len(values)))]
        name = str(rng.choice(["ADD", "SUB", "MUL", "RELU", "LEAKY_RELU", "PRELU", "MAXIMUM"]))
        if name in ("RELU", "LEAKY_RELU"):
            options = schema.LeakyReluOptionsT(alpha=0.1) if name == "LEAKY_RELU" else None
            b.op(name, [first], [out], options)
        elif name == "PRELU":
            alpha = b.constant(draw.int8_values(rng, [1, 1, shape[-1]]), scale=0.01)
            b.op(name, [first, alpha], [out])
        else:
            options = {
                "ADD": schema.AddOptionsT, "SUB": schema.SubOptionsT, "MUL": schema.MulOptionsT,
                "MAXIMUM": schema.MaximumMinimumOptionsT,
            }[name]()  # fmt: skip
            b.op(name, [first, values[int(rng.integers(len(values)))]], [out], options)
        names.append(name)
        values.append(out)
    return Case(
        b.build([x], [values[-1]]),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} {' '.join(names)}",
    )


def table(rng: np.random.Generator) -> Case:
    """One or two functions of 256 values, as codegen/model/tables.py writes them: QUANTIZE to
    indices of what a pool makes, a look-up, and the sum with another or with what was there before.
    Now and then the indices are an output, too, or start further on in the table."""
    b = ModelBuilder()
    shape = [1, int(rng.integers(2, 12)), int(rng.integers(2, 12)), draw.extent(rng, 17)]
    scale, zero_point = draw.scale(rng), draw.zero_point(rng)
    source, pooled = (b.tensor(shape, scale=scale, zero_point=zero_point) for _ in range(2))
    pool = schema.Pool2DOptionsT(padding=SAME, strideH=1, strideW=1, filterHeight=2, filterWidth=1)
    b.op("MAX_POOL_2D", [source], [pooled], pool, version=2)
    further = int(rng.integers(1, 40)) if draw.chance(rng, 0.2) else 0
    indices = b.tensor(shape, "INT32", scale=scale, zero_point=zero_point + 128 + further)
    b.op("QUANTIZE", [pooled], [indices])
    made = []
    for _ in range(int(rng.integers(1, 3))):
        entries = rng.integers(-128, 128, 256 + further, dtype=np.int8)
        constant = b.constant(entries, scale=0.1, zero_point=3)
        made.append(b.tensor(shape, scale=0.1, zero_point=3))
        b.op("GATHER", [constant, indices], [made[-1]], schema.GatherOptionsT(axis=0))
    total = b.tensor(shape, scale=0.2, zero_point=-5)
    other = made[1] if len(made) > 1 else int(rng.choice([pooled, source, made[0]]))
    b.op("ADD", [made[0], other], [total], schema.AddOptionsT())
    outputs = [total, indices] if draw.chance(rng, 0.1) else [total]
    label = f"{draw.shape_text(shape)}, {len(made)} tables, {further=}, {len(outputs)} outputs"
    return Case(b.build([source], outputs), [draw.int8_values(rng, shape)], label)


_GENERATORS: dict[str, Generator] = {
    "ADD_BROADCAST": add,
    "ABS": abs_,
    "ARG_MAX": arg_max,
    "ARG_MIN": arg_min,
    "DEQUANTIZE": dequantize,
    "ELEMENTWISE_CHAIN": elementwise_chain,
    "HARD_SWISH": hard_swish,
    "LEAKY_RELU": leaky_relu,
    "LOGISTIC": logistic,
    "LOG_SOFTMAX": log_softmax,
    "LOG_SOFTMAX_PAIRS": log_softmax_pairs,
    "MAXIMUM": maximum,
    "MEAN_AXES": mean,
    "MINIMUM": minimum,
    "MUL": mul,
    "PRELU": prelu,
    "QUANTIZE_EDGES": quantize,
    "REDUCE_MAX": reduce_max,
    "REDUCE_MIN": reduce_min,
    "RELU": relu,
    "RELU6": relu6,
    "SUB": sub,
    "SUM": sum_,
    "SQUARED_DIFFERENCE": squared_difference,
    "TABLE": table,
    "TANH": tanh,
}

CASES: Cases = _GENERATORS
