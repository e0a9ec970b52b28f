"""How often, how long and how much: the limits of requests, to the last one that passes."""

from __future__ import annotations

from collections.abc import Callable
from itertools import repeat
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest

from harness.errors import DeviceError, DeviceTimeoutError
from harness.wire import device as device_module
from harness.wire import exchange, ids, messages
from harness.wire.device import Device
from harness.wire.exchange import Exchange, RoundTrip
from harness.wire.framing import Frame
from tests.unit.harness.wire.fake_device import Clock, FakeDevice, lost, noise
from tests.unit.harness.wire.test_inspection import Inspected

PIXELS = np.array([9, 2, 3, 4], np.uint8)
SAMPLE = np.array([7, 8, 9], np.int16)


pytestmark = pytest.mark.usefixtures("clock")


def sent(fake: FakeDevice, command: int) -> list[bytes]:
    return [frame.payload for frame in fake.served if frame.type == command]


@pytest.mark.parametrize(("limit_s", "retries"), [(0.5, 0), (0.5, 3), (2.0, 1)])
def test_silence_lasts_as_long_as_is_stated(limit_s: float, retries: int, clock: Clock) -> None:
    device = Device(FakeDevice(replies=repeat(lost)), timeout_s=limit_s, retries=retries)
    begun_s = clock.monotonic()
    with pytest.raises(DeviceTimeoutError, match=f"{limit_s:g} s, {1 + retries} times; nothing"):
        device.stats()
    assert clock.monotonic() - begun_s == pytest.approx(limit_s * (1 + retries), rel=0.05)


def test_what_was_damaged_before_is_not_this_requests(clock: Clock) -> None:
    fake = FakeDevice(replies=[noise])
    device = Device(fake, timeout_s=0.5)
    device.stats()
    assert device.counts.damaged > 0
    fake._replies = repeat(lost)
    with pytest.raises(DeviceTimeoutError, match="nothing came at all"):
        device.stats()
    fake._replies = iter([noise, *[lost] * 99])
    with pytest.raises(DeviceTimeoutError, match=r"; 2 damaged chunks came instead"):
        device.stats()


def test_before_info_one_goes_at_a_time_and_whole() -> None:
    fake = FakeDevice(inputs=600, max_payload=1000, window=3, batch=4)
    inputs = [(np.full(600, n, np.uint8), ids.InputFormat.PIXELS_U8) for n in (5, 6, 7)]
    device = Device(fake)
    assert [int(one.scores[1]) for one in device.infer_many(inputs)] == [5, 6, 7]
    assert [frame.type for frame in fake.served] == [messages.INFER] * 3
    inspected = Inspected()
    Device(inspected).profile([np.array([1, 2, 3, 4], np.int8)])
    assert [frame.type for frame in inspected.served] == [messages.PROFILE]


def test_a_window_of_none_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    device = Device(FakeDevice(window=0))
    device.info()
    made = Mock()
    monkeypatch.setattr(device_module, "Exchange", made)
    device._exchange(messages.STATS, [], 1.0)
    assert made.call_args.kwargs["window"] == 1


@pytest.mark.parametrize(
    ("command", "slowest_s", "limit_s"),
    [
        (messages.STATS, 0.0, 2.0),
        (messages.STATS, 10.0, 10.0),
        (messages.SELF_TEST, 0.0, 2.0),
        (messages.SELF_TEST, 10.0, 40.0),
        (messages.PROFILE, 0.4, 2.0),
        (messages.PEEK, 1.0, 4.0),
    ],
)
def test_a_device_that_was_slow_is_waited_for(
    command: Any, slowest_s: float, limit_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What runs the model several times may take as many times as long."""
    seen: list[Any] = []

    def made(*given: Any, **named: Any) -> Mock:
        seen.append((given, named))
        return Mock()

    monkeypatch.setattr(device_module, "Exchange", made)
    device = Device(FakeDevice())
    device._channel.slowest_reply_s = slowest_s
    for _ in range(2):
        device._exchange(command, [], 2.0)
    ((_, first, _), named), ((_, second, _), _) = seen
    assert named["limit_s"] == limit_s and named["retries"] == 3
    assert (named["gives_up"], named["reply_bytes"]) == (False, 0)
    is_kept = command is messages.STATS  # of what always takes as long
    assert (first is second) == is_kept
    assert first.patience_s(1000.0) == (1.0 if is_kept else limit_s)


def test_a_device_that_forgets_is_given_each_input_four_times_over() -> None:
    fake = FakeDevice(inputs=6, max_payload=200, batch=2, sample_bytes=6, forgets=99)
    device = Device(fake)
    device.info()
    with pytest.raises(DeviceError, match="forgets the pieces"):
        list(device.infer_many([(SAMPLE, ids.InputFormat.SAMPLE)]))
    assert len(sent(fake, messages.LOAD)) == 5  # the last is one more than four
    for forgets in (1, 4):
        fake = FakeDevice(inputs=6, max_payload=200, batch=2, sample_bytes=6, forgets=forgets)
        device = Device(fake)
        device.info()
        (result,) = device.infer_many([(SAMPLE, ids.InputFormat.SAMPLE)])
        assert result.scores[1] == 7 and len(sent(fake, messages.LOAD)) == forgets + 1


def test_a_device_that_resets_is_asked_to_run_four_times_more() -> None:
    fake = FakeDevice(tensors=((9, (3,)),), max_payload=200, batch=2, runs_lost=99)
    device = Device(fake)
    device.load(0, np.array([3, -4, 5], np.int8))
    with pytest.raises(DeviceError, match="forgets the pieces"):
        device.run()
    assert len(sent(fake, messages.RUN)) == 1 + 4


def test_an_image_that_is_as_long_as_the_line_bears_goes_whole() -> None:
    """256 bytes, of which nothing is known yet; one more goes in pieces."""
    for nbytes, commands in (
        (255, [messages.BATCH]),
        (256, [*[messages.LOAD] * 1, messages.INFER]),
    ):
        fake = FakeDevice(inputs=nbytes, max_payload=1000, batch=2)
        device = Device(fake)
        device.info()
        device._channel._longest_payload = 256.0
        device.infer(np.full(nbytes, 3, np.uint8), ids.InputFormat.PIXELS_U8)
        assert [frame.type for frame in fake.served][1:] == commands


@pytest.mark.parametrize(
    ("payload", "reply_bytes", "times_sent", "gives_up", "is_hopeless"),
    [
        (101, 0, 3, True, True),
        (101, 0, 2, True, False),
        (100, 0, 3, True, False),
        (0, 101, 3, True, True),
        (0, 100, 3, True, False),
        (101, 0, 3, False, False),
        (101, 101, 9, False, False),
    ],
)
def test_what_is_long_for_the_line_is_tried_three_times(
    payload: int, reply_bytes: int, times_sent: int, gives_up: bool, is_hopeless: bool
) -> None:
    channel: Any = Mock(longest_payload=100)
    tried = Exchange(
        *(channel, RoundTrip(), messages.LOAD),
        window=1,
        limit_s=1.0,
        retries=1,
        gives_up=gives_up,
        reply_bytes=reply_bytes,
    )
    request = exchange._Request(Frame(messages.LOAD, 1, bytes(payload)), times_sent=times_sent)
    assert tried._is_hopeless(request) == is_hopeless


def test_what_an_exchange_is_not_told_it_does_not_assume() -> None:
    channel: Any = Mock(longest_payload=100)
    plain = Exchange(channel, RoundTrip(), messages.LOAD, window=1, limit_s=1.0, retries=1)
    assert (plain._gives_up, plain._reply_bytes) == (False, 0)
    assert exchange._Request(Frame(messages.LOAD, 1)).times_sent == 0


def test_a_rate_that_does_not_work_is_left_after_two_tries(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeDevice(max_baud=1_000_000, cable_baud=115_200)
    device = Device(fake, timeout_s=5)
    times_s: list[float] = []

    def timed(do: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any) -> Any:
            times_s.append(clock.monotonic())
            return do(*given)

        return call

    for name in ("raise_baud", "fall_back"):
        monkeypatch.setattr(device._channel, name, timed(getattr(device._channel, name)))
    assert not device.raise_baud(115_200, 1_000_000)
    assert times_s[1] - times_s[0] == pytest.approx(0.05 + 2 * 0.3, rel=0.05)


def test_a_request_without_a_payload_says_nothing_of_the_line() -> None:
    device = Device(FakeDevice())
    device.stats()
    assert device._channel._longest_payload == 256.0
    device.infer(PIXELS, ids.InputFormat.PIXELS_U8)
    assert device._channel._longest_payload == pytest.approx(256 + 5 / 6)


@pytest.mark.parametrize(("max_payload", "pieces"), [(6, None), (7, 4), (8, 2)])
def test_a_device_without_room_for_a_piece_is_told_so(max_payload: int, pieces: int | None) -> None:
    fake = FakeDevice(batch=3, max_payload=max_payload)
    device = Device(fake)
    device.info()
    inputs = [(np.arange(4, dtype=np.uint8), ids.InputFormat.SAMPLE)]
    if pieces is None:
        with pytest.raises(DeviceError, match=r"^LOAD: fake takes requests of 6 B, in which no"):
            list(device.infer_many(inputs))
    else:
        list(device.infer_many(inputs))
        assert len(sent(fake, messages.LOAD)) == pieces


def test_inputs_of_a_batch_are_as_many_as_fit() -> None:
    """Each takes 5 bytes and the 2 of its length."""
    for max_payload, sizes in ((20, [2, 2, 1]), (21, [3, 2]), (27, [3, 2])):
        fake = FakeDevice(batch=3, max_payload=max_payload)
        device = Device(fake)
        device.info()
        inputs = [(PIXELS + n, ids.InputFormat.PIXELS_U8) for n in range(5)]
        assert [int(one.scores[1]) for one in device.infer_many(inputs)] == [9, 10, 11, 12, 13]
        assert [len(one) // 7 for one in sent(fake, messages.BATCH)] == sizes
    fake = FakeDevice(batch=2, max_payload=21)
    device = Device(fake)
    device.info()
    list(device.infer_many([(PIXELS, ids.InputFormat.PIXELS_U8)] * 5))
    assert [len(one) // 7 for one in sent(fake, messages.BATCH)] == [2, 2, 1]
