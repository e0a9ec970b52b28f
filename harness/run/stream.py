"""A stream of samples on a device that smooths their scores over time (docs/testing.md).

Each sample is held for some frames. Every mean and every detection is compared with what
harness/wire/smoothing.py makes of the oracle's scores.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.boards.facts import load_board
from codegen.model.int8_checks import check_plain
from codegen.model.tflite import Model, Tensor
from codegen.progress import each
from harness.errors import HarnessError
from harness.rig import identity, link
from harness.rig.expected import Expected
from harness.run import comparison
from harness.run.digits import load_digits, takes_digits
from harness.run.tensors import data_subject
from harness.wire import ids
from harness.wire.device import Input
from harness.wire.smoothing import Parameters, smooth

_MOST_HELD = 1000


@dataclass(frozen=True)
class Settings:
    """What is shown, and how the device smooths it.

    count: test samples. hold: frames for which each is shown. frames, refractory: of Parameters.
    threshold: in the model's own real numbers, which for the output of a softmax is a probability.
    """

    count: int
    hold: int
    frames: int
    threshold: float
    refractory: int

    def check(self) -> None:
        """Raises HarnessError for what can be of no model, before anything is built."""
        if self.count < 1:
            raise HarnessError(f"--count {self.count}: choose 1 or more")
        _require("hold", self.hold, 1, _MOST_HELD)
        _require("frames", self.frames, 1, ids.STREAM_MOST_FRAMES)
        _require("refractory", self.refractory, 0, 255)

    def require_probability(self) -> None:
        """Raises HarnessError for a threshold that no probability reaches or each does."""
        if not 0 <= self.threshold <= 1:
            raise HarnessError(
                f"--threshold {self.threshold:g}: the model's output is a probability; choose 0 to "
                "1"
            )

    def parameters(self, output: Tensor) -> Parameters:
        """For a model with that output. Raises HarnessError for a value that cannot be."""
        self.check()
        least, most = ((q - output.zero_point) * output.scale for q in (-128, 127))
        if not least <= self.threshold <= most:
            raise HarnessError(
                f"--threshold {self.threshold:g}: the model's output is {least:.4g} to {most:.4g}; "
                "choose a value between them"
            )
        quantized = math.ceil(self.threshold / output.scale) + output.zero_point
        return Parameters(self.frames, quantized, self.refractory)


@dataclass(frozen=True)
class StreamReport:
    """The numbers of one stream."""

    samples: int
    frames: int
    right: int  # detections of the class that was shown
    wrong: int  # of another one
    mismatches: int  # frames on which device and reference differ


def run(
    board_id: str,
    build_dir: Path,
    settings: Settings,
    *,
    port: str | None = None,
    baud: int | None = None,
    say: Callable[[str], None] = print,
) -> StreamReport:
    """Shows the samples; prints detections and sums. Raises HarnessError or CodegenError."""
    board = load_board(board_id)
    expected = Expected.load(board, build_dir)
    model = Model.read(expected.model_path)
    check_plain(model)
    output = model.outputs[0]
    parameters = settings.parameters(output)
    samples = _samples(build_dir, settings.count)
    shown = [index for index in range(len(samples.scores)) for _ in range(settings.hold)]
    reference = smooth((samples.scores[index] for index in shown), parameters)

    def inputs() -> Iterator[Input]:
        return (samples.sent(index) for index in shown)

    right = wrong = mismatches = 0
    with link.open_device(board, expected.elf, port=port, baud=baud) as device:
        identity.check_info(device.info(), expected)
        device.start_stream(parameters)
        answers = zip(shown, device.stream(inputs()), reference, strict=True)
        seen = each(board.id, answers, len(shown), "frames")
        for frame, (index, smoothed, wanted) in enumerate(seen):
            if smoothed != wanted:
                mismatches += 1
                say(f"mismatch: frame {frame}: device {smoothed}, reference {wanted}")
            if smoothed.detected is None:
                continue
            label = int(samples.classes[index])
            right += smoothed.detected == label
            wrong += smoothed.detected != label
            mean = (smoothed.means[smoothed.detected] - output.zero_point) * output.scale
            name = _name(samples.labels, smoothed.detected)
            wanted_name = _name(samples.labels, label)
            say(f"frame {frame}: {name}, mean {mean:.2f}; shown: {wanted_name}")
    say(
        f"stream: {len(samples.scores)} {samples.noun}s of {settings.hold} frames on {board.id}: "
        f"{right + wrong} detections, {right} of the {samples.noun} shown; "
        f"{mismatches} of {len(shown)} frames differ from the reference"
    )
    return StreamReport(len(samples.scores), len(shown), right, wrong, mismatches)


@dataclass(frozen=True)
class _Samples:
    """sent: a sample's index to what is sent. scores: int8 [N, classes], the oracle's. classes: [N]
    true ones. labels: their names."""

    sent: Callable[[int], Input]
    scores: NDArray[np.int8]
    classes: NDArray[Any]
    labels: list[str]
    noun: str


def _samples(build_dir: Path, count: int) -> _Samples:
    """The first of the test split. Raises HarnessError for data without classes, CodegenError."""
    if takes_digits(build_dir):
        digits = load_digits(build_dir, count)
        return _Samples(
            lambda index: (digits.images[index], comparison.shorter_format(digits, index)),
            digits.oracle_scores,
            digits.labels,
            [],
            digits.noun,
        )
    subject = data_subject(build_dir, count)
    split = subject.split
    assert split is not None
    if split.classes is None or split.info.task != "classify":
        raise HarnessError(
            f"stream: detects classes, the data are {split.info}, task {split.info.task}; use hil"
        )
    scores = subject.outputs[0].reshape(len(split), -1)
    values, sent_as = subject.model_inputs[0], ids.InputFormat.RAW_S8
    if split.front_end is not None:
        values, sent_as = split.values_for_front_end(), ids.InputFormat.SAMPLE
    return _Samples(
        lambda index: (values[index], sent_as),
        scores,
        split.classes,
        split.info.labels,
        split.info.noun,
    )


def _name(labels: list[str], index: int) -> str:
    return labels[index] if index < len(labels) else str(index)


def _require(option: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise HarnessError(f"--{option} {value}: choose {least} to {most}")
