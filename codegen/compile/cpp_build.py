"""Compiles and links C++ without PlatformIO, for a board's core or this machine.

For what measures, checks or plans rather than ships: the benchmark's images, the check runner, the
runtime in the planner's process. The flags of each library are those of its library.json, so that
what is measured is what ships. Object files are cached by content: whoever asks with the same flags
gets the same ones, and a macro of ours is a flag only of what names it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from codegen import lock, tools
from codegen.boards.facts import Board
from codegen.compile import compiler_flags
from codegen.compile.included import Headers
from codegen.errors import CodegenError
from codegen.files.cache_limit import prune
from codegen.files.places import BUILD, PROGRAM
from codegen.progress import progress

TFLM = PROGRAM / "firmware/lib/tflm"
NN = PROGRAM / "firmware/lib/nn"
LIBRARIES = (TFLM, NN)
CUSTOM_OPS = PROGRAM / "firmware/lib/custom_ops"
FRONTEND = PROGRAM / "firmware/lib/frontend"
CHECKS = PROGRAM / "firmware/checks"
STRIPPED = ("-DNDEBUG", "-DTF_LITE_STRIP_ERROR_STRINGS")
"""As the baseline's images are built: without error messages."""
ARM = "arm-none-eabi-g++"
HOST = "g++"
_OBJECTS = BUILD / "cpp" / "objects"
_PROGRAMS = BUILD / "cpp" / "programs"

# Of the kernels' files; beside them the portable ones, "__scalar", which belong to every ISA.
_MACHINE_SUFFIXES = {"scalar": {"__v6m", "__v7m"}, "dsp": {"__dsp"}, "mve": {"__mve"}}
_FRONTEND_KERNELS = ("fixed_point.cc", "scale.cc", "softmax_s8__scalar.cc")  # for post_label.cc
_EVERY_SOURCE = (
    *(*compiler_flags.CXX, *compiler_flags.SECTIONS, *compiler_flags.WARNINGS),
    *compiler_flags.SIZE,
)
# GNU ld: "region `ram' overflowed by 1234 bytes", or only "will not fit in region `ram'"
OVERFLOWED = re.compile(r"region [`'](\w+)' overflowed by (\d+) bytes")
_NO_FIT = re.compile(r"will not fit in region [`'](\w+)'")
_OWN_MACRO = re.compile(r"-D(MCUFORGE_\w+)")
_TELLING = re.compile(r"error: (?!ld returned)|undefined reference|multiple definition")


class CppBuildError(CodegenError):
    """A source does not compile, or the program does not link."""

    exit_code = 1


class RegionOverflowError(CppBuildError):
    """The image is larger than a memory region of the board."""


def machine_flags(board: Board) -> list[str]:
    """What selects the board's core, its float ABI and the kernels of its instruction set."""
    return image_flags(board.isa, compiler_flags.core_flags(board.cpu, board.float_abi, board.fpu))


def image_flags(isa: str, core: Iterable[str]) -> list[str]:
    """The same of any core that has the ISA "scalar", "dsp" or "mve". core: its core_flags()."""
    macro = f"-D{compiler_flags.isa_macro(isa)}=1"
    return [*core, macro, *compiler_flags.LINK_TIME_OPTIMISATION]


def library_flags(library: Path) -> list[str]:
    """Flags of a library's sources: the firmware's own, changed as its library.json says."""
    try:
        build = json.loads((library / "library.json").read_text())["build"]
        removed, added = build.get("unflags", []), build.get("flags", [])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CodegenError(f"cannot read {library / 'library.json'}: {error}; restore it") from None
    return [flag for flag in _EVERY_SOURCE if flag not in removed] + list(added)


def program_flags() -> list[str]:
    """Flags of sources that belong to no library."""
    return list(_EVERY_SOURCE)


def library_sources(isa: str, stripped: bool = False) -> list[tuple[Path, list[str]]]:
    """(source, its library's flags) of the runtime for "scalar", "dsp" or "mve", sorted.

    stripped: without the messages of lib/tflm. The kernels have none, so they stay the same.
    """
    others = tuple(set().union(*_MACHINE_SUFFIXES.values()) - _MACHINE_SUFFIXES[isa])
    return [
        (path, [*library_flags(library), *(STRIPPED if stripped and library == TFLM else ())])
        for library in LIBRARIES
        for path in sorted(library.rglob("*.cc"))
        if not path.stem.endswith(others)
    ]


def front_end_sources() -> list[tuple[Path, list[str]]]:
    """(source, its library's flags) of lib/frontend and of the kernels that it calls."""
    own = sorted(FRONTEND.rglob("*.cc"))
    kernels = [NN / "nn" / name for name in _FRONTEND_KERNELS]
    return [
        (path, library_flags(library))
        for library, paths in ((FRONTEND, own), (NN, kernels))
        for path in paths
    ]


def custom_op_sources() -> list[Path]:
    """Of the project's own ops, sorted; CUSTOM_OPS is the folder of their headers."""
    return sorted(CUSTOM_OPS.rglob("*.cc"))


def compile_objects(
    work: Iterable[tuple[Path, Sequence[str]]],
    includes: Sequence[Path] = (),
    compiler: str = ARM,
) -> list[Path]:
    """Compiles each (source, flags) unless its object is there; returns the objects in order.

    includes: further folders whose headers count as inputs. compiler: ARM or HOST.
    Raises CppBuildError, MissingToolError.
    """
    program = tools.find(compiler, "compiling C++")
    folders = [*LIBRARIES, *includes]
    headers = Headers(folders)
    _prune()
    _OBJECTS.mkdir(parents=True, exist_ok=True)

    def object_of(source: Path, flags: Sequence[str]) -> Path:
        telling = (flag for flag in flags if _tells(flag, source, headers))
        words = [program, *telling, source.name, headers.digest(source)]
        key = "\0".join(words).encode() + b"\0" + source.read_bytes()
        return _OBJECTS / f"{source.stem}-{hashlib.sha256(key).hexdigest()[:20]}.o"

    def compile_one(source: Path, flags: Sequence[str], target: Path) -> None:
        partial = target.with_suffix(f".{os.getpid()}-{id(target)}")
        # Byte for byte the same wherever it is made, which link-time optimisation's random names
        # would not be.
        seed = f"-frandom-seed={target.stem}"
        command = [program, *flags, seed, *(f"-I{folder}" for folder in folders), "-c"]
        _run([*command, str(source), "-o", str(partial)], f"compiling {source.name}")
        if not headers.are_as_read(source):  # who asks for what it was would get something else
            partial.unlink()
            raise CppBuildError(
                f"{source.name}, or what it includes, was changed while it was compiled: "
                "run the command again"
            )
        partial.replace(target)

    wanted = [(source, flags, object_of(source, flags)) for source, flags in work]
    if not all(_take(target) for _, _, target in wanted):
        # Who asks for the same meanwhile finds them made; every processor has work already.
        with lock.held(_OBJECTS.parent / "objects.lock"):
            missing = [one for one in wanted if not _take(one[2])]
            with (
                progress("compiling C++, this once", len(missing), "files") as step,
                ThreadPoolExecutor(max_workers=os.cpu_count()) as pool,
            ):
                for _ in pool.map(lambda one: compile_one(*one), missing):
                    step.advance()
    return [target for _, _, target in wanted]


def link_image(
    name: str,
    objects: Sequence[Path],
    machine: Sequence[str],
    script: Path,
    flags: Sequence[str] = (),
) -> Path:
    """A bare-metal image without the C library's start-up. machine: as of machine_flags().

    Raises RegionOverflowError (too large for the board), CppBuildError, MissingToolError.
    """
    all_flags = [*machine, *compiler_flags.IMAGE_LINK, f"-Wl,-T,{script}", *flags]
    return link(name, objects, all_flags, ARM, script.read_text())


def link(
    name: str, objects: Sequence[Path], flags: Sequence[str], compiler: str, script: str = ""
) -> Path:
    """Links what compile_objects() gave, unless the same was linked before; returns the file.

    With -shared among the flags it is a library. script: text of the linker script.
    Raises as link_image() does.
    """
    key = "\0".join([compiler, *flags, script, *(path.name for path in objects)])
    target = _PROGRAMS / hashlib.sha256(key.encode()).hexdigest()[:16] / name
    if _take(target):
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with lock.held(target.parent.with_suffix(".lock")):
        if _take(target):
            return target
        partial = target.with_suffix(f".{os.getpid()}")
        command = [
            tools.find(compiler, "compiling C++"),
            *map(str, objects),
            *flags,
            "-o",
            str(partial),
        ]
        _run(command, f"linking {name}")
        partial.replace(target)
    return target


def _tells(flag: str, source: Path, headers: Headers) -> bool:
    """Whether the flag may change the object: others' macros may, in headers that are not ours."""
    macro = _OWN_MACRO.match(flag)
    return macro is None or headers.mention(source, macro[1])


@cache
def _prune() -> None:
    """Once a process: what it uses then is too young to go by the next one."""
    prune([*_OBJECTS.glob("*"), *_PROGRAMS.glob("*/*")])


def _take(path: Path) -> bool:
    """Whether a file is there already; notes that it was used."""
    try:
        os.utime(path)  # prune() goes by it
    except FileNotFoundError:
        return False
    return True


def _run(command: Sequence[str], what: str) -> None:
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return
    tools.require_space(what, result.stderr)
    overflow = OVERFLOWED.search(result.stderr) or _NO_FIT.search(result.stderr)
    if overflow:
        by = f" by {overflow[2]} B" if overflow.lastindex == 2 else ""
        raise RegionOverflowError(f"{what}: {overflow[1]} is too small{by}")
    lines = [line.strip() for line in result.stderr.splitlines() if line.strip()] or ["no message"]
    telling = [x for x in lines if _TELLING.search(x)] or lines
    raise CppBuildError(f"{what} failed: {telling[0][:500]}")
