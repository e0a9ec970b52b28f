"""From a channel's sum to its output, asked of the kernels, in the host's runtime."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codegen.host.runtime import load_library
from codegen.model.tflite import Model, Op, Tensor


@dataclass(frozen=True)
class Requants:
    """Of output channels: fixed-point multipliers (Q31) and shifts, negative to the right, int64
    [channels] each."""

    multipliers: NDArray[np.int64]
    shifts: NDArray[np.int64]

    def of(self, channels: NDArray[np.int64]) -> Requants:
        return Requants(self.multipliers[channels], self.shifts[channels])


def op_requants(model: Model, op: Op, channels: int) -> Requants:
    """Of an op of int8 whose second input are weights with a scale for each output channel, or one
    for all."""
    source, weights, output = (model.tensors[i] for i in (*op.inputs[:2], op.outputs[0]))
    bits = [_bits(tensor.scale) for tensor in (source, output)]
    scales = np.resize(np.array(weights.scales, np.float32), channels)
    multipliers, shifts = np.empty(channels, np.int32), np.empty(channels, np.int32)
    load_library().mcuforge_requants(
        *map(ctypes.c_uint32, bits),
        _pointer(scales),
        ctypes.c_uint32(channels),
        _pointer(multipliers),
        _pointer(shifts),
    )
    return Requants(multipliers.astype(np.int64), shifts.astype(np.int64))


def are_fast(requants: Requants, bias: NDArray[np.int64], products: int) -> bool:
    """Whether all channels can go the short way from sum to output (nn/fast_channel.h). bias:
    int32 [channels]; products: of an int9 and an int8, that are summed up."""
    given = [
        np.ascontiguousarray(values, np.int32)
        for values in (requants.multipliers, requants.shifts, bias)
    ]
    fast = load_library().mcuforge_are_fast(
        *map(_pointer, given), ctypes.c_uint32(len(bias)), ctypes.c_uint32(products)
    )
    return bool(fast)


NOT_CONSTANT = 1000
"""Of constant_outputs(): a channel that does not give one output whatever its input."""


def constant_outputs(
    ends: Sequence[NDArray[np.int64]], requants: Requants, zero_point: int, least: int, most: int
) -> NDArray[np.int64]:
    """What each channel always gives, if its sums lie between two ends; else NOT_CONSTANT."""
    # A shift to the left wraps: what lies between two sums is not between their outputs.
    known = requants.shifts <= 0
    for end in ends:
        known &= np.abs(end) < 1 << 31
    low, high = (
        outputs_of(np.where(known, end, 0), requants, zero_point, least, most).astype(np.int64)
        for end in ends
    )
    return np.where(known & (low == high), low, NOT_CONSTANT)


def activation_range(output: Tensor, activation: int) -> tuple[int, int]:
    """What a fused activation, by its number in the schema, leaves of an int8 output."""
    ends = np.empty(2, np.int32)
    load_library().mcuforge_activation_range(
        ctypes.c_uint8(activation),
        ctypes.c_uint32(_bits(output.scale)),
        ctypes.c_int32(output.zero_point),
        _pointer(ends),
    )
    return int(ends[0]), int(ends[1])


def outputs_of(
    sums: NDArray[np.int64], requants: Requants, zero_point: int, least: int, most: int
) -> NDArray[np.int8]:
    """Of one sum, an int32, of each channel. zero_point, least, most: of the output."""
    given = [
        np.ascontiguousarray(values, np.int32)
        for values in (sums, requants.multipliers, requants.shifts)
    ]
    outputs = np.empty(len(sums), np.int8)
    load_library().mcuforge_requantize(
        *map(_pointer, given),
        ctypes.c_uint32(len(sums)),
        *map(ctypes.c_int32, (zero_point, least, most)),
        _pointer(outputs),
    )
    return outputs


def _bits(scale: float) -> int:
    return int(np.float32(scale).view(np.uint32))


def _pointer(values: NDArray[np.generic]) -> ctypes.c_void_p:
    return ctypes.c_void_p(values.ctypes.data)
