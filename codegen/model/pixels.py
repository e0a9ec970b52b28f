"""The one definition of pixel -> int8 input, for the host and (as a table) for the device.

A pixel p (0..255) stands for the real number p / 255, which is what the recipes train on. With the
model's input scale s and zero point z it becomes

    q = clamp(round(p / 255 / s) + z, -128, 127)

where round goes half away from zero, as TFLM's QUANTIZE does. The quotient is computed exactly, as
a fraction of the float32 scale, so that no float division decides between two neighbours: host,
device and any later reader of this formula agree by construction.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError

if TYPE_CHECKING:  # training needs the pixels, but no .tflite
    from codegen.model.tflite import Model

PIXEL_MAX = 255
_RUN = re.compile(rb"(\0{0,255})((?:[^\0]|\0(?=[^\0])){0,255})", re.DOTALL)


def pixel_table(scale: float, zero_point: int) -> NDArray[np.int8]:
    """int8 [256]: the quantized input of each pixel value.

    scale: positive, a float32 value. zero_point: -128..127.
    """
    quantum = Fraction(float(np.float32(scale)))
    half = Fraction(1, 2)
    table = np.empty(PIXEL_MAX + 1, np.int8)
    for pixel in range(PIXEL_MAX + 1):
        # The quotient is never negative, so rounding half away from zero is floor(x + 1/2).
        rounded = math.floor(Fraction(pixel, PIXEL_MAX) / quantum + half)
        table[pixel] = max(-128, min(127, rounded + zero_point))
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
