"""Runs a port's start on this machine, against registers that are words of a map.

QEMU has no model of most chips' clocks. Here the sources are compiled with fake_registers.h, and
rules say what a chip answers: that a PLL is ready once it is on, or that it never is.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from codegen.boards.facts import load_board
from codegen.boards.port_files import board_facts
from codegen.files.places import PROGRAM
from codegen.image.image_sources import port_folders

PORTS = PROGRAM / "firmware" / "boards"
_NO_CODE_OF_THIS_MACHINE = "boot2.cc"
_MAIN = """
#include <cstdlib>
#include "board.h"
#include "fake_registers.h"
#include "receive.h"

extern "C" void mcuforge_fault() {{}}
void cortex_m::PauseReceiving() {{}}
namespace cortex_m {{
void StartSysTick() {{}}
uint32_t SysTickTicks() {{ return 0; }}
}}
void board::Reset() {{ std::abort(); }}
{definitions}
// Each word is a preset, "address,value", or a rule, its six numbers.
int main(int count, char** words) {{
{before}
  for (int i = 1; i < count; ++i) {{
    unsigned n[6];
    const int numbers =
        std::sscanf(words[i], "%x,%x,%x,%x,%x,%x", &n[0], &n[1], &n[2], &n[3], &n[4], &n[5]);
    if (numbers == 2) cortex_m::Register(n[0]).value = n[1];
    if (numbers == 6) cortex_m::g_rules.push_back({{n[0], n[1], n[2], n[3], n[4], n[5]}});
  }}
  cortex_m::ApplyRules();
  board::Init();
  uint8_t id[board::kUniqueIdMaxBytes];
  const size_t bytes = board::UniqueId(id);
  std::printf("clock %u id ", static_cast<unsigned>(board::ClockHz()));
  for (size_t i = 0; i < bytes; ++i) std::printf("%02x", id[i]);
}}
"""
_FLASH_ID = '#include "flash_id.h"\nvolatile uint8_t rp2040::g_flash_id[rp2040::kFlashIdBytes];'
# RP2040 datasheet 2.1.2: a write to a register's copy at 0x2000 sets bits, at 0x3000 clears them
_COPIES = """
static void WriteCopy(uint32_t address, uint32_t written) {
  uint32_t& value = cortex_m::Register(address & ~0x3000u).value;
  if ((address & 0x3000) == 0x2000) value |= written;
  if ((address & 0x3000) == 0x3000) value &= ~written;
}
"""
_PROGRAMS = tempfile.TemporaryDirectory(prefix="chip-model-")  # until the tests end
_DEFINITIONS = {"rp2040": _COPIES + _FLASH_ID, "rp2350": _COPIES}

Words = dict[int, int]  # address of a register -> value


@dataclass(frozen=True)
class Rule:
    """While the register's bits of `mask` are `value`, those of `then_mask` in the other register
    are `then_value`. A mask of 0 holds always."""

    register: int
    mask: int
    value: int
    then_register: int
    then_mask: int
    then_value: int

    def word(self) -> str:
        numbers = (
            *(self.register, self.mask, self.value),
            *(self.then_register, self.then_mask, self.then_value),
        )
        return ",".join(f"{number:x}" for number in numbers)


def follows(register: int, on: int, then_register: int, ready: int) -> list[Rule]:
    """The `ready` bits are set while the `on` bits are, and clear while they are not."""
    return [
        Rule(register, on, on, then_register, ready, ready),
        Rule(register, on, 0, then_register, ready, 0),
    ]


def never(register: int, bits: int) -> list[Rule]:
    return [Rule(register, 0, 0, register, bits, 0)]


@dataclass(frozen=True)
class Start:
    """What board::Init() did. writes: (address, value) in order. unique_id: hexadecimal."""

    writes: list[tuple[int, int]]
    clock_hz: int
    unique_id: str

    @property
    def last(self) -> Words:
        """The last value that was written to each register."""
        return dict(self.writes)


def start(board_id: str, presets: Words, rules: Iterable[Rule] = ()) -> Start:
    """presets: what registers read before."""
    words = [*(f"{at:x},{word:x}" for at, word in presets.items()), *(r.word() for r in rules)]
    output = subprocess.run(
        [_program(board_id), *words], capture_output=True, text=True, check=True
    ).stdout
    *rows, end = output.splitlines()
    writes = [(int(at, 16), int(word, 16)) for at, word in (row.split() for row in rows)]
    _, clock, _, *unique_id = end.split()
    return Start(writes, int(clock), "".join(unique_id))


@cache
def _program(board_id: str) -> Path:
    """The port's start as a program of this machine, compiled once."""
    family = load_board(board_id).family.id
    definitions = _DEFINITIONS.get(family, "")
    before = "  cortex_m::g_on_write = WriteCopy;" if _COPIES in definitions else ""
    main = _MAIN.format(before=before, definitions=definitions)
    return compiled(board_id, main, Path(_PROGRAMS.name) / board_id)


def compiled(board_id: str, main: str, folder: Path, without: str = "") -> Path:
    """A program of this machine from the text of its main.cc and the board's port, with registers
    of fake_registers.h. folder: is made. without: a source of the port that main.cc includes."""
    board = load_board(board_id)
    ports = [PORTS / name for name in port_folders(board)]
    left_out = (_NO_CODE_OF_THIS_MACHINE, without)
    sources = [
        path
        for port in ports
        if port.name != "cortex_m"
        for path in port.glob("*.cc")
        if path.name not in left_out
    ]
    folder.mkdir()
    (folder / "board_facts.h").write_text(board_facts(board))
    (folder / "main.cc").write_text(main)
    here = Path(__file__).parent
    subprocess.run(
        [
            *("g++", "-std=c++17", "-Wall", "-Wextra", "-Werror"),
            *("-include", str(here / "fake_registers.h")),
            *(f"-I{path}" for path in (folder, here, PORTS, *ports)),
            *(str(folder / "main.cc"), *map(str, sources), "-o", str(folder / "program")),
        ],
        check=True,
    )
    return folder / "program"
