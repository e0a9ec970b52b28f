"""Ctrl-C in a run of seeded pieces, which can go on where it stopped."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator


class StoppedError(KeyboardInterrupt):
    """done: how many pieces were, from the first seed on."""

    def __init__(self, done: int) -> None:
        super().__init__()
        self.done = done


@contextlib.contextmanager
def telling(done: Callable[[], int]) -> Iterator[None]:
    """Raises StoppedError in the place of KeyboardInterrupt."""
    try:
        yield
    except KeyboardInterrupt:
        raise StoppedError(done()) from None
