"""A trace of the line: each item with the time since the last; formatted only if asked for."""

import time
from typing import TextIO

from harness.framing import Frame, Item

_SHOWN_BYTES = 16


class Trace:
    """Writes one line an item to `out`; does nothing at all when `out` is None."""

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out
        self._last_s = time.monotonic()

    def sent(self, frame: Frame) -> None:
        """Note a frame that went out."""
        if self._out is not None:
            self._note(">", frame)

    def received(self, item: Item) -> None:
        """Note a frame, text or noise that came in."""
        if self._out is not None:
            self._note("<", item)

    def _note(self, arrow: str, item: Item) -> None:
        assert self._out is not None
        now_s = time.monotonic()
        delta_ms = (now_s - self._last_s) * 1e3
        self._last_s = now_s
        print(f"+{delta_ms:9.3f} ms {arrow} {_describe(item)}", file=self._out, flush=True)


def _describe(item: Item) -> str:
    if not isinstance(item, Frame):
        return repr(str(item))
    more = " ..." if len(item.payload) > _SHOWN_BYTES else ""
    return f"{item}: {item.payload[:_SHOWN_BYTES].hex(' ')}{more}"
