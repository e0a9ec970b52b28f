"""From a feature's unit to the model input's: the factor that the C++ multiplies by."""

from __future__ import annotations

import math

import numpy as np

from codegen.frontend.front_end import CppStruct, FrontEndError

MULTIPLIER_BITS = 16


def input_scaling(feature_scale: float, scale: float, zero_point: int) -> CppStruct:
    """multiplier * 2^-shift, as firmware/lib/frontend/frontend/scale.h has it, for a model input q
    that means (q - zero_point) * scale.

    Raises FrontEndError for a scale or zero point that no int8 input has or that features of that
    unit cannot be brought to: the ratio is from 2^-16 up, and below 2^15.
    """
    ratio = feature_scale / scale if math.isfinite(scale) and scale > 0 else 0.0
    if not 2.0**-16 <= ratio < 2.0**15:
        raise FrontEndError(
            f"front end: the model's input has scale {scale:g}, features one of {feature_scale:g}; "
            "their ratio has to be from 2^-16 up and below 2^15: calibrate with real features"
        )
    check_zero_point(zero_point)
    mantissa, exponent = math.frexp(ratio)
    multiplier, shift = round(mantissa * 2**MULTIPLIER_BITS), MULTIPLIER_BITS - exponent
    if multiplier == 2**MULTIPLIER_BITS:
        multiplier, shift = multiplier // 2, shift - 1
    return {
        "multiplier": np.uint16(multiplier),
        "shift": np.uint8(shift),
        "zero_point": np.int8(zero_point),
    }


def check_zero_point(zero_point: int) -> None:
    """Raises FrontEndError for one that no int8 input has."""
    if not -128 <= zero_point <= 127:
        raise FrontEndError(f"front end: zero point {zero_point} is none of int8; quantize again")
