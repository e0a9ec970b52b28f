"""The Cortex-M port compiles and links for every core and every board."""

from __future__ import annotations

import dataclasses
import re
import struct
import subprocess
from pathlib import Path

import pytest

from codegen.boards.facts import Board, Region, load_board
from codegen.errors import BudgetError, CodegenError
from codegen.image.section_sizes import ImageSize, RegionUse, check_size, image_size
from tests.cortex_m_port import link

MAIN = """
#include "board.h"
const char kText[] = "text that is kept in flash";
[[gnu::used]] uint32_t g_data[100] = {1};
[[gnu::used]] uint8_t g_bss[1000];
int main() {
  board::Init();
  for (;;) {
    g_bss[board::Ticks() % sizeof(g_bss)] = static_cast<uint8_t>(g_data[0]);
    board::UartWrite(g_bss, board::UartRead(g_bss, sizeof(g_bss)));
    board::Idle();
  }
}
"""
CORES = {
    "cortex-m0": ("soft", "none"),
    "cortex-m3": ("soft", "none"),
    "cortex-m4": ("hard", "fpv4-sp-d16"),
    "cortex-m7": ("hard", "fpv5-d16"),
    "cortex-m33": ("hard", "fpv5-sp-d16"),
    "cortex-m55": ("hard", "auto"),
}


def board(cpu: str = "cortex-m4", **changes: object) -> Board:
    float_abi, fpu = CORES[cpu]
    base = load_board("mps2_an386")
    guard = "msplim" if cpu in ("cortex-m33", "cortex-m55") else "mpu"
    core = dataclasses.replace(base, cpu=cpu, float_abi=float_abi, fpu=fpu, stack_guard=guard)
    return dataclasses.replace(core, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("cpu", CORES)
def test_port_links_for_every_core(cpu: str, tmp_path: Path) -> None:
    made = board(cpu)
    result = link(made, MAIN, tmp_path)
    assert result.returncode == 0, result.stderr
    size = image_size(tmp_path / "firmware.elf", made)
    assert 400 < size.flash_bytes < 4096
    # stack, ring, .data of 400 B, .bss of 1,000 B, some counters
    assert 0 < size.ram_bytes - made.stack_bytes - made.uart.rx_ring_bytes - 1400 < 64
    check_size(size, made)


# One board of each family; every board's whole image is built for the emulated tests.
@pytest.mark.parametrize(
    "board_id",
    [
        *("microbit", "mps2_an505", "stm32vldiscovery", "lm3s6965evb"),
        *("nucleo_g071rb", "nucleo_l4r5zi", "nucleo_u575zi_q", "pico2", "arduino_zero"),
    ],
)
def test_a_familys_port_links_alone(board_id: str, tmp_path: Path) -> None:
    made = load_board(board_id)
    result = link(made, MAIN, tmp_path)
    assert result.returncode == 0, result.stderr
    size = image_size(tmp_path / "firmware.elf", made)
    assert 400 < size.flash_bytes < 4096
    assert 0 < size.ram_bytes - made.stack_bytes - made.uart.rx_ring_bytes - 1400 < 64
    check_size(size, made)
    assert symbols(tmp_path / "firmware.elf")["_ZN8cortex_m14kSystemVectorsE"] == (
        made.regions[0].origin
    )


def test_the_boot_rom_of_an_rp2350_finds_its_block(tmp_path: Path) -> None:
    assert link(load_board("pico2"), MAIN, tmp_path).returncode == 0
    elf, image = tmp_path / "firmware.elf", tmp_path / "firmware.bin"
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", elf, image], check=True)
    words = struct.unpack("<1024I", image.read_bytes().ljust(4096, b"\0")[:4096])
    # RP2350 datasheet, 5.9.5.1
    block = (0xFFFFDED3, 0x10210142, 0x000001FF, 0, 0xAB123579)
    assert words.count(block[0]) == 1
    at = words.index(block[0])
    assert words[at : at + 5] == block
    assert words[0] == symbols(elf)["mcuforge_stack_top"]  # the vector table stays first


def symbols(elf: Path) -> dict[str, int]:
    output = subprocess.run(
        ["arm-none-eabi-nm", str(elf)], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split() for line in output.splitlines()]
    return {row[2]: int(row[0], 16) for row in rows if len(row) == 3}


def test_memory_map(tmp_path: Path) -> None:
    made = board(
        regions=(
            Region("flash", "flash", 0x0800_0000, 256 * 1024),
            Region("ram", "ram", 0x2000_0000, 64 * 1024),
            Region("ccm", "ram", 0x1000_0000, 64 * 1024),
        ),
        stack_bytes=2048,
    )
    result = link(made, MAIN, tmp_path)
    assert result.returncode == 0, result.stderr
    at = symbols(tmp_path / "firmware.elf")
    assert at["_ZN8cortex_m14kSystemVectorsE"] == 0x0800_0000
    # the stack is lowest in RAM, so that it runs into what is not there
    assert at["mcuforge_stack_bottom"] == at["mcuforge_ram_start"] == 0x2000_0000
    assert at["mcuforge_stack_top"] == at["mcuforge_stack_bottom"] + 2048
    assert at["mcuforge_stack_middle"] == at["mcuforge_stack_bottom"] + 1024
    assert at["mcuforge_data_start"] >= at["mcuforge_stack_top"]
    vectors = (tmp_path / "vectors.bin").resolve()
    subprocess.run(
        ["arm-none-eabi-objcopy", "-O", "binary", tmp_path / "firmware.elf", vectors], check=True
    )
    words = vectors.read_bytes()
    assert int.from_bytes(words[:4], "little") == at["mcuforge_stack_top"]
    assert int.from_bytes(words[4:8], "little") == at["mcuforge_reset"] | 1


FLASH = Region("flash", "flash", 0x0800_0000, 512 * 1024)
OTP = Region("otp", "flash", 0x1FFF_F000, 1024)


def ram(origin: int) -> Region:
    return Region("ram", "ram", origin, 64 * 1024)


@pytest.mark.parametrize(
    ("board_id", "changes", "message"),
    [
        # a RAM that begins there has the unique id, 0x1FFF7A10, in front of it
        ("nucleo_f446re", {"regions": (FLASH, ram(0x1FFF_8000))}, "a fact of the chip lies in"),
        # such an STM32F1 has an MPU, but its unique id is at 0x1FFFF7E8
        ("stm32vldiscovery", {"stack_guard": "mpu"}, "a fact of the chip lies in"),
        ("nrf52832_dk", {"regions": (FLASH, ram(0x1000_8000))}, "FICR or UICR lies in"),
        ("netduino2", {"regions": (FLASH, ram(0x2000_0000), OTP)}, "one lies in the guard"),
        ("netduino2", {"regions": (FLASH, ram(0x6000_0000))}, "covers peripherals"),
        ("netduino2", {"regions": (FLASH, ram(0x2000_1000))}, "aligned to the guard's size"),
    ],
)
def test_nothing_that_is_read_lies_in_the_stacks_guard(
    board_id: str, changes: dict[str, object], message: str, tmp_path: Path
) -> None:
    made = load_board(board_id)
    assert link(made, MAIN, tmp_path).returncode == 0
    result = link(dataclasses.replace(made, **changes), MAIN, tmp_path)  # type: ignore[arg-type]
    assert result.returncode != 0
    assert re.search(f"static assertion failed: .*{message}", result.stderr), result.stderr


def test_sizes_count_data_in_both_memories(tmp_path: Path) -> None:
    made = board()
    assert link(made, MAIN, tmp_path).returncode == 0
    at = symbols(tmp_path / "firmware.elf")
    size = image_size(tmp_path / "firmware.elf", made)
    data_bytes = at["mcuforge_data_end"] - at["mcuforge_data_start"]
    assert data_bytes >= 400
    binary = tmp_path / "firmware.bin"
    subprocess.run(
        ["arm-none-eabi-objcopy", "-O", "binary", tmp_path / "firmware.elf", binary], check=True
    )
    # the linker may pad between sections
    assert 0 <= binary.stat().st_size - size.flash_bytes < 16
    flash, ram = size.regions
    assert flash.used == size.flash_bytes
    assert ram.used == size.ram_bytes


def test_image_that_is_too_big(tmp_path: Path) -> None:
    small = board(
        regions=(
            Region("flash", "flash", 0, 4 << 20),
            Region("ram", "ram", 0x2000_0000, 8192),
        )
    )
    result = link(small, MAIN, tmp_path)
    assert result.returncode != 0
    assert "region `ram' overflowed by" in result.stderr


def test_check_size_names_the_numbers() -> None:
    made = board()
    ram = made.regions[1]
    size = ImageSize(100, ram.length + 1, (RegionUse(ram, ram.length + 1),))
    with pytest.raises(BudgetError, match=r"takes 4,194,305 B of ram, mps2_an386 has 4,194,304 B"):
        check_size(size, made)


def test_file_that_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "x.elf").write_text("no ELF")
    with pytest.raises(CodegenError, match="cannot read the image"):
        image_size(tmp_path / "x.elf", board())
