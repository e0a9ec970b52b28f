"""Pictures and pages that somebody looked at: a test holds them to the byte.

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
