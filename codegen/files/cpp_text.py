"""C++ literals out of Python values; pure functions, safe for any input."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from codegen.errors import CodegenError

_PLAIN = frozenset(range(0x20, 0x7F)) - frozenset(b'"\\?')
_ESCAPED = {ord('"'): '\\"', ord("\\"): "\\\\", ord("?"): "\\?"}  # ?: no trigraphs


def string_literal(text: str) -> str:
    """A C++ string literal with the UTF-8 bytes of text.

    Everything outside printable ASCII becomes a three-digit octal escape, which unlike a
    hexadecimal one ends by itself whatever follows. Raises CodegenError for text that a C string
    cannot hold.
    """
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise CodegenError(f"label {text!r} has no UTF-8 form; use another label") from error
    if 0 in data:
        raise CodegenError(f"label {text!r} contains a NUL, which ends a C string; remove it")
    return (
        '"' + "".join(chr(b) if b in _PLAIN else _ESCAPED.get(b, f"\\{b:03o}") for b in data) + '"'
    )


def float_literal(value: float) -> str:
    """A float literal that a C++ compiler reads back to the very same float32."""
    return np.format_float_scientific(np.float32(value), unique=True, trim="0") + "f"


def rows(values: Iterable[str], width: int = 96) -> list[str]:
    """Comma-separated items as lines of at most `width` characters, each ending in a comma."""
    lines: list[str] = []
    line = ""
    for value in values:
        item = f"{value},"
        if line and len(line) + 1 + len(item) > width:
            lines.append(line)
            line = ""
        line = f"{line} {item}" if line else item
    if line:
        lines.append(line)
    return lines
