"""What an image is compiled from, apart from PlatformIO: for the scripts of the builder."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from codegen.boards.facts import Board
from codegen.errors import CodegenError
from codegen.files.artifacts import AOT_FILES, AOT_MODEL, GENERATED, GENERATED_FILES
from codegen.files.build_id import build_id
from codegen.image.tflm_lib import linked_folder

SELF_TEST_VARIABLE = "MCUFORGE_SELF_TEST"  # of the environment; not empty: at each boot
GENERATED_VARIABLE = "PLATFORMIO_INCLUDE_DIR"  # PlatformIO's own; platformio.ini has the default


def is_aot(folder: Path) -> bool:
    """Whether the generated sources in the folder are those of the engine aot."""
    return (folder / AOT_MODEL).is_file()


def _files(folder: Path) -> tuple[str, ...]:
    return AOT_FILES if is_aot(folder) else GENERATED_FILES


def require_generated(folder: Path) -> None:
    """Raises CodegenError if one of the generated sources is missing."""
    for name in _files(folder):
        if not (folder / name).is_file():
            raise CodegenError(
                f"{folder} has no {name}; run `invoke generate` first, or name another folder of "
                f"generated sources in {GENERATED_VARIABLE}"
            )


def application_files(src: Path, generated: Path) -> list[Path]:
    """C++ of the application in `src`, with what was generated for it; sorted.

    Without the engine that takes no part.
    """
    suffixes = {".h", ".cc", ".cpp"}
    other = "engine_interpreter.cc" if is_aot(generated) else "engine_aot.cc"
    files = sorted(p for root in (src, generated) for p in root.rglob("*") if p.suffix in suffixes)
    return [path for path in files if path.name != other]


def generated_flags(project: Path, generated: Path) -> list[str]:
    """Compiler flags for what includes generated headers: an image does not tell where they lay.

    SCons names files inside of the project relative to it, others by their whole path.
    """
    places = (os.path.relpath(generated, project), str(generated))
    return [f"-ffile-prefix-map={place}={GENERATED}" for place in places]


def library_headers(project: Path) -> list[str]:
    """Folders of what generated sources of the engine aot include; PlatformIO tells libraries'
    folders to the application alone."""
    return [str(project / "firmware" / "lib" / name) for name in ("nn", "tflm", "custom_ops")]


def port_folders(board: Board) -> list[str]:
    """Folders of firmware/boards that the board's port is made of."""
    family = board.family
    return [family.id, *family.shares, *(["cortex_m"] * (family.architecture == "cortex_m"))]


def image_id(
    project: Path, src: Path, generated: Path, libdeps: Path, board: Board, facts: Iterable[str]
) -> str:
    """The build id of an image of the project.

    src: the application. generated: what was generated for it. libdeps: libraries that PlatformIO
    installed for it. facts: see build_id.
    """
    firmware = project / "firmware"
    return build_id(
        {
            "src": src,
            "lib": firmware / "lib",
            # of a linked folder, libdeps holds only where it lies
            "libdeps": linked_folder() or libdeps,
            **{f"{GENERATED}/{name}": generated / name for name in _files(generated)},
            "board.h": firmware / "boards" / "board.h",
            **{name: firmware / "boards" / name for name in port_folders(board)},
            "builder": firmware / "platform" / "builder",
            "board.json": board.path,
        },
        [*facts, _self_test()],
    )


def application_flags(board: Board, image_id: str) -> list[str]:
    """Compiler flags for the application's own sources: what INFO says about board and image."""
    return [
        f'-DMCUFORGE_BOARD=\\"{board.id}\\"',
        f"-DMCUFORGE_UART_BUFFER_BYTES={board.uart.rx_ring_bytes}",
        f"-DMCUFORGE_UART_BAUD={board.uart.baud}",
        f"-DMCUFORGE_UART_MAX_BAUD={board.uart.max_baud}",
        f'-DMCUFORGE_BUILD_ID=\\"{image_id}\\"',
        f'-DMCUFORGE_SELF_TEST_AT_BOOT=\\"{_self_test()}\\"',
    ]


def _self_test() -> str:
    """Yes for an image that runs the self-test at each boot."""
    return "yes" if os.environ.get(SELF_TEST_VARIABLE) else "no"
