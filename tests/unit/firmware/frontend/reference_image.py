"""What the image front end has to give, from its definition, by matrices of whole numbers."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from tests.front_end_requests import GREY8, RGB565_BE, RGB888, Image
from verification.front_end import Kind

Pixels = NDArray[np.int64]


def image(asked: Image) -> NDArray[np.uint8]:
    """uint8 [target height, target width, channels], the table applied."""
    pixels = _channels(_rgb(asked), asked)
    left, top, width, height = asked.crop or centre_crop(asked.frame_size, asked.box)
    pixels = pixels[top : top + height, left : left + width]
    resize = area if asked.kind == Kind.IMAGE_AREA else bilinear
    pixels = resize(pixels, asked.box)
    if asked.negative:
        pixels = 255 - pixels
    if asked.box != asked.target:
        pixels = placed(pixels, asked.target)
    return asked.table[pixels]


def centre_crop(frame: tuple[int, int], like: tuple[int, int]) -> tuple[int, int, int, int]:
    shrink = min(Fraction(frame[0], like[0]), Fraction(frame[1], like[1]))
    width, height = (max(1, math.floor(side * shrink)) for side in like)
    return (frame[0] - width) // 2, (frame[1] - height) // 2, width, height


def area(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Each target pixel is the mean over its area, halves up."""

    def overlaps(many: int, few: int) -> Pixels:
        """[few, many]: what target pixel i shares with source pixel k, in `few * many`ths."""
        source = np.arange(many + 1) * few
        target = np.arange(few + 1) * many
        lows = np.maximum(target[:-1, None], source[None, :-1])
        return np.maximum(np.minimum(target[1:, None], source[None, 1:]) - lows, 0)

    height, width, _ = pixels.shape
    sums = np.einsum("jy,yxc,ix->jic", overlaps(height, size[1]), pixels, overlaps(width, size[0]))
    return (2 * sums + width * height) // (2 * width * height)


def bilinear(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """Interpolated between centres, the edge going on outside, halves up."""

    def weights(source: int, target: int) -> Pixels:
        """[target, source] in 2 * target-ths."""
        rows = np.zeros((target, source), np.int64)
        for i in range(target):
            at = (Fraction(2 * i + 1, 2) * source / target) - Fraction(1, 2)
            at = min(max(at, Fraction(0)), Fraction(source - 1))
            below = math.floor(at)
            rows[i, below] += int((1 - (at - below)) * 2 * target)
            if at != below:
                rows[i, below + 1] += int((at - below) * 2 * target)
        return rows

    height, width, _ = pixels.shape
    sums = np.einsum("jy,yxc,ix->jic", weights(height, size[1]), pixels, weights(width, size[0]))
    whole = 4 * size[0] * size[1]
    return (2 * sums + whole) // (2 * whole)


def placed(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    """On black, the centre of mass in the middle as far as whole pixels and the edge allow."""
    canvas = np.zeros((size[1], size[0], pixels.shape[2]), np.int64)
    starts = []
    for axis, extent in ((0, size[1]), (1, size[0])):
        amounts = [int(amount) for amount in np.moveaxis(pixels, axis, 0).sum(axis=(1, 2))]
        count = len(amounts)
        mass = sum(amounts)
        moment = sum(amount * Fraction(2 * k + 1, 2) for k, amount in enumerate(amounts))
        centre = moment / mass if mass else Fraction(count, 2)
        starts.append(min(max(math.ceil(Fraction(extent, 2) - centre), 0), extent - count))
    top, left = starts
    canvas[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
    return canvas


def _rgb(asked: Image) -> Pixels:
    width, height = asked.frame_size
    if asked.format == GREY8:
        return np.repeat(asked.frame.reshape(height, width, 1), 3, axis=2).astype(np.int64)
    if asked.format == RGB888:
        return asked.frame.reshape(height, width, 3).astype(np.int64)
    order = ">u2" if asked.format == RGB565_BE else "<u2"
    words = asked.frame.view(order).astype(np.int64).reshape(height, width)
    five = np.array([int(f"{v:05b}{v:05b}"[:8], 2) for v in range(32)])
    six = np.array([int(f"{v:06b}{v:06b}"[:8], 2) for v in range(64)])
    return np.stack([five[words >> 11], six[(words >> 5) & 63], five[words & 31]], axis=2)


def _channels(rgb: Pixels, asked: Image) -> Pixels:
    if asked.channels == 3:
        return rgb
    if asked.format == GREY8:
        return rgb[..., :1]
    shares = [
        int(share * 65536 + Fraction(1, 2)) for share in map(Fraction, (".299", ".587", ".114"))
    ]
    return (rgb @ np.array(shares)[:, None] + 32768) // 65536
