"""What the ports write to their chips' registers at start, on this machine.

QEMU has none of these registers: the sources are compiled with registers that are words of a map.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from codegen.boards.port_files import board_facts
from codegen.files.places import PROGRAM
from codegen.image.image_sources import port_folders

PORTS = PROGRAM / "firmware" / "boards"
PRESET = """
#include <cstdlib>
#include "board.h"
#include "fake_registers.h"
static void Preset(int count, char** words) {
  for (int i = 1; i + 1 < count; i += 2) {
    auto& word = cortex_m::Register(static_cast<uint32_t>(std::strtoul(words[i], nullptr, 16)));
    word.value = static_cast<uint32_t>(std::strtoul(words[i + 1], nullptr, 16));
  }
}
"""
NRF5 = """
extern "C" void mcuforge_fault() {}
void cortex_m::PauseReceiving() {}
void board::Reset() { std::abort(); }
int main(int count, char** words) {
  Preset(count, words);
  board::Init();
}
"""
STM32 = """
bool stm32::WaitFor(uint32_t, uint32_t, bool, uint32_t) { return true; }
void stm32::EnableClock(uint32_t, uint32_t) {}
int main(int count, char** words) {
  Preset(count, words);
  stm32::StartClocks();
  uint8_t id[12];
  if (stm32::ReadUniqueId(id) == sizeof(id)) std::printf("0 %02x%02x\\n", id[0], id[11]);
}
"""

Words = dict[int, int]  # address of a register -> value


def start(board_id: str, presets: Words, folder: Path) -> Words:
    """The last value that is written to each register. presets: what registers read before."""
    board = load_board(board_id)
    family = board.family.id
    source = "board.cc" if family == "nrf5" else "chip.cc"
    header, main = ("receive.h", NRF5) if family == "nrf5" else ("chip.h", STM32)
    (folder / "board_facts.h").write_text(board_facts(board))
    (folder / "main.cc").write_text(f'{PRESET}\n#include "{header}"\n{main}')
    ports = [PORTS, *(PORTS / name for name in port_folders(board))]
    here = Path(__file__).parent
    program = folder / "start"
    subprocess.run(
        [
            *("g++", "-std=c++17", "-Wall", "-Wextra", "-Werror"),
            *("-include", str(here / "fake_registers.h")),
            *(f"-I{path}" for path in (folder, here, *ports)),
            *(str(folder / "main.cc"), str(PORTS / family / source), "-o", str(program)),
        ],
        check=True,
    )
    words = [f"{word:x}" for item in presets.items() for word in item]
    output = subprocess.run([program, *words], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in output.splitlines()]
    return {int(address, 16): int(value, 16) for address, value in rows}


# nrfx: part code and revision, UICR.APPROTECT, APPROTECT.DISABLE
PART, REVISION, UICR_PROTECT, PROTECT_DISABLE = 0x10000130, 0x10000134, 0x10001208, 0x40000558
RAM_TRIM, POWER_RAM_TRIM = 0x10000258, 0x40000EE4  # nRF52832 erratum 108


@pytest.mark.parametrize(
    ("board_id", "part", "first_hardened"),
    [("nrf52832_dk", 6, 7), ("nrf52840_dk", 8, 5), ("microbit_v2", 13, 1)],
)
def test_debug_port_opens_on_hardened_revisions_as_uicr_says(
    board_id: str, part: int, first_hardened: int, tmp_path: Path
) -> None:
    presets = {PART: part, REVISION: first_hardened, UICR_PROTECT: 0x5A}
    assert start(board_id, presets, tmp_path)[PROTECT_DISABLE] == 0x5A
    earlier = {**presets, REVISION: first_hardened - 1}
    assert PROTECT_DISABLE not in start(board_id, earlier, tmp_path)
    # the first chips of all do not tell their revision
    unknown = {**presets, PART: 0xFFFF_FFFF, REVISION: 0xFFFF_FFFF}
    assert PROTECT_DISABLE not in start(board_id, unknown, tmp_path)


def test_ram_of_an_nrf52832_keeps_its_content_in_idle(tmp_path: Path) -> None:
    presets = {RAM_TRIM: 0xFFFF_FFFF}
    assert start("nrf52832_dk", presets, tmp_path)[POWER_RAM_TRIM] == 0x4F
    for board_id in ("nrf52840_dk", "microbit_v2", "microbit"):
        assert POWER_RAM_TRIM not in start(board_id, presets, tmp_path), board_id


def test_an_nrf51_is_left_alone(tmp_path: Path) -> None:
    presets = {PART: 0, REVISION: 9, UICR_PROTECT: 0x5A}
    assert PROTECT_DISABLE not in start("microbit", presets, tmp_path)


RCC_CR, RCC_PLLCFGR, HSIRDY = 0x40023800, 0x40023804, 1 << 1
UNIQUE_ID = 0x1FFF7A10


@pytest.mark.parametrize("board_id", ["nucleo_f446re", "netduino2", "disco_f407vg"])
def test_stm32_pll_and_unique_id(board_id: str, tmp_path: Path) -> None:
    chip = load_board(board_id).chip
    presets = {RCC_CR: HSIRDY, UNIQUE_ID: 0x11, UNIQUE_ID + 8: 0x22 << 24}
    written = start(board_id, presets, tmp_path)
    pll = written[RCC_PLLCFGR]
    assert (pll & 0x3F, pll >> 6 & 0x1FF) == (chip["pll_m"], chip["pll_n"])
    # PLLR of the F446 is 2 to 7 (RM0390 6.3.2); elsewhere these bits keep their reset value, 2
    assert pll >> 28 == 2
    assert written[0] == 0x1122
