"""What the user asked for, and whether it can be done: refused before anything is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen.boards.facts import ISAS
from codegen.errors import ExportError
from codegen.files.places import BUILD, RUNS

TARGETS: Mapping[str, str] = {
    "c": "sources, headers and CMakeLists.txt",
}
"""Target -> what it is."""

ALL_ISAS = "all"

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")
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

    folder: where the export goes. force: files that were changed by hand are overwritten.
    """

    target: str
    engine: str
    name: str
    isas: tuple[str, ...]
    folder: Path
    force: bool = False


def check(
    target: str, engine: str, name: str, isa: str, folder: Path, force: bool = False
) -> Request:
    """Raises ExportError for what cannot be; folders that hold something are folder.check()'s."""
    if target not in TARGETS:
        raise ExportError(f"--to {target}: choose {', '.join(TARGETS)}")
    if isa not in (ALL_ISAS, *ISAS):
        raise ExportError(f"--isa {isa}: choose {ALL_ISAS}, {', '.join(ISAS)}")
    _check_name(name)
    folder = folder.resolve()
    for ours in (BUILD, RUNS):
        if folder == ours or folder.is_relative_to(ours):
            raise ExportError(
                f"-o {folder}: is inside of {ours.name}/, which mcuforge itself writes; choose "
                "another folder"
            )
    return Request(target, engine, name, ISAS if isa == ALL_ISAS else (isa,), folder, force)


def _check_name(name: str) -> None:
    if not _IDENTIFIER.fullmatch(name) or "__" in name or name in _TAKEN:
        raise ExportError(
            f"{name!r} is no name for C functions such as NAME_init; give one by --name: "
            "lower-case letters, digits and single underscores, a letter first, no word of C++"
        )
