"""How often the kernels' loops run, and which of them: asked of the kernels, in the host's runtime.

What is asked stands in nn/loop_counts.h and in the kernels' own headers.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from codegen.boards.facts import ISAS
from codegen.host.runtime import load_library
from codegen.model.tflite import Model, Op


@dataclass(frozen=True)
class Stretch:
    """Output positions along one axis that use the same taps. length, taps: at least 1, 0."""

    length: int
    taps: int
    whole: bool  # all taps meet the input


@dataclass(frozen=True)
class ConvShape:
    """Of a CONV_2D, or a DEPTHWISE_CONV_2D, that the runtime accepts.

    filter_c: input channels of a group, or of a depthwise convolution the channel multiplier.
    Fields are in the order of ConvShape in codegen/host/runtime.cc.
    """

    batches: int
    in_h: int
    in_w: int
    in_c: int
    out_h: int
    out_w: int
    out_c: int
    kernel_h: int
    kernel_w: int
    filter_c: int
    stride_h: int = 1
    stride_w: int = 1
    dilation_h: int = 1
    dilation_w: int = 1
    pad_top: int = 0
    pad_left: int = 0

    @property
    def dilated(self) -> bool:
        return (self.dilation_h, self.dilation_w) != (1, 1)


class _Stretch(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int32) for name in ("length", "taps")]


class _ConvShape(ctypes.Structure):
    _fields_ = [(field.name, ctypes.c_int32) for field in fields(ConvShape)]


class _ConvLoops(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint64)
        for name in (
            *("pixel_groups", "blocks", "gathers", "runs", "border_runs", "pieces"),
            *("channel_pieces", "channel_loops", "odd_pieces"),
        )
    ]


class _DepthwiseLoops(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint64)
        for name in ("blocks", "regions", "calls", "rows", "taps", "odd_rows")
    ]


class _PlaneLoops(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_uint64) for name in ("planes", "fills", "words", "columns", "output_pairs")
    ]


def stretches(
    extent: int, out: int, kernel: int, stride: int, dilation: int, before: int
) -> list[Stretch]:
    """Of an axis. before: padding. Positions with all taps are one stretch, others are alone."""
    found = (_Stretch * out)()
    count = load_library().mcuforge_stretches(out, stride, before, kernel, dilation, extent, found)
    return [Stretch(s.length, s.taps, s.taps == kernel) for s in found[:count]]


def valid_taps(extent: int, out: int, kernel: int, stride: int, dilation: int, before: int) -> int:
    """Taps along one axis that meet the input, of all output positions together."""
    parts = stretches(extent, out, kernel, stride, dilation, before)
    return sum(part.length * part.taps for part in parts)


def conv_by_pairs(shape: ConvShape) -> bool:
    """Whether the dsp CONV_2D blocks its channels and products; where it does not, none does."""
    return bool(load_library().mcuforge_conv_by_pairs(_pointer(shape)))


CONSTANT = 2
"""Of channel_kinds(): a channel that gives the same whatever the input. 0: one that goes the short
way from sum to output; 1: one that cannot."""


def channel_kinds(
    shape: ConvShape,
    in_scale: float,
    out_scale: float,
    out_zero_point: int,
    filter_scales: NDArray[np.float32],
    bias: NDArray[np.int32] | None,
) -> NDArray[np.uint8]:
    """Of each output channel [out_c] of an int8 CONV_2D. filter_scales, bias: [out_c]."""
    kinds = np.empty(shape.out_c, np.uint8)
    bits = [int(np.float32(scale).view(np.uint32)) for scale in (in_scale, out_scale)]
    scales = np.ascontiguousarray(filter_scales, np.float32)
    biases = None if bias is None else np.ascontiguousarray(bias, np.int32)
    load_library().mcuforge_channel_kinds(
        _pointer(shape),
        *map(ctypes.c_uint32, bits),
        ctypes.c_int32(out_zero_point),
        ctypes.c_void_p(scales.ctypes.data),
        ctypes.c_void_p(None if biases is None else biases.ctypes.data),
        ctypes.c_void_p(kinds.ctypes.data),
    )
    return kinds


def op_channel_kinds(model: Model, op: Op, shape: ConvShape) -> NDArray[np.uint8]:
    """channel_kinds() of a CONV_2D or DEPTHWISE_CONV_2D of int8 with one scale or one a channel."""
    source, weights, output = (model.tensors[i] for i in (*op.inputs[:2], op.outputs[0]))
    bias = model.tensors[op.inputs[2]].data if op.has_input(2) else None
    return channel_kinds(
        shape,
        source.scale,
        output.scale,
        output.zero_point,
        np.resize(np.array(weights.scales, np.float32), shape.out_c),
        None if bias is None else np.frombuffer(bias, "<i4"),
    )


def conv_packed_scratch(shape: ConvShape, live: int) -> int:
    """Bytes of scratch that a CONV_2D with packed weights needs. live: its channels but for the
    constant ones, 0 where none is constant."""
    return int(load_library().mcuforge_conv_packed_scratch(_pointer(shape), live))


def depthwise_packed_scratch(shape: ConvShape) -> int:
    """Bytes of scratch that a DEPTHWISE_CONV_2D by planes needs, its channels made ready."""
    return int(load_library().mcuforge_depthwise_packed_scratch(_pointer(shape)))


def conv_strips_scratch(shape: ConvShape, isa: str) -> int:
    """Bytes of scratch that a CONV_2D by strips of rows needs."""
    return int(load_library().mcuforge_conv_strips_scratch(_pointer(shape), ISAS.index(isa)))


def conv_loops(shape: ConvShape) -> dict[str, float]:
    """Of a CONV_2D without SIMD, image by image. Names with "register" count what the kernel does
    that keeps sums in registers, those with "group" the one that does not."""
    images = shape.batches
    shape = replace(shape, batches=1)
    products = shape.kernel_h * shape.kernel_w * shape.filter_c
    found: dict[str, int] = {}
    for prefix, in_registers in (("group", False), ("register", True)):
        loops = _ConvLoops()
        load_library().mcuforge_conv_loops(_pointer(shape), int(in_registers), ctypes.byref(loops))
        found |= {
            "group channels": loops.pixel_groups * shape.out_c,
            "group macs": loops.pixel_groups * shape.out_c * products,
            f"{prefix} blocks": loops.blocks,
            f"{prefix} gathers": loops.gathers,
            f"{prefix} runs": loops.runs,
            f"{prefix} border runs": loops.border_runs,
            f"{prefix} pieces": loops.pieces,
            f"{prefix} channel pieces": loops.channel_pieces,
            f"{prefix} loops": loops.channel_loops,
            f"{prefix} odd pieces": loops.odd_pieces,
        }
    return {name: float(images * count) for name, count in found.items()}


def depthwise_loops(shape: ConvShape) -> dict[str, float]:
    """Of a DEPTHWISE_CONV_2D without SIMD."""
    loops = _DepthwiseLoops()
    load_library().mcuforge_depthwise_loops(_pointer(shape), ctypes.byref(loops))
    blocks, channels = shape.batches * loops.blocks, shape.batches * shape.out_c
    return {
        "regions": float(blocks * loops.regions),
        "line calls": float(blocks * loops.calls),
        "line channels": float(channels * loops.calls),
        "line rows": float(channels * loops.rows),
        "line taps": float(channels * loops.taps),
        "line odd rows": float(channels * loops.odd_rows),
    }


def plane_loops(shape: ConvShape) -> dict[str, float]:
    """Of a DEPTHWISE_CONV_2D that the dsp kernel computes by planes; {} of another one."""
    loops = _PlaneLoops()
    load_library().mcuforge_plane_loops(_pointer(shape), ctypes.byref(loops))
    # Channels in fours, the last ones again where they are fewer.
    channels = shape.batches * 4 * math.ceil(shape.out_c / 4)
    counts = {
        "planes": channels * loops.planes,
        "plane fills": channels / 2 * loops.fills,
        "plane words": channels * loops.words,
        "plane columns": channels * loops.columns,
        "plane output pairs": channels * loops.output_pairs,
    }
    return {name: float(count) for name, count in counts.items()} if loops.planes else {}


def plane_rows(shape: ConvShape) -> int:
    """Output rows for which the dsp DEPTHWISE_CONV_2D reads all input of two channels, all of them
    on the short way, before it writes; 0: it writes while it reads."""
    return int(load_library().mcuforge_plane_rows(_pointer(shape)))


def conv_passes(group_channels: int) -> int:
    """Passes over the pixels of the dsp CONV_2D for the channels of a group."""
    return int(load_library().mcuforge_conv_passes(group_channels))


@dataclass(frozen=True)
class TableSizes:
    """Of the table that functions of one int8 are looked up in. pays_from: elements."""

    entries: int
    pays_from: int


@cache
def table_sizes() -> TableSizes:
    library = load_library()
    return TableSizes(library.mcuforge_table_entries(), library.mcuforge_table_pays_from())


def c_shape(shape: ConvShape) -> ctypes.Structure:
    """As codegen/host/runtime.cc has it."""
    return _ConvShape(*(getattr(shape, field.name) for field in fields(shape)))


def _pointer(shape: ConvShape) -> object:
    return ctypes.byref(c_shape(shape))
