"""PROFILE and PEEK: their inputs in one frame or in pieces, the arena put together of pieces."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np
import pytest

from harness.errors import DeviceError
from harness.wire import device as room
from harness.wire import ids, messages
from harness.wire.channel import Channel, LineCounts
from harness.wire.device import Device
from harness.wire.framing import Damaged, Frame, Text
from tests.unit.harness.wire.fake_device import FakeDevice, crc

ARENA = bytes(range(256)) * 3
VALUES = np.array([1, 2, 3, 4], np.int8)
RAW = bytes([ids.InputFormat.RAW_S8, 1, 2, 3, 4])
LOADED = bytes([ids.InputFormat.LOADED]) + crc(VALUES.tobytes())


@dataclass
class Inspected(FakeDevice):
    """That has an arena, and says how long each op took. short: bytes that a PEEK lacks."""

    short: int = 0

    def _serve(self, request: Frame) -> Frame:
        if request.type == messages.PROFILE:
            self.served.append(request)
            payload = struct.pack("<3I", 100, 60, 30)
        elif request.type == messages.PEEK:
            self.served.append(request)
            _, offset, size = struct.unpack_from("<HII", request.payload)
            payload = ARENA[offset : offset + size - self.short]
        elif request.type == messages.TENSOR and not self.tensors:
            payload = struct.pack("<BBIIfi", 9, 1, self.inputs, self.inputs, 0.5, 0)
        else:
            return super()._serve(request)
        return Frame(request.type | ids.REPLY_BIT, request.seq, payload)

    def payloads(self, command: int) -> list[bytes]:
        return [frame.payload for frame in self.served if frame.type == command]


def opened(fake: FakeDevice) -> Device:
    device = Device(fake, timeout_s=0.2)
    device.info()
    return device


@pytest.mark.parametrize(("max_payload", "whole"), [(41, True), (0, True), (40, False)])
def test_an_input_goes_with_the_request_where_there_is_room(max_payload: int, whole: bool) -> None:
    values = np.arange(40, dtype=np.int8)
    fake = Inspected(max_payload=max_payload, batch=2, inputs=40)
    profile = opened(fake).profile([values])
    assert (profile.ticks, profile.op_ticks) == (100, (60, 30))
    raw = bytes([ids.InputFormat.RAW_S8]) + values.tobytes()
    loaded = bytes([ids.InputFormat.LOADED]) + crc(values.tobytes())
    assert fake.payloads(messages.PROFILE) == [raw if whole else loaded]


def test_inputs_of_any_type_go_before_the_request() -> None:
    fake = Inspected(max_payload=64, batch=2, tensors=((9, (4,)), (9, (4,))))
    profile = opened(fake).profile([VALUES, VALUES + np.int8(1)])
    assert profile.op_ticks == (60, 30)
    assert [frame.type for frame in fake.served][-3:] == [
        *(messages.LOAD, messages.LOAD, messages.PROFILE)
    ]
    assert fake.payloads(messages.PROFILE) == [LOADED + crc((VALUES + np.int8(1)).tobytes())]


def test_the_arena_is_put_together_of_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_PEEK_BYTES", 100)
    fake = Inspected(max_payload=64)
    assert opened(fake).peek([VALUES], op=7, offset=30, size=250) == ARENA[30:280]
    heads = [struct.unpack_from("<HII", one) for one in fake.payloads(messages.PEEK)]
    assert heads == [(7, 30, 100), (7, 130, 100), (7, 230, 50)]
    assert {one[10:] for one in fake.payloads(messages.PEEK)} == {RAW}
    with pytest.raises(DeviceError, match=r"^PEEK: 99 B came, expected 100 B"):
        opened(Inspected(max_payload=64, short=1)).peek([VALUES], 0, 0, 100)


def test_what_came_besides_is_counted() -> None:
    said: list[str] = []
    channel = Channel(FakeDevice(), None, said.append)
    assert channel.counts == LineCounts(0, 0, 0, 0)
    channel.note(Damaged(b"\x80", "no valid COBS"))
    channel.note(Text(b"one\r\ntwo\n"))
    channel.note(Frame(ids.Event.LOG, 0, b"three"))
    channel.note(Frame(ids.Event.ERROR, 0, b"\x01\x00"))  # about nobody's request
    channel.note(Frame(ids.Event.ERROR, 5, b"\x01\x00"))
    channel.note(Frame(messages.INFO | ids.REPLY_BIT, 5, b""))
    assert said == list(channel.console_tail) == ["one", "two", "three"]
    assert channel.counts == LineCounts(retries=0, damaged=1, refused=1, late=2)
    total = LineCounts(1, 2, 3, 4)
    total.add(LineCounts(10, 20, 30, 40))
    assert total == LineCounts(11, 22, 33, 44)


def test_how_long_a_frame_may_be_follows_the_losses() -> None:
    channel = Channel(FakeDevice(), None, None)
    assert channel.longest_payload == 256
    channel.lost(3)
    assert (channel.counts.retries, channel.longest_payload) == (3, 128)  # once, however many
    channel.passed(60)
    assert channel.longest_payload == 138
    for _ in range(5):
        channel.lost(1)
    assert channel.longest_payload == 36
    for _ in range(1000):
        channel.passed(1000)
    assert channel.longest_payload == ids.LONGEST_BYTES


@pytest.mark.parametrize(("most", "too_long"), [(0, False), (1, True), (2, True), (3, False)])
def test_what_a_device_has_no_room_for(most: int, too_long: bool) -> None:
    device = Device(FakeDevice())
    device._max_payload = most  # 0: not known
    assert device._is_too_long(b"ab", head_bytes=1) == too_long
