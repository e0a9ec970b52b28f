"""The Arduino port: built by PlatformIO as for a platform of its registry, run over a shim."""

from __future__ import annotations

import configparser
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegen.boards.facts import list_boards, load_board
from codegen.boards.port_files import board_facts
from codegen.files.artifacts import GENERATED
from codegen.files.places import PROGRAM
from codegen.image import firmware_build, pio_core
from codegen.image.image_sources import GENERATED_VARIABLE
from harness.rig.expected import Expected
from harness.run.digits import Digits
from harness.wire.device import Device
from tests import device_checks

pytestmark = pytest.mark.emulated

FIRMWARE = PROGRAM / "firmware"
SHIM = Path(__file__).resolve().parent.parent / "arduino"
BOARD = load_board("pico_arduino")


class PipeLine:
    """A `Line` over a process's standard input and output."""

    url = "pipe"

    def __init__(self, elf: Path) -> None:
        self._process = subprocess.Popen([elf], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout

    def read(self, timeout_s: float) -> bytes:
        ready, _, _ = select.select([self._out], [], [], timeout_s)
        return os.read(self._out.fileno(), 4096) if ready else b""

    def write(self, data: bytes) -> None:
        self._in.write(data)
        self._in.flush()

    def set_baud(self, baud: int) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._in.close()  # its end
        self._process.wait(10)
        self._out.close()


@pytest.fixture(scope="module")
def elf(build_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """env:pico_arduino as in platformio.ini, but with the shim's platform in place of its own."""
    folder = tmp_path_factory.mktemp("arduino")
    config = configparser.RawConfigParser()
    config.read(PROGRAM / "platformio.ini")
    config["env:pico_arduino"]["platform"] = f"symlink://{SHIM / 'platform'}"
    config["platformio"]["core_dir"] = str(folder / "core")
    config["platformio"]["build_dir"] = str(folder / "build")
    with (folder / "platformio.ini").open("w") as file:
        config.write(file)
    pio_core.prepare(folder / "core")
    with firmware_build.build_lock():
        result = subprocess.run(
            [
                *(sys.executable, "-m", "platformio", "run", "-d", PROGRAM, "-e", BOARD.id),
                *("-c", folder / "platformio.ini"),
            ],
            env=os.environ | {GENERATED_VARIABLE: str(build_dir.resolve() / GENERATED)},
            capture_output=True,
            text=True,
        )
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "build" / BOARD.id / "firmware.elf"


@pytest.fixture
def device(elf: Path) -> Iterator[Device]:
    with Device(PipeLine(elf)) as opened:
        yield opened


def test_the_whole_application_runs_over_the_api(
    device: Device, elf: Path, build_dir: Path, digits: Digits
) -> None:
    info = device.info()
    assert (info.board, info.isa, info.tick_hz) == ("pico_arduino", "scalar", 1_000_000)
    assert info.build_id == (elf.parent / "build_id").read_text().strip()
    assert info.model_sha256 == Expected.load(load_board("host"), build_dir).model_sha256
    assert info.unique_id == ""
    device_checks.check_digits(device, digits)
    device_checks.check_refusals(device, digits)
    assert device.counts.retries == 0


@pytest.mark.parametrize("board_id", [b.id for b in list_boards() if b.status == "registry"])
def test_the_port_compiles_for_the_boards_core(board_id: str, tmp_path: Path) -> None:
    board = load_board(board_id)
    (tmp_path / "board_facts.h").write_text(board_facts(board))
    machine = ["-mthumb", f"-mcpu={board.cpu}", f"-mfloat-abi={board.float_abi}"]
    machine += [] if board.fpu == "none" else [f"-mfpu={board.fpu}"]
    subprocess.run(
        [
            *("arm-none-eabi-g++", "-c", "-std=gnu++17", "-Wall", "-Wextra", "-Werror", *machine),
            *(f"-I{path}" for path in (tmp_path, SHIM / "shim", FIRMWARE / "boards")),
            *(FIRMWARE / "boards" / "arduino" / "board.cc", "-o", tmp_path / "board.o"),
        ],
        check=True,
    )
