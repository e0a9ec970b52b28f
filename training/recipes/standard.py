"""Front ends that several recipes have: readings with mean 0 and deviation 1, log-mel energies."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from codegen.files.data_schema import chunks
from codegen.frontend.audio import AudioFrontEnd
from codegen.frontend.readings import TYPES, ReadingsFrontEnd
from codegen.samples.split import Split
from training.errors import DataError

_WINDOW_S, _STRIDE_S = 0.03, 0.02  # of a frame
_LEAST_DEVIATION = 1e-9  # below it a channel says nothing, and is left out


def standardized(split: Split, spectrum: bool = False) -> ReadingsFrontEnd:
    """Each channel with mean 0 and deviation 1 over the training data, of readings [N, rows,
    channels] or of tables [N, channels]. spectrum: the logarithm of theirs. Raises DataError."""
    info = split.info
    if info.dtype not in TYPES:
        raise DataError(
            f"samples of {info.dtype}: a board takes readings as {', '.join(TYPES)}; save them as "
            "one of these"
        )
    channels = info.shape[-1]
    count = int(np.prod(split.values.shape[:-1]))

    def parts() -> Iterator[np.ndarray]:  # a second time, for they may be more than the memory
        return (part.reshape(-1, channels).astype(np.float64) for part in chunks(split.values))

    mean = sum(part.sum(axis=0) for part in parts()) / count
    deviation = np.sqrt(sum(((part - mean) ** 2).sum(axis=0) for part in parts()) / count)
    gain = np.where(deviation > _LEAST_DEVIATION, 1 / np.maximum(deviation, _LEAST_DEVIATION), 0.0)
    return ReadingsFrontEnd(
        length=int(np.prod(info.shape[:-1])),
        channels=channels,
        offset=tuple(float(one) for one in mean),
        gain=tuple(float(one) for one in gain),
        dtype=info.dtype,
        spectrum=spectrum,
        log2=spectrum,
    )


def log_mel(split: Split) -> AudioFrontEnd:
    """Of sounds [N, samples], a frame each 20 ms; no bands beyond half their rate."""
    rate_hz = round(split.info.rate_hz)
    return AudioFrontEnd(
        rate_hz=rate_hz,
        samples=split.info.shape[0],
        window=round(_WINDOW_S * rate_hz),
        stride=round(_STRIDE_S * rate_hz),
        high_hz=min(AudioFrontEnd.high_hz, rate_hz / 2),
    )
