"""What a board's port is compiled with, made from its JSON: board_facts.h and the linker script."""

from __future__ import annotations

from codegen.boards.facts import STACK_GUARDS, Board
from codegen.files.places import PROGRAM
from codegen.files.templates import fill

_SYSTEM_VECTORS = 16
TEMPLATES = PROGRAM / "firmware" / "platform" / "builder"


def board_facts(board: Board) -> str:
    """Text of board_facts.h: clock, tick, memory, chip and UART, as constants in board_facts."""
    constants = [(f"kUart{_camel(name)}", value) for name, value in board.uart.facts.items()]
    constants += [(f"k{_camel(name)}", value) for name, value in board.chip.items()]
    values = {
        "board": board,
        "constants": constants,
        "stack_guards": [f"k{_camel(guard)}" for guard in STACK_GUARDS],
        "stack_guard": f"k{_camel(board.stack_guard)}",
        "stack_bottom": next((r.origin for r in board.regions if r.kind == "ram"), None),
    }
    return fill(TEMPLATES / "board_facts.h.jinja", values)


def linker_script(board: Board) -> str:
    """Text of the GNU ld script. The first flash and the first RAM region hold the program."""
    flash = [region for region in board.regions if region.kind == "flash"]
    ram = [region for region in board.regions if region.kind == "ram"]
    # VTOR wants the table aligned to its size, rounded up to a power of two (Armv7-M B3.2.5).
    table_bytes = 4 * (_SYSTEM_VECTORS + board.chip["irq_count"])
    values = {
        "board": board,
        "flash": flash[0],
        "ram": ram[0],
        "further_flash": flash[1:],
        "further_ram": ram[1:],
        "table_alignment": 1 << (table_bytes - 1).bit_length(),
    }
    return fill(TEMPLATES / "cortex_m.ld.jinja", values)


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
