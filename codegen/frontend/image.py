"""A camera's frame to pixels of the model's size: parameters."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from codegen.frontend.front_end import CppStruct, FrontEnd, FrontEndError
from codegen.frontend.scaling import check_zero_point
from codegen.model.pixels import PIXEL_MAX, pixel_table

FORMATS = {"grey8": 1, "rgb888": 3, "rgb565le": 2, "rgb565be": 2}
"""Bytes of a pixel, in the order of PixelFormat in image_pixels.h."""
RESIZES = ("area", "bilinear")  # in the order of ImageResize in image_front_end.h
MOST_FRAME_SIDE = 4096  # as image_geometry.h
MOST_TARGET_SIDE = 2048


@dataclass(frozen=True)
class ImageFrontEnd(FrontEnd):
    """Frames [height, width, bytes of a pixel] to features [height, width, channels], the pixels.

    frame, target, box: (height, width). format: of FORMATS. channels: 1, grey, or 3, RGB.
    crop: (top, left, height, width) of the frame; None: the largest part of the box's proportions
    in the middle. box: what the crop is resized to; None: target. In a larger target it is placed
    on black, its centre of mass in the middle. resize: of RESIZES. negative: 255 - pixel after
    resizing. Raises FrontEndError.
    """

    frame: tuple[int, ...]
    target: tuple[int, ...]
    format: str = "rgb888"
    channels: int = 1
    crop: tuple[int, ...] | None = None
    box: tuple[int, ...] | None = None
    resize: str = "area"
    negative: bool = False

    kind: ClassVar[str] = "image"

    def __post_init__(self) -> None:
        for name, choices in (
            ("format", tuple(FORMATS)),
            ("resize", RESIZES),
            ("channels", (1, 3)),
        ):
            if getattr(self, name) not in choices:
                raise FrontEndError(
                    f"image front end: {name} is {getattr(self, name)!r}; "
                    f"give one of {', '.join(map(str, choices))}"
                )
        if not isinstance(self.negative, bool):
            raise FrontEndError(
                f"image front end: negative is {self.negative!r}; give true or false"
            )
        self._check_sides("frame", self.frame, (MOST_FRAME_SIDE,) * 2)
        self._check_sides("target", self.target, (MOST_TARGET_SIDE,) * 2)
        if self.box is not None:
            self._check_sides("box", self.box, self.target)
        if self.crop is not None:
            if not isinstance(self.crop, tuple) or len(self.crop) != 4:
                raise FrontEndError(
                    f"image front end: crop is {self.crop!r}; give top, left, height and width"
                )
            self._check_sides("crop's size", self.crop[2:], self.frame)
            height, width = self.crop[2:]
            most = (self.frame[0] - height, self.frame[1] - width)
            self._check_sides("crop's place", self.crop[:2], most, least=0)

    def _check_sides(
        self, name: str, sides: tuple[int, ...], most: tuple[int, ...], least: int = 1
    ) -> None:
        if (
            not isinstance(sides, tuple)
            or len(sides) != 2
            or not all(type(side) is int for side in sides)
            or not all(least <= side <= limit for side, limit in zip(sides, most, strict=True))
        ):
            raise FrontEndError(
                f"image front end: {name} is {sides!r}; give 2 integers, down and to the right, "
                f"from {least} to {most[0]} and {most[1]}"
            )

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (*self.frame, FORMATS[self.format])

    @property
    def sample_dtype(self) -> str:
        return "uint8"

    @property
    def feature_shape(self) -> tuple[int, ...]:
        return (*self.target, self.channels)

    @property
    def feature_scale(self) -> float:
        return 1 / PIXEL_MAX

    def cpp_parameters(self) -> CppStruct:
        box = self.box or self.target
        top, left, height, width = self.crop or _centre_crop(self.frame, box)
        return {
            "format": np.uint8(list(FORMATS).index(self.format)),
            "frame": _size(self.frame),
            "crop": {
                "left": np.uint16(left),
                "top": np.uint16(top),
                "size": _size((height, width)),
            },
            "box": _size(box),
            "target": _size(self.target),
            "channels": np.uint8(self.channels),
            "is_negative": np.bool_(self.negative),
            "resize": np.uint8(RESIZES.index(self.resize)),
        }

    def input_step(self, scale: float, zero_point: int) -> CppStruct:
        if not math.isfinite(scale) or scale <= 0:
            raise FrontEndError(
                f"front end: the model's input has scale {scale:g}; calibrate with real features"
            )
        check_zero_point(zero_point)
        return {"inputs": pixel_table(scale, zero_point)}


def _size(sides: tuple[int, ...]) -> CppStruct:
    height, width = sides
    return {"width": np.uint16(width), "height": np.uint16(height)}


def _centre_crop(frame: tuple[int, ...], like: tuple[int, ...]) -> tuple[int, int, int, int]:
    """As CentreCrop in image_geometry.h."""
    height, width = frame
    if width * like[0] > height * like[1]:
        width = max(1, height * like[1] // like[0])
    else:
        height = max(1, width * like[0] // like[1])
    return (frame[0] - height) // 2, (frame[1] - width) // 2, height, width
