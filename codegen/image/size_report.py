"""`invoke size`: the breakdown of an image as table, JSON and SVG, and against its budget."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from codegen.files.manifest import atomic_write
from codegen.image.breakdown import ROOMS, Breakdown, read_breakdown
from codegen.image.budgets import check_growth, set_budget
from codegen.image.treemap import treemap


def run(
    image_dir: Path,
    board_id: str,
    recipe: str,
    *,
    symbols: int = 20,
    json_path: Path | None = None,
    svg_path: Path | None = None,
    check: bool = False,
    write_budget: bool = False,
    console: Console | None = None,
) -> Breakdown:
    """Prints rooms and the largest `symbols`; writes JSON and SVG where asked.

    check: raises BudgetError (exit 1) where the image outgrew budgets.toml.
    """
    console = console or Console(width=max(100, Console().width))
    size = read_breakdown(image_dir, board_id)
    console.print(_rooms(size))
    if symbols > 0:
        console.print(_symbols(size, symbols))
    if json_path is not None:
        atomic_write(json_path, (json.dumps(size.document(), indent=2) + "\n").encode())
        console.print(f"size: {json_path}", highlight=False)
    if svg_path is not None:
        atomic_write(svg_path, treemap(size).encode())
        console.print(f"size: {svg_path}", highlight=False)
    if write_budget:
        set_budget(size, recipe)
        console.print(f"size: budgets.toml: {recipe} on {board_id} as it is now", highlight=False)
    if check:
        for line in check_growth(size, recipe):
            console.print(f"size: {line}", highlight=False)
    return size


def _rooms(size: Breakdown) -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("room")
    for title in ("flash", "%", "RAM", "%"):
        table.add_column(title, justify="right")
    table.add_column("what")
    flash_total, ram_total = size.flash_bytes, size.ram_bytes
    for room, (flash, ram) in size.rooms().items():
        table.add_row(
            Text(room),
            *(f"{flash:,}", _percent(flash, flash_total)),
            *(f"{ram:,}", _percent(ram, ram_total)),
            ROOMS.get(room, "another library"),
        )
    table.add_row("total", f"{flash_total:,}", "", f"{ram_total:,}", "", "", style="bold")
    return table


def _symbols(size: Breakdown, count: int) -> Table:
    table = Table(box=None, pad_edge=False, title=f"largest {count}", title_justify="left")
    for title in ("flash", "RAM"):
        table.add_column(title, justify="right")
    for title in ("room", "symbol", "object"):
        table.add_column(title, no_wrap=True)
    for item in size.items[:count]:
        flash, ram = (f"{n:,}" if n else "" for n in (item.flash_bytes, item.ram_bytes))
        names = (item.room, item.name, item.origin.rpartition("/")[2])
        table.add_row(flash, ram, *map(Text, names))  # brackets in them are no markup
    return table


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if part else ""
