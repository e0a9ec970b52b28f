"""The runtime's sources as an export has them: in one folder, under names of its own.

Two exports in one image, even of different versions of mcuforge, share no symbol: each namespace
gets the export's name before it, `nn` of `keyword` is `keyword_nn`. Files include their neighbours
only, so no folder has to be told to the compiler, and one export never finds another one's header.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from codegen.compile.cpp_build import CUSTOM_OPS, FRONTEND, NN, TFLM
from codegen.compile.needless_sources import needed_files
from codegen.errors import ExportError
from codegen.export.request import Request

NAMESPACES = ("nn", "tflite", "tflm", "flatbuffers", "frontend", "custom_ops", "mcuforge")
# Outside of any namespace.
_FUNCTIONS = (
    *("TfLiteTypeGetName", "TfLiteTypeGetSize", "TfLiteIntArrayEqual"),
    *("TfLiteIntArrayEqualsArray", "TfLiteIntArrayGetSizeInBytes", "TfLiteIntArrayCreate"),
    *("TfLiteIntArrayFree", "TfLiteFloatArrayCreate", "TfLiteFloatArrayFree"),
    *("MicroSnprintf", "MicroVsnprintf"),
)
# The runtime's words; an export has none, but states that a C program can look at.
_OF_LOGGING = ("micro_log.cc", "debug_vsnprintf.cc", "debug_log.h")
_FOLDERS = {NN: "nn", TFLM: "tflm", FRONTEND: "frontend", CUSTOM_OPS: "custom"}
_KERNELS = (NN, FRONTEND)
# Of a kernel's file: the instruction sets that it is for; any other one is for all.
_MACHINES = {"__v6m": "scalar", "__v7m": "scalar", "__dsp": "dsp", "__mve": "mve"}

_NAMESPACE = re.compile(
    rf"\b(?:{'|'.join(NAMESPACES)})\b(?=\s*::)|(?<=\bnamespace )(?:{'|'.join(NAMESPACES)})\b"
)
_FUNCTION = re.compile(rf"\b(?:{'|'.join(_FUNCTIONS)})\b")
_INCLUDE = re.compile(r'^(\s*#\s*include\s+)"([^"]+)"', re.MULTILINE)
_OPTIMIZE = re.compile(r"^#pragma GCC optimize\((.*)\)$", re.MULTILINE)
_LEADING_COMMENT = re.compile(r"(?://[^\n]*\n)*\n?")


def runtime_files(request: Request, application: Mapping[str, str]) -> dict[str, str]:
    """{file name: text} of all that the application needs of the runtime, and itself.

    application: {file name: text} of the generated sources, which include each other by these names
    and the runtime as it is laid out in firmware/lib.
    """
    with tempfile.TemporaryDirectory() as name:
        own = {Path(name) / file: text for file, text in application.items()}
        for path, text in own.items():
            path.write_text(text, encoding="utf-8")
        needed = sorted(needed_files(own) - own.keys())
    taken = [path for path in needed if _is_wanted(path, request.isas)]
    names = {_included_as(path): _flat_name(path) for path in taken}
    if len(set(names.values())) != len(names):
        raise ExportError("two files of the runtime have one name; rename one in firmware/lib")
    if taken_twice := application.keys() & set(names.values()):
        raise ExportError(
            f"--name {request.name}: {min(taken_twice)} is a file of the runtime, too; give another"
        )
    made = {file: _rewritten(text, request.name, names) for file, text in application.items()}
    for path in taken:
        text = _rewritten(path.read_text(encoding="utf-8"), request.name, names)
        if path.suffix == ".cc":
            text = _configured(text, request.name, _library(path) in _KERNELS)
        made[_flat_name(path)] = text
    return made


def _library(path: Path) -> Path:
    return next(one for one in _FOLDERS if path.is_relative_to(one))


def _is_wanted(path: Path, isas: Iterable[str]) -> bool:
    if path.name in _OF_LOGGING:
        return False
    machine = next((suffix for suffix in _MACHINES if path.stem.endswith(suffix)), None)
    return machine is None or _MACHINES[machine] in isas


def _included_as(path: Path) -> str:
    return path.relative_to(_library(path)).as_posix()


def _flat_name(path: Path) -> str:
    prefix = _FOLDERS[_library(path)]
    return path.name if path.name.startswith(f"{prefix}_") else f"{prefix}_{path.name}"


def _rewritten(text: str, name: str, names: Mapping[str, str]) -> str:
    def include(found: re.Match[str]) -> str:
        return f'{found[1]}"{names.get(found[2], found[2])}"'

    text = _INCLUDE.sub(include, text)
    text = _NAMESPACE.sub(lambda found: f"{name}_{found[0]}", text)
    return _FUNCTION.sub(lambda found: f"{name}_{found[0]}", text)


def _configured(text: str, name: str, is_kernel: bool) -> str:
    """A source that takes from the compiler's own macros what a build of mcuforge states.

    GCC: sums wrap, and registers are kept over calls on Armv6-M, where the pragma in a source would
    turn an optimisation on that is unsound there (codegen/compile/compiler_flags.py).
    """
    kept = '"no-ipa-ra"' + (', "wrapv"' if is_kernel else "")

    def optimize(found: re.Match[str]) -> str:
        return f"#pragma GCC optimize({found[1]}, {kept})"

    head = _LEADING_COMMENT.match(text)
    assert head is not None  # it matches nothing, too
    header = f"{name}_{'kernel' if is_kernel else 'target'}.h"
    rest = _OPTIMIZE.sub(optimize, text[head.end() :])
    return f'{head[0]}#include "{header}"\n\n{rest}'
