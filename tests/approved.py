"""Pictures, pages and lines of records that somebody looked at: a test holds them to the byte.

APPROVE=1 pytest ...        writes them anew; then look at each that git says has changed
"""

from __future__ import annotations

import os
from pathlib import Path


def check(path: Path, made: str) -> None:
    """`made` is what the file holds; where it was to change, look at it and approve it."""
    if os.environ.get("APPROVE"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8"), f"{path}: another picture; APPROVE=1 writes it"


def on_record(path: Path, name: str, line: str) -> str:
    """What a record, a file of lines by name, has of `name`: `line` where that is approved."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    record = dict(each.split(" ", 1) for each in lines)
    if os.environ.get("APPROVE"):
        record[name] = line
        path.write_text("".join(f"{one} {record[one]}\n" for one in sorted(record)))
    assert name in record, f"{path.name}: no record of {name} yet; APPROVE=1 writes it"
    return record[name]
