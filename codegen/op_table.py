"""The ops that the firmware's runtime has: one table, shared with its C++ sources.

firmware/lib/tflm/tensorflow/lite/micro/ops.def is an X-macro file; each line

    MCUFORGE_OP(CONV_2D, Conv2D, conv)

states the builtin operator's name in the schema, the suffix of the resolver's method
(`AddConv2D`) and the stem of the kernel's source file. C++ makes the resolver from it, this module
the list of supported ops; so neither can promise what the other lacks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from codegen.errors import OpTableError
from codegen.model import BUILTIN_NAMES

OPS_DEF = Path(__file__).parent.parent / "firmware/lib/tflm/tensorflow/lite/micro/ops.def"

_ENTRY = re.compile(r"MCUFORGE_OP\(\s*([A-Z][A-Z0-9_]*)\s*,\s*(\w+)\s*,\s*(\w+)\s*\)")
_IGNORED = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)  # comments
_DIRECTIVE = re.compile(r"^\s*#[^\n]*$", re.MULTILINE)


@dataclass(frozen=True)
class SupportedOp:
    """One op of the runtime.

    name: builtin name in the schema. add_suffix: of the resolver's method, `Add<suffix>()`.
    kernel: stem of its source file.
    """

    name: str
    add_suffix: str
    kernel: str


def load_supported_ops(path: Path = OPS_DEF) -> dict[str, SupportedOp]:
    """{builtin name: op}, in the order of the file. Raises OpTableError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise OpTableError(
            f"cannot read the runtime's table of ops {path}: {error}; restore the file from the "
            "repository"
        ) from error
    text = _DIRECTIVE.sub("", _IGNORED.sub("", text))
    left_over = _ENTRY.sub("", text).strip()
    if left_over:
        raise OpTableError(
            f"{path}: {left_over.splitlines()[0].strip()!r} is not of the form "
            "MCUFORGE_OP(NAME, Suffix, kernel)"
        )
    known = set(BUILTIN_NAMES.values())
    ops: dict[str, SupportedOp] = {}
    for name, add_suffix, kernel in _ENTRY.findall(text):
        if name not in known or name == "CUSTOM":
            raise OpTableError(f"{path}: {name} is no builtin operator of the schema")
        if name in ops:
            raise OpTableError(f"{path}: {name} stands there twice")
        ops[name] = SupportedOp(name, add_suffix, kernel)
    if not ops:
        raise OpTableError(f"{path} names no op")
    return ops
