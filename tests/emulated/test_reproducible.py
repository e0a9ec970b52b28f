"""The same sources in another folder give the same image, byte for byte."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen.boards.facts import Board, boards_built_here
from codegen.files.artifacts import FIRMWARE_INFO, GENERATED
from codegen.files.manifest import Manifest, sha256_file
from codegen.files.places import PROGRAM
from codegen.image.firmware_build import output_files
from codegen.image.image_sources import GENERATED_VARIABLE

# A board of each instruction set is compiled once more, and a process of this machine.
pytestmark = [pytest.mark.emulated, pytest.mark.timeout(600)]

# What a build reads, with the generated sources, which may lie anywhere.
SOURCES = ("codegen", "firmware", "platformio.ini")
BOARDS = tuple(
    {(board.isa, board.family.architecture): board for board in boards_built_here()}.values()
)


@pytest.fixture(scope="module")
def elsewhere(build_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in a folder with another, longer name that wants quoting, built there.

    In platformio.ini's order, not by name: the boards of one core share objects, which are compiled
    for whichever comes first.
    """
    project = tmp_path_factory.mktemp("größer als sonst (1)") / "project"
    project.mkdir()
    for name in SOURCES:
        source = PROGRAM / name
        if source.is_dir():
            shutil.copytree(source, project / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, project / name)
    generated = project / "another's name" / GENERATED
    shutil.copytree(build_dir / GENERATED, generated)
    environments = [option for board in BOARDS for option in ("-e", board.id)]
    for command in (["codegen.image.pio_core"], ["platformio", "run", *environments]):
        result = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=project,
            env=os.environ | {GENERATED_VARIABLE: str(generated)},
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr
    return project / ".pio" / "build"


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.id)
def test_image_is_the_same_elsewhere(elsewhere: Path, build_dir: Path, board: Board) -> None:
    recorded = Manifest.load(build_dir).outputs(f"build {board.id}")
    images = [path for path in output_files(board, build_dir) if path.name != FIRMWARE_INFO]
    assert images
    for path in images:
        there = sha256_file(elsewhere / board.id / path.name)
        assert there == sha256_file(path)
        assert there == recorded[f"{board.id}/{path.name}"]


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.id)
def test_image_has_no_path_of_this_machine(elsewhere: Path, board: Board) -> None:
    image = (elsewhere / board.id / "firmware.elf").read_bytes()
    for path in (PROGRAM, elsewhere.parents[1], Path.home()):
        assert str(path).encode() not in image
