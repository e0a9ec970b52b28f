"""Tables, and the part of a document that a command writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.errors import CodegenError
from codegen.files import markdown

BEGIN, END = "<!-- invoke bench: begin -->", "<!-- invoke bench: end -->"


def test_a_table_has_its_rule_by_the_letters() -> None:
    lines = markdown.table(("a", "b"), "lr", [("x", "1"), ("y", "2")])
    assert lines == ["| a | b |", "|---|---:|", "| x | 1 |", "| y | 2 |"]


def test_only_the_marked_part_is_replaced(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    before = f"between `{BEGIN}` and `{END}`\n"
    document.write_text(f"{before}{BEGIN}\nold\n{END}\nafter\n")
    markdown.update_marked(document, "bench", "new")
    assert document.read_text() == f"{before}{BEGIN}\nnew\n{END}\nafter\n"


@pytest.mark.parametrize("text", ["", f"{END}\n{BEGIN}\n", BEGIN, END])
def test_a_document_without_marks_is_refused(tmp_path: Path, text: str) -> None:
    document = tmp_path / "page.md"
    document.write_text(text)
    with pytest.raises(CodegenError, match="needs a line <!-- invoke bench: begin -->"):
        markdown.read_marked(document, "bench")
    with pytest.raises(CodegenError, match="cannot read it"):
        markdown.read_marked(tmp_path / "absent.md", "bench")
