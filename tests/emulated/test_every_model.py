"""Several models on several boards by one command: each pair passes, has no room, or is refused."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from invoke import Program

import tasks
from codegen.files.markdown import marks
from codegen.files.places import BUILD
from verification.cases.model_builder import ModelBuilder, schema, small_cnn

pytestmark = pytest.mark.emulated

ROOT = Path(tasks.__file__).parent
COUNT = 20
WIDE = 40_000  # bytes, of each of a sum's tensors


def sum_of_two() -> bytes:
    """Two inputs, which no sample fits, and an arena that no small board has room for."""
    b = ModelBuilder()
    first, second, both = (b.tensor([1, WIDE], scale=0.1) for _ in range(3))
    b.op("ADD", [first, second], [both], schema.AddOptionsT())
    return b.build([first, second], [both])


def unknown_op() -> bytes:
    b = ModelBuilder()
    given, made = (b.tensor([1, 4], scale=0.1) for _ in range(2))
    b.op("TILE", [given], [made])
    return b.build([given], [made])


def test_each_pair_has_its_cell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = {
        "sweep_cnn": small_cnn(image=8),
        "sweep_sum": sum_of_two(),
        "sweep_unknown": unknown_op(),
    }
    for name, content in made.items():
        (tmp_path / f"{name}.tflite").write_bytes(content)
    page, report = tmp_path / "page.md", tmp_path / "out.json"
    page.write_text("\n".join(marks("hil")))
    models = ",".join(str(tmp_path / f"{name}.tflite") for name in made)
    args = ["--model", models, "--board", "host,microbit", "--count", str(COUNT)]
    args += ["--json", str(report), "--markdown", str(page)]
    try:
        Program().run(["invoke", "--search-root", str(ROOT), "hil", *args], exit=False)
    finally:
        for name in made:
            shutil.rmtree(BUILD / name, ignore_errors=True)
    results = {(one["model"], one["board"]): one for one in json.loads(report.read_text())}
    assert {pair: one["result"] for pair, one in results.items()} == {
        ("sweep_cnn", "host"): "passed",
        ("sweep_cnn", "microbit"): "passed",
        ("sweep_sum", "host"): "passed",
        ("sweep_sum", "microbit"): "does not fit",
        ("sweep_unknown", "host"): "refused",
        ("sweep_unknown", "microbit"): "refused",
    }
    answered = [one["answered"] for one in results.values() if one["result"] == "passed"]
    assert answered == [COUNT] * 3
    assert results["sweep_sum", "microbit"]["missing_bytes"] > WIDE
    said = capsys.readouterr().out
    assert "hil: 3 passed, 1 does not fit, 2 refused; 0 mismatches in 60 answers" in said
    assert "build microbit: build/sweep_sum" not in said  # preflight said that it has no room
    assert "| sweep_unknown | refused | refused |" in page.read_text()
