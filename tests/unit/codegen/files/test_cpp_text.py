"""Literals survive a C++ compiler unchanged, whatever text or number they hold."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from codegen.errors import CodegenError
from codegen.files.cpp_text import float_literal, rows, string_literal
from tests.unit.codegen.fakes import compile_and_run

LABELS = [
    "0", "", "plain", 'say "hi"', "back\\slash", "line\nbreak\r\ttab", "Ünïcödé", "数字", "🎉",
    "\x01f", "\x017", "\x7f9", "??/", "??=", "*/ //", "\\", '"', "'", "#define x", "\u2028",
    "".join(chr(c) for c in range(1, 256)),
]  # fmt: skip
_EDGES = [1 / 255, 1 / 256, 1.0, 0.5847029, 1e-45, 1.1754944e-38, 3.4028235e38, 16777216.0, 1 / 3]
SCALES = [*_EDGES, *np.exp2(np.random.default_rng(3).uniform(-148, 127, 200)).tolist()]


def test_literals_through_the_compiler(tmp_path: Path) -> None:
    source = tmp_path / "literals.cc"
    strings = "\n".join(f"    {string_literal(label)}," for label in LABELS)
    floats = "\n".join(f"    {float_literal(scale)}," for scale in SCALES)
    source.write_text(f"""
#include <cstdio>
#include <cstring>
const char* const kStrings[] = {{
{strings}
}};
const float kFloats[] = {{
{floats}
}};
int main() {{
  for (const char* s : kStrings) {{
    for (; *s; ++s) std::printf("%02x", static_cast<unsigned char>(*s));
    std::printf("\\n");
  }}
  for (float f : kFloats) {{
    unsigned bits;
    std::memcpy(&bits, &f, sizeof bits);
    std::printf("%08x\\n", bits);
  }}
}}
""")
    lines = compile_and_run([source], tmp_path).split("\n")[:-1]
    assert lines[: len(LABELS)] == [label.encode().hex() for label in LABELS]
    assert lines[len(LABELS) :] == [struct.pack(">f", scale).hex() for scale in SCALES]


@pytest.mark.parametrize(("text", "message"), [("a\0b", "NUL"), ("\ud800", "no UTF-8 form")])
def test_text_that_no_c_string_holds(text: str, message: str) -> None:
    with pytest.raises(CodegenError, match=message):
        string_literal(text)


def test_rows_are_filled_and_bounded() -> None:
    assert rows(["1", "22", "333"], width=6) == ["1, 22,", "333,"]
    assert rows([]) == []
    assert max(map(len, rows(map(str, range(1000))))) <= 96


def test_what_is_just_printable_stays() -> None:
    assert string_literal(" ~") == '" ~"'
    assert string_literal("\x1f\x7f") == '"\\037\\177"'
