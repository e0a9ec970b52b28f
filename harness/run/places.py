"""Boards that are lent to a run, wherever they are: what the run has to know of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from harness.wire.transport import Line


class Places(Protocol):
    """Places with a board each, by name. A thread for each may use them."""

    @property
    def names(self) -> Sequence[str]:
        """Of those that are to take part, one or more."""

    def url(self, name: str) -> str:
        """Of the place's serial line as it is now. Raises PortError while it is away,
        PlaceLostError if it will not come back."""

    def check_held(self, name: str) -> None:
        """Raises PlaceLostError."""

    def set_aside(self, name: str, why: str) -> None:
        """It failed: give it back."""


class LentLine:
    """A line that ends when its place is lost: whoever has it then is not disturbed."""

    def __init__(self, line: Line, check_held: Callable[[], None]) -> None:
        """check_held: raises PlaceLostError."""
        self._line = line
        self._check_held = check_held
        self.url = line.url

    def read(self, timeout_s: float) -> bytes:
        """As the line."""
        self._check_held()
        return self._line.read(timeout_s)

    def write(self, data: bytes) -> None:
        """As the line."""
        self._check_held()
        self._line.write(data)

    def set_baud(self, baud: int) -> None:
        """As the line."""
        self._line.set_baud(baud)

    def close(self) -> None:
        """As the line."""
        self._line.close()
