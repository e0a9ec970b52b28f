"""Scores of earlier runs come back as the device gave them, or not at all."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from codegen.files.manifest import sha256_file
from harness.errors import HarnessError
from harness.run import recorded
from harness.run.digits import Digits
from harness.run.run_folder import Answer, Mismatch, RunFolder

ORACLE = np.array([[9, 0, 0], [0, 9, 0], [0, 0, 9], [9, 0, 0]], np.int8)


@pytest.fixture(autouse=True)
def oracle(monkeypatch: pytest.MonkeyPatch) -> None:
    images = np.zeros((4, 2, 2), np.uint8)
    digits = Digits(images, images.astype(np.int8), images[:, 0, 0], ORACLE, "made up")
    monkeypatch.setattr(recorded, "holds_images", lambda _: True)
    monkeypatch.setattr(recorded, "load_digits", lambda *_: digits)


@pytest.fixture
def build_dir(tmp_path: Path) -> Path:
    (tmp_path / "model.tflite").write_bytes(b"model")
    return tmp_path


def kept(build_dir: Path, name: str, answers: list[Answer], model: str = "") -> None:
    folder = build_dir / "runs" / name
    folder.mkdir(parents=True)
    sha256 = model or sha256_file(build_dir / "model.tflite")
    (folder / "run.json").write_text(json.dumps({"model_sha256": sha256}))
    with RunFolder(folder, {}) as run:
        for answer in answers:
            run.add(answer)


def latest(build_dir: Path, board_id: str | None = None) -> list[recorded.RecordedScores]:
    return recorded.latest_scores(build_dir, board_id, build_dir / "runs")


def test_the_last_run_of_each_board_with_its_own_scores(build_dir: Path) -> None:
    wrong = Mismatch(2, (1, 2, 3), (0, 0, 9), "raw")
    kept(build_dir, "20260101-000000-host", [Answer(0, 0, 1, ())])
    kept(build_dir, "20260102-000000-host", [Answer(2, 2, 1, (wrong,)), Answer(1, 1, 1, ())])
    kept(build_dir, "20260101-000000-mps2_an386.002", [Answer(3, 0, 1, ())])
    host, board = latest(build_dir)
    assert (host.board_id, host.run) == ("host", "20260102-000000-host")
    assert host.indices.tolist() == [1, 2]
    assert host.scores.tolist() == [[0, 9, 0], [1, 2, 3]]
    assert (board.board_id, board.scores.tolist()) == ("mps2_an386", [[9, 0, 0]])
    assert latest(build_dir, "host")[0].run == host.run


def test_runs_of_another_model_of_other_digits_and_damaged_ones_are_passed_over(
    build_dir: Path,
) -> None:
    kept(build_dir, "20260101-000000-host", [Answer(0, 0, 1, ())])
    kept(build_dir, "20260102-000000-host", [Answer(0, 0, 1, ())], model="other")
    kept(build_dir, "20260103-000000-host", [Answer(0, 2, 1, ())])  # the oracle says 0
    kept(build_dir, "20260104-000000-host", [Answer(4, 0, 1, ())])  # there are 4 digits
    kept(build_dir, "20260105-000000-host", [])
    (build_dir / "runs/20260105-000000-host/answers.jsonl").write_text("{}\n")
    (build_dir / "runs/20260106-000000-host").mkdir()
    (build_dir / "runs/20260106-000000-host/run.json").write_text("no JSON")
    assert [one.run for one in latest(build_dir)] == ["20260101-000000-host"]


def test_a_run_that_is_going_on_is_read_and_left_alone(build_dir: Path) -> None:
    kept(build_dir, "20260101-000000-host", [Answer(0, 0, 1, ())])
    path = build_dir / "runs/20260101-000000-host/answers.jsonl"
    text = path.read_text() + json.dumps(asdict(Answer(1, 1, 1, ())))[:20]
    path.write_text(text)
    assert latest(build_dir)[0].indices.tolist() == [0]
    assert path.read_text() == text


def test_a_board_without_a_run(build_dir: Path) -> None:
    assert latest(build_dir) == []
    with pytest.raises(HarnessError, match=r"no run of host .*invoke hil --board host"):
        latest(build_dir, "host")


PASSED: dict[str, object] = {"passed": True, "mismatches": 0}


def run_of(
    runs: Path,
    name: str,
    result: dict[str, object] | None,
    model: str = "m",
    build: str = "b",
) -> None:
    folder = runs / name
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps({"model_sha256": model, "build_id": build}))
    if result is not None:
        (folder / "result.json").write_text(json.dumps(result))


def problem(runs: Path) -> str:
    return recorded.last_run_problem("host", "m", "b", "invoke hil", runs)


def test_a_last_run_that_passed_is_a_proof(tmp_path: Path) -> None:
    assert problem(tmp_path) == "no hil run on host was of this model; run `invoke hil`"
    run_of(tmp_path, "20260101-000000-host", {"failure": "Ctrl-C", "answered": 3})
    run_of(tmp_path, "20260102-000000-host", PASSED)
    run_of(tmp_path, "20260103-000000-host", {"passed": False}, model="another")
    run_of(tmp_path, "20260104-000000-microbit", {"passed": False})
    assert problem(tmp_path) == ""


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        ({"passed": False, "mismatches": 3}, "did not pass (3 mismatches)"),
        ({"failure": "no reply", "answered": 3}, "did not pass (no reply)"),
        (None, "did not pass (see its result)"),  # the harness was killed
        ({"mismatches": 0}, "did not pass (see its result)"),
        ({"passed": "yes"}, "did not pass"),
    ],
)
def test_a_last_run_that_did_not_pass_is_none(
    result: dict[str, object] | None, reason: str, tmp_path: Path
) -> None:
    run_of(tmp_path, "20260101-000000-host", PASSED)
    run_of(tmp_path, "20260102-000000-host", result)
    assert f"20260102-000000-host, {reason}" in problem(tmp_path)
    assert "run `invoke hil`" in problem(tmp_path)


def test_runs_of_other_models_boards_and_images_are_no_proof(tmp_path: Path) -> None:
    run_of(tmp_path, "20260101-000000-host", PASSED, model="another")
    run_of(tmp_path, "20260101-000000-microbit", PASSED)
    assert problem(tmp_path) == "no hil run on host was of this model; run `invoke hil`"
    run_of(tmp_path, "20260102-000000-host", PASSED, build="a")
    assert "was of build a, the image is b now; run `invoke hil`" in problem(tmp_path)


def test_a_board_or_model_without_any_run_is_refused_at_once(tmp_path: Path) -> None:
    model, other, absent = (tmp_path / name for name in ("a.tflite", "b.tflite", "c.tflite"))
    model.write_bytes(b"a")
    other.write_bytes(b"b")
    run_of(tmp_path, "20260101-000000-microbit.002", PASSED, model=sha256_file(model))
    recorded.require_run("microbit", model, "invoke hil", tmp_path)
    with pytest.raises(HarnessError, match="no run of host; run `invoke hil` first"):
        recorded.require_run("host", model, "invoke hil", tmp_path)
    for one in (other, absent):
        with pytest.raises(HarnessError, match="no run of microbit with this model; run `inv"):
            recorded.require_run("microbit", one, "invoke hil", tmp_path)
