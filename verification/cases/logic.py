"""Generators of comparisons, logic, selections and casts: ops with bools, fills; of movers that
came late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases, Generator
from verification.cases.model_builder import ModelBuilder

_BITS = {"INT8": 8, "INT16": 16, "INT32": 32, "INT64": 64}
_DTYPES: dict[str, Any] = {"INT8": np.int8, "INT16": np.int16, "INT32": np.int32, "INT64": np.int64}


def _values(rng: np.random.Generator, dtype: str, shape: Sequence[int]) -> NDArray[Any]:
    """Any values of a type; half of the time few different ones, so that many are equal."""
    size = tuple(shape)
    few = draw.chance(rng, 0.5)
    if dtype == "BOOL":
        return rng.integers(0, 2, size).astype(np.bool_)
    if dtype == "FLOAT32":
        if few:
            return rng.choice(
                np.array([-np.inf, -1.5, -0.0, 0.0, 1e-40, 1.5, np.nan], np.float32), size
            )
        return (rng.normal(size=size) * 10.0 ** rng.integers(-3, 4)).astype(np.float32)
    most = 3 if few else 2 ** (_BITS[dtype] - 1) - 1
    return rng.integers(-most - 1, most + 1, size).astype(_DTYPES[dtype])


def _shapes(rng: np.random.Generator, count: int) -> tuple[list[list[int]], list[int]]:
    """(shapes that broadcast to one, that one): up to 4-D."""
    out = [draw.extent(rng, 9) for _ in range(int(rng.integers(1, 5)))]
    shapes = [list(out) for _ in range(count)]
    if draw.chance(rng, 0.7):
        for axis in range(len(out)):
            full = int(rng.integers(count))
            for i in range(count):
                if i != full and draw.chance(rng, 0.4):
                    shapes[i][axis] = 1
    return shapes, out


def _quantized(rng: np.random.Generator, dtype: str, scale: float | None = None) -> dict[str, Any]:
    if dtype != "INT8":
        return {"dtype": dtype}
    scale = draw.scale(rng) if scale is None else scale
    return {"dtype": dtype, "scale": scale, "zero_point": draw.zero_point(rng)}


def _of(
    rng: np.random.Generator,
    name: str,
    operands: list[tuple[NDArray[Any], dict[str, Any]]],
    output: tuple[list[int], dict[str, Any]],
    options: Any = None,
) -> Case:
    """A model of one op; a third of the operands but the first are constants."""
    b = ModelBuilder()
    inputs = []
    fed = []
    graph_inputs = []
    for i, (values, kind) in enumerate(operands):
        if i > 0 and draw.chance(rng, 0.33):
            inputs.append(b.constant(values, **kind))
        else:
            inputs.append(b.tensor(values.shape, **kind))
            graph_inputs.append(inputs[-1])
            fed.append(values)
    made = b.tensor(output[0], **output[1])
    b.op(name, inputs, [made], options)
    label = ", ".join(f"{draw.shape_text(v.shape)} {k}" for v, k in operands)
    return Case(b.build(graph_inputs, [made]), fed, f"{label} -> {output[1]}")


def _comparison(name: str, options: Any, types: Sequence[str]) -> Generator:
    def generate(rng: np.random.Generator) -> Case:
        dtype = "INT8" if draw.chance(rng, 0.4) else str(rng.choice(types))
        shapes, out = _shapes(rng, 2)
        first = _quantized(rng, dtype)
        second = first if draw.chance(rng, 0.4) else _quantized(rng, dtype)
        operands = [
            (_values(rng, dtype, shapes[0]), first),
            (_values(rng, dtype, shapes[1]), second),
        ]
        return _of(rng, name, operands, (out, {"dtype": "BOOL"}), options)

    return generate


def _logical(name: str, operands: int, options: Any) -> Generator:
    def generate(rng: np.random.Generator) -> Case:
        shapes, out = _shapes(rng, operands)
        kind = {"dtype": "BOOL"}
        given = [(_values(rng, "BOOL", shape), kind) for shape in shapes]
        return _of(rng, name, given, (out, kind), options)

    return generate


def select_v2(rng: np.random.Generator) -> Case:
    dtype = str(rng.choice(["INT8", "INT16", "FLOAT32"]))
    kind = _quantized(rng, dtype)
    (condition, yes, no), out = _shapes(rng, 3)
    operands = [
        (_values(rng, "BOOL", condition), {"dtype": "BOOL"}),
        (_values(rng, dtype, yes), kind),
        (_values(rng, dtype, no), kind),
    ]
    return _of(rng, "SELECT_V2", operands, (out, kind), schema.SelectV2OptionsT())


def cast(rng: np.random.Generator) -> Case:
    """Every pair of types. Floats stay where their integers are defined."""
    source, target = (str(rng.choice([*list(_BITS)[:3], "FLOAT32", "BOOL"])) for _ in range(2))
    shape = [draw.extent(rng, 17) for _ in range(int(rng.integers(1, 4)))]
    values = _values(rng, source, shape)
    if source == "FLOAT32" and target in _BITS:
        most = 2.0 ** (_BITS[target] - 1) - 1
        values = (rng.uniform(-1, 1, values.shape) * rng.choice([3.0, most])).astype(np.float32)
        values = np.clip(values, -most, np.nextafter(np.float32(most), np.float32(0)))
    b = ModelBuilder()
    x, y = b.tensor(shape, source), b.tensor(shape, target)
    b.op("CAST", [x], [y], schema.CastOptionsT())
    return Case(b.build([x], [y]), [values], f"{draw.shape_text(shape)} {source} -> {target}")


def fill(rng: np.random.Generator) -> Case:
    dtype = str(rng.choice(["INT8", "INT32", "FLOAT32"]))
    kind = _quantized(rng, dtype)
    shape = [draw.extent(rng, 9) for _ in range(int(rng.integers(1, 5)))]
    b = ModelBuilder()
    value, y = b.tensor([], **kind), b.tensor(shape, **kind)
    b.op("FILL", [b.constant(shape), value], [y], schema.FillOptionsT())
    return Case(b.build([value], [y]), [_values(rng, dtype, [])], f"{shape} {dtype}")


def zeros_like(rng: np.random.Generator) -> Case:
    dtype = str(rng.choice(["INT8", "INT32", "INT64", "FLOAT32"]))
    kind = _quantized(rng, dtype)
    shape = [draw.extent(rng, 9) for _ in range(int(rng.integers(1, 5)))]
    b = ModelBuilder()
    x, y = b.tensor(shape, **kind), b.tensor(shape, **kind)
    b.op("ZEROS_LIKE", [x], [y], schema.ZerosLikeOptionsT())
    return Case(b.build([x], [y]), [_values(rng, dtype, shape)], f"{shape} {dtype}")


def broadcast_args(rng: np.random.Generator) -> Case:
    shapes, out = _shapes(rng, 2)
    for shape in shapes:
        while len(shape) > 1 and shape[0] == 1 and draw.chance(rng, 0.5):
            del shape[0]
    longest = max(map(len, shapes))
    kind = {"dtype": "INT32"}
    operands = [(np.array(shape, np.int32), kind) for shape in shapes]
    case = _of(rng, "BROADCAST_ARGS", operands, ([longest], kind))
    return Case(case.model, case.inputs, f"{shapes} -> {out}")


def reduce_all(rng: np.random.Generator) -> Case:
    shape = [draw.extent(rng, 9) for _ in range(int(rng.integers(1, 5)))]
    axes = [int(a) for a in rng.choice(len(shape), int(rng.integers(1, len(shape) + 1)), False)]
    keep = draw.chance(rng, 0.5)
    out = [1 if i in axes else e for i, e in enumerate(shape) if keep or i not in axes]
    b = ModelBuilder()
    x, y = b.tensor(shape, "BOOL"), b.tensor(out, "BOOL")
    b.op("REDUCE_ALL", [x, b.constant(axes)], [y], schema.ReducerOptionsT(keepDims=keep))
    values = rng.random(tuple(shape)) < rng.choice([0.5, 0.95, 1.0])
    return Case(b.build([x], [y]), [values], f"{draw.shape_text(shape)} axes {axes}")


def reverse(rng: np.random.Generator) -> Case:
    """Of any type, along one axis or neighbouring ones."""
    shape = [draw.extent(rng, 9) for _ in range(int(rng.integers(1, 5)))]
    first = int(rng.integers(len(shape)))
    axes = list(range(first, int(rng.integers(first, len(shape))) + 1))
    case = [(rng.integers(-9, 9, shape).astype(kind), kind) for kind in (np.float32, np.int8)]
    values, kind = case[int(rng.integers(2))]
    b = ModelBuilder()
    dtype = "INT8" if kind is np.int8 else "FLOAT32"
    x, y = b.tensor(shape, dtype, scale=0.5), b.tensor(shape, dtype, scale=0.5)
    b.op("REVERSE_V2", [x, b.constant(axes)], [y], schema.ReverseV2OptionsT())
    return Case(b.build([x], [y]), [values], f"{draw.shape_text(shape)} axes {axes}")


def update_slice(rng: np.random.Generator) -> Case:
    """At starts inside and outside, which are moved back in."""
    shape = [draw.extent(rng, 9) for _ in range(int(rng.integers(1, 5)))]
    box = [int(rng.integers(1, extent + 1)) for extent in shape]
    starts = rng.integers(-3, 12, len(shape), dtype=np.int32)
    b = ModelBuilder()
    quantized: dict[str, Any] = {"scale": 0.5}
    x, update = b.tensor(shape, **quantized), b.tensor(box, **quantized)
    given = [x, update]
    fed: list[NDArray[Any]] = [draw.int8_values(rng, shape), draw.int8_values(rng, box)]
    if draw.chance(rng, 0.5):
        at = b.constant(starts)
    else:
        at = b.tensor([len(shape)], "INT32")
        given.append(at)
        fed.append(starts)
    made = b.tensor(shape, **quantized)
    b.op("DYNAMIC_UPDATE_SLICE", [x, update, at], [made], schema.DynamicUpdateSliceOptionsT())
    label = f"{draw.shape_text(box)} of {draw.shape_text(shape)} at {starts.tolist()}"
    return Case(b.build(given, [made]), fed, label)


CASES: Cases = {
    "REVERSE_V2": reverse,
    "DYNAMIC_UPDATE_SLICE": update_slice,
    "EQUAL": _comparison("EQUAL", schema.EqualOptionsT(), ["INT32", "INT64", "FLOAT32", "BOOL"]),
    "NOT_EQUAL": _comparison(
        "NOT_EQUAL", schema.NotEqualOptionsT(), ["INT32", "INT64", "FLOAT32", "BOOL"]
    ),
    "GREATER": _comparison("GREATER", schema.GreaterOptionsT(), ["INT32", "INT64", "FLOAT32"]),
    "GREATER_EQUAL": _comparison(
        "GREATER_EQUAL", schema.GreaterEqualOptionsT(), ["INT32", "INT64", "FLOAT32"]
    ),
    "LESS": _comparison("LESS", schema.LessOptionsT(), ["INT32", "INT64", "FLOAT32"]),
    "LESS_EQUAL": _comparison(
        "LESS_EQUAL", schema.LessEqualOptionsT(), ["INT32", "INT64", "FLOAT32"]
    ),
    "LOGICAL_AND": _logical("LOGICAL_AND", 2, schema.LogicalAndOptionsT()),
    "LOGICAL_OR": _logical("LOGICAL_OR", 2, schema.LogicalOrOptionsT()),
    "LOGICAL_NOT": _logical("LOGICAL_NOT", 1, schema.LogicalNotOptionsT()),
    "SELECT_V2": select_v2,
    "CAST": cast,
    "FILL": fill,
    "ZEROS_LIKE": zeros_like,
    "BROADCAST_ARGS": broadcast_args,
    "REDUCE_ALL": reduce_all,
}
