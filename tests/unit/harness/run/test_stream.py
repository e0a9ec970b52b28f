"""A stream on a device that answers as the reference does, or otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from harness.run import stream
from harness.run.run_folder import Answer, Mismatch, read_answers
from harness.wire.smoothing import Smoothed, smooth

SETTINGS = stream.Settings(count=3, hold=2, frames=1, threshold=0.75, refractory=0)
SCORES = np.array([[100, -128], [-128, 100], [100, -128]], np.int8)
LABELS = ["a"]  # the second class has no name
OUTPUT = SimpleNamespace(scale=1 / 256, zero_point=-128)


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a stream in which the device changes some frames; what was said and the report."""
    samples = stream._Samples(
        lambda index: (index, None),  # type: ignore[arg-type,return-value]
        *(SCORES, np.array([0, 1, 1]), LABELS, "word"),
    )
    expected = SimpleNamespace(model_path=Path("m"), elf=Path("e"))
    monkeypatch.setattr(stream.Expected, "load", lambda *_: expected)
    monkeypatch.setattr(stream.Model, "read", lambda _: SimpleNamespace(outputs=[OUTPUT]))
    monkeypatch.setattr(stream, "check_plain", lambda _: None)
    monkeypatch.setattr(stream.identity, "check_info", lambda *_: None)
    monkeypatch.setattr(stream, "_samples", lambda *_: samples)

    def run(changed: dict[int, Smoothed]) -> tuple[list[str], stream.StreamReport]:
        @contextmanager
        def open_device(*_: object, **__: object) -> Iterator[Any]:
            started: list[Any] = []

            def answers(inputs: Iterator[Any]) -> Iterator[Smoothed]:
                rows = (SCORES[index] for index, _ in inputs)
                for frame, one in enumerate(smooth(rows, started[0])):
                    yield changed.get(frame, one)

            yield SimpleNamespace(info=dict, start_stream=started.append, stream=answers)

        monkeypatch.setattr(stream.link, "open_device", open_device)
        lines: list[str] = []
        return lines, stream.run("host", Path("build/x"), SETTINGS, say=lines.append)

    return run


def test_detections_are_told_and_counted(said: Any) -> None:
    lines, report = said({})
    assert report == stream.StreamReport(3, 6, right=4, wrong=2, mismatches=0)
    assert lines[0] == "frame 0: a, mean 0.89; shown: a"
    assert lines[2] == "frame 2: 1, mean 0.89; shown: 1"
    assert lines[4] == "frame 4: a, mean 0.89; shown: 1"
    assert lines[-1] == (
        "stream: 3 words of 2 frames on host: 6 detections, 4 of the word shown; "
        "0 of 6 frames differ from the reference"
    )


def test_each_frame_that_differs_is_a_mismatch(said: Any) -> None:
    lines, report = said({1: Smoothed(None, (100, -128)), 3: Smoothed(1, (-128, 99))})
    assert (report.mismatches, report.right, report.wrong) == (2, 3, 2)
    assert lines[1].startswith("mismatch: frame 1: device Smoothed(detected=None")


def test_answers_of_earlier_versions_are_read(tmp_path: Path) -> None:
    """Without number of the output and step; the last line was cut off."""
    entry = {"index": 4, "device_scores": [1], "oracle_scores": [2], "path": "raw"}
    lines = [
        {"index": 4, "predicted": 1, "ticks": 7, "mismatches": [entry]},
        {"index": 5, "predicted": None, "ticks": 8, "mismatches": [{**entry, "step": 3}]},
    ]
    path = tmp_path / "answers.jsonl"
    assert read_answers(path) == {}
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"index": 6')
    assert read_answers(path) == {
        4: Answer(4, 1, 7, (Mismatch(4, (1,), (2,), "raw", 0, 0),)),
        5: Answer(5, None, 8, (Mismatch(4, (1,), (2,), "raw", 0, 3),)),
    }
