"""`invoke stream`: what the device detects is what the reference makes of the oracle's scores."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen.model.tflite import Model
from harness.errors import HarnessError
from harness.run import stream
from harness.run.digits import load_digits
from harness.run.stream import Settings, StreamReport
from harness.wire.smoothing import Parameters, smooth

pytestmark = pytest.mark.emulated


SETTINGS = Settings(count=6, hold=5, frames=3, threshold=0.6, refractory=4)


def run(build_dir: Path) -> tuple[StreamReport, list[str]]:
    said: list[str] = []
    return stream.run("host", build_dir, SETTINGS, say=said.append), said


def test_what_is_detected_follows_from_the_oracles_scores(build_dir: Path) -> None:
    """Whatever the digits are, and however good the model that was trained on them is."""
    digits = load_digits(build_dir, SETTINGS.count)
    output = Model.read(build_dir / "model.tflite").outputs[0]
    shown = [index for index in range(SETTINGS.count) for _ in range(SETTINGS.hold)]
    wanted = smooth((digits.oracle_scores[i] for i in shown), SETTINGS.parameters(output))
    found = [
        (frame, one.detected, int(digits.labels[shown[frame]]))
        for frame, one in enumerate(wanted)
        if one.detected is not None
    ]
    assert len(found) >= SETTINGS.count // 2  # the model was trained: it recognizes most digits
    right = sum(detected == label for _, detected, label in found)

    report, said = run(build_dir)
    assert report == StreamReport(
        samples=6, frames=30, right=right, wrong=len(found) - right, mismatches=0
    )
    for line, (frame, detected, label) in zip(said, found, strict=False):
        assert line.startswith(f"frame {frame}: {detected}, mean ")
        assert line.endswith(f"; shown: {label}")
    assert said[-1].endswith(
        f"{right} of the digit shown; 0 of 30 frames differ from the reference"
    )


def test_a_device_that_smooths_otherwise_is_found(
    build_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Parameters(frames=3, threshold=26, refractory=3)
    monkeypatch.setattr(stream, "smooth", lambda scores, _: smooth(scores, other))
    report, said = run(build_dir)
    assert report.mismatches > 0
    assert any(line.startswith("mismatch: frame ") for line in said)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"hold": 0}, r"--hold 0: choose 1 to 1000"),
        ({"frames": 17}, r"--frames 17: choose 1 to 16"),
        ({"threshold": 1.5}, r"--threshold 1\.5: the model's output is 0 to 0\.9961"),
        ({"threshold": float("nan")}, r"--threshold nan: the model's output is"),
        ({"refractory": 256}, r"--refractory 256: choose 0 to 255"),
    ],
)
def test_what_the_device_cannot_take_is_refused(
    build_dir: Path, changed: dict[str, Any], message: str
) -> None:
    output = Model.read(build_dir / "model.tflite").outputs[0]
    with pytest.raises(HarnessError, match=message):
        replace(SETTINGS, **changed).parameters(output)
