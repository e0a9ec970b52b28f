"""What a contained process might do; called there by test_contained.py."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from training.errors import DataError


def add(a: int, b: int) -> int:
    print("this is no answer")
    return a + b


def refuse(thing: str) -> None:
    raise DataError(f"{thing} is refused")


def crash() -> None:
    os.write(2, b"a library's last words\n")
    os.kill(os.getpid(), signal.SIGSEGV)


def stumble() -> None:
    raise ZeroDivisionError("a fault of ours")


def take_memory(gigabytes: int) -> None:
    bytearray(gigabytes << 30)


def write(paths: list[str]) -> list[bool]:
    """Which of the files could be written."""
    return [_is_written(Path(path)) for path in paths]


def _is_written(path: Path) -> bool:
    try:
        path.write_text("x")
        path.with_name(f"{path.name}_made").mkdir()
    except OSError:
        return False
    return True
