"""What a port is compiled with: constants and the linker script, by the board's facts."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from codegen.boards.facts import load_board
from codegen.boards.port_files import board_facts, linker_script

BOARD = load_board("netduinoplus2")


@pytest.mark.parametrize(
    ("interrupts", "alignment"),
    [(0, 64), (1, 128), (16, 128), (48, 256), (49, 512), (82, 512), (112, 512), (113, 1024)],
)
def test_the_vector_table_is_aligned_to_its_size(interrupts: int, alignment: int) -> None:
    board = replace(BOARD, chip={**BOARD.chip, "irq_count": interrupts})
    assert f"ALIGN({alignment})" in re.sub(r"\s", "", linker_script(board))


def test_the_first_regions_hold_the_program_and_others_are_there() -> None:
    script = linker_script(BOARD)
    memory = re.findall(
        r"^  (\w+) \((\w+)\) : ORIGIN = (\w+), LENGTH = (\w+)$", script, re.MULTILINE
    )
    assert memory == [
        ("flash", "rx", "0x08000000", "0x00100000"),
        ("ram", "rwx", "0x20000000", "0x00020000"),
        ("ccm", "rwx", "0x10000000", "0x00010000"),
    ]
    assert re.findall(r"> (\w+)", script) == ["flash", "flash", "ram", "ram", "flash", "ram", "ccm"]
    both = replace(BOARD, regions=(*BOARD.regions, replace(BOARD.regions[0], name="more")))
    assert ".more : { KEEP(*(.more.*)) . = 1048576; } > more" in linker_script(both)


def test_facts_become_constants() -> None:
    text = board_facts(BOARD)
    for line in (
        *("kUartRxIrq = 0x25", "kUartTxPin = 0x16", "kPllN = 0x150", "kStackBottom = 0x20000000"),
        *("kClockHz = 168000000", "kUartBaud = 115200"),
    ):
        assert f"constexpr uint32_t {line};" in text
    assert "enum class StackGuard { kNone, kMpu, kMsplim };" in text
    assert "kStackGuard = StackGuard::kMpu;" in text
    assert "StackGuard" not in board_facts(load_board("host"))
