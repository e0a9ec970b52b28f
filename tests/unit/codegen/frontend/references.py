"""Front ends written a second time, from their definitions, in float64 or in fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from codegen.frontend.parameters import AudioFrontEnd, ReadingsFrontEnd


def spectra(front_end: AudioFrontEnd, sound: NDArray[np.int16]) -> NDArray[np.float64]:
    """|X|^2 of one recording: [frames, frequencies]."""
    window = front_end.window
    size = 8
    while size < window:
        size *= 2
    hann = np.sin(np.pi * (np.arange(window) + 0.5) / window) ** 2
    starts = range(0, len(sound) - window + 1, front_end.stride)
    frames = np.stack([sound[start : start + window] * hann for start in starts])
    return np.asarray(np.abs(np.fft.rfft(frames, size)) ** 2)


def band_energies(front_end: AudioFrontEnd, sound: NDArray[np.int16]) -> NDArray[np.float64]:
    """[frames, channels] of one recording."""
    power = spectra(front_end, sound)
    mel = _mel(np.linspace(0, front_end.rate_hz / 2, power.shape[1]))
    points = np.linspace(_mel(front_end.low_hz), _mel(front_end.high_hz), front_end.channels + 2)
    bands = [np.interp(mel, points[b : b + 3], [0, 1, 0]) for b in range(front_end.channels)]
    return power @ np.array(bands).T


def within_54_db(front_end: AudioFrontEnd, sound: NDArray[np.int16]) -> NDArray[np.bool_]:
    """[frames, channels]: which bands have 2^-18 of the frame's strongest frequency, or more."""
    strongest = spectra(front_end, sound).max(axis=1, keepdims=True)
    return np.asarray(band_energies(front_end, sound) >= strongest * 2.0**-18)


def log_mel(front_end: AudioFrontEnd, sound: NDArray[np.int16]) -> NDArray[np.float64]:
    floor = 2.0**front_end.floor_log2
    return np.log2(np.maximum(band_energies(front_end, sound), floor)) - front_end.floor_log2


def _mel(hz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127.01048 * np.log1p(np.asarray(hz) / 700))


def scaled_reading(front_end: ReadingsFrontEnd, value: float, channel: int) -> int:
    """round((value - offset) * gain / feature_scale), exact but for the last halves."""
    if math.isnan(value):
        return 0
    if math.isinf(value):
        gain = front_end.gain[channel]
        return 0 if gain == 0 else (32767 if (value > 0) == (gain > 0) else -32768)
    exact = (
        (Fraction(value) - Fraction(front_end.offset[channel]))
        * Fraction(front_end.gain[channel])
        / Fraction(front_end.feature_scale)
    )
    return max(-32768, min(32767, math.floor(exact + Fraction(1, 2))))
