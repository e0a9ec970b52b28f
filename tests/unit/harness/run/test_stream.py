"""A stream on a device that answers as the reference does, or otherwise."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from harness.errors import HarnessError
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


class Split:
    """Two samples, which have classes."""

    classes: Any = np.array([1, 0])
    front_end: Any = None
    info = SimpleNamespace(task="classify", labels=["a", "b"], noun="word")

    def __len__(self) -> int:
        return 2

    def values_for_front_end(self) -> list[str]:
        return ["sample 0", "sample 1"]


@pytest.mark.parametrize("front_end", [None, "audio"])
def test_samples_go_as_input_or_to_the_front_end(
    front_end: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    split = Split()
    split.front_end = front_end
    outputs = [np.arange(4, dtype=np.int8).reshape(2, 1, 2)]
    subject = SimpleNamespace(split=split, outputs=outputs, model_inputs=[["in 0", "in 1"]])
    monkeypatch.setattr(stream, "takes_digits", lambda _: False)
    monkeypatch.setattr(stream, "data_subject", lambda *_: subject)
    found = stream._samples(Path(), 2)
    sent: Any = [found.sent(index) for index in range(2)]
    raw, sample = stream.ids.InputFormat.RAW_S8, stream.ids.InputFormat.SAMPLE
    whole = [("in 0", raw), ("in 1", raw)]
    assert sent == (whole if front_end is None else [("sample 0", sample), ("sample 1", sample)])
    assert found.scores.tolist() == [[0, 1], [2, 3]] and found.classes is split.classes
    assert (found.labels, found.noun) == (["a", "b"], "word")
    split.info = SimpleNamespace(task="regress")
    with pytest.raises(HarnessError, match=r"^stream: detects classes, the data are"):
        stream._samples(Path(), 2)
    split.info, split.classes = Split.info, None
    with pytest.raises(HarnessError, match=r"^stream: detects classes"):
        stream._samples(Path(), 2)


def test_digits_go_the_shorter_way(monkeypatch: pytest.MonkeyPatch) -> None:
    digits = SimpleNamespace(
        images=["first", "second"], oracle_scores=SCORES, labels=[1], noun="digit"
    )
    monkeypatch.setattr(stream, "takes_digits", lambda _: True)
    monkeypatch.setattr(stream, "load_digits", lambda *_: digits)
    monkeypatch.setattr(stream.comparison, "shorter_format", lambda _, index: f"way {index}")
    found = stream._samples(Path(), 2)
    assert found.sent(1) == ("second", "way 1")  # type: ignore[comparison-overlap]
    assert found.scores is SCORES and found.labels == [] and found.noun == "digit"


def settings(**changed: Any) -> stream.Settings:
    return replace(SETTINGS, **changed)


@pytest.mark.parametrize(
    ("option", "least", "most"), [("hold", 1, 1000), ("frames", 1, 16), ("refractory", 0, 255)]
)
def test_what_can_be_of_no_model(option: str, least: int, most: int) -> None:
    assert stream.ids.STREAM_MOST_FRAMES == 16
    for fine in (least, most):
        settings(**{option: fine}).check()
    for wrong in (least - 1, most + 1):
        with pytest.raises(HarnessError, match=f"^--{option} {wrong}: choose {least} to {most}"):
            settings(**{option: wrong}).check()
    settings(count=1).check()
    with pytest.raises(HarnessError, match=r"^--count 0: choose 1 or more"):
        settings(count=0).check()


def test_thresholds() -> None:
    for share in (0.0, 1.0):
        settings(threshold=share).require_probability()
    for share in (-0.01, 1.01):
        with pytest.raises(HarnessError, match="choose 0 to 1"):
            settings(threshold=share).require_probability()
    output: Any = OUTPUT  # 0 to 255/256
    for real, quantized in [(0.0, -128), (0.001, -127), (0.5, 0), (255 / 256, 127)]:
        assert settings(threshold=real).parameters(output).threshold == quantized
    for beyond in (-0.001, 0.999):
        with pytest.raises(HarnessError, match=r"the model's output is 0 to 0.9961; choose"):
            settings(threshold=beyond).parameters(output)
    parameters = settings(frames=3, refractory=9).parameters(output)
    assert (parameters.frames, parameters.refractory) == (3, 9)
