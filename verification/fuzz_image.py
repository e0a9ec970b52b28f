"""`size` of an image that nobody checked: a model's generated sources alone, linked in a moment,
and the same file damaged.

What an image has besides, application, runtime and board, does not depend on the model.
"""

from __future__ import annotations

import random
import subprocess
import zlib
from pathlib import Path

from rich.console import Console

from codegen.compile import cpp_build
from codegen.files.artifacts import FIRMWARE_MAP, GENERATED
from codegen.image import size_report
from codegen.tools import find

_ELF = "firmware.elf"
_SOURCE = """\
#include "arena.h"
#include "golden_vectors.h"
#include "model_data.h"
#include "model_info.h"
extern "C" const unsigned char* volatile g_read;
const unsigned char* volatile g_read = mcuforge::g_model_data;
unsigned char g_arena[mcuforge::kTensorArenaSize];
extern "C" void Entry() { g_arena[0] = *g_read; }
"""
_FLAGS = ("-std=c++17", "-mcpu=cortex-m4", "-mthumb", "-Os", "-g", "-flto", "-flto-partition=1to1")
_LINK = ("-nostdlib", "-Wl,-e,Entry", f"-Wl,-Map={FIRMWARE_MAP}")
_DAMAGES = 4  # of each image
_MOST_BYTES = 6  # that one damage changes


def link(folder: Path) -> None:
    """firmware.elf and its map of the sources in folder/generated, beside them. Raises
    MissingToolError, RuntimeError (they do not compile)."""
    (folder / "image.cc").write_text(_SOURCE)
    compiler = find(cpp_build.ARM, "linking a model's sources")
    sources = ["image.cc", f"{GENERATED}/model_data.cc"]
    command = [compiler, *_FLAGS, *_LINK, f"-I{GENERATED}", *sources, "-o", _ELF]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise RuntimeError(f"the generated sources do not compile: {ended.stderr[:300]}")


def size(folder: Path, board_id: str, console: Console) -> None:
    """What `size` prints and writes. Raises CodegenError."""
    json_path, svg_path = folder / "size.json", folder / "size.svg"
    size_report.run(
        folder, board_id, "fuzz", json_path=json_path, svg_path=svg_path, console=console
    )


def damages(folder: Path, seed: bytes) -> list[dict[str, bytes]]:
    """{file name: its bytes} of the image, damaged some times. The same seed damages the same."""
    rng = random.Random(zlib.crc32(seed))
    sound = {name: (folder / name).read_bytes() for name in (_ELF, FIRMWARE_MAP)}
    return [
        {**sound, name: _damaged(sound[name], rng)}
        for name in rng.choices(list(sound), weights=(3, 1), k=_DAMAGES)
    ]


def _damaged(content: bytes, rng: random.Random) -> bytes:
    """Bytes changed, of which the first and last ones are the file's tables, or an end cut off."""
    changed = bytearray(content)
    if rng.random() < 0.2:
        return bytes(changed[: rng.randrange(len(changed))])
    for _ in range(rng.randint(1, _MOST_BYTES)):
        near_an_end = rng.randrange(min(64, len(changed)))
        at = rng.choice([near_an_end, -1 - near_an_end, rng.randrange(len(changed))])
        changed[at] = rng.choice([0, 1, 0x7F, 0x80, 0xFF, changed[at] ^ 1 << rng.randrange(8)])
    return bytes(changed)
