"""Answers of a device beside those of the oracle, for `hil` and for the tests."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.model.pixels import pack_pixels
from codegen.samples.measures import ACCURACY, Measures
from harness.run.digits import Digits
from harness.run.run_folder import Answer, Mismatch
from harness.run.subject import Judgement
from harness.wire import ids
from harness.wire.device import Device, Input
from harness.wire.messages import Inference

Scores = NDArray[np.int8]
_PATHS = {
    ids.InputFormat.PIXELS_U8: "uint8 pixels",
    ids.InputFormat.RAW_S8: "raw int8",
    ids.InputFormat.PACKED_U8: "packed pixels",
}


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


@dataclass(frozen=True)
class DigitSubject:
    """The images of a test split. Those below `every_format` are sent in every format."""

    digits: Digits
    every_format: int

    @property
    def noun(self) -> str:
        return self.digits.noun

    @property
    def oracle(self) -> str:
        return self.digits.oracle

    @property
    def origin(self) -> str:
        return "the test split"

    def __len__(self) -> int:
        return len(self.digits)

    def answers(self, device: Device, indices: Iterable[int]) -> Iterator[Answer]:
        """As Subject has it."""
        for index, result, mismatches in check_digits(
            device, self.digits, indices, every_format=self.every_format
        ):
            yield Answer(index, result.predicted, result.ticks, tuple(mismatches))

    def judge(self, answers: Sequence[Answer]) -> Judgement:
        """By the digits' labels."""
        indices = [answer.index for answer in answers]
        labels = self.digits.labels[indices]
        predicted = np.array([answer.predicted for answer in answers])
        classes = self.digits.oracle_scores.shape[1]
        confusion = np.zeros((max(classes, int(labels.max()) + 1), classes), int)
        np.add.at(confusion, (labels, predicted), 1)
        right = np.argmax(self.digits.oracle_scores[indices], axis=1) == labels
        return Judgement(_accuracy(predicted == labels, confusion.tolist()), _accuracy(right, None))

    def inputs(self, index: int) -> list[NDArray[Any]]:
        """As Subject has it."""
        return [self.digits.quantized[index]]


def _accuracy(right: NDArray[np.bool_], confusion: list[list[int]] | None) -> Measures:
    return Measures("classify", len(right), {ACCURACY: float(np.mean(right))}, confusion)
