"""A line that never falls silent: given up after the stated patience, unless it answers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from harness.errors import DeviceError, PortError
from harness.wire import exchange, ids, messages
from harness.wire.device import Device
from harness.wire.exchange import RoundTrip
from harness.wire.framing import Frame, encode
from tests.unit.harness.wire.fake_device import FakeDevice, lost

LIMIT_S, RETRIES = 0.05, 3
PATIENCE_S = LIMIT_S * (1 + RETRIES)
# Twice over, where damage seems to say that all is lost again and again; and a busy machine.
MOST_S = 2 * PATIENCE_S + 2.0

LOG = encode(Frame(ids.Event.LOG, 0, b"\x01still here"))
FLOODS: dict[str, Callable[[], bytes]] = {
    "text": lambda: b"Hello world, I am chatty\r\n" * 44,
    "text without lines": lambda: b"A" * 1000,
    "text in frames": lambda: b"\0hello\0" * 100,
    "noise": lambda: os.urandom(1152),
    "zeros": lambda: bytes(1152),
    "LOG": lambda: LOG * 20,
    "late replies": lambda: encode(Frame(messages.INFO | ids.REPLY_BIT, 0, b"")) * 20,
    "errors": lambda: encode(Frame(ids.Event.ERROR, 0, bytes([ids.ErrorCode.BAD_CRC, 0]))) * 20,
    "replies to others": lambda: encode(Frame(messages.STATS | ids.REPLY_BIT, 0, b"")) * 20,
}


@dataclass
class Flood:
    """A line that always has more to read. It is cut in the end, so that a test ends, too."""

    block: Callable[[], bytes]
    at_a_time: int = 4096
    url: str = "flood"
    written: int = 0

    def __post_init__(self) -> None:
        self.end_s = time.monotonic() + 2 * MOST_S
        self.waiting = b""

    def read(self, _timeout_s: float) -> bytes:
        if time.monotonic() > self.end_s:
            raise PortError("the test has ended")
        if len(self.waiting) < self.at_a_time:
            self.waiting += self.block()
        data, self.waiting = self.waiting[: self.at_a_time], self.waiting[self.at_a_time :]
        return data

    def write(self, _data: bytes) -> None:
        self.written += 1

    def set_baud(self, _baud: int) -> None:
        """Any will do."""

    def close(self) -> None:
        """Nothing to give back."""


@pytest.mark.parametrize("at_a_time", [7, 4096])
@pytest.mark.parametrize("kind", FLOODS)
def test_the_harness_gives_up_after_its_patience(
    kind: str, at_a_time: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "_MOST_REPEATS", 20)  # each error says that a device is there
    line = Flood(FLOODS[kind], at_a_time)
    device = Device(line, timeout_s=LIMIT_S, retries=RETRIES)
    start_s = time.monotonic()
    with pytest.raises(DeviceError) as caught:
        device.info()
    assert time.monotonic() - start_s < MOST_S
    assert line.written > 1, "it was not sent again"
    assert len(str(caught.value)) < 400


class Chatty(FakeDevice):
    """A device that logs without end beside what it is there for."""

    def read(self, _timeout_s: float) -> bytes:
        return LOG + super().read(0)


def test_a_device_that_never_stops_logging_is_asked_again_where_a_reply_is_lost() -> None:
    device = Device(Chatty(replies=[lost, lost]), timeout_s=LIMIT_S, retries=RETRIES)
    assert device.info().ready
    assert device.counts.retries == 2
    device.infer(np.array([9, 2, 3, 4], np.uint8), ids.InputFormat.PIXELS_U8)


@dataclass
class Slow(FakeDevice):
    """Serves a request after the other, and an INFER takes longer than the host's time limit. A
    repeat of it is answered from the kept result; one of SELF_TEST runs the golden vectors anew."""

    infer_s: float = 1.2 * LIMIT_S
    free_s: float = 0.0  # when it has done all that came so far

    def __post_init__(self) -> None:
        super().__post_init__()
        self.self_tests = 0
        self.due: list[tuple[float, bytes]] = []

    def say(self, frame: Frame) -> None:
        work_s = 0.0
        if frame.type == messages.SELF_TEST | ids.REPLY_BIT:
            self.self_tests += 1
            work_s = 3 * self.infer_s
        elif frame.type == messages.INFER | ids.REPLY_BIT and not self.due:
            work_s = self.infer_s
        self.free_s = max(time.monotonic(), self.free_s) + work_s
        self.due.append((self.free_s, encode(frame)))

    def read(self, timeout_s: float) -> bytes:
        time.sleep(min(timeout_s, 0.002))
        now_s = time.monotonic()
        ready = [line_bytes for due_s, line_bytes in self.due if due_s <= now_s]
        self.due = [one for one in self.due if one[0] > now_s]
        return b"".join(ready)


@pytest.mark.parametrize("known", [True, False])
def test_a_self_test_that_takes_longer_than_the_limit_is_not_repeated_till_the_rest_starves(
    known: bool,
) -> None:
    fake = Slow()
    device = Device(fake, timeout_s=LIMIT_S, retries=RETRIES)
    device.info()
    if known:  # how slow it is
        device.infer(np.array([9, 2, 3, 4], np.uint8), ids.InputFormat.PIXELS_U8)
    assert device.self_test().passed == 3
    assert device.stats()  # behind the repeats, where there were some
    assert device.self_test().passed == 3
    if known:
        assert fake.self_tests == 2  # no repeat


def test_late_replies_without_end_leave_patience_a_number() -> None:
    round_trip = RoundTrip()
    for _ in range(2000):
        round_trip.was_late()
    assert round_trip.patience_s(10.0) == 10.0
    round_trip.add(0.001)
    assert round_trip.patience_s(10.0) < 1.0


def test_patience_follows_the_round_trip_as_in_rfc_6298() -> None:
    trip = RoundTrip(first_s=1.0)
    assert trip.patience_s(10.0) == 1.0 and trip.patience_s(0.5) == 0.5
    assert trip.pace_s == 0.05
    trip.add(0.08)  # SRTT = R, RTTVAR = R / 2
    assert trip.patience_s(10.0) == pytest.approx(0.08 + 4 * 0.04)
    assert trip.pace_s == pytest.approx(0.04)
    trip.add(0.16)  # RTTVAR = 3/4 RTTVAR + 1/4 |SRTT - R|, then SRTT = 7/8 SRTT + 1/8 R
    smoothed_s, deviation_s = 0.09, 0.75 * 0.04 + 0.25 * 0.08
    assert trip.patience_s(10.0) == pytest.approx(smoothed_s + 4 * deviation_s)
    assert trip.pace_s == pytest.approx(smoothed_s / 2)
    trip.was_late()
    trip.was_late()
    assert trip.patience_s(10.0) == pytest.approx(4 * (smoothed_s + 4 * deviation_s))
    for _ in range(200):
        trip.add(0.001)
    assert trip.patience_s(10.0) == 0.2 and trip.pace_s == 0.002
    for _ in range(20):
        trip.was_late()
    assert trip.patience_s(100.0) == pytest.approx(64 * 0.2)
    for _ in range(200):
        trip.add(5.0)
    assert trip.pace_s == 0.05


def test_a_request_is_repeated_so_often_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exchange, "_MOST_REPEATS", 5)
    line = Flood(FLOODS["errors"])
    with pytest.raises(DeviceError):
        Device(line, timeout_s=5, retries=1).info()
    assert line.written == 1 + 5
