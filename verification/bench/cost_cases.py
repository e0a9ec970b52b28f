"""Models that the cost table is fitted to: shapes and scales as networks have them.

The golden generators look for trouble, with extreme scales and tiny images; what an op costs in a
real network is better seen on these. They replace the golden generators of the same name.
"""

from __future__ import annotations

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases, Generator
from verification.cases.model_builder import SAME, VALID, ModelBuilder
from verification.cases.wide import widened

_MAX_MACS = 3_000_000  # a case
_CHANNELS = (1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 28, 32, 40, 48, 64, 96, 128)
_KERNELS = ((1, 1), (1, 1), (3, 3), (3, 3), (3, 3), (5, 5), (2, 2), (3, 1), (1, 5), (10, 4), (7, 7))


def _quantized_filter(
    b: ModelBuilder, rng: np.random.Generator, shape: list[int], channels: int, axis: int
) -> tuple[int, int, float]:
    """(filter, bias, output scale): weights as of a trained layer, one scale a channel."""
    terms = int(np.prod(shape)) // channels
    scales = [float(s) for s in 0.004 * np.exp(rng.uniform(-0.7, 0.7, channels))]
    weights = rng.integers(-127, 128, shape, dtype=np.int8)
    kernel = b.constant(weights, scale=scales, axis=axis)
    bias = b.constant(draw.bias_values(rng, channels, terms), scale=[0.02 * s for s in scales])
    return kernel, bias, draw.output_scale(rng, 0.02, scales, terms)


def _conv(rng: np.random.Generator, depthwise: bool, is_3x3: bool = False) -> Case:
    kernel_h, kernel_w = _KERNELS[rng.integers(len(_KERNELS))]
    if depthwise and kernel_h * kernel_w == 1:
        kernel_h = kernel_w = 3
    kind = rng.random()
    dilation = 2 if kind < 0.1 and kernel_h * kernel_w > 1 else 1
    groups = int(rng.choice([2, 4])) if 0.1 <= kind < 0.22 else 1
    multiplier = int(rng.choice([2, 3, 4, 8])) if depthwise and groups > 1 else 1
    stride = int(rng.choice([1, 1, 2]))
    if is_3x3:
        kernel_h = kernel_w = 3
        dilation = groups = multiplier = stride = 1
    padding = int(rng.choice([SAME, SAME, VALID]))
    while True:
        height, width = (int(e) for e in rng.choice([1, 3, 4, 5, 7, 8, 10, 12, 16, 25, 28, 32], 2))
        in_c, out_c = (int(c) for c in rng.choice(_CHANNELS, 2))
        if padding == VALID:
            height = max(height, (kernel_h - 1) * dilation + 1)
            width = max(width, (kernel_w - 1) * dilation + 1)
        extents = [
            -(-size // stride) if padding == SAME else (size - (k - 1) * dilation - 1) // stride + 1
            for size, k in ((height, kernel_h), (width, kernel_w))
        ]
        if depthwise:
            out_c = in_c * multiplier
            filter_shape = [1, kernel_h, kernel_w, out_c]
            macs = int(np.prod(extents)) * kernel_h * kernel_w * out_c
        else:
            if groups > 1:
                in_c, out_c = groups * in_c, groups * out_c
            filter_shape = [out_c, kernel_h, kernel_w, in_c // groups]
            macs = int(np.prod(extents)) * int(np.prod(filter_shape))
        if 2_000 <= macs <= _MAX_MACS:
            break
    b = ModelBuilder()
    shape = [1, height, width, in_c]
    source = b.tensor(shape, scale=0.02, zero_point=int(rng.choice([-128, 0, 5])))
    kernel, bias, scale = _quantized_filter(b, rng, filter_shape, out_c, 3 if depthwise else 0)
    output = b.tensor([1, *extents, out_c], scale=scale, zero_point=-128)
    options = {
        "padding": padding, "strideW": stride, "strideH": stride, "dilationWFactor": dilation,
        "dilationHFactor": dilation, "fusedActivationFunction": draw.ACTIVATIONS[1],
    }  # fmt: skip
    if depthwise:
        built = schema.DepthwiseConv2DOptionsT(depthMultiplier=multiplier, **options)
        b.op("DEPTHWISE_CONV_2D", [source, kernel, bias], [output], built, version=3)
    else:
        built = schema.Conv2DOptionsT(**options)
        b.op("CONV_2D", [source, kernel, bias], [output], built, version=3)
    label = f"{draw.shape_text(shape)} filter {draw.shape_text(filter_shape)} stride {stride}"
    return Case(b.build([source], [output]), [draw.int8_values(rng, shape)], label)


def conv_2d(rng: np.random.Generator) -> Case:
    """As in image and audio networks; some dilated, some grouped."""
    return _conv(rng, depthwise=False)


def depthwise_conv_2d(rng: np.random.Generator) -> Case:
    """As in MobileNets and DS-CNNs; some dilated, some with a multiplier."""
    return _conv(rng, depthwise=True)


def depthwise_conv_2d_3x3(rng: np.random.Generator) -> Case:
    """The commonest of these."""
    return _conv(rng, depthwise=True, is_3x3=True)


def fully_connected(rng: np.random.Generator) -> Case:
    """A classifier's or an autoencoder's layer: per tensor or per channel."""
    depth = int(rng.choice([8, 10, 16, 32, 33, 64, 100, 128, 256, 400, 640, 1024, 3136]))
    channels = int(rng.choice([1, 2, 4, 8, 10, 12, 16, 32, 64, 128, 200]))
    b = ModelBuilder()
    source = b.tensor([1, depth], scale=0.02, zero_point=-128)
    kernel, bias, scale = _quantized_filter(b, rng, [channels, depth], channels, 0)
    if draw.chance(rng, 0.5):
        values = rng.integers(-127, 128, (channels, depth), dtype=np.int8)
        kernel = b.constant(values, scale=0.004)
        bias = b.constant(draw.bias_values(rng, channels, depth), scale=0.02 * 0.004)
    output = b.tensor([1, channels], scale=scale, zero_point=3)
    b.op(
        "FULLY_CONNECTED",
        [source, kernel, bias],
        [output],
        schema.FullyConnectedOptionsT(),
        version=4,
    )
    shape = [1, depth]
    return Case(b.build([source], [output]), [draw.int8_values(rng, shape)], f"{depth}x{channels}")


def _image(rng: np.random.Generator) -> list[int]:
    height, width = (int(e) for e in rng.choice([1, 2, 4, 6, 8, 12, 16], 2))
    return [1, height, width, int(rng.choice([2, 3, 4, 6, 8, 12, 16, 24, 32, 48]))]


def _curve(rng: np.random.Generator, name: str, scale: float, zero_point: int) -> Case:
    """Of an image's values, or of a layer's, whose range is some units."""
    shape = _image(rng)
    if draw.chance(rng, 0.3):
        shape = shape[-1:]
    b = ModelBuilder()
    source = b.tensor(shape, scale=draw.scale(rng, 0.01, 0.2), zero_point=draw.zero_point(rng))
    output = b.tensor(shape, scale=scale, zero_point=zero_point)
    options = schema.SoftmaxOptionsT(beta=1.0) if name == "SOFTMAX" else None
    b.op(name, [source], [output], options, version=2)
    label = draw.shape_text(shape)
    return Case(b.build([source], [output]), [draw.int8_values(rng, shape)], label)


def logistic(rng: np.random.Generator) -> Case:
    return _curve(rng, "LOGISTIC", 1 / 256, -128)


def tanh(rng: np.random.Generator) -> Case:
    return _curve(rng, "TANH", 1 / 128, 0)


def softmax(rng: np.random.Generator) -> Case:
    """Of a classifier, or of each place of an image."""
    return _curve(rng, "SOFTMAX", 1 / 256, -128)


def mul(rng: np.random.Generator) -> Case:
    """An image by a gate: one a channel, or one a value, as swish has it."""
    shape = _image(rng)
    gate = [1, 1, 1, shape[3]] if draw.chance(rng, 0.5) else shape
    b = ModelBuilder()
    source = b.tensor(shape, scale=0.05, zero_point=draw.zero_point(rng))
    factor = b.tensor(gate, scale=1 / 256, zero_point=-128)
    output = b.tensor(shape, scale=0.04, zero_point=draw.zero_point(rng))
    b.op("MUL", [source, factor], [output], schema.MulOptionsT(), version=2)
    inputs = [draw.int8_values(rng, shape), draw.int8_values(rng, gate)]
    return Case(b.build([source, factor], [output]), inputs, draw.shape_text(shape))


def concatenation(rng: np.random.Generator) -> Case:
    """Images of one size side by side, 2 to 4."""
    shape = _image(rng)
    count = int(rng.integers(2, 5))
    b = ModelBuilder()
    parts = [b.tensor(shape, scale=0.05, zero_point=3) for _ in range(count)]
    output = b.tensor([*shape[:3], count * shape[3]], scale=0.05, zero_point=3)
    b.op("CONCATENATION", parts, [output], schema.ConcatenationOptionsT(axis=3))
    inputs = [draw.int8_values(rng, shape) for _ in parts]
    return Case(b.build(parts, [output]), inputs, f"{count} of {draw.shape_text(shape)}")


def _wide(generator: Generator) -> Generator:
    return lambda rng: widened(rng, generator(rng))


_INT8 = {
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "DEPTHWISE_CONV_2D_3X3": depthwise_conv_2d_3x3,
    "FULLY_CONNECTED": fully_connected,
}

_WIDE = {f"{name}_16X8": _wide(generator) for name, generator in _INT8.items()}

_BETWEEN = {
    "CONCATENATION": concatenation,
    "LOGISTIC": logistic,
    "MUL": mul,
    "SOFTMAX": softmax,
    "TANH": tanh,
}

COST_CASES: Cases = {**_INT8, **_WIDE, **_BETWEEN}
