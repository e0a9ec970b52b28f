"""gdb on QEMU's stub, with the very command that `invoke debug` runs."""

import subprocess
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.files.places import PROGRAM
from harness.rig import debug
from harness.rig.emulator import open_emulator
from harness.rig.expected import Expected

pytestmark = pytest.mark.emulated


def test_gdb_stops_at_main_with_its_source(build_dir: Path) -> None:
    board = load_board("mps2_an386")
    elf = Expected.load(board, build_dir).elf
    with open_emulator(board, elf, gdb_port=0) as emulator:
        command = [*debug.gdb_command(elf, emulator.gdb_remote), "-batch"]
        result = subprocess.run(
            command, cwd=PROGRAM, capture_output=True, text=True, timeout=60, check=True
        )
    assert "main () at firmware/src/main.cc" in result.stdout


def test_debug_starts_the_emulator_and_gdb(
    build_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[list[str]] = []

    def run_instead(command: list[str]) -> None:
        seen.append(command)
        remote = next(step for step in command if step.startswith("target ")).split()[-1]
        kill = ["gdb-multiarch", "-nx", "-batch", "-ex", f"target remote {remote}", "-ex", "kill"]
        assert subprocess.run(kill, capture_output=True, timeout=60).returncode == 0

    monkeypatch.setattr(debug, "_interactive", run_instead)
    debug.run("mps2_an386", build_dir)
    assert seen
    assert "waits for gdb at 127.0.0.1:" in capsys.readouterr().out
