"""Pairs of models whose cost a MAC has to be alike: one op with usual shape and quantization, and
its neighbours, with the quantizations of real models, or one channel, input channel or pixel more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from verification.cases.model_builder import SAME, VALID, ModelBuilder, schema

Scales = NDArray[np.float64]
Biases = NDArray[np.int64]


@dataclass(frozen=True)
class Shape:
    """Of one op. height, width: of the input. A FULLY_CONNECTED has channels alone."""

    op: str
    height: int
    width: int
    in_channels: int
    channels: int
    kernel: tuple[int, int] = (1, 1)
    dilation: int = 1

    def __str__(self) -> str:
        taps = "x".join(map(str, self.kernel)) + (f" d{self.dilation}" if self.dilation > 1 else "")
        return f"{self.height}x{self.width}x{self.in_channels} {taps} to {self.channels}"

    @property
    def is_depthwise(self) -> bool:
        return self.op == "DEPTHWISE_CONV_2D"


@dataclass(frozen=True)
class Neighbour:
    """A model beside the one it is compared with. what: in words."""

    family: str
    what: str
    shape: Shape
    usual: bytes
    model: bytes


def _conv(kernel: tuple[int, int], dilation: int = 1, **fixed: int) -> Callable[..., Shape]:
    def draw(rng: np.random.Generator) -> Shape:
        sizes = {
            "height": int(rng.integers(10, 18)),
            "width": int(rng.integers(6, 18)),
            "in_channels": 4 * int(rng.integers(4, 13)),
            "channels": 8 * int(rng.integers(3, 9)),
        }
        return Shape("CONV_2D", **{**sizes, **fixed}, kernel=kernel, dilation=dilation)

    return draw


def _depthwise(kernel: tuple[int, int], dilation: int = 1) -> Callable[..., Shape]:
    def draw(rng: np.random.Generator) -> Shape:
        channels = 8 * int(rng.integers(2, 17))
        height, width = int(rng.integers(10, 26)), int(rng.integers(5, 26))
        return Shape("DEPTHWISE_CONV_2D", height, width, channels, channels, kernel, dilation)

    return draw


def _fully_connected(rng: np.random.Generator) -> Shape:
    depth, channels = 4 * int(rng.integers(16, 129)), 4 * int(rng.integers(4, 33))
    return Shape("FULLY_CONNECTED", 1, 1, depth, channels)


FAMILIES: dict[str, Callable[[np.random.Generator], Shape]] = {
    "conv 3x3": _conv((3, 3)),
    "conv 1x1": _conv((1, 1)),
    "conv 5x1": _conv((5, 1), width=1),
    "conv 10x1": _conv((10, 1), height=49),
    "conv dilated": _conv((3, 3), dilation=2),
    "conv of one pixel": _conv((1, 1), height=1, width=1),
    "depthwise 3x3": _depthwise((3, 3)),
    "depthwise 5x1": _depthwise((5, 1)),
    "depthwise 10x1": _depthwise((10, 1)),
    "depthwise dilated": _depthwise((3, 3), dilation=2),
    "fully connected": _fully_connected,
}


def draw_neighbours(family: str, rng: np.random.Generator) -> Iterator[Neighbour]:
    """All of one shape of the family."""
    shape = FAMILIES[family](rng)
    seed = int(rng.integers(1 << 31))
    usual = _model(shape, seed)
    for what, quantize in QUANTIZATIONS.items():
        if shape.op == "FULLY_CONNECTED" and what != "extreme zero points":
            continue  # one scale for all channels, as converters have it
        yield Neighbour(family, what, shape, usual, _model(shape, seed, quantize))
    for what, other in _next_shapes(shape).items():
        yield Neighbour(family, what, other, usual, _model(other, seed))


def _next_shapes(shape: Shape) -> dict[str, Shape]:
    more = shape.channels + 1
    if shape.is_depthwise:
        return {
            "a channel more": replace(shape, channels=more, in_channels=more),
            "a column more": replace(shape, width=shape.width + 1),
        }
    found = {
        "a channel more": replace(shape, channels=more),
        "an input channel more": replace(shape, in_channels=shape.in_channels + 1),
    }
    if shape.height * shape.width > 1:
        found["a row more"] = replace(shape, height=shape.height + 1)
    return found


@dataclass
class Quantization:
    """Of one op; scales and biases of each channel."""

    scales: Scales
    biases: Biases
    in_zero_point: int = 3
    out_zero_point: int = -5


def _dead(q: Quantization, rng: np.random.Generator) -> None:
    """Three channels of four with tiny scales, whose biases decide alone."""
    dead = rng.random(len(q.scales)) < 0.75
    q.scales[dead] = 10.0 ** rng.uniform(-11, -8, dead.sum())
    q.biases[dead] = rng.integers(-(1 << 30), 1 << 30, dead.sum())


def _one_dead(q: Quantization, rng: np.random.Generator) -> None:
    q.scales[rng.integers(len(q.scales))] = 1e-9


def _wide(q: Quantization, rng: np.random.Generator) -> None:
    """Scales over 12 orders of magnitude."""
    q.scales[:] = 10.0 ** rng.uniform(-12, 0, len(q.scales))


def _large_bias(q: Quantization, rng: np.random.Generator) -> None:
    """One channel of eight has a bias near the ends of int32."""
    large = rng.random(len(q.scales)) < 0.125
    q.biases[large] = rng.choice([-1, 1], large.sum()) * rng.integers(
        (1 << 31) - 100_000, (1 << 31) - 1, large.sum()
    )


def _extreme_zero_points(q: Quantization, rng: np.random.Generator) -> None:
    q.in_zero_point, q.out_zero_point = (int(rng.choice([-128, 127])) for _ in range(2))


QUANTIZATIONS: dict[str, Callable[[Quantization, np.random.Generator], None]] = {
    "dead channels": _dead,
    "one dead channel": _one_dead,
    "scales over 12 orders": _wide,
    "biases near int32": _large_bias,
    "extreme zero points": _extreme_zero_points,
}


def _model(
    shape: Shape,
    seed: int,
    quantize: Callable[[Quantization, np.random.Generator], None] | None = None,
) -> bytes:
    rng = np.random.default_rng(seed)
    count = shape.channels
    quantization = Quantization(rng.uniform(2e-3, 2e-2, count), rng.integers(-2000, 2000, count))
    if quantize is not None:
        quantize(quantization, rng)
    b = ModelBuilder()
    is_dense = shape.op == "FULLY_CONNECTED"
    in_shape = [1, shape.height, shape.width, shape.in_channels]
    x = b.tensor(
        [1, shape.in_channels] if is_dense else in_shape,
        scale=0.02,
        zero_point=quantization.in_zero_point,
    )
    scales = [float(scale) for scale in quantization.scales]
    weights_shape, axis = _weights(shape)
    weights = rng.integers(-127, 128, weights_shape, dtype=np.int8)
    quantized: dict[str, Any] = {"scale": scales, "axis": axis}
    if is_dense:
        scales, quantized = scales[:1], {"scale": scales[0]}
    biases = quantization.biases.astype(np.int32)
    operands = [
        x,
        b.constant(weights, **quantized),
        b.constant(biases, scale=[0.02 * scale for scale in scales]),
    ]
    # a convolution over rows has no padding beside them
    padding = VALID if shape.kernel[0] > shape.height else SAME
    out_shape = [1, count] if is_dense else [1, shape.height, shape.width, count]
    y = b.tensor(out_shape, scale=0.3, zero_point=quantization.out_zero_point)
    windows = {"padding": padding, "strideW": 1, "strideH": 1}
    windows |= {"dilationWFactor": shape.dilation, "dilationHFactor": shape.dilation}
    if is_dense:
        b.op(shape.op, operands, [y], schema.FullyConnectedOptionsT())
    elif shape.is_depthwise:
        options = schema.DepthwiseConv2DOptionsT(**windows, depthMultiplier=1)
        b.op(shape.op, operands, [y], options, version=3)
    else:
        b.op(shape.op, operands, [y], schema.Conv2DOptionsT(**windows), version=3)
    return b.build([x], [y])


def _weights(shape: Shape) -> tuple[tuple[int, ...], int]:
    """Their shape, and the axis of the channels."""
    if shape.op == "FULLY_CONNECTED":
        return (shape.channels, shape.in_channels), 0
    if shape.is_depthwise:
        return (1, *shape.kernel, shape.channels), 3
    return (shape.channels, *shape.kernel, shape.in_channels), 0
