"""A model with a custom op, from the .tflite to a board's answers, as docs/porting.md tells."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from flatbuffers import flexbuffers

from codegen.boards.facts import load_board
from codegen.emit.generate import generate
from codegen.files.artifacts import FIRMWARE_MAP
from codegen.files.manifest import sha256_file
from codegen.host.scores import oracle_scores
from codegen.image import firmware_build
from codegen.model.tflite import Model
from harness.run import hil
from harness.run.digits import load_digits
from verification.cases.model_builder import with_first_op

pytestmark = pytest.mark.emulated

BOARD = load_board("mps2_an386")
THRESHOLD = 0
COUNT = 10


def test_a_custom_op_runs_on_a_board(build_dir: Path, tmp_path: Path) -> None:
    own = tmp_path / "build"
    own.mkdir()
    plain = (build_dir / "model.tflite").read_bytes()
    model = own / "model.tflite"
    model.write_bytes(with_first_op(plain, "Binarize", flexbuffers.Dumps(THRESHOLD)))
    shutil.copy(build_dir / "digits.npz", own)
    generate(model, own)
    firmware_build.build(BOARD, own, sha256_file(model))

    report = hil.run(BOARD.id, own, hil.Settings(count=COUNT, emulators=1), runs=tmp_path / "runs")
    assert report.passed
    assert report.oracle.startswith("mcuforge's own runtime on the host")
    # What the device's scores were compared with: the op computed here, all others by the wheel.
    digits = load_digits(own, COUNT)
    binarized = np.where(digits.quantized > THRESHOLD, 127, -128).astype(np.int8)
    np.testing.assert_array_equal(
        digits.oracle_scores, oracle_scores(Model.parse(plain), binarized)
    )


def test_only_an_image_whose_model_has_one_holds_custom_ops(build_dir: Path) -> None:
    linked = (build_dir / BOARD.id / FIRMWARE_MAP).read_text()
    assert "libtflm.a" in linked
    assert "custom_ops" not in linked
