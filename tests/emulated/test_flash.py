"""Flashing over a gdb remote for real: QEMU with empty memory, loaded through its stub."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.files.artifacts import GENERATED
from codegen.files.places import PROGRAM
from codegen.image import firmware_build
from codegen.image.image_sources import GENERATED_VARIABLE
from harness.rig import flash, identity, link
from harness.rig.emulator import open_emulator
from harness.rig.expected import Expected
from harness.rig.upload_tools import Command, FlashError
from harness.run.digits import Digits
from tests import device_checks

pytestmark = pytest.mark.emulated
BOARD = load_board("mps2_an386")


@pytest.fixture
def expected(build_dir: Path) -> Expected:
    return Expected.load(BOARD, build_dir)


def test_image_loaded_over_gdb_answers_and_classifies(expected: Expected, digits: Digits) -> None:
    with (
        flash.loaded_over_gdb(BOARD, expected.elf.parent) as emulator,
        link.open_device(BOARD, expected.elf, port=emulator.url) as device,
    ):
        identity.check_info(device.info(), expected)
        device_checks.check_digits(device, digits)


def test_flash_compares_build_and_model(build_dir: Path, expected: Expected) -> None:
    info = flash.flash(BOARD.id, build_dir, protocol="gdb")
    assert info.build_id == expected.image.build_id
    assert info.model_sha256 == expected.model_sha256


def test_platformios_upload_target_loads_over_gdb(
    build_dir: Path, expected: Expected, digits: Digits
) -> None:
    """`pio run -t upload` as a user of PlatformIO's editor starts it, against QEMU's gdb stub."""
    with (
        open_emulator(BOARD, expected.elf, gdb_port=0, load=False) as emulator,
        firmware_build.build_lock(),
    ):
        result = subprocess.run(
            [sys.executable, "-m", "platformio", "run", "-e", BOARD.id, "-t", "upload"],
            cwd=PROGRAM,
            env=os.environ
            | {
                "PLATFORMIO_UPLOAD_PORT": str(emulator.gdb_remote),
                GENERATED_VARIABLE: str(build_dir.resolve() / GENERATED),
            },
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        assert "mps2_an386: uploaded with gdb" in result.stdout
        with link.open_device(BOARD, expected.elf, port=emulator.url) as device:
            assert device.info().board == BOARD.id
            device_checks.check_digits(device, digits)


def test_memory_that_differs_from_the_image_is_told(expected: Expected) -> None:
    def run_with_damage(command: Command) -> tuple[int, str]:
        arguments = list(command.arguments)
        place = arguments.index("compare-sections") - 1
        arguments[place:place] = ["-ex", "set {unsigned char}0x100 = ~{unsigned char}0x100"]
        return flash.run_tool(replace(command, arguments=tuple(arguments)))

    with (
        pytest.raises(FlashError, match=r"read back differs .*Section \.text.*MIS-MATCHED"),
        flash.loaded_over_gdb(BOARD, expected.elf.parent, run_with_damage),
    ):
        pass
