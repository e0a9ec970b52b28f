"""The build stage's own part: nothing is compiled for a board that the model does not fit."""

from __future__ import annotations

from pathlib import Path

from codegen.aot.facts import engine_facts
from codegen.boards.facts import Board
from codegen.cost.preflight import require
from codegen.files.artifacts import INT8_MODEL
from codegen.frontend import parameters
from codegen.image import firmware_build
from codegen.image.tflm_lib import TflmLib
from codegen.model.tflite import Model

# PlatformIO runs them, so no import leads to them.
SCRIPTS = ("firmware.platform.builder.main", "firmware.platform.builder.arduino")
# What only the scripts' upload target imports: no image depends on it.
UPLOAD_ONLY = ("harness.errors", "harness.rig", "harness.rig.flash")


def build(
    board: Board,
    build_dir: Path,
    sanitize: bool,
    verbose: bool,
    tflm_lib: TflmLib | None,
    self_test: bool,
    engine: str,
) -> None:
    """As firmware_build.build. Raises PreflightError besides."""
    model = Model.read(build_dir / INT8_MODEL)
    front_end = parameters.load(build_dir)
    require(model, build_dir.name, board, front_end, engine_facts(engine))
    firmware_build.build(board, build_dir, model.sha256, sanitize, verbose, tflm_lib, self_test)
