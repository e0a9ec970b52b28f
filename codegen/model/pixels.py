"""The one definition of pixel -> int8 input, for the host and (as a table) for the device.

A pixel p (0..255) stands for a real number r: p / 255, which is what the recipes train on, or
p / 127.5 - 1, or p itself, whichever range the model's input covers. With its scale s and zero
point z it becomes

    q = clamp(round(r / s) + z, -128, 127)

where round goes half away from zero, as TFLM's QUANTIZE does. The quotient is computed exactly, as
a fraction of the float32 scale, so that no float division decides between two neighbours: host,
device and any later reader of this formula agree by construction.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError

if TYPE_CHECKING:  # training needs the pixels, but no .tflite
    from codegen.model.tflite import Model

PIXEL_MAX = 255
UNIT = (0.0, 1.0)
PIXEL_RANGES = (UNIT, (-1.0, 1.0), (0.0, 255.0))
_INT8 = np.dtype(np.int8)
_RUN = re.compile(rb"(\0{0,255})((?:[^\0]|\0(?=[^\0])){0,255})", re.DOTALL)


def pixel_range(scale: float, zero_point: int, dtype: np.dtype[Any] = _INT8) -> tuple[float, float]:
    """What pixel values 0 and 255 stand for: of PIXEL_RANGES the one nearest to what an input of
    that scale and zero point covers.

    A calibrated input covers what it was shown, a little more or less than the range. Near is meant
    in width first, as a ratio, then in where the range begins.
    """
    limits = np.iinfo(dtype)
    low, high = ((limit - zero_point) * scale for limit in (limits.min, limits.max))

    def distance(known: tuple[float, float]) -> float:
        width = known[1] - known[0]
        return abs(math.log((high - low) / width)) + abs(low - known[0]) / width

    return min(PIXEL_RANGES, key=distance)


def pixel_table(scale: float, zero_point: int, dtype: np.dtype[Any] = _INT8) -> NDArray[Any]:
    """[256] of dtype, int8 unless stated: the quantized input of each pixel value.

    scale: positive, a float32 value. zero_point: within dtype.
    """
    low, high = map(Fraction, pixel_range(scale, zero_point, dtype))
    limits = np.iinfo(dtype)
    quantum = Fraction(float(np.float32(scale)))
    table = np.empty(PIXEL_MAX + 1, dtype)
    for pixel in range(PIXEL_MAX + 1):
        steps = (low + Fraction(pixel, PIXEL_MAX) * (high - low)) / quantum
        rounded = math.floor(abs(steps) + Fraction(1, 2)) * (1 if steps >= 0 else -1)
        table[pixel] = max(int(limits.min), min(int(limits.max), rounded + zero_point))
    return table


def quantize_pixels(model: Model, images: NDArray[np.uint8]) -> NDArray[np.int8]:
    """uint8 [N, ...] -> int8 [N, *input shape without batch], by the model's own table.

    Raises CodegenError if the model takes no int8 input of that many bytes.
    """
    tensor = model.inputs[0]
    if tensor.dtype != "INT8" or len(tensor.scales) != 1:
        raise CodegenError(
            f"input {tensor.name!r} is {tensor.dtype} with {len(tensor.scales)} scales; pixels "
            "need an int8 input with one scale: convert with inference_input_type = int8"
        )
    images = np.asarray(images)
    if images.dtype != np.uint8:
        raise CodegenError(f"pixels are {images.dtype}, they must be uint8 (0..255)")
    pixels_each = math.prod(images.shape[1:])
    if images.ndim < 2 or pixels_each != math.prod(tensor.shape):
        raise CodegenError(
            f"images of shape {list(images.shape[1:])} have {pixels_each} pixels, the model's "
            f"input {list(tensor.shape)} takes {math.prod(tensor.shape)}; give --data with "
            "such images, or a model for these"
        )
    table = pixel_table(tensor.scale, tensor.zero_point)
    return table[images].reshape(len(images), *tensor.shape[1:])


def pack_pixels(pixels: bytes) -> bytes:
    """Pixels as runs: zeros u8, count u8, `count` pixels; the zeros at the end are left out.

    A single zero between pixels stays among them, for a run of its own would cost two bytes.
    """
    packed = bytearray()
    for match in _RUN.finditer(pixels.rstrip(b"\0")):
        if match.group():  # the last match is an empty one
            zeros, values = match.groups()
            packed += bytes([len(zeros), len(values)]) + values
    return bytes(packed)
