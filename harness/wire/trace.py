"""A trace of the line: each item with the time since the last; formatted only if asked for."""

import time
from typing import TextIO

from harness.wire.framing import Frame, Item

_SHOWN_BYTES = 16


class Trace:
    """Writes one line an item to each of `outs`; does nothing at all without any."""

    def __init__(self, *outs: TextIO) -> None:
        self._outs = outs
        self._last_s = time.monotonic()

    def sent(self, frame: Frame) -> None:
        """Note a frame that went out."""
        if self._outs:
            self._note(">", frame)

    def received(self, item: Item) -> None:
        """Note a frame, text or noise that came in."""
        if self._outs:
            self._note("<", item)

    def _note(self, arrow: str, item: Item) -> None:
        now_s = time.monotonic()
        delta_ms = (now_s - self._last_s) * 1e3
        self._last_s = now_s
        for out in self._outs:
            print(f"+{delta_ms:9.3f} ms {arrow} {_describe(item)}", file=out)


def _describe(item: Item) -> str:
    if not isinstance(item, Frame):
        return repr(str(item))
    more = " ..." if len(item.payload) > _SHOWN_BYTES else ""
    return f"{item}: {item.payload[:_SHOWN_BYTES].hex(' ')}{more}"
