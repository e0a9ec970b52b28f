"""What firmware/lib/frontend/frontend/fft.h is given."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codegen.frontend.front_end import CppStruct

Q15 = 1 << 15
SMALLEST_LOG2 = 3


def log2_size(count: int) -> int:
    """Of the smallest transform that takes `count` numbers."""
    return max(SMALLEST_LOG2, (count - 1).bit_length())


def sines(log2_size: int) -> NDArray[np.uint16]:
    """The first quarter of a turn, size / 4 + 1 values in Q15."""
    size = 1 << log2_size
    return np.rint(np.sin(2 * np.pi * np.arange(size // 4 + 1) / size) * Q15).astype(np.uint16)


def fft(log2_size: int) -> CppStruct:
    """A transform of so many numbers, as its struct."""
    return {"log2_size": np.uint8(log2_size), "sines": sines(log2_size)}
