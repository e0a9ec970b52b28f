"""A model that was made elsewhere is judged: all but float's columns, and without TensorFlow."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen.files.artifacts import (
    INT8_MODEL,
    METRICS,
    ORACLE_SCORES,
    REPORT_HTML,
    REPORT_JSON,
    TEST_SPLIT,
)
from codegen.host.oracle import Oracle
from codegen.model.tflite import Model
from codegen.samples import split as split_file
from codegen.samples.facts import DataInfo
from training import artifacts
from training.data.examples import load
from training.errors import ArtifactError, DataError
from training.judge import evaluate, evaluation_report, measures_table
from training.judge.corruptions import CORRUPTIONS
from verification.cases.model_builder import ModelBuilder, schema

SIDE = 4
# Of four pixels along the first row the brightest is the class; three samples of each of three
# classes, of which the last is labelled wrongly, and one of class 2 whose label is 0.
CLASSES = np.array([0, 1, 2, 0, 1, 2, 0, 1, 2, 2])
LABELS = np.array([0, 1, 2, 0, 1, 2, 0, 1, 1, 0])


def brightest() -> bytes:
    """uint8 images as int8 -> for each of three classes the pixel that stands for it."""
    b = ModelBuilder()
    image = b.tensor([1, SIDE, SIDE, 1], scale=1 / 255, zero_point=-128)
    flat = b.tensor([1, SIDE * SIDE], scale=1 / 255, zero_point=-128)
    logits = b.tensor([1, 3], scale=1 / 255, zero_point=-128)
    scores = b.tensor([1, 3], scale=1 / 256, zero_point=-128)
    b.op("RESHAPE", [image], [flat], schema.ReshapeOptionsT(newShape=[1, SIDE * SIDE]))
    weights = b.constant(np.eye(3, SIDE * SIDE, dtype=np.int8), scale=1.0)
    b.op("FULLY_CONNECTED", [flat, weights], [logits], schema.FullyConnectedOptionsT())
    b.op("SOFTMAX", [logits], [scores], schema.SoftmaxOptionsT(beta=8.0))
    return b.build([image], [scores])


@pytest.fixture(autouse=True)
def oracle_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own takes most of a test's time."""

    def scores(model: Model, inputs: np.ndarray) -> np.ndarray:
        oracle = Oracle(model)
        shape = model.inputs[0].shape
        return np.concatenate([oracle.run([one.reshape(shape)])[0] for one in inputs])

    monkeypatch.setattr(evaluate, "answers", lambda model, inputs, _: [scores(model, inputs[0])])
    monkeypatch.setattr(evaluation_report, "oracle_scores", scores)


@pytest.fixture
def build_dir(tmp_path: Path) -> Path:
    images = np.zeros((len(CLASSES), SIDE, SIDE), np.uint8)
    images[np.arange(len(CLASSES)), 0, CLASSES] = 200
    info = DataInfo("npz", "", 0, len(LABELS), {}, ["a", "b", "c"], shape=[SIDE, SIDE])
    artifacts.write_json(tmp_path / "data.json", vars(info))
    artifacts.write_npz(
        tmp_path / TEST_SPLIT,
        **{split_file.IMAGES: images, split_file.LABELS: LABELS.astype(np.uint8)},
    )
    (tmp_path / INT8_MODEL).write_bytes(brightest())
    return tmp_path


def test_what_is_measured_of_it(build_dir: Path) -> None:
    metrics = evaluate.evaluate(build_dir)
    assert metrics == json.loads((build_dir / METRICS).read_text())
    assert (metrics["float_accuracy"], metrics["int8_accuracy"]) == (None, 0.8)
    assert list(metrics["measures"]) == ["int8"]
    assert (metrics["test_count"], metrics["task"]) == (10, "classify")
    model = Model.parse(brightest())
    assert (metrics["model_sha256"], metrics["model_bytes"]) == (model.sha256, model.size)
    with np.load(build_dir / ORACLE_SCORES) as kept:
        assert kept["scores"].shape == (10, 3) and kept["scores"].dtype == np.int8
        assert kept["scores"].argmax(axis=1).tolist() == CLASSES.tolist()
        assert str(kept["model_sha256"]) == model.sha256
        assert str(kept["digits_sha256"]) == artifacts.sha256_file(build_dir / TEST_SPLIT)
    assert measures_table.line(build_dir, metrics) == "10 images: int8 accuracy 80.00%"


@pytest.mark.parametrize("missing", [TEST_SPLIT, INT8_MODEL])
def test_what_is_missing_is_named(missing: str, build_dir: Path) -> None:
    (build_dir / missing).unlink()
    with pytest.raises(ArtifactError, match=missing.replace(".", r"\.")):
        evaluate.evaluate(build_dir)
    assert not (build_dir / METRICS).exists()


def test_measures_and_the_worst_of_each_column(build_dir: Path) -> None:
    evaluate.evaluate(build_dir)
    metrics = json.loads((build_dir / METRICS).read_text())
    metrics["measures"]["float"] = {"accuracy": 0.9, "top-3": 1.0}
    metrics["slices"] = [
        *(
            {"column": "class", "value": str(n), "count": n, "measure": n / 10}
            for n in range(6, -1, -1)
        ),
        {"column": "speaker", "value": "me", "count": 3, "measure": 0.5},
    ]
    artifacts.write_json(build_dir / METRICS, metrics)
    lines = [line.split() for line in measures_table.table(build_dir).splitlines()]
    assert lines[0] == ["10", "images,", "task", "classify"]
    assert lines[2] == ["int8", "float"]
    assert ["accuracy", "80.00%", "90.00%"] in lines
    assert ["top-3", "-", "100.00%"] in lines
    worst = lines.index([*["worst", "by", "class", "of", "7", "samples", "int8", "accuracy"]])
    shown = [line[0] for line in lines[worst:] if len(line) == 3]
    assert [one for one in shown if one.isdigit()] == ["0", "1", "2", "3", "4"]
    assert [*["worst", "by", "speaker", "of", "1", "samples", "int8", "accuracy"]] in lines
    assert ["me", "3", "50.00%"] in lines


def test_without_targets_nothing_was_measured(build_dir: Path) -> None:
    metrics = {"test_count": 3, "measures": {"int8": {}}}
    assert measures_table.line(build_dir, metrics) == "3 images: no targets: not measured"
    several = {"test_count": 3, "measures": {"int8": {"accuracy": 0.5, "top-3": 1.0}}}
    assert measures_table.line(build_dir, several) == "3 images: int8 accuracy 50.00%"


# ---------------------------------------------------------------- evaluate.html and .json


@dataclass(frozen=True)
class Recorded:
    board_id: str
    run: str
    indices: np.ndarray
    scores: np.ndarray


def report_of(build_dir: Path, robustness: bool = False) -> evaluation_report.Report:
    """With a board that answered three samples, one of them another class."""
    evaluate.evaluate(build_dir)
    with np.load(build_dir / ORACLE_SCORES) as kept:
        answered = kept["scores"][2:5].copy()
    answered[1] = answered[1][::-1]
    board = Recorded("host", "run-1", np.arange(2, 5), answered)
    return evaluation_report.evaluate(build_dir, [board], robustness, say=lambda _: None)


def test_a_board_beside_int8(build_dir: Path) -> None:
    report = report_of(build_dir)
    assert list(report.models) == ["int8", "host"]
    assert (report.models["int8"].count, report.models["int8"].accuracy) == (10, 0.8)
    assert (report.models["host"].count, report.models["host"].accuracy) == (3, 2 / 3)
    assert report.disagreements == {"int8": 0, "host": 1}
    assert report.robustness == []
    first, second, *others = report.worst
    assert {(one.index, one.label, one.predicted) for one in (first, second)} == {
        (8, "b", "c"),
        (9, "a", "c"),
    }
    assert first.probability == second.probability < 0.1
    assert len(others) == 8 and all(one.label == one.predicted for one in others)
    told = json.loads((build_dir / REPORT_JSON).read_text())
    assert (told["runs"], told["labels"]) == ({"host": "run-1"}, ["a", "b", "c"])
    assert (told["test_count"], told["noun"]) == (10, "image")
    page = (build_dir / REPORT_HTML).read_text()
    assert "host as recorded in runs/run-1" in page
    assert 'alt="the worst classified samples"' in page


def test_the_table_of_it(build_dir: Path) -> None:
    lines = evaluation_report.table(report_of(build_dir)).splitlines()
    cells = [line.split() for line in lines]
    assert cells[0] == ["int8", "host"]
    assert ["samples", "10", "3"] in cells and ["accuracy", "80.00%", "66.67%"] in cells
    assert ["lowest", "recall", "75.00%", "of", "a", "0.00%", "of", "a"] in cells
    assert ["other", "class", "than", "int8", "0", "1"] in cells
    assert "int8 takes most often: a as c (1), b as c (1)" in lines
    assert not any("no test sample" in line or "corruption" in line for line in lines)


def test_each_corruption_at_each_level(build_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = tuple(replace(one, levels=one.levels[-1:]) for one in CORRUPTIONS[:2])
    monkeypatch.setattr(evaluation_report, "CORRUPTIONS", kinds)
    monkeypatch.setattr(evaluation_report, "ROBUSTNESS_COUNT", 4)
    evaluation_report._scorers.cache_clear()
    report = report_of(build_dir, robustness=True)
    assert [(row.corruption, row.level) for row in report.robustness] == [
        ("none", 0.0),
        *((kind.name, kind.levels[0]) for kind in kinds),
    ]
    assert report.robustness[0].unit == "" and report.robustness[1].unit == kinds[0].unit
    # Four chosen evenly, the first and the last among them: 0, 3, 6, 9
    assert report.robustness[0].accuracy == {"int8": 0.75}
    lines = [line.split() for line in evaluation_report.table(report).splitlines()]
    assert ["corruption", "level", "int8"] in lines and ["none", "0", "75.00%"] in lines


@pytest.mark.parametrize("facts", [{"kind": "signal"}, {"shape": [SIDE, SIDE, 3]}])
def test_corruptions_are_for_grey_images(facts: dict[str, Any], build_dir: Path) -> None:
    tested = load(build_dir, TEST_SPLIT)
    other = replace(tested, split=replace(tested.split, info=replace(tested.info, **facts)))
    with pytest.raises(DataError, match=r"--robustness: .* are for grey images, the data are"):
        evaluation_report._robustness(build_dir, other, lambda _: None, "")


@pytest.mark.parametrize(
    ("facts", "takes"),
    [({}, True), ({"task": "regress"}, False), ({"labels": ["a", "b"]}, False)],
)
def test_what_it_takes(facts: dict[str, object], takes: bool, build_dir: Path) -> None:
    info = {**json.loads((build_dir / "data.json").read_text()), **facts}
    artifacts.write_json(build_dir / "data.json", info)
    assert evaluation_report.takes(build_dir) == takes
