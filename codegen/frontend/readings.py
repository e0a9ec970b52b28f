"""Readings of sensors to scaled values or spectra: parameters, and the factors of the C++."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np

from codegen.frontend.fft import SMALLEST_LOG2, fft, log2_size
from codegen.frontend.front_end import LOG2_FRACTION_BITS, CppStruct, FrontEnd, FrontEndError
from codegen.frontend.scaling import input_scaling

FRACTION_BITS = 12  # of a feature that is no logarithm
BIAS_BITS = 16  # beyond those, in readings.cc
SPECTRUM_LENGTHS = range(8, 4097)
TYPES = ("int8", "uint8", "int16", "float32")  # as ReadingType counts them


CHANNEL_SCALE = np.dtype([("bias", "<i8"), ("multiplier", "<i4"), ("shift", "<i4")])
"""As firmware/lib/frontend/frontend/readings.h has it."""


@dataclass(frozen=True)
class ReadingsFrontEnd(FrontEnd):
    """Readings [length, channels] to features: (x - offset) * gain of each channel.

    Those are meant to lie near [-1, 1] or to have a deviation near 1: beyond [-8, 8) they saturate.
    Without spectrum: [length, channels]. With it: [size / 2, channels], |X| * 2 / size for the
    frequencies from 0 on, X being the transform over time, size the next power of two. With log2,
    too: log2 of the square of that, at least 0, its unit being a step of the readings, 2^-12.
    NaN gives 0.

    offset, gain: one a channel; magnitudes: gain 0 or from 2^-48 to 2^48, their product below 2^31.
    dtype: of TYPES. Raises FrontEndError.
    """

    length: int
    channels: int
    offset: tuple[float, ...]
    gain: tuple[float, ...]
    dtype: str = "float32"
    spectrum: bool = False
    log2: bool = False

    kind: ClassVar[str] = "readings"

    def __post_init__(self) -> None:
        self.check_integer("length", 1, 65535)
        self.check_integer("channels", 1, 65535)
        if self.dtype not in TYPES:
            raise FrontEndError(
                f"readings front end: dtype is {self.dtype!r}; give one of {', '.join(TYPES)}"
            )
        for name in ("spectrum", "log2"):
            if not isinstance(getattr(self, name), bool):
                raise FrontEndError(
                    f"readings front end: {name} is {getattr(self, name)!r}; give true or false"
                )
        if self.log2 and not self.spectrum:
            raise FrontEndError("readings front end: log2 without a spectrum; give spectrum, too")
        if self.spectrum and self.length not in SPECTRUM_LENGTHS:
            raise FrontEndError(
                f"readings front end: length is {self.length}; a spectrum takes 8 to 4096 readings"
            )
        for name in ("offset", "gain"):
            self._check_numbers(name)
        for channel, (offset, gain) in enumerate(zip(self.offset, self.gain, strict=True)):
            if (gain != 0 and not 2.0**-48 <= abs(gain) <= 2.0**48) or abs(offset * gain) >= 2**31:
                raise FrontEndError(
                    f"readings front end: channel {channel} has offset {offset:g} and gain "
                    f"{gain:g}; give a gain of 0 or from 2^-48 to 2^48, and a product below 2^31"
                )

    def _check_numbers(self, name: str) -> None:
        values = getattr(self, name)
        if not isinstance(values, tuple) or len(values) != self.channels:
            raise FrontEndError(
                f"readings front end: {name} needs {self.channels} numbers, one a channel"
            )
        for value in values:
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not is_number or not math.isfinite(value):
                raise FrontEndError(
                    f"readings front end: {name} has {value!r}; give finite numbers"
                )

    @property
    def log2_size(self) -> int:
        """Of the transform."""
        return log2_size(self.length)

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (self.length, self.channels)

    @property
    def sample_dtype(self) -> str:
        return self.dtype

    @property
    def feature_shape(self) -> tuple[int, ...]:
        rows = (1 << self.log2_size) // 2 if self.spectrum else self.length
        return (rows, self.channels)

    @property
    def feature_scale(self) -> float:
        return 2.0 ** -(LOG2_FRACTION_BITS if self.log2 else FRACTION_BITS)

    def input_step(self, scale: float, zero_point: int) -> CppStruct:
        return input_scaling(self.feature_scale, scale, zero_point)

    def cpp_parameters(self) -> CppStruct:
        scales = [_scale(o, g) for o, g in zip(self.offset, self.gain, strict=True)]
        return {
            "length": np.uint16(self.length),
            "channels": np.uint16(self.channels),
            "type": np.uint8(TYPES.index(self.dtype)),
            "makes_spectra": np.bool_(self.spectrum),
            "makes_log2": np.bool_(self.log2),
            "fft": fft(self.log2_size if self.spectrum else SMALLEST_LOG2),
            "scales": np.array(scales, CHANNEL_SCALE),
        }


def _scale(offset: float, gain: float) -> tuple[int, int, int]:
    """A CHANNEL_SCALE: feature = x * multiplier * 2^-shift + bias * 2^-BIAS_BITS."""
    bias = -Fraction(offset) * Fraction(gain) * 2 ** (FRACTION_BITS + BIAS_BITS)
    mantissa, exponent = math.frexp(gain)
    multiplier = round(mantissa * 2**31)
    shift = 31 - exponent - FRACTION_BITS
    if abs(multiplier) == 2**31:
        multiplier, shift = multiplier // 2, shift - 1
    return round(bias), multiplier, shift
