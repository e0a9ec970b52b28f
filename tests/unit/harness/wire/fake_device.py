"""A device in Python that speaks the protocol over an in-memory line, and misbehaves on demand."""

import hashlib
import math
import struct
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from harness.wire import ids, messages
from harness.wire.framing import Decoder, Frame, encode

Damage = Callable[[bytes], bytes]
MODEL_SHA256 = hashlib.sha256(b"model").hexdigest()
BUILD_ID = "0123456789abcdef"
TENSOR_BYTES = {1: 4, 6: 1, 7: 2, 9: 1}  # of an element, by dtype


def intact(line_bytes: bytes) -> bytes:
    """No damage."""
    return line_bytes


def lost(_: bytes) -> bytes:
    """Nothing of it arrives."""
    return b""


def flipped(line_bytes: bytes) -> bytes:
    """One bit of the middle is wrong."""
    middle = len(line_bytes) // 2
    return line_bytes[:middle] + bytes([line_bytes[middle] ^ 0x10]) + line_bytes[middle + 1 :]


def noise(_: bytes) -> bytes:
    """Something that is neither a frame nor text."""
    return b"\x00\xf0\x81\x03\x02\x00\x9c\x01\x7f\x00"


def boot_text(_: bytes) -> bytes:
    """What other firmware prints."""
    return b"U-Boot 2024.01\r\n=> "


class Clock:
    """In place of the module `time`: waiting takes no time, and each look at it a microsecond."""

    def __init__(self) -> None:
        self._now_s = 1000.0

    def monotonic(self) -> float:
        self._now_s += 1e-6
        return self._now_s

    def sleep(self, seconds: float) -> None:
        self._now_s += seconds


@dataclass
class FakeDevice:
    """A `Line` with a device behind it: a plain model of 2 scores, or with `tensors` one that gives
    each of its inputs back, byte by byte in the other order.

    `requests` and `replies` give the damage of the first frames each way; later ones are intact.
    """

    requests: Iterable[Damage] = ()
    replies: Iterable[Damage] = ()
    version: int = ids.PROTOCOL_VERSION
    status: int = ids.Setup.READY
    message: bytes = b""
    model_sha256: str = MODEL_SHA256
    build_id: str = BUILD_ID
    isa: int = 1
    board: bytes = b"fake"
    unique_id: bytes | None = bytes(range(12))  # None: firmware from before there was this field
    arena: tuple[int, int] = (4096, 4096)
    window: int = 1
    before_reply: list[Frame] = field(default_factory=list)
    url: str = "fake"
    self_test: bytes = b"\x03\x03"
    max_payload: int = 5
    inputs: int = 4
    batch: int = 0  # 0: firmware from before there was BATCH or LOAD
    forgets: int = 0  # how many of the pieces of inputs it takes and loses
    tensors: tuple[tuple[int, tuple[int, ...]], ...] = ()  # dtype and shape of each input
    sample_bytes: int = 0  # 0: without a front end
    runs_lost: int = 0  # how many of the RUNs come after a reset
    inferences: int = 0
    closed: bool = False
    max_baud: int = 115_200
    cable_baud: int = 1 << 32  # what is faster arrives as noise
    patience_s: float = 0.1  # with noise at a raised rate, until it goes back to its own

    def __post_init__(self) -> None:
        self._requests = iter(self.requests)
        self._replies = iter(self.replies)
        self._decoder = Decoder()
        self._out = bytearray()
        self.loaded: dict[int, bytes] = {}
        self.outputs: list[bytes] = []
        self.served: list[Frame] = []  # repeats left out
        self.answered: list[tuple[Frame, Frame]] = []
        self.line_baud = self.own_baud = self.baud = 115_200
        self.raised_s = 0.0

    def read(self, timeout_s: float) -> bytes:
        if not self._out:
            time.sleep(min(timeout_s, 0.002))
        data, self._out = bytes(self._out), bytearray()
        return data

    def write(self, data: bytes) -> None:
        if not data.strip(b"\0"):
            return
        if self.baud != self.own_baud and time.monotonic() > self.raised_s + self.patience_s:
            self.baud = self.own_baud
        if self.baud != self.line_baud or self.baud > self.cable_baud:
            self._out += noise(data)
            return
        self.raised_s = float("inf") if self.baud != self.own_baud else 0.0
        for item in self._decoder.feed(next(self._requests, intact)(data)):
            if isinstance(item, Frame):
                for frame in [*self.before_reply, self._serve(item)]:
                    self.say(frame)
            else:
                payload = bytes([ids.ErrorCode.BAD_CRC, 0]) + b"BAD_CRC"
                self.say(Frame(ids.Event.ERROR, 0, payload))

    def set_baud(self, baud: int) -> None:
        self.line_baud = baud

    def close(self) -> None:
        self.closed = True

    def say(self, frame: Frame) -> None:
        """Send a frame, damaged as the next of `replies` wants it."""
        line_bytes = encode(replace(frame, version=self.version))
        self._out += next(self._replies, intact)(line_bytes)

    def _serve(self, request: Frame) -> Frame:
        for answered, reply in self.answered:
            if answered == request:
                return reply
        self.served.append(request)
        if request.type == messages.INFO:
            payload = self._info()
        elif request.type == messages.STATS:
            payload = struct.pack("<10I", *range(10))
        elif request.type == messages.BAUD:
            payload = request.payload
            (baud,) = struct.unpack("<I", payload)
            if baud > self.max_baud:
                return self._error(request, ids.ErrorCode.BAD_VALUE, b"BAD_VALUE")
            self.baud, self.raised_s = baud, time.monotonic()
        elif request.type == messages.SELF_TEST:
            payload = self.self_test
        elif self.status != ids.Setup.READY:
            return self._error(request, ids.ErrorCode.NOT_READY, self.message)
        elif request.type == messages.INFER and (values := self._input(request.payload)):
            self.inferences += 1
            payload = result(values)
        elif request.type == messages.BATCH:
            inputs = list(split_batch(request.payload))
            assert len(inputs) <= self.batch
            self.inferences += len(inputs)
            payload = b"".join(result(self._input(one)) for one in inputs)
        elif request.type == messages.LOAD:
            index, offset = request.payload[0], int.from_bytes(request.payload[2:6], "little")
            held = self.loaded.get(index, b"")
            if offset <= len(held):
                held = held[:offset] + request.payload[6:]
            if self.forgets:
                self.forgets -= 1
                held = b""
            self.loaded[index] = held
            payload = struct.pack("<I", len(held))
            payload += struct.pack("<I", 3 * len(held)) if self.sample_bytes else b""
        elif request.type == messages.TENSOR:
            dtype, shape = self.tensors[request.payload[1]]
            size = TENSOR_BYTES[dtype] * math.prod(shape)
            payload = struct.pack(f"<BB{len(shape)}IIfi", dtype, len(shape), *shape, size, 0.5, -3)
        elif request.type == messages.RUN:
            if self.runs_lost:
                self.runs_lost -= 1
                self.loaded = {}
            held_crcs = b"".join(crc(values) for _, values in sorted(self.loaded.items()))
            if request.payload != held_crcs:
                return self._error(request, ids.ErrorCode.BAD_VALUE, b"BAD_VALUE")
            self.inferences += 1
            self.outputs = [values[::-1] for _, values in sorted(self.loaded.items())]
            self.loaded = {}
            payload = struct.pack("<I", 1000) + b"".join(map(crc, self.outputs))
            whole = b"".join(self.outputs)
            payload += whole if len(whole) <= ids.INLINE_BYTES else b""
        elif request.type == messages.READ:
            index, offset, size = struct.unpack("<BII", request.payload)
            payload = self.outputs[index][offset : offset + size]
        elif request.type == messages.RESET:
            payload = b""
        elif request.payload == bytes([ids.InputFormat.LOADED]) + crc(self.loaded.get(0, b"")):
            self.inferences += 1
            payload = result(self.loaded[0])
        elif request.payload[:1] == bytes([ids.InputFormat.LOADED]):
            return self._error(request, ids.ErrorCode.BAD_VALUE, b"BAD_VALUE")
        else:
            return self._error(request, ids.ErrorCode.BAD_LENGTH, b"BAD_LENGTH")
        reply = Frame(request.type | ids.REPLY_BIT, request.seq, payload)
        if request.type in (messages.INFER, messages.BATCH, messages.RUN):
            # One more than the window, for sequence numbers leave out zero.
            self.answered = [
                kept
                for kept in self.answered
                if (request.seq - kept[0].seq + self.window) % 0x10000 <= 2 * self.window
            ]
            self.answered.append((request, reply))
        return reply

    def _input(self, payload: bytes) -> bytes:
        """The values of an INFER; nothing if its length is wrong."""
        if payload[:1] == bytes([ids.InputFormat.PACKED_U8]):
            return unpacked(payload[1:], self.inputs)
        return payload[1:] if len(payload) == 1 + self.inputs else b""

    def _error(self, request: Frame, code: int, text: bytes) -> Frame:
        return Frame(ids.Event.ERROR, request.seq, bytes([code, request.type]) + text)

    def _info(self) -> bytes:
        fixed = struct.pack(
            "<5B8s32s7I",
            *(self.version, self.status, self.isa, 0, self.window),
            bytes.fromhex(self.build_id),
            bytes.fromhex(self.model_sha256),
            *(*self.arena, 25_000_000, 25_000_000),
            *(0 if self.tensors else self.inputs, 0 if self.tensors else 2, self.max_payload),
        )
        fields = [self.board, self.message]
        fields += [] if self.unique_id is None else [self.unique_id]
        texts = b"".join(bytes([len(value)]) + value for value in fields)
        if self.unique_id is None:
            return fixed + texts
        count = len(self.tensors) or 1
        extensions = struct.pack("<I3B", self.max_baud, self.batch, count, count)
        extensions += struct.pack("<I", self.sample_bytes) if self.sample_bytes else b""
        return fixed + texts + extensions


def result(values: bytes) -> bytes:
    """Of the fake's model: the second score is the first value."""
    return bytes([1]) + struct.pack("<I", 1000) + b"\x80" + values[:1]


def crc(values: bytes) -> bytes:
    """CRC-32 as it goes over the line."""
    return struct.pack("<I", zlib.crc32(values))


def split_batch(payload: bytes) -> Iterator[bytes]:
    """The inputs of a BATCH."""
    while payload:
        (size,) = struct.unpack_from("<H", payload)
        yield payload[2 : 2 + size]
        payload = payload[2 + size :]


def unpacked(runs: bytes, size: int) -> bytes:
    """The `size` pixels that `runs` stand for."""
    pixels = b""
    while runs:
        zeros, count = runs[:2]
        pixels += bytes(zeros) + runs[2 : 2 + count]
        runs = runs[2 + count :]
    return pixels.ljust(size, b"\0")
