"""Compiles and links C++ for a board's core without PlatformIO, object files cached by content.

For images that measure rather than ship (the benchmark's). The flags of each library are those of
its library.json, so that what is measured is what ships.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from codegen.boards import Board
from codegen.errors import CodegenError

ROOT = Path(__file__).resolve().parent.parent
LIBRARIES = (ROOT / "firmware/lib/tflm", ROOT / "firmware/lib/nn")
CACHE = ROOT / "build" / "cross"

_HEADER_SUFFIXES = {".h", ".def", ".inc"}
# As firmware/platform/builder/main.py gives every source.
_SIZE = "-Os"
_COMMON = (
    *("-std=c++17", "-ffunction-sections", "-fdata-sections", "-fno-exceptions", "-fno-rtti"),
    *("-fno-threadsafe-statics", "-Wall", "-Wextra", "-Werror"),
)
# GNU ld: "region `ram' overflowed by 1234 bytes", or only "will not fit in region `ram'"
_OVERFLOWED = re.compile(r"region [`'](\w+)' overflowed by (\d+) bytes")
_NO_FIT = re.compile(r"will not fit in region [`'](\w+)'")
_TELLING = re.compile(r"error: (?!ld returned)|undefined reference|multiple definition")


class CrossCompileError(CodegenError):
    """A source does not compile, or the image does not link."""

    exit_code = 1


class RegionOverflowError(CrossCompileError):
    """The image is larger than a memory region of the board."""


class MissingCompilerError(CodegenError):
    """The compiler is not on this machine."""

    exit_code = 3


def compiler() -> str:
    """Path of arm-none-eabi-g++. Raises MissingCompilerError."""
    path = shutil.which("arm-none-eabi-g++")
    if path is None:
        raise MissingCompilerError(
            "building for Arm needs arm-none-eabi-g++, which is not on PATH; run ./invokew doctor"
        )
    return path


def machine_flags(board: Board) -> list[str]:
    """What selects the board's core, its float ABI and the kernels of its instruction set."""
    flags = ["-mthumb", f"-mcpu={board.cpu}", f"-mfloat-abi={board.float_abi}"]
    if board.fpu != "none":
        flags.append(f"-mfpu={board.fpu}")
    return [*flags, f"-DMCUFORGE_ISA_{board.isa.upper()}=1"]


def library_flags(library: Path) -> list[str]:
    """Flags of a library's sources: the firmware's own, changed as its library.json says."""
    try:
        build = json.loads((library / "library.json").read_text())["build"]
        removed, added = build.get("unflags", []), build.get("flags", [])
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise CodegenError(f"cannot read {library / 'library.json'}: {error}; restore it") from None
    return [flag for flag in (*_COMMON, _SIZE) if flag not in removed] + list(added)


def program_flags() -> list[str]:
    """Flags of sources that belong to no library."""
    return [*_COMMON, _SIZE]


def library_sources(isa: str) -> list[tuple[Path, list[str]]]:
    """(source, its library's flags) of the runtime for "scalar", "dsp" or "mve", sorted."""
    others = tuple({"__dsp", "__mve"} - {f"__{isa}"})
    return [
        (path, library_flags(library))
        for library in LIBRARIES
        for path in sorted(library.rglob("*.cc"))
        if not path.stem.endswith(others)
    ]


def compile_objects(
    work: Iterable[tuple[Path, Sequence[str]]], includes: Sequence[Path] = ()
) -> list[Path]:
    """Compiles each (source, flags) unless its object is there; returns the objects in order.

    includes: further folders whose headers count as inputs. Raises CrossCompileError.
    """
    program = compiler()
    folders = [*LIBRARIES, *includes]
    # A header's folder may have any name; only what it holds changes an object.
    headers = _digest(p for f in folders for p in f.rglob("*") if p.suffix in _HEADER_SUFFIXES)
    CACHE.mkdir(parents=True, exist_ok=True)
    objects = []
    for source, flags in work:
        words = [program, *flags, source.name, headers]
        key = "\0".join(words).encode() + b"\0" + source.read_bytes()
        target = CACHE / f"{source.stem}-{hashlib.sha256(key).hexdigest()[:20]}.o"
        if not target.exists():
            partial = target.with_suffix(f".{os.getpid()}-{id(target)}")
            command = [program, *flags, *(f"-I{folder}" for folder in folders), "-c", str(source)]
            _run([*command, "-o", str(partial)], f"compiling {source.name}")
            partial.replace(target)
        objects.append(target)
    return objects


def link(
    machine: Sequence[str],
    objects: Sequence[Path],
    script: Path,
    target: Path,
    flags: Sequence[str] = (),
) -> None:
    """Links an image without the C library's start-up. machine: what machine_flags() gave.

    Raises RegionOverflowError (too large for the board), CrossCompileError.
    """
    command = [
        compiler(), *machine, "-nostartfiles", "--specs=nano.specs",
        "-Wl,--gc-sections", "-Wl,--fatal-warnings", f"-Wl,-T,{script}", *flags,
        *map(str, objects), "-o", str(target),
    ]  # fmt: skip
    _run(command, f"linking {target.name}")


def _run(command: Sequence[str], what: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return
    overflow = _OVERFLOWED.search(result.stderr) or _NO_FIT.search(result.stderr)
    if overflow:
        by = f" by {overflow[2]} B" if overflow.lastindex == 2 else ""
        raise RegionOverflowError(f"{what}: {overflow[1]} is too small{by}")
    lines = [line.strip() for line in result.stderr.splitlines() if line.strip()] or ["no message"]
    telling = [x for x in lines if _TELLING.search(x)] or lines
    raise CrossCompileError(f"{what} failed: {telling[0][:500]}")


def _digest(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
