"""Generators of what nearly every model has: convolutions, dense layers, pooling, ADD, PAD, ..."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases
from verification.cases.model_builder import OPTIONAL, SAME, VALID, ModelBuilder

_MAX_MACS = 400_000  # a case; the simulator of the largest core does some 20 million a second


@dataclass(frozen=True)
class _Window:
    """One axis of a convolution or pooling: the output's extent follows."""

    extent: int
    kernel: int
    stride: int
    dilation: int = 1

    def out(self, padding: int) -> int:
        reach = (self.kernel - 1) * self.dilation + 1
        if padding == SAME:
            return -(-self.extent // self.stride)
        return (self.extent - reach) // self.stride + 1


def _window(rng: np.random.Generator, padding: int, limit: int, dilated: bool) -> _Window:
    """Draws an axis of which at least one output element exists."""
    kernel = int(rng.choice([1, 1, 2, 3, 3, 3, 4, 5, 7, 10]))
    stride = int(rng.choice([1, 1, 1, 2, 2, 3, 4, 9]))
    dilation = int(rng.choice([2, 3, 4])) if dilated and draw.chance(rng, 0.2) else 1
    extent = draw.extent(rng, limit)
    if dilation > 1 and draw.chance(rng, 0.4):
        extent = int(rng.integers(1, 4))  # whole windows of padding, where it is SAME
    if padding == VALID:
        extent = max(extent, (kernel - 1) * dilation + 1)
    return _Window(extent, kernel, stride, dilation)


def _conv_like(
    rng: np.random.Generator, depthwise: bool, is_3x3: bool = False, is_wide: bool = False
) -> Case:
    padding = int(rng.choice([SAME, VALID]))
    pointwise = draw.chance(rng, 0.2)
    limit = int(rng.choice([1, 4, 9, 17]))
    y = _window(rng, padding, limit, dilated=True)
    x = _window(rng, padding, limit, dilated=True)
    if padding == SAME and draw.chance(rng, 0.1):
        # An even number of dilated taps round a low image: rows of output that meet only padding.
        y = _Window(int(rng.integers(1, 3)), int(rng.choice([2, 4])), 1, int(rng.choice([2, 4])))
    if pointwise:
        y, x = _Window(y.extent, 1, 1), _Window(x.extent, 1, 1)
    if is_3x3:
        y, x = _Window(int(rng.integers(3, 31)), 3, 1), _Window(int(rng.integers(3, 57)), 3, 1)
    if is_wide:
        padding = SAME
        y, x = (_Window(int(rng.integers(1, 5)), int(rng.choice([1, 3])), 1) for _ in range(2))
    out_h, out_w = y.out(padding), x.out(padding)
    batches = int(rng.choice([1, 1, 1, 2, 3]))
    taps = y.kernel * x.kernel
    positions = batches * out_h * out_w
    room = max(1, _MAX_MACS // (positions * taps))  # for the product of the channel counts

    many = int(rng.choice([1, 1, 1, 7]))  # many tiles of channels, where there is room
    if depthwise:
        in_c = draw.extent(rng, min(65, room)) * min(many, max(1, room // 65))
        multiplier = 1
        if draw.chance(rng, 0.4):
            multiplier = draw.extent(rng, min(9, max(1, room // in_c)))
        out_c = in_c * multiplier
        filter_shape = [1, y.kernel, x.kernel, out_c]
        terms = taps
        label = f"multiplier {multiplier}"
    else:
        groups = int(rng.choice([1, 1, 1, 1, 2, 3, 4]))
        filter_c = draw.extent(rng, min(65, room)) * min(many, max(1, room // 65))
        if is_wide:
            filter_c = draw.extent(rng, 17)
        per_group = draw.extent(rng, min(33, max(1, room // filter_c // groups)))
        if is_wide:
            per_group = int(rng.integers(34, 200))
        in_c, out_c = filter_c * groups, per_group * groups
        filter_shape = [out_c, y.kernel, x.kernel, filter_c]
        terms = taps * filter_c
        label = f"groups {groups}"

    in_scale = draw.scale(rng)
    filter_scales = draw.weight_scales(rng, out_c)
    activation = rng.choice(draw.ACTIVATIONS)
    b = ModelBuilder()
    shape = [batches, y.extent, x.extent, in_c]
    source = b.tensor(shape, scale=in_scale, zero_point=draw.zero_point(rng))
    kernel = b.constant(
        draw.weights(rng, filter_shape), scale=filter_scales, axis=3 if depthwise else 0
    )
    bias = OPTIONAL
    if draw.chance(rng, 0.8):
        bias = b.constant(
            draw.bias_values(rng, out_c, terms), scale=[in_scale * s for s in filter_scales]
        )
    operands = [source, kernel, bias]
    if bias == OPTIONAL and (depthwise or draw.chance(rng, 0.5)):
        operands.pop()  # the oracle crashes on a depthwise convolution whose bias is index -1
    output = b.tensor(
        [batches, out_h, out_w, out_c],
        scale=draw.output_scale(rng, in_scale, filter_scales, terms),
        zero_point=draw.zero_point(rng),
    )
    options: dict[str, Any] = {
        "padding": padding, "strideW": x.stride, "strideH": y.stride,
        "fusedActivationFunction": activation,
        "dilationWFactor": x.dilation, "dilationHFactor": y.dilation,
    }  # fmt: skip
    if depthwise:
        built = schema.DepthwiseConv2DOptionsT(depthMultiplier=multiplier, **options)
        b.op("DEPTHWISE_CONV_2D", operands, [output], built, version=3)
    else:
        built = schema.Conv2DOptionsT(**options)
        b.op("CONV_2D", operands, [output], built, version=3)
    return Case(
        b.build([source], [output]),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} filter {draw.shape_text(filter_shape)} {label} "
        f"stride {y.stride}x{x.stride} dilation {y.dilation}x{x.dilation} "
        f"{'SAME' if padding == SAME else 'VALID'} {draw.activation_name(activation)}, "
        f"{len(filter_scales)} scales, {'no bias' if bias == OPTIONAL else 'bias'}",
    )


def conv_2d(rng: np.random.Generator) -> Case:
    """Any stride, dilation and padding; groups; one scale or one a channel."""
    return _conv_like(rng, depthwise=False)


def conv_2d_wide(rng: np.random.Generator) -> Case:
    """Of more channels than kernels take at once, on images of few pixels."""
    return _conv_like(rng, depthwise=False, is_wide=True)


def depthwise_conv_2d(rng: np.random.Generator) -> Case:
    """Any channel multiplier."""
    return _conv_like(rng, depthwise=True)


def depthwise_conv_2d_3x3(rng: np.random.Generator) -> Case:
    """The window that networks have, on images of many rows and columns."""
    return _conv_like(rng, depthwise=True, is_3x3=True)


def fully_connected(rng: np.random.Generator) -> Case:
    """One scale or one a channel, several rows, 2-D to 4-D inputs."""
    features = draw.extent(rng, 65) * int(rng.choice([1, 1, 2, 5]))
    channels = draw.extent(rng, 65)
    if draw.chance(rng, 0.05):  # up to more products than fast requantization takes: 16,384
        features, channels = int(rng.integers(1000, 20000)), draw.extent(rng, 9)
    lead = [int(e) for e in rng.choice([1, 1, 1, 2, 3, 4], int(rng.choice([1, 1, 1, 2, 3])))]
    activation = rng.choice(draw.ACTIVATIONS)
    in_scale = draw.scale(rng)
    filter_scales = draw.weight_scales(rng, channels)
    b = ModelBuilder()
    keep_dims = len(lead) > 1 and draw.chance(rng, 0.5)
    shape = [*lead, features]
    rows = int(np.prod(lead))
    source = b.tensor(shape, scale=in_scale, zero_point=draw.zero_point(rng))
    filter_ = b.constant(draw.weights(rng, [channels, features]), scale=filter_scales)
    bias = OPTIONAL
    if draw.chance(rng, 0.8):
        bias = b.constant(
            draw.bias_values(rng, channels, features), scale=[in_scale * s for s in filter_scales]
        )
    output = b.tensor(
        [*lead, channels] if keep_dims else [rows, channels],
        scale=draw.output_scale(rng, in_scale, filter_scales, features),
        zero_point=draw.zero_point(rng),
    )
    b.op(
        "FULLY_CONNECTED",
        [source, filter_, bias],
        [output],
        schema.FullyConnectedOptionsT(fusedActivationFunction=activation, keepNumDims=keep_dims),
        version=4,
    )
    return Case(
        b.build([source], [output]),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} -> {channels} {draw.activation_name(activation)}, "
        f"{len(filter_scales)} scales, {'no bias' if bias == OPTIONAL else 'bias'}",
    )


def _pool(rng: np.random.Generator, name: str) -> Case:
    padding = int(rng.choice([SAME, VALID]))
    limit = int(rng.choice([1, 4, 9, 17]))
    y = _window(rng, padding, limit, dilated=False)
    x = _window(rng, padding, limit, dilated=False)
    channels = draw.extent(rng, 65)
    shape = [int(rng.choice([1, 1, 1, 2])), y.extent, x.extent, channels]
    quantization: dict[str, Any] = {
        "scale": draw.scale(rng, 1e-2, 0.5),
        "zero_point": draw.zero_point(rng),
    }
    activation = rng.choice(draw.ACTIVATIONS)
    b = ModelBuilder()
    source = b.tensor(shape, **quantization)
    output = b.tensor([shape[0], y.out(padding), x.out(padding), channels], **quantization)
    options = schema.Pool2DOptionsT(
        padding=padding, strideW=x.stride, strideH=y.stride, filterWidth=x.kernel,
        filterHeight=y.kernel, fusedActivationFunction=activation,
    )  # fmt: skip
    b.op(name, [source], [output], options, version=2)
    return Case(
        b.build([source], [output]),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} window {y.kernel}x{x.kernel} stride {y.stride}x{x.stride} "
        f"{'SAME' if padding == SAME else 'VALID'} {draw.activation_name(activation)}",
    )


def max_pool_2d(rng: np.random.Generator) -> Case:
    """Any window, stride, padding and activation."""
    return _pool(rng, "MAX_POOL_2D")


def average_pool_2d(rng: np.random.Generator) -> Case:
    """Any window, stride, padding and activation."""
    return _pool(rng, "AVERAGE_POOL_2D")


def l2_pool_2d(rng: np.random.Generator) -> Case:
    """As the others, for float32 alone."""
    return _pool(rng, "L2_POOL_2D")


def mean(rng: np.random.Generator) -> Case:
    """Any axes of 1-D to 4-D tensors, negative ones too; the scales equal or not."""
    rank = int(rng.choice([1, 2, 3, 4, 4, 4]))
    shape = [draw.extent(rng, 17 if rank > 2 else 33) for _ in range(rank)]
    if rank == 4:
        shape[0] = 1
    if rank == 4 and draw.chance(rng, 0.6):
        axes = [1, 2]  # global average pooling
    else:
        axes = sorted(int(a) for a in rng.choice(rank, int(rng.integers(1, rank + 1)), False))
    keep_dims = draw.chance(rng, 0.5)
    out_shape = [
        1 if axis in axes else e for axis, e in enumerate(shape) if axis not in axes or keep_dims
    ]
    written = [a - rank if draw.chance(rng, 0.2) else a for a in axes]
    in_scale, in_zero_point = draw.scale(rng), draw.zero_point(rng)
    out_scale, out_zero_point = in_scale, in_zero_point
    if draw.chance(rng, 0.7):
        out_scale = in_scale * float(np.exp(rng.uniform(-3, 1)))
        out_zero_point = draw.zero_point(rng)
    b = ModelBuilder()
    source = b.tensor(shape, scale=in_scale, zero_point=in_zero_point)
    output = b.tensor(out_shape, scale=out_scale, zero_point=out_zero_point)
    b.op(
        "MEAN",
        [source, b.constant(written)],
        [output],
        schema.ReducerOptionsT(keepDims=keep_dims),
        version=2,
    )
    return Case(
        b.build([source], [output]),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} axes {written}{' kept' if keep_dims else ''}",
    )


def add(rng: np.random.Generator) -> Case:
    """Same shapes, broadcasting on any axes, a constant operand, a scalar."""
    rank = int(rng.choice([1, 2, 3, 4, 4]))
    full = [draw.extent(rng, 17 if rank > 2 else 33) for _ in range(rank)]
    shapes = [list(full), list(full)]
    if draw.chance(rng, 0.6):
        for axis in range(rank):
            if draw.chance(rng, 0.4):
                shapes[int(rng.integers(2))][axis] = 1
        if draw.chance(rng, 0.3):  # a lower rank
            shapes[1] = shapes[1][int(rng.integers(rank + 1)) :]
        full = list(np.broadcast_shapes(*map(tuple, shapes)))
    if draw.chance(rng, 0.5):
        shapes.reverse()
    activation = rng.choice(draw.ACTIVATIONS)
    b = ModelBuilder()
    operands, graph_inputs, inputs = [], [], []
    constant = int(rng.integers(2)) if draw.chance(rng, 0.3) else None
    scales = [draw.scale(rng), draw.scale(rng)]
    if draw.chance(rng, 0.3):
        scales[1] = scales[0]
    for i, shape in enumerate(shapes):
        values = draw.int8_values(rng, shape)
        quantization: dict[str, Any] = {"scale": scales[i], "zero_point": draw.zero_point(rng)}
        if i == constant:
            operands.append(b.constant(values, **quantization))
        else:
            operands.append(b.tensor(shape, **quantization))
            graph_inputs.append(operands[-1])
            inputs.append(values)
    output = b.tensor(
        full,
        scale=max(scales) * float(np.exp(rng.uniform(-1, 1.5))),
        zero_point=draw.zero_point(rng),
    )
    b.op("ADD", operands, [output], schema.AddOptionsT(fusedActivationFunction=activation))
    return Case(
        b.build(graph_inputs, [output]),
        inputs,
        f"{draw.shape_text(shapes[0])} + {draw.shape_text(shapes[1])}"
        f"{'' if constant is None else f', {constant} constant'} "
        f"{draw.activation_name(activation)}",
    )


def pad(rng: np.random.Generator) -> Case:
    """1-D to 4-D, on any side."""
    rank = int(rng.choice([1, 2, 3, 4, 4]))
    shape = [draw.extent(rng, 9 if rank > 2 else 33) for _ in range(rank)]
    paddings = rng.choice([0, 0, 1, 2, 3], (rank, 2)).astype(np.int32)
    quantization: dict[str, Any] = {"scale": draw.scale(rng), "zero_point": draw.zero_point(rng)}
    b = ModelBuilder()
    source = b.tensor(shape, **quantization)
    output = b.tensor([e + int(p.sum()) for e, p in zip(shape, paddings, strict=True)],
                      **quantization)  # fmt: skip
    b.op("PAD", [source, b.constant(paddings)], [output], schema.PadOptionsT(), version=2)
    return Case(
        b.build([source], [output]),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} by {paddings.tolist()}",
    )


def reshape(rng: np.random.Generator) -> Case:
    """From and to any rank; the model's input stays readable for a second op."""
    shape = [draw.extent(rng, 9) for _ in range(int(rng.integers(1, 5)))]
    target = [int(e) for e in rng.permutation(shape)]
    if draw.chance(rng, 0.5):
        target = [int(np.prod(shape))]
    quantization: dict[str, Any] = {"scale": draw.scale(rng), "zero_point": draw.zero_point(rng)}
    b = ModelBuilder()
    source = b.tensor(shape, **quantization)
    output = b.tensor(target, **quantization)
    b.op(
        "RESHAPE",
        [source, b.constant(target)],
        [output],
        schema.ReshapeOptionsT(newShape=target),
    )
    outputs = [output]
    if draw.chance(rng, 0.3):  # the input is needed again, so it must not be taken over
        again = b.tensor([int(np.prod(shape))], **quantization)
        b.op("RESHAPE", [source, b.constant([int(np.prod(shape))])], [again])
        outputs.append(again)
    return Case(
        b.build([source], outputs),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} -> {draw.shape_text(target)}, {len(outputs)} outputs",
    )


# From a sum of exponentials of this on, in a row, upstream shifts by more than 31 and aborts.
_SOFTMAX_ENDS_THE_PROCESS = 512


def softmax(rng: np.random.Generator) -> Case:
    """1-D to 4-D, any beta; a quarter of them to int16."""
    shape = [*rng.choice([1, 1, 2, 3], int(rng.integers(0, 4))).tolist(), draw.extent(rng, 65)]
    beta = 1.0 if draw.chance(rng, 0.6) else float(rng.uniform(0.1, 4))
    b = ModelBuilder()
    source = b.tensor(shape, scale=draw.scale(rng), zero_point=draw.zero_point(rng))
    if draw.chance(rng, 0.25):
        scale = float(rng.choice([1 / 65536, 1 / 65535]))
        output = b.tensor(shape, "INT16", scale=scale, zero_point=-32768)
    else:
        output = b.tensor(shape, scale=1 / 256, zero_point=-128)
    b.op("SOFTMAX", [source], [output], schema.SoftmaxOptionsT(beta=beta), version=2)
    return Case(
        b.build([source], [output]),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} beta {beta:.3f}",
    )


def quantize(rng: np.random.Generator) -> Case:
    """int8 to int8 of another scale and zero point."""
    shape = [draw.extent(rng, 17) for _ in range(int(rng.integers(1, 4)))]
    in_scale = draw.scale(rng)
    b = ModelBuilder()
    source = b.tensor(shape, scale=in_scale, zero_point=draw.zero_point(rng))
    output = b.tensor(
        shape, scale=in_scale * float(np.exp(rng.uniform(-2, 2))), zero_point=draw.zero_point(rng)
    )
    b.op("QUANTIZE", [source], [output])
    return Case(b.build([source], [output]), [draw.int8_values(rng, shape)], draw.shape_text(shape))


class _Graph:
    """A random graph over NHWC tensors, built op by op."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.b = ModelBuilder()
        self.tensors: list[tuple[int, list[int], float, int]] = []  # index, shape, scale, zero
        self.trail: list[str] = []

    def tensor(self, shape: list[int], scale: float, zero_point: int) -> int:
        index = self.b.tensor(shape, scale=scale, zero_point=zero_point)
        self.tensors.append((index, shape, scale, zero_point))
        return index

    # Milder than in the cases of one op: what one op saturates, the next ones cannot show.

    def zero_point(self) -> int:
        return int(self.rng.integers(-60, 61))

    def activation(self) -> int:
        return int(self.rng.choice([*draw.ACTIVATIONS[:2], draw.ACTIVATIONS[0]]))

    def weight_scales(self, channels: int) -> list[float]:
        return [float(s) for s in 0.01 * np.exp(self.rng.uniform(-0.5, 0.5, channels))]

    def spread(self, in_scale: float, filter_scales: list[float], terms: int) -> float:
        return in_scale * float(np.mean(filter_scales)) * 40 * float(np.sqrt(terms)) * 1.2

    def grow(self) -> None:
        """Adds one op on a tensor that is there, usually the newest."""
        rng = self.rng
        pick = -1 if draw.chance(rng, 0.7) else int(rng.integers(len(self.tensors)))
        source = self.tensors[pick]
        grown = [self._conv, self._conv, self._depthwise, self._add, self._add, self._pool,
                 self._pad, self._quantize]  # fmt: skip
        step = grown[int(rng.integers(len(grown)))]
        self.trail.append(step.__name__[1:])
        step(*source)

    def _conv(self, index: int, shape: list[int], scale: float, _zero: int) -> None:
        rng = self.rng
        out_c = draw.extent(rng, 17)
        kernel, stride = int(rng.choice([1, 3])), int(rng.choice([1, 1, 2]))
        scales = self.weight_scales(out_c)
        terms = kernel * kernel * shape[3]
        w = self.b.constant(draw.weights(rng, [out_c, kernel, kernel, shape[3]]), scale=scales)
        bias = self.b.constant(draw.bias_values(rng, out_c, 1), scale=[scale * s for s in scales])
        out_shape = [shape[0], -(-shape[1] // stride), -(-shape[2] // stride), out_c]
        out_scale = self.spread(scale, scales, terms)
        out = self.tensor(out_shape, out_scale, self.zero_point())
        options = schema.Conv2DOptionsT(
            padding=SAME, strideW=stride, strideH=stride, dilationWFactor=1, dilationHFactor=1,
            fusedActivationFunction=self.activation(),
        )  # fmt: skip
        self.b.op("CONV_2D", [index, w, bias], [out], options, version=3)

    def _depthwise(self, index: int, shape: list[int], scale: float, _zero: int) -> None:
        rng = self.rng
        scales = self.weight_scales(shape[3])
        w = self.b.constant(draw.weights(rng, [1, 3, 3, shape[3]]), scale=scales, axis=3)
        bias = self.b.constant(
            draw.bias_values(rng, shape[3], 1), scale=[scale * s for s in scales]
        )
        out = self.tensor(shape, self.spread(scale, scales, 9), self.zero_point())
        options = schema.DepthwiseConv2DOptionsT(
            padding=SAME, strideW=1, strideH=1, depthMultiplier=1,
            dilationWFactor=1, dilationHFactor=1,
            fusedActivationFunction=self.activation(),
        )  # fmt: skip
        self.b.op("DEPTHWISE_CONV_2D", [index, w, bias], [out], options, version=3)

    def _add(self, index: int, shape: list[int], scale: float, _zero: int) -> None:
        rng = self.rng
        fits = [t for t in self.tensors if t[1] == shape]
        other, _, other_scale, _ = fits[int(rng.integers(len(fits)))]  # perhaps itself
        out = self.tensor(shape, max(scale, other_scale) * 1.5, self.zero_point())
        operands = [index, other] if draw.chance(rng, 0.5) else [other, index]
        options = schema.AddOptionsT(fusedActivationFunction=self.activation())
        self.b.op("ADD", operands, [out], options)

    def _pool(self, index: int, shape: list[int], scale: float, zero: int) -> None:
        rng = self.rng
        stride = int(rng.choice([1, 2]))
        out_shape = [shape[0], -(-shape[1] // stride), -(-shape[2] // stride), shape[3]]
        out = self.tensor(out_shape, scale, zero)
        options = schema.Pool2DOptionsT(
            padding=SAME, strideW=stride, strideH=stride, filterWidth=2, filterHeight=3
        )
        name = str(rng.choice(["MAX_POOL_2D", "AVERAGE_POOL_2D"]))
        self.b.op(name, [index], [out], options, version=2)

    def _pad(self, index: int, shape: list[int], scale: float, zero: int) -> None:
        paddings = np.array([[0, 0], [1, 0], [0, 1], [0, 0]], np.int32)
        out = self.tensor([shape[0], shape[1] + 1, shape[2] + 1, shape[3]], scale, zero)
        self.b.op("PAD", [index, self.b.constant(paddings)], [out], version=2)

    def _quantize(self, index: int, shape: list[int], scale: float, _zero: int) -> None:
        out = self.tensor(shape, scale * 1.3, self.zero_point())
        self.b.op("QUANTIZE", [index], [out])


def graph(rng: np.random.Generator) -> Case:
    """Up to 14 ops with branches, residual adds and several outputs: it stresses the memory plan.

    Tensors that nothing reads become outputs, and some of those that are read too.
    """
    g = _Graph(rng)
    shape = [1, draw.extent(rng, 12), draw.extent(rng, 12), draw.extent(rng, 9)]
    g.tensor(shape, draw.scale(rng), draw.zero_point(rng))
    for _ in range(int(rng.integers(2, 13))):
        g.grow()
    used = {i for op in g.b.table.operators for i in op.inputs}
    unread = [index for index, *_ in g.tensors if index not in used]
    read = [index for index, *_ in g.tensors[1:] if index in used and draw.chance(rng, 0.1)]
    index, last, *_ = next(t for t in g.tensors if t[0] == unread[0])
    flat = [1, int(np.prod(last))]
    if len(unread) == 1 and draw.chance(rng, 0.5) and flat[1] < _SOFTMAX_ENDS_THE_PROCESS:
        # a classifier's end
        zero_point = g.tensors[-1][3]
        flattened = g.b.tensor(flat, scale=g.tensors[-1][2], zero_point=zero_point)
        g.b.op("RESHAPE", [index, g.b.constant(flat)], [flattened])
        scores = g.b.tensor(flat, scale=1 / 256, zero_point=-128)
        g.b.op("SOFTMAX", [flattened], [scores], schema.SoftmaxOptionsT(beta=1.0), version=2)
        unread = [scores]
    outputs = [int(i) for i in rng.permutation([*unread, *read])]
    return Case(
        g.b.build([g.tensors[0][0]], outputs),
        [draw.int8_values(rng, shape)],
        f"{draw.shape_text(shape)} {' '.join(g.trail)}; {len(outputs)} outputs",
    )


CASES: Cases = {
    "ADD": add,
    "AVERAGE_POOL_2D": average_pool_2d,
    "CONV_2D": conv_2d,
    "CONV_2D_WIDE": conv_2d_wide,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "DEPTHWISE_CONV_2D_3X3": depthwise_conv_2d_3x3,
    "FULLY_CONNECTED": fully_connected,
    "GRAPH": graph,
    "MAX_POOL_2D": max_pool_2d,
    "MEAN": mean,
    "PAD": pad,
    "QUANTIZE": quantize,
    "RESHAPE": reshape,
    "SOFTMAX": softmax,
}
