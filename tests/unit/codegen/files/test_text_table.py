"""Tables for a terminal."""

from __future__ import annotations

from codegen.files.text_table import text_table


def test_columns_are_aligned_and_nothing_is_folded_or_obeyed() -> None:
    long = "b" * 200
    lines = text_table(("op", "name", ""), "rll", [("1", "[red]a", "x"), ("10", long, "")])
    assert lines == ["op  name", f" 1  [red]a{' ' * 194}  x", f"10  {long}"]
