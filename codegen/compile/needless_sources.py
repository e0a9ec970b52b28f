"""Sources of the runtime that an application cannot use, so that a build need not compile them.

The resolver's methods that it calls say which ops it has. From there it goes on by names: who
includes a header needs the sources of the same name, `conv_s8.h` those of `conv_s8.cc` and
`conv_s8__dsp.cc`, and who includes `custom_ops.h` those of all custom ops. A source without a
header of its name is only left out if it is an op's.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from codegen.compile.cpp_build import CUSTOM_OPS, FRONTEND, LIBRARIES, custom_op_sources
from codegen.model.op_table import OPS_DEF, load_supported_ops

KERNELS = OPS_DEF.parent / "kernels"

_ADD = re.compile(r"\bAdd(\w+)\s*\(")
_INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def needless_sources(application: Iterable[Path]) -> frozenset[Path]:
    """Those of lib/tflm, nn and frontend that nothing in the application's files leads to."""
    pending = list(application)
    called = {name for path in pending for name in _ADD.findall(path.read_text())}
    ops = load_supported_ops().values()
    absent = {op.kernel for op in ops} - {op.kernel for op in ops if op.add_suffix in called}
    sources = _sources()
    of_headers = {CUSTOM_OPS / "custom_ops.h": custom_op_sources()}
    for source in sources:
        header = source.with_name(f"{source.stem.partition('__')[0]}.h")
        if header.is_file():
            of_headers.setdefault(header, []).append(source)
        elif source.parent != KERNELS or source.stem not in absent:
            pending.append(source)
    needed: set[Path] = set()
    while pending:
        path = pending.pop()
        if path in needed:
            continue
        needed.add(path)
        pending += of_headers.get(path, [])
        pending += _included(path)
    return frozenset(sources) - needed


@functools.cache
def _sources() -> list[Path]:
    return [path for library in (*LIBRARIES, FRONTEND) for path in library.rglob("*.cc")]


@functools.cache
def _included(path: Path) -> list[Path]:
    names = _INCLUDE.findall(path.read_text())
    folders = (*LIBRARIES, FRONTEND, CUSTOM_OPS)
    return [folder / name for folder in folders for name in names if (folder / name).is_file()]


def build_filter(application: Iterable[Path]) -> Callable[[Any, Any], Any]:
    """For PlatformIO's env.AddBuildMiddleware: leaves the needless sources out of the build."""
    needless = needless_sources(application)

    def node_or_none(_: Any, node: Any) -> Any:
        return None if Path(node.srcnode().get_abspath()) in needless else node

    return node_or_none
