"""Requests through a window (docs/protocol.md, "Host: window and repeats"): sent, matched with
their replies, repeated when one of the two was lost."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from harness.errors import (
    DeviceFaultError,
    DeviceRefusedError,
    DeviceTimeoutError,
    ProtocolVersionError,
)
from harness.wire import ids, messages
from harness.wire.channel import Channel
from harness.wire.framing import Damaged, Frame, Item

# After these the device asks for nothing but the same request again.
_LOST_ON_THE_WAY = (ids.ErrorCode.BAD_CRC, ids.ErrorCode.BAD_FRAME, ids.ErrorCode.TOO_LONG)
# Of a frame of 350 bytes, 3 % pass a line that damages each hundredth byte; so 1000 tries fail
# about once in 10^13.
_MOST_REPEATS = 1000
# A frame that is long for its line is given up after so many tries, where it can be.
_LONG_TRIES = 3
# A repeat is given half a round trip, between these limits, before damage counts against it.
_PACE_S = (0.002, 0.05)
_TEXT_SHOWN = 100  # characters of what a device printed in a message
# What a busy machine may well take for nothing; also the least in Linux' TCP.
_LEAST_PATIENCE_S = 0.2
_FIRST_PATIENCE_S = 1.0  # without a measurement, by section 2 of RFC 6298
_MOST_BACKOFF = 64  # times the patience; a line may bring late replies without end
# Longer than a device stays at a raised baud rate at which it hears nothing valid.
FALL_BACK_S = 1.5


class RoundTrip:
    """Time from a request to its reply, and how long to wait for one, as TCP does it (RFC 6298)."""

    def __init__(self, first_s: float = _FIRST_PATIENCE_S) -> None:
        self._first_s = first_s
        self._smoothed_s: float | None = None
        self._deviation_s = 0.0
        self._backoff = 1

    def add(self, seconds: float) -> None:
        """One more measurement, of a request that was sent once."""
        self._backoff = 1
        if self._smoothed_s is None:
            self._smoothed_s, self._deviation_s = seconds, seconds / 2
            return
        self._deviation_s += (abs(seconds - self._smoothed_s) - self._deviation_s) / 4
        self._smoothed_s += (seconds - self._smoothed_s) / 8

    def was_late(self) -> None:
        """A reply came twice: a repeat was needless, so more patience until a measurement."""
        self._backoff = min(2 * self._backoff, _MOST_BACKOFF)

    @property
    def pace_s(self) -> float:
        """Time between two repeats of a request, at least."""
        least_s, most_s = _PACE_S
        return (
            most_s if self._smoothed_s is None else min(most_s, max(least_s, self._smoothed_s / 2))
        )

    def patience_s(self, limit_s: float) -> float:
        """Silence after which a request is repeated, at most `limit_s`."""
        wait_s = self._first_s
        if self._smoothed_s is not None:
            wait_s = max(_LEAST_PATIENCE_S, self._smoothed_s + 4 * self._deviation_s)
        return min(limit_s, self._backoff * wait_s)


@dataclass(eq=False)
class _Request:
    frame: Frame
    times_sent: int = 0
    first_sent_s: float = 0.0
    sent_s: float = 0.0  # the last time
    reply: bytes | None = None


class Exchange:
    """The requests of one command on their way.

    limit_s: without a reply for so long, `1 + retries` times over, the exchange has failed.
    gives_up: whether frames that are long for the line are given up after a few tries.
    reply_bytes: of the longest reply's payload, where replies are longer than requests.
    """

    def __init__(
        self,
        channel: Channel,
        round_trip: RoundTrip,
        command: messages.Command[Any],
        *,
        window: int,
        limit_s: float,
        retries: int,
        gives_up: bool = False,
        reply_bytes: int = 0,
    ) -> None:
        self._channel = channel
        self._round_trip = round_trip
        self._operation = command.name
        self._command = command
        self._window = window
        self._limit_s = limit_s
        self._retries = retries
        self._gives_up = gives_up
        self._reply_bytes = reply_bytes
        self._flight: deque[_Request] = deque()
        # What was sent, repeats too, and neither answered nor heard to be lost since.
        self._on_the_way: deque[_Request] = deque()
        self._damaged_before = channel.counts.damaged
        self._last_error: Frame | None = None  # the last that asked to repeat

    def run(self, payloads: Iterable[tuple[int, bytes]]) -> Iterator[bytes | None]:
        """The replies' payloads, in the order of `payloads`, which are (seq, payload).

        None for a request that was given up. After the first of them no more payloads are taken,
        and nothing else is sent or received. Raises DeviceError of every kind, and PortError if the
        line is cut.
        """
        source = iter(payloads)
        answered: _Request | None = None
        while True:
            while len(self._flight) < self._window and (following := next(source, None)):
                seq, payload = following
                self._flight.append(_Request(Frame(self._command, seq, payload)))
                self._send(self._flight[-1])
            if answered is not None:
                yield answered.reply
            if not self._flight:
                return
            if not self._wait_for_oldest():
                yield from [request.reply for request in self._flight]
                return
            answered = self._flight.popleft()

    def _send(self, request: _Request) -> None:
        self._on_the_way.append(request)
        request.times_sent += 1
        request.sent_s = time.monotonic()
        request.first_sent_s = request.first_sent_s or request.sent_s
        self._channel.send(request.frame)

    def _repeat(self, requests: list[_Request]) -> None:
        self._channel.lost(len(requests))
        for request in requests:
            if request.times_sent > _MOST_REPEATS:
                raise self._gave_up()
            self._send(request)

    def _wait_for_oldest(self) -> bool:
        """Take in what comes until the oldest request has its reply; repeat what was lost. False if
        it is given up.
        """
        oldest = self._flight[0]
        patience_s = self._round_trip.patience_s(self._limit_s)
        fall_back_s = max(FALL_BACK_S, patience_s)
        waiting_s = progress_s = time.monotonic()
        while oldest.reply is None:
            unanswered = [request for request in self._flight if request.reply is None]
            lost = [request for request in unanswered if request not in self._on_the_way]
            due_s = lost[0].sent_s + self._round_trip.pace_s if lost else waiting_s + patience_s
            item = self._channel.receive(due_s - time.monotonic())
            now_s = time.monotonic()
            if item is not None and self._take(item):
                waiting_s = progress_s = now_s
                continue
            # Whatever else comes, and however much, moves no deadline.
            if now_s - progress_s >= fall_back_s and self._channel.fall_back():
                progress_s = now_s  # it may be that the device has reset
            if now_s - progress_s >= self._limit_s * (1 + self._retries):
                raise self._gave_up()
            if now_s < due_s:
                continue
            waiting_s = now_s
            if not lost:
                patience_s = min(self._limit_s, 2 * patience_s)
                self._on_the_way.clear()
                lost = unanswered
            if any(map(self._is_hopeless, lost)):
                return False
            self._repeat(lost)
        return True

    def _is_hopeless(self, request: _Request) -> bool:
        return (
            self._gives_up
            and request.times_sent >= _LONG_TRIES
            and max(len(request.frame.payload), self._reply_bytes) > self._channel.longest_payload
        )

    def _take(self, item: Item) -> bool:
        """Take account of an item; True if it shows that the device hears us."""
        if isinstance(item, Damaged):
            self._one_was_lost()
        if not isinstance(item, Frame):
            self._channel.note(item)
            return False
        if item.version != ids.PROTOCOL_VERSION:
            raise ProtocolVersionError(
                self._operation,
                f"{self._channel.line.url} speaks protocol version {item.version}, this harness "
                f"version {ids.PROTOCOL_VERSION}; build and flash the firmware from this tree",
            )
        if item.type == ids.Event.FAULT:
            raise DeviceFaultError(self._operation, *messages.parse_fault(item.payload))
        request = next((one for one in self._flight if one.frame.seq == item.seq), None)
        if request is not None and item.type == ids.Event.ERROR:
            raise self._refused(item)
        if item.type == self._command | ids.REPLY_BIT:
            self._one_has_arrived(item.seq)
            if request is not None and request.reply is None:
                self._take_reply(request, item.payload)
                return True
            self._round_trip.was_late()
        self._channel.note(item)
        if (
            item.type == ids.Event.ERROR
            and item.payload[:1]
            and item.payload[0] in _LOST_ON_THE_WAY
        ):
            self._last_error = item
            return self._one_was_lost()
        return False

    def _take_reply(self, request: _Request, payload: bytes) -> None:
        request.reply = payload
        took_s = time.monotonic() - request.first_sent_s
        self._channel.slowest_reply_s = max(self._channel.slowest_reply_s, took_s)
        if request.times_sent == 1:
            self._round_trip.add(took_s)
            self._channel.passed(max(len(request.frame.payload), self._reply_bytes))

    def _one_was_lost(self) -> bool:
        """Damaged bytes came, or the device's ERROR about some. Neither tells which request it is
        about; but a device answers each frame that comes, in order. False if none was on the way.
        """
        if not self._on_the_way:
            return False
        self._on_the_way.popleft()
        return True

    def _one_has_arrived(self, seq: int) -> None:
        """A reply came: what was sent before that request was lost."""
        if any(request.frame.seq == seq for request in self._on_the_way):
            while self._on_the_way.popleft().frame.seq != seq:
                pass

    def _refused(self, frame: Frame) -> DeviceRefusedError:
        code = frame.payload[0] if frame.payload else 0
        return DeviceRefusedError(self._operation, messages.describe_error(frame.payload), code)

    def _gave_up(self) -> DeviceRefusedError | DeviceTimeoutError:
        if self._last_error is not None:
            return self._refused(self._last_error)
        return DeviceTimeoutError(
            self._operation,
            f"no reply from {self._channel.line.url} within {self._limit_s:g} s, "
            f"{1 + self._retries} times{self._what_came_instead()}",
        )

    def _what_came_instead(self) -> str:
        damaged = self._channel.counts.damaged - self._damaged_before
        if damaged:
            return (
                f"; {damaged} damaged chunks came instead: is the baud rate right, and is it "
                "mcuforge firmware?"
            )
        if self._channel.console_tail:
            last = self._channel.console_tail[-1][:_TEXT_SHOWN]
            return f"; it printed text, the last line {last!r}: other firmware?"
        return "; nothing came at all: is it the right port and baud, and is the firmware flashed?"
