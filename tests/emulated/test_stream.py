"""`invoke stream`: what the device detects is what the reference makes of the oracle's scores."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from codegen.model.tflite import Model
from harness.errors import HarnessError
from harness.run import stream
from harness.run.stream import Settings, StreamReport
from harness.wire.smoothing import Parameters, smooth

pytestmark = pytest.mark.emulated


SETTINGS = Settings(count=6, hold=5, frames=3, threshold=0.6, refractory=4)


def run(build_dir: Path) -> tuple[StreamReport, list[str]]:
    said: list[str] = []
    return stream.run("host", build_dir, SETTINGS, say=said.append), said


def test_each_digit_held_is_detected_once(build_dir: Path) -> None:
    report, said = run(build_dir)
    assert report == StreamReport(digits=6, frames=30, right=6, wrong=0, mismatches=0)
    assert said[0].startswith("frame 2: 7, mean ")
    assert said[-1].endswith("6 of the digit shown; 0 of 30 frames differ from the reference")


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
