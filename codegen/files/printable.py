"""Names that come from outside, as a terminal may be shown them.

A terminal obeys control characters (ECMA-48): a model that calls a tensor "\\x1b]0;..." would write
the window's title, one that calls it "\\x1b[2J" would empty the screen.
"""

from __future__ import annotations

import re

# C0, DEL and C1, with which all sequences begin; halves of characters, which stand for the bytes of
# a file name that is no UTF-8, and which no stream can write.
_NOT_SHOWN = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def is_printable(text: str) -> bool:
    """True if a terminal shows the text and does nothing else."""
    return _NOT_SHOWN.search(text) is None


def printable(text: str, but: str = "") -> str:
    """The text with each character that is not printable as an escape, such as \\\\x1b; `but`: one
    that stays."""

    def escape(found: re.Match[str]) -> str:
        return found[0] if found[0] == but else found[0].encode("unicode_escape").decode()

    return _NOT_SHOWN.sub(escape, text)
