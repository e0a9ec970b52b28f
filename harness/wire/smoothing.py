"""What a stream of scores has to become on the device: the reference for firmware/src/smoothing.h.

docs/protocol.md, "STREAM and STREAM_FRAME", is the specification. This goes by the whole history,
the firmware by a ring buffer; they share nothing.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Parameters:
    """frames: of which the mean is taken, 1 to ids.STREAM_MOST_FRAMES. threshold: least mean of a
    detection, -128..127. refractory: frames without a detection after each one, 0..255.
    """

    frames: int
    threshold: int
    refractory: int


@dataclass(frozen=True)
class Smoothed:
    """What one frame gives: the class that is detected, if any, and the mean of each class."""

    detected: int | None
    means: tuple[int, ...]  # int8


def smooth(scores: Iterable[NDArray[np.int8]], parameters: Parameters) -> Iterator[Smoothed]:
    """The stream of int8 [classes] scores, smoothed."""
    history: list[NDArray[np.int64]] = []
    last_detection: int | None = None
    for frame, row in enumerate(scores):
        history.append(row.astype(np.int64))
        recent = np.stack(history[-parameters.frames :])
        means = recent.sum(axis=0) // len(recent)
        best = int(means.argmax())
        paused = last_detection is not None and frame - last_detection <= parameters.refractory
        full = len(recent) == parameters.frames
        detected = best if full and not paused and means[best] >= parameters.threshold else None
        if detected is not None:
            last_detection = frame
        yield Smoothed(detected, tuple(means.tolist()))
