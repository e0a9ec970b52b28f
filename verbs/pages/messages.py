"""The messages that docs/errors.md explains: each has to be one that the code gives."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from codegen.files.places import PROGRAM

PAGE = PROGRAM / "docs" / "errors.md"
_ROOMS = ("codegen", "harness", "pipeline", "training", "verbs", "verification")
_ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def explained(page: str) -> list[str]:
    """The messages in the first column of the page's tables; `...` stands for anything."""
    return _ROW.findall(page)


def given() -> list[str]:
    """Every text with which the code raises an error, what is filled in as `...`."""
    return [
        text
        for room in _ROOMS
        for path in sorted((PROGRAM / room).rglob("*.py"))
        for text in _raised(ast.parse(path.read_bytes()))
    ]


def problems(page: str, texts: Iterable[str]) -> Iterator[str]:
    """The messages of the page that none of the texts can give."""
    texts = list(texts)
    for message in explained(page):
        parts = [part for part in re.split(r"\.\.\.", message) if part]
        pattern = re.compile(".*".join(map(re.escape, parts)), re.DOTALL)
        if not any(pattern.search(text) for text in texts):
            yield f"{PAGE.name}: no error says `{message}`"


def _raised(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for argument in node.exc.args[:1]:
                yield _text(argument)


def _text(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) for part in node.values)
    return "..."
