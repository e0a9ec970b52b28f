"""Every kernel that works by vectors, at the lengths round one and two of them.

A run of 16 bytes is a whole Helium register and half of a block, so 15, 16, 17, 31, 32 and 33 are
where loops end, tails begin and one way of computing gives over to another.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from verification.cases import draw
from verification.cases.case import Case
from verification.cases.model_builder import SAME, VALID, one_op, schema
from verification.golden import run_golden

pytestmark = pytest.mark.golden

_CORES = ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55"]
_LENGTHS = (15, 16, 17, 31, 32, 33)
_Spec = dict[str, Any]


def _case(
    op: str,
    inputs: list[_Spec],
    output: _Spec,
    options: Any,
    rng: np.random.Generator,
    version: int = 1,
) -> Case:
    values = [draw.int8_values(rng, spec["shape"]) for spec in inputs if "values" not in spec]
    return Case(one_op(op, inputs, [output], options, version=version), values, op)


def _data(shape: list[int], scale: float = 0.1, zero_point: int = 3) -> _Spec:
    return {"shape": shape, "scale": scale, "zero_point": zero_point}


def _filter(rng: np.random.Generator, shape: list[int], axis: int) -> _Spec:
    scales = [float(s) for s in rng.uniform(0.004, 0.008, shape[axis])]
    return {"values": draw.weights(rng, shape), "scale": scales, "axis": axis}


def _bias(rng: np.random.Generator, channels: int) -> _Spec:
    return {"values": rng.integers(-2000, 2000, channels, dtype=np.int32), "scale": 0.0006}


def _conv(kernel: tuple[int, int], padding: int, length: int, rng: np.random.Generator) -> Case:
    """A row of taps is `length` times the kernel's width."""
    height, width = kernel
    out = [5, 5] if padding == SAME else [6 - height, 6 - width]
    weights = _filter(rng, [5, height, width, length], 0)
    options = schema.Conv2DOptionsT(padding=padding, strideW=1, strideH=1)
    inputs = [_data([1, 5, 5, length]), weights, _bias(rng, 5)]
    return _case("CONV_2D", inputs, _data([1, *out, 5], 0.3), options, rng, version=3)


def _thin_conv(length: int, rng: np.random.Generator) -> Case:
    """A row of taps as long as the kernel is wide."""
    weights = _filter(rng, [5, 2, length, 1], 0)
    options = schema.Conv2DOptionsT(padding=SAME, strideW=2, strideH=1)
    inputs = [_data([1, 3, 2 * length, 1]), weights, _bias(rng, 5)]
    return _case("CONV_2D", inputs, _data([1, 3, length, 5], 0.3), options, rng, version=3)


def _depthwise(padding: int, length: int, rng: np.random.Generator) -> Case:
    extent = 5 if padding == SAME else 3
    options = schema.DepthwiseConv2DOptionsT(
        padding=padding, strideW=1, strideH=1, depthMultiplier=1
    )
    inputs = [_data([1, 5, 5, length]), _filter(rng, [1, 3, 3, length], 3), _bias(rng, length)]
    output = _data([1, extent, extent, length], 0.2)
    return _case("DEPTHWISE_CONV_2D", inputs, output, options, rng, version=3)


def _lone_depthwise(kernel: int, dilation: int, length: int, rng: np.random.Generator) -> Case:
    """One window, as long as the image or longer."""
    options = schema.DepthwiseConv2DOptionsT(
        padding=SAME if kernel > 5 else VALID,
        strideW=5,
        strideH=5,
        dilationWFactor=dilation,
        dilationHFactor=dilation,
        depthMultiplier=1,
    )
    weights = _filter(rng, [1, kernel, kernel, length], 3)
    inputs = [_data([1, 5, 5, length]), weights, _bias(rng, length)]
    output = _data([1, 1, 1, length], 0.3)
    return _case("DEPTHWISE_CONV_2D", inputs, output, options, rng, version=3)


def _transpose_conv(length: int, rng: np.random.Generator) -> Case:
    options = schema.TransposeConvOptionsT(padding=VALID, strideW=2, strideH=2)
    shape = {"values": np.array([1, 7, 7, 5], np.int32)}
    inputs = [shape, _filter(rng, [5, 3, 3, length], 0), _data([1, 3, 3, length])]
    return _case("TRANSPOSE_CONV", inputs, _data([1, 7, 7, 5], 0.3), options, rng, version=3)


def _dense(per_channel: bool, features: int, channels: int, rng: np.random.Generator) -> Case:
    weights = _filter(rng, [channels, features], 0)
    if not per_channel:
        weights["scale"] = 0.006
    inputs = [_data([2, features]), weights, _bias(rng, channels)]
    options = schema.FullyConnectedOptionsT()
    return _case("FULLY_CONNECTED", inputs, _data([2, channels], 0.2), options, rng, version=4)


def _pool(op: str, length: int, rng: np.random.Generator) -> Case:
    options = schema.Pool2DOptionsT(
        padding=SAME, strideW=2, strideH=2, filterWidth=3, filterHeight=3
    )
    return _case(op, [_data([1, 5, 5, length])], _data([1, 3, 3, length]), options, rng, version=2)


def _binary(op: str, options: Any, length: int, rng: np.random.Generator) -> Case:
    inputs = [_data([length], 0.05), _data([length], 0.07, -9)]
    return _case(op, inputs, _data([length], 0.11, 20), options, rng)


def _extremum(op: str, length: int, rng: np.random.Generator) -> Case:
    return _case(op, [_data([2, length]), _data([length])], _data([2, length]), None, rng)


def _unary(op: str, length: int, rng: np.random.Generator) -> Case:
    options = schema.LeakyReluOptionsT(alpha=0.3) if op == "LEAKY_RELU" else None
    output = _data([length], 0.06, -20)
    if op in ("LOGISTIC", "TANH"):
        output = _data([length], 1 / 256 if op == "LOGISTIC" else 1 / 128, -128 * (op != "TANH"))
    return _case(op, [_data([length], 0.05)], output, options, rng)


def _softmax(length: int, rng: np.random.Generator) -> Case:
    options = schema.SoftmaxOptionsT(beta=1.0)
    output = _data([3, length], 1 / 256, -128)
    return _case("SOFTMAX", [_data([3, length])], output, options, rng, version=2)


def _reduction(op: str, axis: int, length: int, rng: np.random.Generator) -> Case:
    inputs = [_data([3, length]), {"values": np.array([axis], np.int32)}]
    output = _data([length] if axis == 0 else [3], 0.1 if op == "REDUCE_MAX" else 0.4)
    return _case(op, inputs, output, schema.ReducerOptionsT(keepDims=False), rng, version=2)


def _concatenation(length: int, rng: np.random.Generator) -> Case:
    options = schema.ConcatenationOptionsT(axis=1)
    inputs = [_data([3, length]), _data([3, 1])]
    return _case("CONCATENATION", inputs, _data([3, length + 1]), options, rng)


def _pad(length: int, rng: np.random.Generator) -> Case:
    inputs = [_data([2, length]), {"values": np.array([[1, 0], [1, 2]], np.int32)}]
    return _case("PAD", inputs, _data([3, length + 3]), None, rng)


_GENERATORS: dict[str, Callable[[int, np.random.Generator], Case]] = {
    "conv 1x1": partial(_conv, (1, 1), VALID),
    "conv 2x1": partial(_conv, (2, 1), SAME),
    "conv 2x2": partial(_conv, (2, 2), VALID),
    "thin conv": _thin_conv,
    "depthwise same": partial(_depthwise, SAME),
    "depthwise valid": partial(_depthwise, VALID),
    "lone depthwise": partial(_lone_depthwise, 5, 1),
    "lone depthwise, beyond the image": partial(_lone_depthwise, 7, 1),
    "lone depthwise, dilated": partial(_lone_depthwise, 3, 2),
    "transpose conv": _transpose_conv,
    "features": lambda length, rng: _dense(False, length, 5, rng),
    "features by channel": lambda length, rng: _dense(True, length, 5, rng),
    "channels": lambda length, rng: _dense(False, 40, length, rng),
    "channels by channel": lambda length, rng: _dense(True, 40, length, rng),
    "max pool": partial(_pool, "MAX_POOL_2D"),
    "average pool": partial(_pool, "AVERAGE_POOL_2D"),
    "add": partial(_binary, "ADD", schema.AddOptionsT()),
    "sub": partial(_binary, "SUB", schema.SubOptionsT()),
    "mul": partial(_binary, "MUL", schema.MulOptionsT()),
    "prelu": partial(_binary, "PRELU", None),
    "maximum": partial(_extremum, "MAXIMUM"),
    "minimum": partial(_extremum, "MINIMUM"),
    **{
        op.lower(): partial(_unary, op)
        for op in ("RELU", "LEAKY_RELU", "LOGISTIC", "TANH", "HARD_SWISH", "QUANTIZE")
    },
    "softmax": _softmax,
    **{
        f"{op.lower()} {axis}": partial(_reduction, op, axis)
        for op, axis in itertools.product(("MEAN", "SUM", "REDUCE_MAX"), (0, 1))
    },
    "concatenation": _concatenation,
    "pad": _pad,
}
_CASES = {
    f"{name}, {length}": partial(make, length)
    for (name, make), length in itertools.product(_GENERATORS.items(), _LENGTHS)
}


@pytest.mark.emulated
@pytest.mark.parametrize("core", _CORES)
def test_lengths_round_a_vector_are_exact(core: str) -> None:
    report = run_golden(_CASES, len(_CASES), seed=0, boards=[core])
    assert not report.failures, "\n".join(map(str, report.failures))
    assert report.cases == {core: len(_CASES)}
