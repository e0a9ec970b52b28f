"""A device at the end of a line: one call path with time limits and retries."""

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from harness import ids, messages
from harness.errors import (
    DeviceError,
    DeviceFaultError,
    DeviceRefusedError,
    DeviceTimeoutError,
    ProtocolVersionError,
)
from harness.framing import Damaged, Decoder, Frame, Item, Text, encode
from harness.messages import Inference, Info, PayloadError
from harness.trace import Trace
from harness.transport import Line

DEFAULT_TIMEOUT_S = 10.0  # a large model on a slow emulator takes seconds
INFO_TIMEOUT_S = 3.0  # short, because it is what finds out that nobody answers
DEFAULT_RETRIES = 3
# After these the device asks for nothing but the same request again.
_LOST_ON_THE_WAY = (ids.ErrorCode.BAD_CRC, ids.ErrorCode.BAD_FRAME, ids.ErrorCode.TOO_LONG)
_SETTLE_S = 0.05
_SYNCHRONIZE_LIMIT_S = 2.0  # for a device that never stops talking
_CONSOLE_LINES = 50


@dataclass
class LineCounts:
    """What happened on the line besides the replies."""

    retries: int = 0
    damaged: int = 0  # chunks that were neither frame nor text
    late: int = 0  # replies to a request that was answered or given up before


class Device:
    """Sends requests and returns their replies; every failure names operation, code and meaning.

    `console` receives text between frames and LOG messages, one line at a time. Not for use by
    two threads at once.
    """

    def __init__(
        self,
        line: Line,
        *,
        timeout_s: float = DEFAULT_TIMEOUT_S,
        retries: int = DEFAULT_RETRIES,
        trace: Trace | None = None,
        console: Callable[[str], None] | None = None,
    ) -> None:
        self.line = line
        self._timeout_s = timeout_s
        self._retries = retries
        self._trace = trace or Trace()
        self._console = console
        self._decoder = Decoder()
        # Random, so that a late reply to an earlier program is not taken for ours.
        self._seq = random.randrange(1, 0x10000)
        self._arrived: deque[Item] = deque()
        self.counts = LineCounts()
        self.console_tail: deque[str] = deque(maxlen=_CONSOLE_LINES)

    def __enter__(self) -> "Device":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the line back."""
        self.line.close()

    def synchronize(self) -> None:
        """End whatever noise the device's decoder holds, and take in what the line still has.

        Replies and errors that belong to an earlier program are dropped; a fault is raised. Call
        it once after opening a line that somebody else may have used.
        """
        self.line.write(b"\0\0")
        deadline_s = time.monotonic() + _SYNCHRONIZE_LIMIT_S
        while time.monotonic() < deadline_s and (data := self.line.read(_SETTLE_S)):
            for item in self._decoder.feed(data):
                self._trace.received(item)
                if isinstance(item, Frame) and item.type == ids.Event.FAULT:
                    raise DeviceFaultError("boot", *messages.parse_fault(item.payload))
                self._note(item)

    def info(self) -> Info:
        """What runs on the device. Raises DeviceError."""
        payload = self.call(ids.Command.INFO, timeout_s=min(self._timeout_s, INFO_TIMEOUT_S))
        try:
            return messages.parse_info(payload)
        except PayloadError as error:
            raise DeviceError("INFO", f"the reply is malformed: {error}") from error

    def infer(
        self, values: NDArray[np.uint8] | NDArray[np.int8], input_format: ids.InputFormat
    ) -> Inference:
        """Run the model on one input: uint8 pixels or int8 values in any shape, row by row."""
        payload = self.call(ids.Command.INFER, messages.infer_payload(input_format, values))
        try:
            return messages.parse_inference(payload)
        except PayloadError as error:
            raise DeviceError("INFER", f"the reply is malformed: {error}") from error

    def stats(self) -> dict[str, int]:
        """The device's counters since boot."""
        try:
            return messages.parse_stats(self.call(ids.Command.STATS))
        except PayloadError as error:
            raise DeviceError("STATS", f"the reply is malformed: {error}") from error

    def call(
        self, command: ids.Command, payload: bytes = b"", timeout_s: float | None = None
    ) -> bytes:
        """Send a request and return its reply's payload, repeating it when it or the reply is lost.

        Raises DeviceTimeoutError, DeviceRefusedError, DeviceFaultError, ProtocolVersionError, and
        PortError if the line is cut.
        """
        operation = command.name
        frame = Frame(command, self._next_seq(), payload)
        line_bytes = encode(frame)
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        damaged_before = self.counts.damaged
        last_error: Frame | None = None
        for attempt in range(1 + self._retries):
            self.counts.retries += attempt > 0
            self._trace.sent(frame)
            self.line.write(line_bytes)
            reply = self._wait(operation, frame, time.monotonic() + limit_s)
            if isinstance(reply, bytes):
                return reply
            last_error = reply
        if last_error is not None:
            raise self._refused(operation, last_error)
        raise DeviceTimeoutError(
            operation,
            f"no reply from {self.line.url} within {limit_s:g} s, {1 + self._retries} times"
            + self._what_came_instead(self.counts.damaged - damaged_before),
        )

    def _next_seq(self) -> int:
        self._seq = self._seq % 0xFFFF + 1
        return self._seq

    def _wait(self, operation: str, request: Frame, limit_s: float) -> bytes | Frame | None:
        """The reply's payload; or, at the time limit, the ERROR that asks to repeat or None.

        That ERROR bears no number, so it may be about noise from before the request, which is
        being served all the same. So the line has to go quiet before it is believed.
        """
        wanted = request.type | ids.REPLY_BIT
        lost: Frame | None = None
        deadline_s = limit_s
        while True:
            while self._arrived:
                item = self._arrived.popleft()
                self._trace.received(item)
                if not isinstance(item, Frame):
                    self._note(item)
                    continue
                self._check_version(operation, item)
                if item.type == wanted and item.seq == request.seq:
                    return item.payload
                if item.type == ids.Event.FAULT:
                    raise DeviceFaultError(operation, *messages.parse_fault(item.payload))
                if item.type == ids.Event.ERROR and item.seq == request.seq:
                    raise self._refused(operation, item)
                if item.type == ids.Event.ERROR and _asks_to_repeat(item):
                    lost = item
                    deadline_s = min(limit_s, time.monotonic() + _SETTLE_S)
                    continue
                self._note(item)
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                return lost
            data = self.line.read(left_s)
            if data:
                self._arrived.extend(self._decoder.feed(data))
            elif text := self._decoder.flush_text():
                self._arrived.append(text)

    def _note(self, item: Item) -> None:
        """Take account of an item that is not what was waited for."""
        if isinstance(item, Damaged):
            self.counts.damaged += 1
        elif isinstance(item, Text):
            for line in str(item).splitlines():
                self._say(line)
        elif item.type == ids.Event.LOG:
            self._say(messages.describe_event(item.type, item.payload))
        else:
            self.counts.late += 1

    def _say(self, line: str) -> None:
        self.console_tail.append(line)
        if self._console is not None:
            self._console(line)

    def _check_version(self, operation: str, frame: Frame) -> None:
        if frame.version != ids.PROTOCOL_VERSION:
            raise ProtocolVersionError(
                operation,
                f"{self.line.url} speaks protocol version {frame.version}, this harness "
                f"version {ids.PROTOCOL_VERSION}; build and flash the firmware from this tree",
            )

    def _refused(self, operation: str, frame: Frame) -> DeviceRefusedError:
        code = frame.payload[0] if frame.payload else 0
        return DeviceRefusedError(operation, messages.describe_error(frame.payload), code)

    def _what_came_instead(self, damaged: int) -> str:
        if damaged:
            return (
                f"; {damaged} damaged chunks came instead: is the baud rate right, and is it "
                "mcuforge firmware?"
            )
        if self.console_tail:
            return f"; it printed text, the last line {self.console_tail[-1]!r}: other firmware?"
        return "; nothing came at all: is it the right port, and is the firmware flashed?"


def _asks_to_repeat(frame: Frame) -> bool:
    return frame.seq == 0 and bool(frame.payload) and frame.payload[0] in _LOST_ON_THE_WAY
