"""Tables in Markdown, and the part of a document that a command writes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from codegen.errors import CodegenError
from codegen.files.manifest import atomic_write

_RULES = {"l": "---", "r": "---:"}


def table(header: Sequence[str], align: str, rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table. align: a letter a column, l or r."""
    lines = [_line(header), f"|{'|'.join(_RULES[letter] for letter in align)}|"]
    return lines + [_line(row) for row in rows]


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def marks(verb: str) -> tuple[str, str]:
    """The lines between which a document has what `invoke <verb> --markdown` writes."""
    return f"<!-- invoke {verb}: begin -->", f"<!-- invoke {verb}: end -->"


def read_marked(path: Path, verb: str) -> tuple[str, str]:
    """The document before and behind its marked part. Raises CodegenError (no such file, no marks).

    To be called once before long work, so that its result has a place.
    """
    begin, end = marks(verb)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CodegenError(f"--markdown {path}: cannot read it: {error}") from None
    # A sentence may name the marks, too.
    lines = rf"^{re.escape(begin)}$.*?^{re.escape(end)}$"
    found = re.search(lines, text, re.MULTILINE | re.DOTALL)
    if found is None:
        raise CodegenError(f"--markdown {path}: needs a line {begin} and after it one {end}")
    return text[: found.start()], text[found.end() :]


def update_marked(path: Path, verb: str, content: str) -> None:
    """Puts the content into the document's marked part. Raises CodegenError."""
    before, behind = read_marked(path, verb)
    begin, end = marks(verb)
    atomic_write(path, f"{before}{begin}\n{content}\n{end}{behind}".encode())
