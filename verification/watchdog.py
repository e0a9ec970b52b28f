"""A limit for calls into C++: an endless loop there ends the process, and says where it was.

Python's own alarm waits until the call returns. A thread does not: ctypes lets it run meanwhile.
"""

from __future__ import annotations

import faulthandler
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

STDERR = 2
EXIT_CODE = 1  # a check failed


@contextmanager
def limited(what: str, limit_s: float, to: int = STDERR) -> Iterator[None]:
    """Ends this process if the block takes more than `limit_s` seconds.

    what: for the message, which goes to file descriptor `to` with the stacks of all threads.
    """
    timer = threading.Timer(limit_s, _end, (f"{what}: no end within {limit_s:g} s\n", to))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _end(message: str, to: int) -> None:
    os.write(to, message.encode())
    faulthandler.dump_traceback(to)
    os._exit(EXIT_CODE)
