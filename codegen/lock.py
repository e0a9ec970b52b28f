"""One process at a time does what is done under the same lock file; the others wait for it."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def held(path: Path, waiting: str = "") -> Iterator[bool]:
    """The lock of that file, which is made. True if another process had to be waited for.

    waiting: what is printed before that. The lock ends with its process, however that ends; the
    file stays. Raises OSError where it cannot be made.
    """
    with path.open("a") as file:
        waited = False
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waited = True
            if waiting:
                print(waiting, flush=True)
            fcntl.flock(file, fcntl.LOCK_EX)
        yield waited
