"""Generators of the ops that move elements about, and of those that resize images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from verification.cases import draw
from verification.cases.case import Case, Cases
from verification.cases.model_builder import SAME, VALID, ModelBuilder

_MAX_MACS = 300_000  # a case
_CONCATENATED = 10  # the oracle takes no more inputs


def _quantization(rng: np.random.Generator) -> dict[str, Any]:
    return {"scale": draw.scale(rng), "zero_point": draw.zero_point(rng)}


def _kind(rng: np.random.Generator) -> dict[str, Any]:
    """Mostly int8; int32 now and then, as in what computes a shape."""
    return {"dtype": "INT32"} if draw.chance(rng, 0.2) else _quantization(rng)


def _values(rng: np.random.Generator, shape: Sequence[int], kind: dict[str, Any]) -> NDArray[Any]:
    if kind.get("dtype") == "INT32":
        return rng.integers(-(2**31), 2**31, tuple(shape)).astype(np.int32)
    return draw.int8_values(rng, shape)


def _shape(rng: np.random.Generator, ranks: Sequence[int] = (1, 2, 3, 4, 4, 4)) -> list[int]:
    rank = int(rng.choice(np.asarray(ranks)))
    limit = 65 if rank == 1 else 33 if rank == 2 else 17 if rank == 3 else 9
    return [draw.extent(rng, limit) for _ in range(rank)]


def _axis(rng: np.random.Generator, rank: int) -> tuple[int, int]:
    """An axis, and how the model says it: now and then from the last one."""
    axis = int(rng.integers(rank))
    return axis, axis - rank if draw.chance(rng, 0.3) else axis


def _parts(rng: np.random.Generator, total: int, count: int) -> list[int]:
    """`count` positive integers whose sum is `total`."""
    cuts = sorted(int(c) for c in rng.choice(np.arange(1, total), count - 1, False))
    return [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]


def shape(rng: np.random.Generator) -> Case:
    """Of a tensor of rank 1 to 5, in a graph that computes something with it too."""
    extents = _shape(rng, (1, 2, 3, 4, 5))
    kind = _quantization(rng)
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    output = b.tensor([len(extents)], "INT32")
    b.op("SHAPE", [source], [output], schema.ShapeOptionsT(outType=schema.TensorType.INT32))
    return Case(b.build([source], [output]), [_values(rng, extents, kind)],
                draw.shape_text(extents))  # fmt: skip


def _bounds(rng: np.random.Generator, extent: int) -> tuple[int, int, int, int]:
    """begin, end and stride of an axis and how many elements that leaves, at least one."""
    while True:
        stride = int(rng.choice([1, 1, 1, 2, 3, extent + 1, -1, -2, -3]))
        begin, end = (int(v) for v in rng.integers(-extent - 2, extent + 3, 2))
        taken = len(range(extent)[slice(begin, end, stride)])
        # Python shifts a negative bound by the extent and clamps it just as the op does.
        if taken > 0:
            return begin, end, stride, taken


def strided_slice(rng: np.random.Generator) -> Case:
    """Strides of any sign, bounds inside and outside, all masks that converters use."""
    extents = _shape(rng, (1, 2, 3, 4))
    kind = _kind(rng)
    indices: list[list[int]] = [[], [], []]
    masks = {"begin": 0, "end": 0, "shrink": 0}
    out_extents = []
    for axis, extent in enumerate(extents):
        begin, end, stride, taken = _bounds(rng, extent)
        if draw.chance(rng, 0.2):
            begin = int(rng.integers(-extent, extent))
            end, stride = begin + 1, 1
            masks["shrink"] |= 1 << axis
        else:
            start: int | None = begin
            stop: int | None = end
            if draw.chance(rng, 0.3):
                masks["begin"] |= 1 << axis
                start = None
            if draw.chance(rng, 0.3):
                masks["end"] |= 1 << axis
                stop = None
            taken = len(range(extent)[slice(start, stop, stride)])
            if taken == 0:
                masks["begin"] |= 1 << axis
                masks["end"] |= 1 << axis
                taken = len(range(extent)[::stride])
            out_extents.append(taken)
        for store, value in zip(indices, (begin, end, stride), strict=True):
            store.append(value)
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    output = b.tensor(out_extents, **kind)
    options = schema.StridedSliceOptionsT(
        beginMask=masks["begin"], endMask=masks["end"], shrinkAxisMask=masks["shrink"]
    )
    b.op("STRIDED_SLICE", [source, *(b.constant(i) for i in indices)], [output], options)
    return Case(b.build([source], [output]), [_values(rng, extents, kind)],
                f"{draw.shape_text(extents)} by {indices} {masks}")  # fmt: skip


def slice_(rng: np.random.Generator) -> Case:
    """1-D to 5-D, "to the end" (-1) among the sizes."""
    extents = _shape(rng, (1, 2, 3, 4, 4, 5))
    kind = _kind(rng)
    begins = [int(rng.integers(e)) if draw.chance(rng, 0.7) else 0 for e in extents]
    sizes = [int(rng.integers(1, e - f + 1)) for e, f in zip(extents, begins, strict=True)]
    written = [
        -1 if size == e - f and draw.chance(rng, 0.5) else size
        for size, e, f in zip(sizes, extents, begins, strict=True)
    ]
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    output = b.tensor(sizes, **kind)
    b.op("SLICE", [source, b.constant(begins), b.constant(written)], [output])
    return Case(b.build([source], [output]), [_values(rng, extents, kind)],
                f"{draw.shape_text(extents)} from {begins} size {written}")  # fmt: skip


def transpose(rng: np.random.Generator) -> Case:
    """Any permutation of up to 5 axes."""
    extents = _shape(rng, (1, 2, 3, 4, 4, 5))
    kind = _quantization(rng)
    order = [int(a) for a in rng.permutation(len(extents))]
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    output = b.tensor([extents[a] for a in order], **kind)
    b.op("TRANSPOSE", [source, b.constant(order)], [output], schema.TransposeOptionsT())
    return Case(b.build([source], [output]), [_values(rng, extents, kind)],
                f"{draw.shape_text(extents)} to {order}")  # fmt: skip


def pack(rng: np.random.Generator) -> Case:
    """Along any axis, one of the parts constant now and then; scalars too."""
    extents = _shape(rng, (0, 1, 2, 3, 3)) if draw.chance(rng, 0.9) else []
    kind = _kind(rng)
    count = int(rng.integers(1, 6))
    axis, written = _axis(rng, len(extents) + 1)
    b = ModelBuilder()
    parts, graph_inputs, inputs = _operands(rng, b, [extents] * count, kind)
    output = b.tensor([*extents[:axis], count, *extents[axis:]], **kind)
    b.op("PACK", parts, [output], schema.PackOptionsT(valuesCount=count, axis=written))
    return Case(b.build(graph_inputs, [output]), inputs,
                f"{count} of {draw.shape_text(extents)} along {written}")  # fmt: skip


def _operands(
    rng: np.random.Generator, b: ModelBuilder, shapes: Sequence[Sequence[int]], kind: dict[str, Any]
) -> tuple[list[int], list[int], list[NDArray[Any]]]:
    """Tensors of these shapes, the last one constant now and then: (all, model inputs, values)."""
    tensors, graph_inputs, inputs = [], [], []
    for i, extents in enumerate(shapes):
        values = _values(rng, extents, kind)
        quantized = {k: v for k, v in kind.items() if k != "dtype"}
        if 0 < i == len(shapes) - 1 and draw.chance(rng, 0.3):
            tensors.append(b.constant(values, **quantized))
        else:
            tensors.append(b.tensor(extents, **kind))
            graph_inputs.append(tensors[-1])
            inputs.append(values)
    return tensors, graph_inputs, inputs


def unpack(rng: np.random.Generator) -> Case:
    """Along any axis."""
    extents = _shape(rng, (1, 2, 3, 4))
    axis, written = _axis(rng, len(extents))
    extents[axis] = int(rng.integers(1, 6))
    kind = _kind(rng)
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    part = [*extents[:axis], *extents[axis + 1 :]]
    outputs = [b.tensor(part, **kind) for _ in range(extents[axis])]
    options = schema.UnpackOptionsT(num=extents[axis], axis=written)
    b.op("UNPACK", [source], outputs, options)
    return Case(b.build([source], outputs), [_values(rng, extents, kind)],
                f"{draw.shape_text(extents)} along {written}")  # fmt: skip


def concatenation(rng: np.random.Generator) -> Case:
    """Along any axis, up to 10 inputs; their scales are not looked at."""
    extents = _shape(rng)
    axis, written = _axis(rng, len(extents))
    count = int(rng.integers(1, min(extents[axis] * 2, _CONCATENATED) + 1))
    extents[axis] = max(extents[axis], count)
    kind = _kind(rng)
    b = ModelBuilder()
    shapes = [
        [*extents[:axis], part, *extents[axis + 1 :]] for part in _parts(rng, extents[axis], count)
    ]
    parts, graph_inputs, inputs = _operands(rng, b, shapes, kind)
    output = b.tensor(extents, **kind)
    b.op("CONCATENATION", parts, [output], schema.ConcatenationOptionsT(axis=written))
    return Case(b.build(graph_inputs, [output]), inputs,
                f"{count} to {draw.shape_text(extents)} along {written}")  # fmt: skip


def split(rng: np.random.Generator) -> Case:
    """Into equal parts."""
    extents = _shape(rng)
    axis, written = _axis(rng, len(extents))
    count = int(rng.integers(1, 6))
    part = [*extents]
    extents[axis] *= count
    kind = _quantization(rng)
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    outputs = [b.tensor(part, **kind) for _ in range(count)]
    where = b.constant(np.array(written, np.int32))
    b.op("SPLIT", [where, source], outputs, schema.SplitOptionsT(numSplits=count))
    return Case(b.build([source], outputs), [_values(rng, extents, kind)],
                f"{draw.shape_text(extents)} into {count} along {written}")  # fmt: skip


def split_v(rng: np.random.Generator) -> Case:
    """Into parts of given extents, one of them "the rest" (-1) now and then."""
    extents = _shape(rng)
    axis, written = _axis(rng, len(extents))
    count = int(rng.integers(1, min(extents[axis], 6) + 1))
    kind = _quantization(rng)
    sizes = _parts(rng, extents[axis], count)
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    outputs = [b.tensor([*extents[:axis], s, *extents[axis + 1 :]], **kind) for s in sizes]
    if draw.chance(rng, 0.3):
        sizes[int(rng.integers(count))] = -1
    where = b.constant(np.array(written, np.int32))
    options = schema.SplitVOptionsT(numSplits=count)
    b.op("SPLIT_V", [source, b.constant(sizes), where], outputs, options)
    return Case(b.build([source], outputs), [_values(rng, extents, kind)],
                f"{draw.shape_text(extents)} into {sizes} along {written}")  # fmt: skip


def gather(rng: np.random.Generator) -> Case:
    """Along any axis, indices of any rank, given or constant, with batch dimensions."""
    extents = _shape(rng)
    axis, written = _axis(rng, len(extents))
    batch_dims = int(rng.integers(axis + 1)) if draw.chance(rng, 0.3) else 0
    picked = [int(rng.choice([1, 2, 3, 5])) for _ in range(int(rng.integers(0, 3)))]
    if batch_dims == 0 and not picked and draw.chance(rng, 0.8):
        picked = [4]
    indices = rng.integers(0, extents[axis], (*extents[:batch_dims], *picked)).astype(np.int32)
    kind = _quantization(rng)
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    graph_inputs, inputs = [source], [_values(rng, extents, kind)]
    if draw.chance(rng, 0.5):
        where = b.constant(indices)
    else:
        where = b.tensor(indices.shape, "INT32")
        graph_inputs.append(where)
        inputs.append(indices)
    output = b.tensor([*extents[:axis], *picked, *extents[axis + 1 :]], **kind)
    options = schema.GatherOptionsT(axis=written, batchDims=batch_dims)
    b.op("GATHER", [source, where], [output], options)
    return Case(b.build(graph_inputs, [output]), inputs,
                f"{draw.shape_text(extents)} along {written} at {draw.shape_text(indices.shape)}, "
                f"{batch_dims} batch dimensions")  # fmt: skip


def squeeze(rng: np.random.Generator) -> Case:
    """Axes of extent 1 go, all or some."""
    extents = [1 if draw.chance(rng, 0.5) else e for e in _shape(rng)]
    ones = [i for i, e in enumerate(extents) if e == 1]
    gone = [i for i in ones if draw.chance(rng, 0.7)]
    kind = _quantization(rng)
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    # No axis named means all of extent 1.
    output = b.tensor([e for i, e in enumerate(extents) if i not in (gone or ones)], **kind)
    b.op("SQUEEZE", [source], [output], schema.SqueezeOptionsT(squeezeDims=gone))
    return Case(b.build([source], [output]), [_values(rng, extents, kind)],
                f"{draw.shape_text(extents)} without {gone}")  # fmt: skip


def expand_dims(rng: np.random.Generator) -> Case:
    """A new axis anywhere."""
    extents = _shape(rng, (1, 2, 3))
    axis, written = _axis(rng, len(extents) + 1)
    kind = _quantization(rng)
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    output = b.tensor([*extents[:axis], 1, *extents[axis:]], **kind)
    where = b.constant(np.array(written, np.int32))
    b.op("EXPAND_DIMS", [source, where], [output], schema.ExpandDimsOptionsT())
    return Case(b.build([source], [output]), [_values(rng, extents, kind)],
                f"{draw.shape_text(extents)} at {written}")  # fmt: skip


def padv2(rng: np.random.Generator) -> Case:
    """A given padding value, constant or not."""
    extents = _shape(rng)
    paddings = rng.choice([0, 0, 1, 2, 3], (len(extents), 2)).astype(np.int32)
    kind = _quantization(rng)
    filling = draw.int8_values(rng, [1])
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    graph_inputs, inputs = [source], [_values(rng, extents, kind)]
    if draw.chance(rng, 0.7):
        value = b.constant(filling, **kind)
    else:
        value = b.tensor([1], **kind)
        graph_inputs.append(value)
        inputs.append(filling)
    output = b.tensor([e + int(p.sum()) for e, p in zip(extents, paddings, strict=True)], **kind)
    b.op("PADV2", [source, b.constant(paddings), value], [output], schema.PadV2OptionsT())
    return Case(b.build(graph_inputs, [output]), inputs,
                f"{draw.shape_text(extents)} by {paddings.tolist()} with {filling[0]}")  # fmt: skip


def _resize(rng: np.random.Generator, name: str) -> Case:
    limit = int(rng.choice([1, 4, 9, 33]))
    extents = [int(rng.choice([1, 1, 2])), draw.extent(rng, limit), draw.extent(rng, limit),
               draw.extent(rng, 17)]  # fmt: skip
    size = [draw.extent(rng, 33) for _ in range(2)]
    if draw.chance(rng, 0.3):
        size = [e * int(rng.choice([1, 2, 3])) for e in extents[1:3]]
    align_corners, half_pixel = bool(rng.integers(2)), bool(rng.integers(2))
    if name == "RESIZE_BILINEAR" and align_corners:
        half_pixel = False
    kind = _quantization(rng)
    b = ModelBuilder()
    source = b.tensor(extents, **kind)
    output = b.tensor([extents[0], *size, extents[3]], **kind)
    options_type = (
        schema.ResizeBilinearOptionsT
        if name == "RESIZE_BILINEAR"
        else schema.ResizeNearestNeighborOptionsT
    )
    options = options_type(alignCorners=align_corners, halfPixelCenters=half_pixel)
    b.op(name, [source, b.constant(size)], [output], options, version=3)
    return Case(b.build([source], [output]), [_values(rng, extents, kind)],
                f"{draw.shape_text(extents)} to {size[0]}x{size[1]}"
                f"{' align_corners' if align_corners else ''}"
                f"{' half_pixel_centers' if half_pixel else ''}")  # fmt: skip


def resize_nearest_neighbor(rng: np.random.Generator) -> Case:
    """Up and down, with either option or both."""
    return _resize(rng, "RESIZE_NEAREST_NEIGHBOR")


def resize_bilinear(rng: np.random.Generator) -> Case:
    """Up and down, with either option."""
    return _resize(rng, "RESIZE_BILINEAR")


def transpose_conv(rng: np.random.Generator) -> Case:
    """Any stride and padding; with and without bias; one scale or one a channel."""
    padding = int(rng.choice([SAME, VALID]))
    limit = int(rng.choice([1, 4, 9]))
    kernel = [int(rng.choice([1, 2, 3, 3, 4, 5])) for _ in range(2)]
    stride = [int(rng.choice([1, 2, 2, 3])) for _ in range(2)]
    size = [draw.extent(rng, limit) for _ in range(2)]
    # The output from which a convolution would make this input; several fit, one is drawn.
    out = []
    for k, s, n in zip(kernel, stride, size, strict=True):
        least = (n - 1) * s + (1 if padding == SAME else k)
        out.append(least + int(rng.integers(s)))
    batches = int(rng.choice([1, 1, 2]))
    room = max(1, _MAX_MACS // (batches * size[0] * size[1] * kernel[0] * kernel[1]))
    in_c = draw.extent(rng, min(33, room))
    out_c = draw.extent(rng, min(33, max(1, room // in_c)))
    in_scale = draw.scale(rng)
    filter_scales = draw.weight_scales(rng, out_c)
    terms = in_c * kernel[0] * kernel[1]
    b = ModelBuilder()
    extents = [batches, *size, in_c]
    out_shape = [batches, *out, out_c]
    source = b.tensor(extents, scale=in_scale, zero_point=draw.zero_point(rng))
    filter_ = b.constant(draw.weights(rng, [out_c, *kernel, in_c]), scale=filter_scales)
    operands = [b.constant(out_shape), filter_, source]
    bias = draw.chance(rng, 0.7)
    if bias:
        operands.append(
            b.constant(
                draw.bias_values(rng, out_c, terms), scale=[in_scale * s for s in filter_scales]
            )
        )
    output = b.tensor(
        out_shape,
        scale=draw.output_scale(rng, in_scale, filter_scales, terms),
        zero_point=draw.zero_point(rng),
    )
    activation = rng.choice(draw.ACTIVATIONS)
    options = schema.TransposeConvOptionsT(
        padding=padding, strideH=stride[0], strideW=stride[1], fusedActivationFunction=activation
    )
    b.op("TRANSPOSE_CONV", operands, [output], options, version=3)
    return Case(b.build([source], [output]), [draw.int8_values(rng, extents)],
                f"{draw.shape_text(extents)} kernel {kernel} stride {stride} to "
                f"{draw.shape_text(out_shape)} {'SAME' if padding == SAME else 'VALID'} "
                f"{draw.activation_name(activation)}, "
                f"{len(filter_scales)} scales, {'bias' if bias else 'no bias'}")  # fmt: skip


CASES: Cases = {
    "SHAPE": shape,
    "STRIDED_SLICE": strided_slice,
    "SLICE": slice_,
    "TRANSPOSE": transpose,
    "PACK": pack,
    "UNPACK": unpack,
    "CONCATENATION": concatenation,
    "SPLIT": split,
    "SPLIT_V": split_v,
    "GATHER": gather,
    "SQUEEZE": squeeze,
    "EXPAND_DIMS": expand_dims,
    "PADV2": padv2,
    "RESIZE_NEAREST_NEIGHBOR": resize_nearest_neighbor,
    "RESIZE_BILINEAR": resize_bilinear,
    "TRANSPOSE_CONV": transpose_conv,
}
