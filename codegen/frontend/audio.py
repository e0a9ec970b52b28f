"""Sound to log-mel energies: parameters, and the tables that the C++ needs.

Band b of C rises between the mel points b and b + 1 and falls to b + 2; there are C + 2 of them at
equal distances in mel, mel(f) = 2595 log10(1 + f / 700) (O'Shaughnessy, "Speech Communication",
1987). Frames are windowed by sin^2(pi (i + 1/2) / window), which is Hann's, and padded with zeros
to a power of two.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from codegen.frontend.fft import Q15, fft, log2_size
from codegen.frontend.front_end import LOG2_FRACTION_BITS, CppStruct, FrontEnd, FrontEndError
from codegen.frontend.scaling import input_scaling


@dataclass(frozen=True)
class AudioFrontEnd(FrontEnd):
    """int16 samples [samples] to features [frames, channels].

    A feature means log2(energy) - floor_log2, and 0 where that is negative; energy is the weighted
    sum of |X|^2 over a band, X being the transform of one window of samples as integers. A sine of
    amplitude a has an energy of (a window / 4)^2, so full scale is near 2^44.

    rate_hz: of the samples. samples: of one recording. window, stride: in samples.
    channels: mel bands between low_hz and high_hz. Raises FrontEndError.
    """

    rate_hz: int = 16000
    samples: int = 16000
    window: int = 480
    stride: int = 320
    channels: int = 40
    low_hz: float = 80.0
    high_hz: float = 7600.0
    floor_log2: int = 8

    kind: ClassVar[str] = "audio"

    def __post_init__(self) -> None:
        self.check_integer("rate_hz", 1000, 96000)
        self.check_integer("window", 16, 4096)
        self.check_integer("samples", self.window, 1 << 24)
        self.check_integer("stride", 1, 65535)
        self.check_integer("channels", 1, 256)
        self.check_number("high_hz", 1, self.rate_hz / 2)
        self.check_number("low_hz", 0, self.high_hz)
        self.check_integer("floor_log2", 0, 48)
        if self.frames > 65535:
            raise FrontEndError(
                f"audio front end: {self.frames} frames, the limit is 65535; give a longer stride"
            )
        self.cpp_parameters()

    @property
    def frames(self) -> int:
        return 1 + (self.samples - self.window) // self.stride

    @property
    def log2_size(self) -> int:
        """Of the transform."""
        return log2_size(self.window)

    @property
    def sample_shape(self) -> tuple[int, ...]:
        return (self.samples,)

    @property
    def sample_dtype(self) -> str:
        return "int16"

    @property
    def feature_shape(self) -> tuple[int, ...]:
        return (self.frames, self.channels)

    @property
    def feature_scale(self) -> float:
        return 2.0**-LOG2_FRACTION_BITS

    def input_step(self, scale: float, zero_point: int) -> CppStruct:
        return input_scaling(self.feature_scale, scale, zero_point)

    def cpp_parameters(self) -> CppStruct:
        """Raises FrontEndError for a band without a frequency of the transform in it."""
        first_half = np.arange((self.window + 1) // 2)
        hann = np.sin(np.pi * (first_half + 0.5) / self.window) ** 2
        places = self._places()
        inside = (places >= 0) & (places < self.channels + 1)
        points = np.floor(places[inside])
        counts = np.bincount(points.astype(int), minlength=self.channels + 1)
        empty = np.flatnonzero(counts[:-1] + counts[1:] == 0)
        if len(empty):
            raise FrontEndError(
                f"audio front end: band {empty[0]} of {self.channels} lies between two frequencies "
                f"of the transform, {self.rate_hz / (1 << self.log2_size):g} Hz apart; give fewer "
                "channels, a longer window or a higher low_hz"
            )
        weights = np.minimum(np.rint((places[inside] - points) * Q15), Q15 - 1)
        return {
            "window": np.uint16(self.window),
            "stride": np.uint16(self.stride),
            "frames": np.uint16(self.frames),
            "channels": np.uint16(self.channels),
            "first_bin": np.uint16(np.argmax(inside)),
            "floor_log2": np.int16(self.floor_log2),
            "fft": fft(self.log2_size),
            "hann": np.rint(hann * Q15).astype(np.uint16),
            "weights": weights.astype(np.uint16),
            "counts": counts.astype(np.uint16),
        }

    def _places(self) -> NDArray[np.float64]:
        """Where the transform's frequencies lie among the mel points."""
        size = 1 << self.log2_size
        low, high = _mel(np.array([self.low_hz, self.high_hz]))
        mel = _mel(np.arange(size // 2 + 1) * (self.rate_hz / size))
        return (mel - low) * ((self.channels + 1) / max(high - low, 1e-9))


def _mel(hz: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.asarray(2595 * np.log10(1 + hz / 700), np.float64)
