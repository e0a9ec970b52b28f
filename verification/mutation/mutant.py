"""A small fault: a stretch of a source's text, and what stands there instead."""

from __future__ import annotations

import difflib
from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """start, end: the stretch's place in the text, in characters."""

    start: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        return source[: self.start] + self.text + source[self.end :]

    def diff(self, source: str, name: str) -> str:
        """The changed lines as `diff -u` has them, without context."""
        lines = difflib.unified_diff(
            source.splitlines(), self.applied(source).splitlines(), name, name, n=0, lineterm=""
        )
        return "\n".join(line for line in lines if not line.startswith("---"))
