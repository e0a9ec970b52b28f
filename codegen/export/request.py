"""What the user asked for, and whether it can be done: refused before anything is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen.boards.facts import ISAS
from codegen.engines import INTERPRETER
from codegen.errors import ExportError
from codegen.files.places import BUILD, RUNS

TARGETS: Mapping[str, str] = {
    "c": "a folder: sources, headers and CMakeLists.txt",
    "platformio": "a project for `pio run`, whose lib/NAME is the library",
    "arduino": "an Arduino library",
    "zephyr": "a Zephyr module with a sample",
    "cmsis-pack": "a .pack with its .pdsc",
    "tflm": "model array, op resolver and arena for upstream TFLM",
}
"""Target -> what it is."""

UPSTREAM = "tflm"
ALL_ISAS = "all"

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST = 63  # what C99 says that every compiler tells apart (5.2.4.1); files are named by it, too
# Words of C and C++17, and namespaces of the C++ library and the runtime: NAME is one, too.
_TAKEN = frozenset(
    """alignas alignof and and_eq asm auto bitand bitor bool break case catch char char16_t char32_t
    class compl const const_cast constexpr continue decltype default delete do double dynamic_cast
    else enum explicit export extern false float for friend goto if inline int long mutable
    namespace new noexcept not not_eq nullptr operator or or_eq private protected public register
    reinterpret_cast restrict return short signed sizeof static static_assert static_cast struct
    switch template this thread_local throw true try typedef typeid typename union unsigned using
    virtual void volatile wchar_t while xor xor_eq
    std main errno nn tflm tflite frontend custom_ops mcuforge""".split()  # noqa: SIM905
)


@dataclass(frozen=True)
class Request:
    """name: what every symbol begins with. isas: those whose kernels are in it, in ISAS' order.

    folder: where the export goes. force: files that were changed by hand are overwritten. zipped:
    an Arduino library as one file.
    """

    target: str
    engine: str
    name: str
    isas: tuple[str, ...]
    folder: Path
    force: bool = False
    zipped: bool = False

    @property
    def has_runtime(self) -> bool:
        """Whether it brings what runs the model."""
        return self.target != UPSTREAM


def check(
    target: str,
    engine: str,
    name: str,
    isa: str,
    folder: Path,
    force: bool = False,
    zipped: bool = False,
) -> Request:
    """Raises ExportError for what cannot be; folders that hold something are folder.check()'s."""
    if target not in TARGETS:
        raise ExportError(f"--to {target}: choose {', '.join(TARGETS)}")
    if isa not in (ALL_ISAS, *ISAS):
        raise ExportError(f"--isa {isa}: choose {ALL_ISAS}, {', '.join(ISAS)}")
    if zipped and target != "arduino":
        raise ExportError(f"--zip: is for --to arduino, not {target}; leave it out")
    if target == UPSTREAM and engine != INTERPRETER:
        raise ExportError(f"--engine {engine}: {target} is an interpreter; leave it out")
    _check_name(name)
    folder = folder.resolve()
    for ours in (BUILD, RUNS):
        if folder == ours or folder.is_relative_to(ours):
            raise ExportError(
                f"-o {folder}: is inside of {ours.name}/, which mcuforge itself writes; choose "
                "another folder"
            )
    isas = ISAS if isa == ALL_ISAS else (isa,)
    return Request(target, engine, name, isas, folder, force, zipped)


def _check_name(name: str) -> None:
    sound = _IDENTIFIER.fullmatch(name) and len(name) <= _LONGEST
    if not sound or "__" in name or name in _TAKEN:
        shown = name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..."
        raise ExportError(
            f"{shown!r} is no name for C functions such as NAME_init; give one by --name: up to "
            f"{_LONGEST} lower-case letters, digits and single underscores, a letter first, no "
            "word of C++"
        )
