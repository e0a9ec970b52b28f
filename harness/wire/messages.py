"""Payloads of the wire protocol as Python values, and the table of commands (docs/protocol.md)."""

import math
import struct
import zlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from codegen.files.printable import printable
from codegen.model.pixels import pack_pixels
from harness.wire import ids
from harness.wire.smoothing import Parameters, Smoothed

_INFO = struct.Struct("<5B8s32s7I")
_U32 = struct.Struct("<I")
_INFER = struct.Struct("<BI")
_PEEK = struct.Struct("<HII")
_STREAM = struct.Struct("<BbB")
_LOAD = struct.Struct("<BBI")
_READ = struct.Struct("<BII")
_TENSOR_HEAD_BYTES = 2  # dtype, rank
_U16 = struct.Struct("<H")
BATCH_HEAD_BYTES = _U16.size  # before each input of a BATCH
LOAD_HEAD_BYTES = _LOAD.size  # before the values of a LOAD
_SELF_TEST_BYTES = 2  # vectors, passed
_FAULT = struct.Struct("<3I")


class PayloadError(ValueError):
    """A payload that is too short or not as the protocol states; the text says how."""


@dataclass(frozen=True)
class Info:
    """What runs on the device: the reply to INFO."""

    protocol: int
    status: int
    isa: str
    runtime: str
    window: int
    build_id: str  # 16 hex digits
    model_sha256: str  # 64 hex digits, computed by the device
    arena_size: int  # bytes
    arena_used: int  # bytes, 0 if the set-up failed
    clock_hz: int
    tick_hz: int
    input_bytes: int  # of a plain model; 0: the model goes by LOAD, RUN and READ
    output_bytes: int
    max_payload: int
    board: str
    setup_message: str
    unique_id: str  # of the chip, in hex digits; "" where it has none, or older firmware
    max_baud: int  # highest rate that BAUD may ask for; 0 from older firmware
    batch: int  # most inputs of a BATCH; 0 from older firmware
    inputs: int  # tensors
    outputs: int
    sample_bytes: int  # of what the front end takes; 0: the model has none

    @property
    def ready(self) -> bool:
        """True if the model was set up."""
        return self.status == ids.Setup.READY

    @property
    def setup_failure(self) -> str:
        """Why the model was not set up, by the table and in the runtime's words."""
        entry = ids.SETUP_TEXTS.get(self.status)
        text = f"{entry.name}, {entry.text}" if entry else f"status {self.status}"
        return f"{text}: {self.setup_message}" if self.setup_message else text


@dataclass(frozen=True)
class Inference:
    """The reply to INFER; STREAM_FRAME's has the same fields."""

    predicted: int
    ticks: int  # duration of Invoke alone
    scores: NDArray[np.int8]  # [output_bytes]


@dataclass(frozen=True)
class Tensor:
    """The reply to TENSOR: real = (value - zero_point) * scale."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]  # () for a scalar
    nbytes: int
    scale: float  # 0: not quantized
    zero_point: int

    def __str__(self) -> str:
        return f"{self.dtype} {list(self.shape)}"


@dataclass(frozen=True)
class Values:
    """What LOAD sends for one input, in all its pieces."""

    format: ids.InputFormat
    content: bytes


@dataclass(frozen=True)
class Loaded:
    """The reply to LOAD."""

    nbytes: int  # of the input that the device holds
    front_end_ticks: int = 0  # what the front end took for them


@dataclass(frozen=True)
class Run:
    """The reply to RUN. outputs: the bytes of each one, None if they have to be read."""

    ticks: int  # duration of Invoke alone
    crcs: tuple[int, ...]  # CRC-32 of each output's bytes
    outputs: tuple[bytes, ...] | None


@dataclass(frozen=True)
class SelfTest:
    """The reply to SELF_TEST."""

    vectors: int  # golden vectors in the image
    passed: int  # before the first that failed

    @property
    def failed(self) -> int | None:
        """Index of the first golden vector that failed."""
        return self.passed if self.passed < self.vectors else None

    def __str__(self) -> str:
        if self.failed is None:
            return f"{self.vectors} golden vectors passed"
        return f"golden vector {self.failed} (of 0 to {self.vectors - 1}) FAILED"


@dataclass(frozen=True)
class Profile:
    """The reply to PROFILE, in ticks of INFO's tick_hz."""

    ticks: int  # of the whole inference
    op_ticks: tuple[int, ...]


def parse_info(payload: bytes) -> Info:
    """Raises PayloadError if `payload` is too short."""
    if len(payload) < _INFO.size:
        raise PayloadError(f"{len(payload)} B, expected at least {_INFO.size + 2} B")
    fields = _INFO.unpack_from(payload)
    protocol, status, isa, runtime, window, build_id, sha256 = fields[:7]
    arena_size, arena_used, clock_hz, tick_hz, input_bytes, output_bytes, max_payload = fields[7:]
    board, rest = _short_text(payload[_INFO.size :])
    message, rest = _short_text(rest)
    unique_id, rest = _short_bytes(rest or b"\0")
    return Info(
        protocol=protocol,
        status=status,
        isa=ids.ISA_NAMES.get(isa, f"isa {isa}"),
        runtime=ids.RUNTIME_NAMES.get(runtime, f"runtime {runtime}"),
        window=window,
        build_id=build_id.hex(),
        model_sha256=sha256.hex(),
        arena_size=arena_size,
        arena_used=arena_used,
        clock_hz=clock_hz,
        tick_hz=tick_hz,
        input_bytes=input_bytes,
        output_bytes=output_bytes,
        max_payload=max_payload,
        board=board,
        setup_message=message,
        unique_id=unique_id.hex(),
        max_baud=_U32.unpack_from(rest)[0] if len(rest) >= _U32.size else 0,
        batch=rest[4] if len(rest) > 4 else 0,
        inputs=rest[5] if len(rest) > 6 else 0,
        outputs=rest[6] if len(rest) > 6 else 0,
        sample_bytes=_U32.unpack_from(rest, 7)[0] if len(rest) >= 7 + _U32.size else 0,
    )


def parse_inference(payload: bytes) -> Inference:
    """Raises PayloadError if `payload` is too short."""
    if len(payload) <= _INFER.size:
        raise PayloadError(f"{len(payload)} B, expected more than {_INFER.size} B")
    predicted, ticks = _INFER.unpack_from(payload)
    return Inference(predicted, ticks, np.frombuffer(payload, np.int8, offset=_INFER.size))


def parse_smoothed(payload: bytes) -> Smoothed:
    """Raises PayloadError if `payload` is too short."""
    result = parse_inference(payload)
    detected = None if result.predicted == ids.NOTHING_DETECTED else result.predicted
    return Smoothed(detected, tuple(result.scores.tolist()))


def parse_batch(payload: bytes, count: int) -> list[Inference]:
    """The results of `count` inputs. Raises PayloadError if `payload` does not divide into them."""
    size, rest = divmod(len(payload), count)
    if rest:
        raise PayloadError(f"{len(payload)} B, expected {count} results of one length")
    return [parse_inference(payload[i * size : (i + 1) * size]) for i in range(count)]


def parse_tensor(payload: bytes) -> Tensor:
    """Raises PayloadError for a length, a type or sizes that do not go together."""
    rank = payload[1] if len(payload) >= _TENSOR_HEAD_BYTES else 0
    fields = struct.Struct(f"<BB{rank}IIfi")
    if len(payload) != fields.size:
        raise PayloadError(f"{len(payload)} B, expected {fields.size} B")
    code, _, *shape, nbytes, scale, zero_point = fields.unpack(payload)
    if code not in ids.DTYPE_NAMES:
        raise PayloadError(f"dtype {code} is not in this harness's table")
    dtype = np.dtype(ids.DTYPE_NAMES[code])
    if math.prod(shape) * dtype.itemsize != nbytes:
        raise PayloadError(f"{dtype} {shape} does not take {nbytes} B")
    return Tensor(dtype, tuple(shape), nbytes, scale, zero_point)


def parse_run(payload: bytes, output_bytes: Sequence[int]) -> Run:
    """The reply of a model whose outputs have so many bytes each. Raises PayloadError."""
    head_bytes = _U32.size * (1 + len(output_bytes))
    inline_bytes = sum(output_bytes) if sum(output_bytes) <= ids.INLINE_BYTES else 0
    if len(payload) != head_bytes + inline_bytes:
        raise PayloadError(f"{len(payload)} B, expected {head_bytes + inline_bytes} B")
    ticks, *crcs = struct.unpack_from(f"<{1 + len(output_bytes)}I", payload)
    if not inline_bytes:
        return Run(ticks, tuple(crcs), None)
    ends = list(accumulate(output_bytes, initial=head_bytes))
    return Run(ticks, tuple(crcs), tuple(payload[a:b] for a, b in pairwise(ends)))


def parse_load(payload: bytes) -> Loaded:
    """Raises PayloadError if `payload` is not one u32, or two."""
    if len(payload) not in (_U32.size, 2 * _U32.size):
        raise PayloadError(f"{len(payload)} B, expected {_U32.size} B or twice that")
    return Loaded(*struct.unpack(f"<{len(payload) // _U32.size}I", payload))


def parse_stats(payload: bytes) -> dict[str, int]:
    """{counter: value}. Counters that a newer firmware appended are left out."""
    count = len(payload) // 4
    if count < len(ids.STAT_NAMES):
        raise PayloadError(f"{len(payload)} B, expected {4 * len(ids.STAT_NAMES)} B")
    values = struct.unpack_from(f"<{len(ids.STAT_NAMES)}I", payload)
    return dict(zip(ids.STAT_NAMES, values, strict=True))


def parse_profile(payload: bytes) -> Profile:
    """Raises PayloadError if `payload` holds no whole number of u32, or none."""
    if not payload or len(payload) % 4:
        raise PayloadError(f"{len(payload)} B, expected 4 B for the inference and 4 B for each op")
    ticks, *op_ticks = struct.unpack(f"<{len(payload) // 4}I", payload)
    return Profile(ticks, tuple(op_ticks))


def parse_self_test(payload: bytes) -> SelfTest:
    """Raises PayloadError if `payload` has not the two bytes."""
    if len(payload) != _SELF_TEST_BYTES:
        raise PayloadError(f"{len(payload)} B, expected {_SELF_TEST_BYTES} B")
    return SelfTest(*payload)


def parse_fault(payload: bytes) -> tuple[int, int, int]:
    """(pc, lr, cfsr); missing registers are 0, for a fault frame is too precious to refuse."""
    pc, lr, cfsr = _FAULT.unpack(payload[: _FAULT.size].ljust(_FAULT.size, b"\0"))
    return pc, lr, cfsr


def describe_event(frame_type: int, payload: bytes) -> str:
    """One line for a human on an ERROR, LOG or FAULT frame."""
    if frame_type == ids.Event.LOG:
        return printable(payload.decode("utf-8", "backslashreplace"))
    if frame_type == ids.Event.FAULT:
        return "processor fault: pc=0x{:08x} lr=0x{:08x} cfsr=0x{:08x}".format(
            *parse_fault(payload)
        )
    return describe_error(payload)


def describe_error(payload: bytes) -> str:
    """Code, name, meaning and the device's own text of an ERROR payload."""
    if not payload:
        return "an ERROR frame without a code"
    entry = ids.ERROR_TEXTS.get(payload[0])
    meaning = f"{entry.name}, {entry.text}" if entry else "not in this harness's table"
    text = printable(payload[2:].decode("utf-8", "backslashreplace"))
    detail = f": {text}" if text and not (entry and text == entry.name) else ""
    return f"error {payload[0]} ({meaning}){detail}"


def _short_bytes(payload: bytes) -> tuple[bytes, bytes]:
    """Bytes with their number in the first byte, and what follows them."""
    if not payload or len(payload) < 1 + payload[0]:
        raise PayloadError("a field is cut off")
    end = 1 + payload[0]
    return payload[1:end], payload[end:]


def _short_text(payload: bytes) -> tuple[str, bytes]:
    """A text with its length in the first byte, and what follows it."""
    data, rest = _short_bytes(payload)
    return printable(data.decode("utf-8", "backslashreplace")), rest


def infer_payload(input_format: ids.InputFormat, values: NDArray[Any]) -> bytes:
    """INFER's payload of `values` (uint8 pixels or int8), in any shape, row by row."""
    raw = np.ascontiguousarray(values).tobytes()
    if input_format == ids.InputFormat.PACKED_U8:
        raw = pack_pixels(raw)
    return bytes([input_format]) + raw


def batch_payload(inputs: Sequence[bytes]) -> bytes:
    """BATCH's payload; `inputs` are payloads of INFER."""
    return b"".join(_U16.pack(len(one)) + one for one in inputs)


def load_payload(index: int, input_format: int, offset: int, values: bytes) -> bytes:
    """LOAD's payload: the values of input `index` from `offset` on."""
    return _LOAD.pack(index, input_format, offset) + values


def run_payload(inputs: Iterable[bytes]) -> bytes:
    """RUN's payload after LOAD brought the values of each of `inputs`."""
    return b"".join(_U32.pack(zlib.crc32(values)) for values in inputs)


def loaded_payload(inputs: Iterable[bytes]) -> bytes:
    """INFER's payload, and PROFILE's, after LOAD brought the values of each of `inputs`."""
    return bytes([ids.InputFormat.LOADED]) + run_payload(inputs)


def tensor_payload(is_output: bool, index: int) -> bytes:
    """TENSOR's payload."""
    return bytes([is_output, index])


def read_payload(index: int, offset: int, size: int) -> bytes:
    """READ's payload: `size` bytes of output `index` from `offset` on."""
    return _READ.pack(index, offset, size)


def stream_payload(parameters: Parameters) -> bytes:
    """STREAM's payload."""
    return _STREAM.pack(parameters.frames, parameters.threshold, parameters.refractory)


def baud_payload(baud: int) -> bytes:
    """BAUD's payload."""
    return _U32.pack(baud)


def peek_head(op: int, offset: int, size: int) -> bytes:
    """What PEEK's payload has before that of PROFILE: the op, the piece of the arena in bytes."""
    return _PEEK.pack(op, offset, size)


Reply = TypeVar("Reply")


class Command(int, Generic[Reply]):
    """The type of a request, and what ids.def and this module know about it.

    least_bytes, most_bytes: of the request's payload; most_bytes None: what a frame may have.
    parse: the reply's payload as a value; raises PayloadError.
    """

    name: str
    least_bytes: int
    most_bytes: int | None
    parse: Callable[[bytes], Reply]

    def __new__(cls, name: str, parse: Callable[[bytes], Reply]) -> "Command[Reply]":
        """The command of that name in ids.def."""
        entry = ids.COMMANDS[name]
        command = super().__new__(cls, entry.value)
        assert entry.lengths is not None  # the table has them for every command
        least, most = entry.lengths
        command.name, command.parse = name, parse
        command.least_bytes, command.most_bytes = least, None if most == ids.NO_LIMIT else most
        return command


# The table of commands. The replies to some are their bytes; BATCH's divides by what was sent,
# RUN's by what the model gives.
INFO = Command("INFO", parse_info)
INFER = Command("INFER", parse_inference)
STATS = Command("STATS", parse_stats)
PROFILE = Command("PROFILE", parse_profile)
PEEK = Command("PEEK", bytes)
BAUD = Command("BAUD", bytes)
STREAM = Command("STREAM", bytes)
STREAM_FRAME = Command("STREAM_FRAME", parse_smoothed)
SELF_TEST = Command("SELF_TEST", parse_self_test)
LOAD = Command("LOAD", parse_load)
BATCH = Command("BATCH", bytes)
TENSOR = Command("TENSOR", parse_tensor)
RUN = Command("RUN", bytes)
READ = Command("READ", bytes)
RESET = Command("RESET", bytes)
