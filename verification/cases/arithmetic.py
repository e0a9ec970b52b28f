"""Generators of ops that sum, multiply, divide and normalise, and of those that pick by index."""

from __future__ import annotations

from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases
from verification.cases.model_builder import ModelBuilder


def _shape(rng: np.random.Generator, low: int, high: int) -> list[int]:
    return [draw.extent(rng, 12) for _ in range(int(rng.integers(low, high + 1)))]


def _off(rng: np.random.Generator, scale: float) -> float:
    """A scale near it, or now and then far from it."""
    reach = 6.0 if draw.chance(rng, 0.1) else 1.5
    return float(scale * np.exp(rng.uniform(-reach, reach)))


def _kind(rng: np.random.Generator, scale: float | None = None) -> dict[str, Any]:
    return {
        "scale": draw.scale(rng) if scale is None else scale,
        "zero_point": draw.zero_point(rng),
    }


def div(rng: np.random.Generator) -> Case:
    """Divisors of 0 and quotients far below a step, which upstream leaves open, do not occur."""
    shape = _shape(rng, 1, 4)
    first, second = _kind(rng), _kind(rng)
    any_dividend = draw.chance(rng, 0.3)
    factor = float(np.exp(rng.uniform(*np.log([129, 500] if any_dividend else [0.51, 20]))))
    out = _kind(rng, first["scale"] / second["scale"] / factor)
    divisors = draw.int8_values(rng, shape if draw.chance(rng, 0.5) else shape[-1:])
    zero = second["zero_point"]
    divisors[divisors == zero] = zero - 1 if zero > -128 else zero + 1
    dividends = draw.int8_values(rng, shape)
    if not any_dividend:  # of 65 or more
        far = -65 if first["zero_point"] > 0 else 65
        near = np.abs(dividends.astype(int) - first["zero_point"]) < 65
        dividends[near] = np.clip(first["zero_point"] + far, -128, 127)
    b = ModelBuilder()
    x = b.tensor(shape, **first)
    y = b.tensor(divisors.shape, **second)
    made = b.tensor(shape, **out)
    options = schema.DivOptionsT(fusedActivationFunction=rng.choice(draw.ACTIVATIONS))
    b.op("DIV", [x, y], [made], options)
    label = f"{draw.shape_text(shape)} by {draw.shape_text(divisors.shape)} {first} {second} {out}"
    return Case(b.build([x, y], [made]), [dividends, divisors], label)


def add_n(rng: np.random.Generator) -> Case:
    shape = _shape(rng, 1, 4)
    count = int(rng.integers(2, 6))
    kind = _kind(rng)
    out = _kind(rng, _off(rng, kind["scale"] * count))
    b = ModelBuilder()
    inputs = [b.tensor(shape, **kind) for _ in range(count)]
    made = b.tensor(shape, **out)
    b.op("ADD_N", inputs, [made], schema.AddNOptionsT())
    fed = [draw.int8_values(rng, shape) for _ in inputs]
    return Case(b.build(inputs, [made]), fed, f"{count} of {draw.shape_text(shape)} {kind} {out}")


def cumsum(rng: np.random.Generator) -> Case:
    shape = _shape(rng, 1, 4)
    axis = int(rng.integers(-len(shape), len(shape)))
    kind = _kind(rng)
    out = _kind(rng, _off(rng, kind["scale"] * np.sqrt(shape[axis])))
    exclusive, reverse = draw.chance(rng, 0.5), draw.chance(rng, 0.5)
    b = ModelBuilder()
    x, made = b.tensor(shape, **kind), b.tensor(shape, **out)
    options = schema.CumsumOptionsT(exclusive=exclusive, reverse=reverse)
    b.op("CUMSUM", [x, b.constant([axis])], [made], options)
    label = f"{draw.shape_text(shape)} axis {axis} {exclusive} {reverse} {kind} {out}"
    return Case(b.build([x], [made]), [draw.int8_values(rng, shape)], label)


def l2_normalization(rng: np.random.Generator) -> Case:
    shape = _shape(rng, 1, 4)
    kind = _kind(rng)
    b = ModelBuilder()
    x, made = b.tensor(shape, **kind), b.tensor(shape, scale=1 / 128, zero_point=0)
    b.op("L2_NORMALIZATION", [x], [made], schema.L2NormOptionsT())
    values = draw.int8_values(rng, shape)
    if draw.chance(rng, 0.2):  # rows of zeros and ones
        values = np.clip(kind["zero_point"] + rng.integers(0, 2, shape), -128, 127).astype(np.int8)
    return Case(b.build([x], [made]), [values], f"{draw.shape_text(shape)} {kind}")


def rsqrt(rng: np.random.Generator) -> Case:
    """Roots of negative numbers are refused."""
    shape = _shape(rng, 1, 4)
    kind = _kind(rng)
    out = _kind(rng, _off(rng, float(1 / np.sqrt(kind["scale"]) / 60)))
    values = np.maximum(draw.int8_values(rng, shape), kind["zero_point"]).astype(np.int8)
    b = ModelBuilder()
    x, made = b.tensor(shape, **kind), b.tensor(shape, **out)
    b.op("RSQRT", [x], [made])
    return Case(b.build([x], [made]), [values], f"{draw.shape_text(shape)} {kind} {out}")


def elu(rng: np.random.Generator) -> Case:
    """From steps that are little to the curve to such that all it does lies within one."""
    shape = _shape(rng, 1, 4)
    kind = _kind(rng, float(np.exp(rng.uniform(np.log(1e-4), np.log(1.0)))))
    out = _kind(rng, _off(rng, kind["scale"]))
    b = ModelBuilder()
    x, made = b.tensor(shape, **kind), b.tensor(shape, **out)
    b.op("ELU", [x], [made])
    return Case(b.build([x], [made]), [draw.int8_values(rng, shape)], f"{shape} {kind} {out}")


def batch_matmul(rng: np.random.Generator) -> Case:
    """2-D to 4-D; batches that broadcast; either side transposed, or constant."""
    rows, depth, columns = (draw.extent(rng, 33) for _ in range(3))
    batches = [draw.extent(rng, 4) for _ in range(int(rng.integers(0, 3)))]
    adjoint = [draw.chance(rng, 0.4), draw.chance(rng, 0.4)]
    matrices = [[rows, depth], [depth, columns]]
    shapes = []
    for matrix, lies in zip(matrices, adjoint, strict=True):
        shapes.append([*batches, *(reversed(matrix) if lies else matrix)])
    if batches and draw.chance(rng, 0.4):
        shapes[int(rng.integers(2))][0] = 1
    left, right = _kind(rng), _kind(rng)
    terms = 74 * 73 * np.sqrt(depth) / 60
    out = _kind(rng, _off(rng, float(left["scale"] * right["scale"] * terms)))
    b = ModelBuilder()
    x = b.tensor(shapes[0], **left)
    values = draw.int8_values(rng, shapes[1])
    graph_inputs, fed = [x], [draw.int8_values(rng, shapes[0])]
    if draw.chance(rng, 0.4):
        y = b.constant(values, **right)
    else:
        y = b.tensor(shapes[1], **right)
        graph_inputs.append(y)
        fed.append(values)
    made = b.tensor([*batches, rows, columns], **out)
    options = schema.BatchMatMulOptionsT(adjX=adjoint[0], adjY=adjoint[1])
    b.op("BATCH_MATMUL", [x, y], [made], options)
    label = f"{shapes[0]} {shapes[1]} transposed {adjoint} {left} {right} {out}"
    return Case(b.build(graph_inputs, [made]), fed, label)


def gather_nd(rng: np.random.Generator) -> Case:
    shape = _shape(rng, 1, 5)
    depth = int(rng.integers(1, len(shape) + 1))
    picks = _shape(rng, 0, 2)
    indices = np.stack([rng.integers(0, e, picks) for e in shape[:depth]], -1).astype(np.int32)
    return _picked(rng, "GATHER_ND", shape, indices, [*picks, *shape[depth:]])


def embedding_lookup(rng: np.random.Generator) -> Case:
    shape = _shape(rng, 2, 4)
    rows = rng.integers(0, shape[0], int(rng.integers(1, 9))).astype(np.int32)
    return _picked(rng, "EMBEDDING_LOOKUP", shape, rows, [len(rows), *shape[1:]])


def _picked(
    rng: np.random.Generator, name: str, shape: list[int], indices: Any, out: list[int]
) -> Case:
    """Elements of int8 or float32 by computed or constant indices."""
    if draw.chance(rng, 0.5):
        kind = _kind(rng)
        values: Any = draw.int8_values(rng, shape)
    else:
        kind = {"dtype": "FLOAT32"}
        values = rng.normal(size=shape).astype(np.float32)
    b = ModelBuilder()
    x = b.tensor(shape, **kind)
    at = b.tensor(indices.shape, "INT32")
    made = b.tensor(out, **kind)
    by_row = name == "EMBEDDING_LOOKUP"
    b.op(name, [at, x] if by_row else [x, at], [made])
    label = f"{draw.shape_text(shape)} by {indices.tolist()} {kind}"
    return Case(b.build([x, at], [made]), [values, indices], label)


CASES: Cases = {
    "ADD_N": add_n,
    "BATCH_MATMUL": batch_matmul,
    "CUMSUM": cumsum,
    "DIV": div,
    "ELU": elu,
    "EMBEDDING_LOOKUP": embedding_lookup,
    "GATHER_ND": gather_nd,
    "L2_NORMALIZATION": l2_normalization,
    "RSQRT": rsqrt,
}
