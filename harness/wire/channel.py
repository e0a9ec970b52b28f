"""A line with frames on it: encodes what goes out, sorts what comes in, keeps the console."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from harness.wire import ids, messages
from harness.wire.framing import Damaged, Decoder, Frame, Item, Text, encode
from harness.wire.trace import Trace
from harness.wire.transport import Line

_CONSOLE_LINES = 50
# How long a payload may be on a line of which nothing is known yet, on the worst and the best one.
# Where each hundredth byte is damaged, pieces of 36 bytes take the fewest in all.
_FIRST_BYTES = 256.0
_LEAST_BYTES = 36.0
# Halved by a loss, it grows by a sixth with each such frame that passes: level where one in four is
# lost, and up again within 16 frames.
_GROWTH = 1 / 6


@dataclass
class LineCounts:
    """What happened on the line besides the replies."""

    retries: int = 0
    damaged: int = 0  # chunks that were neither frame nor text
    refused: int = 0  # frames that the device received damaged, by its own word
    late: int = 0  # replies to a request that was answered or given up before

    def add(self, other: "LineCounts") -> None:
        """Sum up."""
        self.retries += other.retries
        self.damaged += other.damaged
        self.refused += other.refused
        self.late += other.late


class Channel:
    """Sends frames and returns items one at a time; text goes to `console`, line by line."""

    def __init__(
        self, line: Line, trace: Trace | None, console: Callable[[str], None] | None
    ) -> None:
        self.line = line
        self._trace = trace or Trace()
        self._console = console
        self._decoder = Decoder()
        self._arrived: deque[Item] = deque()
        self.counts = LineCounts()
        self._longest_payload = _FIRST_BYTES
        self.slowest_reply_s = 0.0  # from when its request was first sent
        self._own_baud: int | None = None  # of the line, while it is raised
        self.console_tail: deque[str] = deque(maxlen=_CONSOLE_LINES)

    def send(self, frame: Frame) -> None:
        """Put a frame on the line. Raises PortError if it is cut."""
        self._trace.sent(frame)
        self.line.write(encode(frame))

    def passed(self, size: int) -> None:
        """A request was answered at once; its payload or the reply's had `size` bytes."""
        longer = self._longest_payload + size * _GROWTH
        self._longest_payload = min(float(ids.LONGEST_BYTES), longer)

    def lost(self, count: int) -> None:
        """So many frames were lost together and are about to be sent again."""
        self.counts.retries += count
        self._longest_payload = max(_LEAST_BYTES, self._longest_payload / 2)

    @property
    def longest_payload(self) -> int:
        """How long a frame's payload may be, in bytes, by what the line did lately.

        Multiplicative decrease, as TCP's of its window (RFC 5681), for a line that turns bad.
        """
        return int(self._longest_payload)

    def raise_baud(self, own_baud: int, baud: int) -> None:
        """Go to a rate above the board's own. Raises PortError if the port cannot."""
        self._own_baud = own_baud
        self.line.set_baud(baud)

    def fall_back(self) -> bool:
        """Go back to the board's own rate; True if the line was raised."""
        own_baud, self._own_baud = self._own_baud, None
        if own_baud is not None:
            self.line.set_baud(own_baud)
        return own_baud is not None

    def receive(self, timeout_s: float) -> Item | None:
        """The next item, waiting up to `timeout_s` for bytes; None if none is complete by then."""
        if not self._arrived:
            data = self.line.read(max(0.0, timeout_s))
            if data:
                self._arrived.extend(self._decoder.feed(data))
            elif text := self._decoder.flush_text():
                self._arrived.append(text)
        if not self._arrived:
            return None
        item = self._arrived.popleft()
        self._trace.received(item)
        return item

    def note(self, item: Item) -> None:
        """Take account of an item that nobody waited for."""
        if isinstance(item, Damaged):
            self.counts.damaged += 1
        elif isinstance(item, Text):
            for line in str(item).splitlines():
                self._say(line)
        elif item.type == ids.Event.LOG:
            self._say(messages.describe_event(item.type, item.payload))
        elif item.type == ids.Event.ERROR and item.seq == 0:
            self.counts.refused += 1
        else:
            self.counts.late += 1

    def _say(self, line: str) -> None:
        self.console_tail.append(line)
        if self._console is not None:
            self._console(line)
