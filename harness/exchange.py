"""Requests through a window (docs/protocol.md, "Host: window and repeats"): sent, matched with
their replies, repeated when one of the two was lost."""

import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from harness import ids, messages
from harness.channel import Channel
from harness.errors import (
    DeviceFaultError,
    DeviceRefusedError,
    DeviceTimeoutError,
    ProtocolVersionError,
)
from harness.framing import Damaged, Frame, Item

# After these the device asks for nothing but the same request again.
_LOST_ON_THE_WAY = (ids.ErrorCode.BAD_CRC, ids.ErrorCode.BAD_FRAME, ids.ErrorCode.TOO_LONG)
# Of a frame of 350 bytes, 3 % pass a line that damages each hundredth byte; so 1000 tries fail
# about once in 10^13.
_MOST_REPEATS = 1000
# The line counts as quiet after two round trips, between these limits.
_QUIET_S = (0.002, 0.05)
# Without any sign of the device a request is repeated after so many round trips, at least so long.
_PATIENCE_ROUND_TRIPS = 8
_LEAST_PATIENCE_S = 0.1
# Longer than a device stays at a raised baud rate at which it hears nothing valid.
FALL_BACK_S = 1.5


class RoundTrip:
    """Smoothed time from a request to its reply, as TCP does it (RFC 6298, alpha 1/8)."""

    def __init__(self) -> None:
        self._smoothed_s: float | None = None

    def add(self, seconds: float) -> None:
        """One more measurement, of a request that was sent once."""
        self._smoothed_s = (
            seconds if self._smoothed_s is None else self._smoothed_s * 0.875 + seconds * 0.125
        )

    @property
    def quiet_s(self) -> float:
        """Silence after which nothing more is to be expected from what was sent."""
        least_s, most_s = _QUIET_S
        return (
            most_s if self._smoothed_s is None else min(most_s, max(least_s, 2 * self._smoothed_s))
        )

    def patience_s(self, limit_s: float) -> float:
        """Silence after which a request is repeated, at most `limit_s`."""
        if self._smoothed_s is None:
            return limit_s
        return min(limit_s, max(_LEAST_PATIENCE_S, _PATIENCE_ROUND_TRIPS * self._smoothed_s))


@dataclass
class _Request:
    frame: Frame
    order: int  # of its first transmission among all
    times_sent: int = 0
    sent_s: float = 0.0
    reply: bytes | None = None


class Exchange:
    """The requests of one command on their way.

    limit_s: without a reply for so long, `1 + retries` times over, the exchange has failed.
    """

    def __init__(
        self,
        channel: Channel,
        round_trip: RoundTrip,
        command: ids.Command,
        *,
        window: int,
        limit_s: float,
        retries: int,
    ) -> None:
        self._channel = channel
        self._round_trip = round_trip
        self._operation = command.name
        self._command = command
        self._window = window
        self._limit_s = limit_s
        self._retries = retries
        self._flight: deque[_Request] = deque()
        self._transmissions = 0
        self._damaged_before = channel.counts.damaged
        self._last_error: Frame | None = None  # the last that asked to repeat
        self._doubt = False  # something was damaged since the last repeat

    def run(self, payloads: Iterable[tuple[int, bytes]]) -> Iterator[bytes]:
        """The replies' payloads, in the order of `payloads`, which are (seq, payload).

        Raises DeviceError of every kind, and PortError if the line is cut.
        """
        source = iter(payloads)
        answered: _Request | None = None
        while True:
            while len(self._flight) < self._window and (following := next(source, None)):
                seq, payload = following
                frame = Frame(self._command, seq, payload)
                self._flight.append(_Request(frame, self._transmissions))
                self._send(self._flight[-1])
            if answered is not None:
                assert answered.reply is not None
                yield answered.reply
            if not self._flight:
                return
            self._wait_for_oldest()
            answered = self._flight.popleft()

    def _send(self, request: _Request) -> None:
        self._transmissions += 1
        if request.times_sent > 0:
            self._channel.count_repeat()
        request.times_sent += 1
        request.sent_s = time.monotonic()
        self._channel.send(request.frame)

    def _repeat(self, requests: Iterable[_Request]) -> None:
        for request in requests:
            if request.times_sent > _MOST_REPEATS:
                raise self._gave_up()
            self._send(request)

    def _wait_for_oldest(self) -> None:
        """Take in what comes until the oldest request has its reply; repeat what was lost.

        Neither damaged bytes nor the device's ERROR about a damaged frame tell which request they
        are about, if any; it may be served all the same. So the line has to go quiet first.
        """
        oldest = self._flight[0]
        patience_s = self._round_trip.patience_s(self._limit_s)
        fall_back_s = max(FALL_BACK_S, patience_s)
        heard_s = progress_s = time.monotonic()
        while oldest.reply is None:
            quiet_s = self._round_trip.quiet_s if self._doubt else patience_s
            left_s = heard_s + quiet_s - time.monotonic()
            if left_s > 0:
                item = self._channel.receive(left_s)
                if item is not None:
                    heard_s = time.monotonic()
                    if self._take(item):
                        progress_s = heard_s
                continue
            heard_s = time.monotonic()
            if heard_s - progress_s >= fall_back_s and self._channel.fall_back():
                progress_s = heard_s  # it may be that the device has reset
            if heard_s - progress_s >= self._limit_s * (1 + self._retries):
                raise self._gave_up()
            if not self._doubt:
                patience_s = min(self._limit_s, 2 * patience_s)
            self._doubt = False
            self._repeat([request for request in self._flight if request.reply is None])

    def _take(self, item: Item) -> bool:
        """Take account of an item; True if it shows that the device hears us."""
        if isinstance(item, Damaged):
            self._doubt = True
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
        if request is not None and item.type == self._command | ids.REPLY_BIT:
            return self._take_reply(request, item.payload)
        self._channel.note(item)
        if (
            item.type == ids.Event.ERROR
            and item.payload[:1]
            and item.payload[0] in _LOST_ON_THE_WAY
        ):
            self._last_error = item
            self._doubt = True
            return True
        return False

    def _take_reply(self, request: _Request, payload: bytes) -> bool:
        if request.reply is not None:
            self._channel.counts.late += 1  # the reply to a repeat that was not needed
            return False
        request.reply = payload
        if request.times_sent == 1:
            self._round_trip.add(time.monotonic() - request.sent_s)
        # The device serves in order: what was sent before this request and was not repeated since
        # would have been answered by now.
        self._repeat(
            [
                earlier
                for earlier in self._flight
                if earlier.reply is None
                and earlier.order < request.order
                and earlier.times_sent == 1
            ]
        )
        return True

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
            last = self._channel.console_tail[-1]
            return f"; it printed text, the last line {last!r}: other firmware?"
        return "; nothing came at all: is it the right port and baud, and is the firmware flashed?"
