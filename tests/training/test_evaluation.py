"""The whole evaluation, on a model trained on a handful of digits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from codegen.files.artifacts import METRICS, ORACLE_SCORES, REPORT_HTML, REPORT_JSON, TEST_SPLIT
from codegen.host.scores import oracle_scores
from codegen.model.pixels import quantize_pixels
from codegen.model.tflite import Model
from training import artifacts
from training.data import datasets
from training.judge import corruptions, evaluate, evaluation_report


@dataclass(frozen=True)
class Recorded:
    board_id: str
    run: str
    indices: np.ndarray
    scores: np.ndarray


@pytest.fixture
def evaluated(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    info = datasets.DataInfo("sample", "", 400, 50, {}, [str(digit) for digit in range(10)])
    artifacts.write_json(built / "data.json", vars(info))
    monkeypatch.setattr(evaluation_report, "CORRUPTIONS", corruptions.CORRUPTIONS[:1])
    return built


def test_float_int8_and_board_side_by_side(evaluated: Path) -> None:
    with np.load(evaluated / ORACLE_SCORES) as kept:
        scores = kept["scores"]
    images, labels = datasets.load_split(evaluated, TEST_SPLIT)
    damaged = scores[10:20].copy()
    damaged[0] = np.roll(damaged[0], 1)
    board = Recorded("host", "run-1", np.arange(10, 20), damaged)
    said: list[str] = []
    report = evaluation_report.evaluate(evaluated, [board], robustness=True, say=said.append)

    metrics = json.loads((evaluated / METRICS).read_text())
    assert report.models["float"].accuracy == metrics["float_accuracy"]
    assert report.models["int8"].accuracy == metrics["int8_accuracy"]
    expected = (damaged.argmax(axis=1) == labels[10:20]).mean()
    assert (report.models["host"].count, report.models["host"].accuracy) == (10, expected)
    assert report.disagreements["int8"] == 0 and report.disagreements["host"] == 1

    assert [row.level for row in report.robustness] == [0, 1, 2, 3, 4]
    assert report.robustness[0].accuracy["int8"] == metrics["int8_accuracy"]
    model = Model.read(evaluated / "model.tflite")
    shifted = oracle_scores(model, quantize_pixels(model, corruptions.shift(images, 4)))
    assert report.robustness[-1].accuracy["int8"] == evaluate.accuracy(shifted, labels)

    written = json.loads((evaluated / REPORT_JSON).read_text())
    assert written["models"]["int8"]["macro_f1"] == report.models["int8"].macro_f1
    assert written["runs"] == {"host": "run-1"}
    page = (evaluated / REPORT_HTML).read_text()
    assert page.count("data:image/png;base64,") == 2 * 3 + 2
    assert "host as recorded in runs/run-1" in page
    text = evaluation_report.table(report)
    first, samples, *_ = (line.split() for line in text.splitlines())
    assert first[-1] == "host" and samples[-1] == "10"
    assert "\nshift       4 pixels" in text
