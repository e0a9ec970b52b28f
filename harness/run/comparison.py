"""Answers of a device beside those of the oracle, for `hil` and for the tests."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codegen.model.pixels import pack_pixels
from harness.run.digits import Digits
from harness.wire import ids
from harness.wire.device import Device, Input
from harness.wire.messages import Inference

Scores = NDArray[np.int8]
_PATHS = {
    ids.InputFormat.PIXELS_U8: "uint8 pixels",
    ids.InputFormat.RAW_S8: "raw int8",
    ids.InputFormat.PACKED_U8: "packed pixels",
}


@dataclass(frozen=True)
class Mismatch:
    """One input on which device and oracle differ. The scores are int8."""

    index: int
    device_scores: tuple[int, ...]
    oracle_scores: tuple[int, ...]
    path: str  # how it was sent, one of _PATHS

    def __str__(self) -> str:
        return (
            f"digit {self.index} ({self.path}): device {list(self.device_scores)}, "
            f"oracle {list(self.oracle_scores)}"
        )


def compare(index: int, path: str, result: Inference, oracle_scores: Scores) -> Mismatch | None:
    """None if the device's scores and its choice are the oracle's, to the bit."""
    if np.array_equal(result.scores, oracle_scores) and result.predicted == int(
        np.argmax(oracle_scores)
    ):
        return None
    return Mismatch(index, tuple(map(int, result.scores)), tuple(map(int, oracle_scores)), path)


def check_digits(
    device: Device, digits: Digits, indices: Iterable[int], *, every_format: int
) -> Iterator[tuple[int, Inference, list[Mismatch]]]:
    """Send digits; yield index, result and what differs from the oracle, in their order.

    Pixels are sent packed or as they are, whichever is shorter: the device quantizes them. Digits
    with an index below `every_format` are sent in each of the formats, raw int8 included. All have
    to give the oracle's scores. Indices are taken only as the device's window moves on.
    """
    waiting: deque[tuple[int, ids.InputFormat, bool]] = deque()  # True: the digit's last one

    def inputs() -> Iterator[Input]:
        for index in indices:
            formats = list(_PATHS) if index < every_format else [shorter_format(digits, index)]
            for input_format in formats:
                waiting.append((index, input_format, input_format == formats[-1]))
                raw = input_format == ids.InputFormat.RAW_S8
                values = digits.quantized[index] if raw else digits.images[index]
                yield values, input_format

    mismatches: list[Mismatch] = []
    for result in device.infer_many(inputs()):
        index, input_format, last = waiting.popleft()
        wrong = compare(index, _PATHS[input_format], result, digits.oracle_scores[index])
        mismatches += [wrong] if wrong else []
        if last:
            yield index, result, mismatches
            mismatches = []


def shorter_format(digits: Digits, index: int) -> ids.InputFormat:
    """How a digit takes fewer bytes: packed, or as it is."""
    pixels = digits.images[index]
    packed = len(pack_pixels(pixels.tobytes())) < pixels.size
    return ids.InputFormat.PACKED_U8 if packed else ids.InputFormat.PIXELS_U8
