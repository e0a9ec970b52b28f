"""The engine aot from a .tflite to a board's answers, in turns with the interpreter."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flatbuffers import flexbuffers
from invoke import Program

import tasks
from codegen.boards.facts import load_board
from codegen.emit.generate import generate
from codegen.engines import AOT, ENGINES
from codegen.files.manifest import sha256_file
from codegen.files.places import BUILD
from codegen.image import firmware_build
from verification.cases.model_builder import small_cnn, with_first_op
from verification.cases.registry import CASES

pytestmark = pytest.mark.emulated

ROOT = Path(tasks.__file__).parent


@pytest.fixture
def model(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / f"{tmp_path.name}.tflite"  # a build folder of its own
    yield path
    shutil.rmtree(BUILD / path.stem, ignore_errors=True)


def _hil(model: Path, board: str, engine: str) -> dict[str, Any]:
    report = model.with_suffix(".json")
    args = ["--model", str(model), "--board", board, "--engine", engine, "--count", "8"]
    Program().run(
        ["invoke", "--search-root", str(ROOT), "hil", *args, "--json", str(report)], exit=False
    )
    found: dict[str, Any] = json.loads(report.read_text())
    return found


@pytest.mark.parametrize("board", ["host", "microbit", "mps2_an386", "mps3_an547"])
def test_both_engines_answer_as_the_oracle_in_one_build_folder(model: Path, board: str) -> None:
    model.write_bytes(small_cnn(image=8))
    aot = _hil(model, board, "aot")
    interpreter = _hil(model, board, "interpreter")
    assert (aot["runtime"], interpreter["runtime"]) == ("mcuforge aot", "mcuforge")
    assert aot["mismatches"] == interpreter["mismatches"] == 0
    assert aot["flash_bytes"] < interpreter["flash_bytes"]
    assert aot["arena_bytes"] < interpreter["arena_bytes"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("op", ["VARIABLE_TENSOR", "CALL_ONCE"])
def test_a_model_keeps_its_variables_and_has_the_first_ones_after_a_reset(
    model: Path, op: str, engine: str
) -> None:
    model.write_bytes(CASES[op](np.random.default_rng(4)).model)
    report = _hil(model, "host", engine)
    assert report["mismatches"] == 0
    assert report["self_test"] == {"vectors": 3, "passed": 3}


def test_a_custom_op_is_called_without_an_interpreter(model: Path) -> None:
    model.write_bytes(with_first_op(small_cnn(image=8), "Binarize", flexbuffers.Dumps(3)))
    report = _hil(model, "microbit", "aot")
    assert (report["runtime"], report["mismatches"]) == ("mcuforge aot", 0)


def test_an_image_of_generated_code_is_the_same_elsewhere(tmp_path: Path) -> None:
    board = load_board("mps2_an386")
    images = []
    for folder in (tmp_path / "one", tmp_path / "another place"):
        folder.mkdir()
        path = folder / "model.tflite"
        path.write_bytes(small_cnn(image=8))
        generate(path, folder, engine=AOT)
        firmware_build.build(board, folder, sha256_file(path))
        images.append((folder / board.id / "firmware.elf").read_bytes())
    assert images[0] == images[1]
