"""Links a program of a few lines with the Cortex-M port, without PlatformIO."""

from __future__ import annotations

import subprocess
from pathlib import Path

from codegen.boards.facts import Board
from codegen.boards.port_files import board_facts, linker_script
from codegen.compile import compiler_flags
from codegen.files.places import PROGRAM
from codegen.image.image_sources import port_folders

FIRMWARE = PROGRAM / "firmware"


def link(made: Board, main: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Compiles the text of a main.cc with the port of the board to folder/firmware.elf.

    The flags are those of firmware/platform/builder. The result is the linker's, good or bad.
    """
    (folder / "main.cc").write_text(main)
    (folder / "board_facts.h").write_text(board_facts(made))
    (folder / "board.ld").write_text(linker_script(made))
    core = compiler_flags.core_flags(made.cpu, made.float_abi, made.fpu)
    flags = [*core, *compiler_flags.CXX, *compiler_flags.SECTIONS, *compiler_flags.WARNINGS]
    ports = [FIRMWARE / "boards" / name for name in port_folders(made)]
    sources = [path for port in ports for path in sorted(port.glob("*.cc"))]
    return subprocess.run(
        [
            *("arm-none-eabi-g++", *flags, *compiler_flags.IMAGE_LINK),
            *(f"-I{path}" for path in (folder, FIRMWARE / "boards", *ports)),
            *("-T", str(folder / "board.ld")),
            *(str(folder / "main.cc"), *map(str, sources), "-o", str(folder / "firmware.elf")),
        ],
        capture_output=True,
        text=True,
    )
