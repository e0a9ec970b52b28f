"""Sources of the runtime that an application cannot use, so that a build need not compile them.

The resolver's methods that it calls say which ops it has. From there it goes on by names: who
includes a header needs the sources of the same name, `conv_s8.h` those of `conv_s8.cc` and
`conv_s8__dsp.cc`, and who includes `custom_ops.h` those of all custom ops. A source without a
header of its name is an op's, or needed where another source names one of its functions.
"""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from codegen.compile.cpp_build import CUSTOM_OPS, FRONTEND, LIBRARIES, custom_op_sources
from codegen.model.op_table import OPS_DEF, load_supported_ops

KERNELS = OPS_DEF.parent / "kernels"

_ADD = re.compile(r"\bAdd(\w+)\s*\((?:\s*(MCUFORGE_INT8)\b)?")
_ALL_OPS = "tensorflow/lite/micro/all_ops_resolver.h"
_CUSTOM = {"Custom": ["custom"]}  # as an op that is in no table
_FUNCTION = re.compile(r"^(?!inline|static|template)[A-Za-z][^#;{}=()]*\b(\w+)\(", re.MULTILINE)
_NAME = re.compile(r"\b[A-Za-z]\w+")
_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def needless_sources(application: Iterable[Path]) -> frozenset[Path]:
    """Those of lib/tflm, nn and frontend that nothing in the application's files leads to."""
    return frozenset(_sources()) - needed_files(application)


def needed_files(application: Iterable[Path]) -> frozenset[Path]:
    """Sources and headers of the libraries that the application's files lead to, and these."""
    own = list(application)
    texts = [path.read_text() for path in own]
    called = {call for text in texts for call in _ADD.findall(text)}
    if any(_ALL_OPS in _INCLUDE.findall(text) for text in texts):
        called |= {(suffix, "") for suffix in _op_sources()}
    pending = own + [
        path
        for suffix, narrow in called
        for path in _op_sources().get(suffix, [])[: 1 if narrow else None]
    ]
    of_names = _sources_by_function()
    needed: set[Path] = set()
    while pending:
        path = pending.pop()
        if path in needed:
            continue
        needed.add(path)
        pending += _sources_by_header().get(path, [])
        pending += _included(path)
        if path.suffix == ".cc" or path in own:
            pending += [of for name in _names(path) for of in of_names.get(name, [])]
    return frozenset(needed)


def _op_sources() -> dict[str, list[Path]]:
    """By the resolver's method, without its "Add": the op's own, then that of its form which takes
    int16, too, with those for int8 of the other ops there."""
    ops = load_supported_ops().values()
    of_wide: dict[str, list[str]] = {}
    for op in ops:
        of_wide.setdefault(op.wide_kernel, []).append(op.kernel)
    stems = {
        op.add_suffix: [op.kernel]
        + ([op.wide_kernel, *of_wide[op.wide_kernel]] if op.wide_kernel else [])
        for op in ops
    }
    stems.update(_CUSTOM)
    return {suffix: [KERNELS / f"{stem}.cc" for stem in of] for suffix, of in stems.items()}


@functools.cache
def _sources_by_header() -> dict[Path, list[Path]]:
    found = {CUSTOM_OPS / "custom_ops.h": custom_op_sources()}
    for source in _sources():
        header = _header(source)
        if header.is_file():
            found.setdefault(header, []).append(source)
    return found


@functools.cache
def _sources_by_function() -> dict[str, list[Path]]:
    """Of those without a header of their name: known by what another header declares of theirs.

    Of an op's, by what no other source has: each has functions like Prepare for itself."""
    ops = {path for paths in _op_sources().values() for path in paths}
    functions = {path: set(_FUNCTION.findall(path.read_text())) for path in _sources()}
    times = Counter(name for names in functions.values() for name in names)
    found: dict[str, list[Path]] = {}
    for source in _sources():
        if not _header(source).is_file():
            headers = source.parent.glob("*.h")
            declared = frozenset[str]().union(*map(_names, headers))
            for name in declared & functions[source]:
                if source not in ops or times[name] == 1:
                    found.setdefault(name, []).append(source)
    return found


def _header(source: Path) -> Path:
    return source.with_name(f"{source.stem.partition('__')[0]}.h")


@functools.cache
def _sources() -> list[Path]:
    return [path for library in (*LIBRARIES, FRONTEND) for path in library.rglob("*.cc")]


@functools.cache
def _included(path: Path) -> list[Path]:
    names = _INCLUDE.findall(path.read_text())
    folders = (*LIBRARIES, FRONTEND, CUSTOM_OPS)
    return [folder / name for folder in folders for name in names if (folder / name).is_file()]


@functools.cache
def _names(path: Path) -> frozenset[str]:
    return frozenset(_NAME.findall(path.read_text()))


def build_filter(application: Iterable[Path]) -> Callable[[Any, Any], Any]:
    """For PlatformIO's env.AddBuildMiddleware: leaves the needless sources out of the build."""
    needless = needless_sources(application)

    def node_or_none(_: Any, node: Any) -> Any:
        return None if Path(node.srcnode().get_abspath()) in needless else node

    return node_or_none
