"""Every board with an emulator answers digits bit for bit, and no image has outgrown its budget."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from codegen.boards.facts import Board, boards_built_here
from codegen.image.breakdown import read_breakdown
from codegen.image.budgets import check_growth
from codegen.image.firmware_build import image_dir
from harness.run import hil

pytestmark = pytest.mark.emulated

DIGITS = 100
EMULATED = [board for board in boards_built_here() if board.emulator is not None]


@pytest.mark.parametrize("board", EMULATED, ids=lambda board: board.id)
def test_digits_are_bit_exact(board: Board, build_dir: Path, tmp_path: Path) -> None:
    console = Console(file=io.StringIO())
    settings = hil.Settings(count=DIGITS, emulators=1)
    report = hil.run(board.id, build_dir, settings, console=console, runs=tmp_path)
    assert report.passed, report
    assert report.answered == DIGITS
    assert report.accuracy is not None and report.accuracy >= 0.9
    assert report.accuracy == report.oracle_accuracy


@pytest.mark.parametrize("board", boards_built_here(), ids=lambda board: board.id)
def test_image_is_within_its_budget(board: Board, build_dir: Path) -> None:
    size = read_breakdown(image_dir(board, build_dir), board.id)
    assert check_growth(size, build_dir.name)
    of_no_source, _ = size.rooms().get("linker", (0, 0))
    assert of_no_source < size.flash_bytes / 100
