"""Keeps a folder of files that can be made again within a limit."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path

LIMIT_BYTES = 512 * 1024 * 1024


def prune(files: Iterable[Path], limit_bytes: int = LIMIT_BYTES) -> None:
    """Deletes what was not used for the longest time, until the rest is within the limit.

    Whoever takes a file from the cache touches it: its modification time says when it was used.
    """
    known = []
    for path in files:
        with contextlib.suppress(FileNotFoundError):  # another process was faster
            known.append((path.stat(), path))
    total = 0
    for status, path in sorted(known, key=lambda item: item[0].st_mtime, reverse=True):
        total += status.st_size
        if total > limit_bytes:
            path.unlink(missing_ok=True)
