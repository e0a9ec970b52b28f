"""Generators of chains of windowed ops over images: what generated code may compute by strips."""

from __future__ import annotations

from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases
from verification.cases.model_builder import SAME, VALID, ModelBuilder

_ARITHMETIC = {
    "ADD": schema.AddOptionsT,
    "SUB": schema.SubOptionsT,
    "MUL": schema.MulOptionsT,
}
_SCALE, _ZERO_POINT = 0.05, -3  # of every activation: pools change neither


def window_chain(rng: np.random.Generator) -> Case:
    """2 to 8 ops: convolutions, depthwise ones, pools, and now and then the sum with what an
    earlier op of the same shape gave."""
    b = ModelBuilder()
    shape = [1, int(rng.integers(4, 20)), int(rng.integers(2, 12)), draw.extent(rng, 17)]
    first = tensor = b.tensor(shape, scale=_SCALE, zero_point=_ZERO_POINT)
    inputs = [draw.int8_values(rng, shape)]
    earlier: list[tuple[list[int], int]] = []
    names = []
    for _ in range(int(rng.integers(2, 9))):
        same = [other for other_shape, other in earlier if other_shape == shape]
        name = str(rng.choice(["CONV_2D", "DEPTHWISE_CONV_2D", "MAX_POOL_2D", "AVERAGE_POOL_2D"]))
        options: Any
        if same and draw.chance(rng, 0.5):
            name, options = "ADD", schema.AddOptionsT()
            after, operands = shape, [tensor, int(rng.choice(same))]
        else:
            earlier.append((shape, tensor))
            after, operands, options = _windowed(rng, b, name, shape, tensor)
        tensor = b.tensor(after, scale=_SCALE, zero_point=_ZERO_POINT)
        b.op(name, operands, [tensor], options, version=1 if name == "ADD" else 2)
        names.append(name)
        shape = after
    label = f"{draw.shape_text(list(inputs[0].shape))}: {', '.join(names)}"
    return Case(b.build([first], [tensor]), inputs, label)


def depthwise_chain(rng: np.random.Generator) -> Case:
    """2 to 5 depthwise windows of 3x3 over channels in fours, pointwise convolutions between some:
    of large images, as kernels read a piece of them before they write it. Now and then one channel
    is dead, or so loud that it does not go the short way from sum to output."""
    b = ModelBuilder()
    shape = [1, *(int(extent) for extent in rng.integers(4, 45, 2)), 4 * int(rng.integers(1, 5))]
    first = tensor = b.tensor(shape, scale=_SCALE, zero_point=_ZERO_POINT)
    inputs = [draw.int8_values(rng, shape)]
    for _ in range(int(rng.integers(2, 6))):
        depthwise = draw.chance(rng, 0.7)
        name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        kernel = 3 if depthwise and min(shape[1:3]) > 3 else 1
        after, operands, options = _convolved(
            *(rng, b, depthwise, shape, tensor, [kernel, kernel], [1, 1]),
            out_c=4 * int(rng.integers(1, 5)),
            odd_scale=float(rng.choice([1e-12, 2.0])) if draw.chance(rng, 0.3) else None,
        )
        tensor = b.tensor(after, scale=_SCALE, zero_point=_ZERO_POINT)
        b.op(name, operands, [tensor], options, version=2)
        shape = after
    label = f"{draw.shape_text(list(inputs[0].shape))} to {draw.shape_text(shape)}"
    return Case(b.build([first], [tensor]), inputs, label)


def residual_chain(rng: np.random.Generator) -> Case:
    """1 to 3 blocks, 2 to 8 ops: two convolutions, a clamp between some, and now and then the sum,
    difference or product with what came in, with a convolution of it or with a constant: of images
    that are higher than wide, as runs of such ops take turns row by row."""
    b = ModelBuilder()
    shape = [1, int(rng.integers(6, 40)), int(rng.integers(2, 9)), draw.extent(rng, 9)]
    first = tensor = b.tensor(shape, scale=_SCALE, zero_point=_ZERO_POINT)
    inputs = [draw.int8_values(rng, shape)]
    names: list[str] = []

    def add(name: str, operands: list[int], shape: list[int], options: Any, version: int) -> int:
        made = b.tensor(shape, scale=_SCALE, zero_point=_ZERO_POINT)
        b.op(name, operands, [made], options, version=version)
        names.append(name)
        return made

    for _ in range(int(rng.integers(1, 4))):
        came, came_shape = tensor, shape
        stride = [int(rng.choice([1, 1, 2]))] * 2
        for step in ([1, 1], stride):
            depthwise = draw.chance(rng, 0.4)
            kernel = [int(min(rng.choice([1, 3, 3, 5]), extent)) for extent in shape[1:3]]
            shape, operands, options = _convolved(
                *(rng, b, depthwise, shape, tensor, kernel, step), draw.extent(rng, 20)
            )
            name = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
            tensor = add(name, operands, shape, options, 2)
            if len(names) < 6 and draw.chance(rng, 0.2):
                tensor = add("RELU", [tensor], shape, None, 2)
        if len(names) > 5 or draw.chance(rng, 0.3):
            break
        beside = came
        if draw.chance(rng, 0.2):
            values = draw.int8_values(rng, shape)
            beside = b.constant(values, scale=_SCALE, zero_point=_ZERO_POINT)
        elif came_shape != shape:
            same, operands, options = _convolved(
                *(rng, b, False, came_shape, came, [1, 1], stride), shape[3]
            )
            if same != shape:  # the padding took something away
                continue
            beside = add("CONV_2D", operands, shape, options, 2)
        name = str(rng.choice(["ADD", "ADD", "SUB", "MUL"]))
        tensor = add(name, [tensor, beside], shape, _ARITHMETIC[name](), 1)
    label = f"{draw.shape_text(list(inputs[0].shape))}: {', '.join(names)}"
    return Case(b.build([first], [tensor]), inputs, label)


def _windowed(
    rng: np.random.Generator, b: ModelBuilder, name: str, shape: list[int], tensor: int
) -> tuple[list[int], list[int], Any]:
    """The output's shape, the operands and the options of a windowed op."""
    _, height, width, channels = shape
    kernel = [int(min(rng.choice([1, 2, 3, 3, 5]), extent)) for extent in (height, width)]
    stride = [int(rng.choice([1, 1, 1, 2])) for _ in range(2)]
    if "POOL" not in name:
        depthwise = name == "DEPTHWISE_CONV_2D"
        out_c = draw.extent(rng, 40)
        return _convolved(rng, b, depthwise, shape, tensor, kernel, stride, out_c)
    extents, common = _output(rng, shape, kernel, stride)
    pool = schema.Pool2DOptionsT(filterHeight=kernel[0], filterWidth=kernel[1], **common)
    return [1, *extents, channels], [tensor], pool


def _convolved(
    rng: np.random.Generator,
    b: ModelBuilder,
    depthwise: bool,
    shape: list[int],
    tensor: int,
    kernel: list[int],
    stride: list[int],
    out_c: int,
    odd_scale: float | None = None,
) -> tuple[list[int], list[int], Any]:
    """As _windowed(), of a convolution. out_c: of one that is not depthwise. odd_scale: of
    one channel's weights."""
    channels = shape[3]
    out_c = channels if depthwise else out_c
    extents, common = _output(rng, shape, kernel, stride)
    filter_shape = [1, *kernel, channels] if depthwise else [out_c, *kernel, channels]
    scales = [float(s) for s in rng.uniform(0.002, 0.02, out_c)]
    if odd_scale is not None:
        scales[int(rng.integers(out_c))] = odd_scale
    filter_ = b.constant(draw.weights(rng, filter_shape), scale=scales, axis=3 if depthwise else 0)
    terms = int(np.prod(kernel)) * (1 if depthwise else channels)
    bias = b.constant(draw.bias_values(rng, out_c, terms), scale=[_SCALE * s for s in scales])
    common |= {"dilationHFactor": 1, "dilationWFactor": 1}
    options = (
        schema.DepthwiseConv2DOptionsT(depthMultiplier=1, **common)
        if depthwise
        else schema.Conv2DOptionsT(**common)
    )
    return [1, *extents, out_c], [tensor, filter_, bias], options


def _output(
    rng: np.random.Generator, shape: list[int], kernel: list[int], stride: list[int]
) -> tuple[list[int], dict[str, Any]]:
    """Height and width of the output, and the options of padding and stride."""
    padding = int(rng.choice([SAME, SAME, VALID]))
    extents = [
        -(-extent // s) if padding == SAME else (extent - k) // s + 1
        for extent, k, s in zip(shape[1:3], kernel, stride, strict=True)
    ]
    return extents, {"padding": padding, "strideH": stride[0], "strideW": stride[1]}


CASES: Cases = {
    "DEPTHWISE_CONV_2D_CHAIN": depthwise_chain,
    "RESIDUAL_CHAIN": residual_chain,
    "WINDOW_CHAIN": window_chain,
}
