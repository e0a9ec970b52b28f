"""Tables for people at a terminal: columns aligned, without lines between them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = 1000  # never folded: a terminal that is too narrow folds it itself, a pipe gets whole lines


def text_table(header: Sequence[str], align: str, rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a table. align: a letter a column, l or r."""
    table = Table(box=None, pad_edge=False)
    for title, letter in zip(header, align, strict=True):
        table.add_column(title, justify="right" if letter == "r" else "left")
    for row in rows:
        table.add_row(*map(Text, row))
    console = Console(width=_WIDE, no_color=True, color_system=None)
    with console.capture() as captured:
        console.print(table)
    return [line.rstrip() for line in captured.get().splitlines()]
