"""Links a program of a few lines with the Cortex-M port, without PlatformIO."""

from __future__ import annotations

import subprocess
from pathlib import Path

from codegen.board_files import board_facts, linker_script
from codegen.boards import REPOSITORY, Board
from codegen.image_sources import port_folders

FIRMWARE = REPOSITORY / "firmware"


def link(made: Board, main: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Compiles the text of a main.cc with the port of the board to folder/firmware.elf.

    The flags are those of firmware/platform/builder. The result is the linker's, good or bad.
    """
    (folder / "main.cc").write_text(main)
    (folder / "board_facts.h").write_text(board_facts(made))
    (folder / "board.ld").write_text(linker_script(made))
    machine = ["-mthumb", f"-mcpu={made.cpu}", f"-mfloat-abi={made.float_abi}"]
    machine += [] if made.fpu == "none" else [f"-mfpu={made.fpu}"]
    ports = [FIRMWARE / "boards" / name for name in port_folders(made)]
    sources = [path for port in ports for path in sorted(port.glob("*.cc"))]
    return subprocess.run(
        [
            *("arm-none-eabi-g++", "-Os", "-std=c++17", "-Wall", "-Wextra", "-Werror", *machine),
            *("-fno-exceptions", "-fno-rtti", "-fno-threadsafe-statics", "-nostartfiles"),
            *("-ffunction-sections", "-fdata-sections", "--specs=nano.specs"),
            *(f"-I{path}" for path in (folder, FIRMWARE / "boards", *ports)),
            *("-T", str(folder / "board.ld"), "-Wl,--gc-sections", "-Wl,--fatal-warnings"),
            *(str(folder / "main.cc"), *map(str, sources), "-o", str(folder / "firmware.elf")),
        ],
        capture_output=True,
        text=True,
    )
