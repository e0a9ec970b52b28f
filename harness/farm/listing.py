"""The table of `invoke boards --farm`."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from harness.farm.session import Session


def run(address: str | None, console: Console) -> None:
    """Prints the places of the coordinator there. Raises FarmError, MissingToolError."""
    with Session(address) as session:
        places = session.places
    if not places:
        console.print("the farm has no places; labgrid-client create makes one (docs/farm.md)")
        return
    table = Table(box=None, pad_edge=False)
    for title in ("place", "board", "state"):
        table.add_column(title)
    for place in places.values():
        table.add_row(place.name, " or ".join(place.board_ids) or "unknown", place.state)
    console.print(table)
