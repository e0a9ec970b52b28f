"""The RP2040's port in rp2040js: started by its own second boot stage from an image of flash."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.files.elf_file import opened
from harness.errors import EmulatorError
from harness.rig import link
from harness.rig.emulator import open_emulator
from harness.rig.expected import Expected
from harness.run.digits import Digits
from harness.wire.device import Device
from tests import device_checks

pytestmark = pytest.mark.emulated

BOARD = load_board("pico")


@pytest.fixture(scope="module")
def expected(build_dir: Path) -> Expected:
    return Expected.load(BOARD, build_dir)


@pytest.fixture(scope="module")
def device(expected: Expected) -> Iterator[Device]:
    with link.open_device(BOARD, expected.elf) as device:
        yield device


def test_its_boot_stage_reads_the_flash_chips_id(device: Device, expected: Expected) -> None:
    device_checks.check_handshake(device, expected)
    assert device.info().unique_id == "e660005250323034"


def test_what_comes_faster_than_it_is_read_waits(device: Device, digits: Digits) -> None:
    device_checks.check_pieces(device, digits)
    device_checks.check_noise(device)
    assert device.stats()["uart_overruns"] == 0


def test_the_boot_rom_refuses_a_damaged_boot_stage(expected: Expected, tmp_path: Path) -> None:
    damaged = Path(shutil.copy(expected.elf, tmp_path))
    with opened(damaged) as elf:
        offset = elf.get_section_by_name(".boot2")["sh_offset"]
    data = bytearray(damaged.read_bytes())
    data[offset] ^= 1
    damaged.write_bytes(data)
    no_second_stage = pytest.raises(EmulatorError, match="no second stage: its checksum is wrong")
    with no_second_stage, open_emulator(BOARD, damaged):
        pass
