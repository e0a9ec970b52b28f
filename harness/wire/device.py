"""A device at the end of a line: its commands as methods."""

import random
import time
import zlib
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from harness.errors import (
    DeviceError,
    DeviceFaultError,
    DeviceRefusedError,
    DeviceTimeoutError,
    PortError,
)
from harness.wire import ids, messages
from harness.wire.channel import Channel
from harness.wire.exchange import Exchange, RoundTrip
from harness.wire.framing import Frame
from harness.wire.messages import (
    Command,
    Inference,
    Info,
    Loaded,
    PayloadError,
    Profile,
    Reply,
    Run,
    SelfTest,
    Tensor,
    Values,
)
from harness.wire.smoothing import Parameters, Smoothed
from harness.wire.trace import Trace
from harness.wire.transport import Line

DEFAULT_TIMEOUT_S = 10.0  # a large model on a slow emulator takes seconds
INFO_TIMEOUT_S = 3.0  # short, because it is what finds out that nobody answers
DEFAULT_RETRIES = 3
_SETTLE_S = 0.05
_PROBE_S = 0.3
_SYNCHRONIZE_LIMIT_S = 2.0  # for a device that never stops talking
_PEEK_BYTES = 16384  # 1.5 s at 115200 baud
_MOST_LOADS = 4  # times over, of the pieces of an input, to a device that forgets them
# How long other requests took says little about these, and of a repeat the device does all anew.
_OF_ANY_LENGTH = (messages.PROFILE, messages.PEEK, messages.SELF_TEST)
# How often one of them may run the model: a golden vector each, and what is done besides.
_MOST_INFERENCES = 4

Input = tuple[NDArray[Any], ids.InputFormat]


@dataclass(frozen=True)
class Tensors:
    """What the model takes and gives, in order.

    sample_bytes: of what the front end takes; 0: the model has none.
    """

    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    sample_bytes: int


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
        self._channel = Channel(line, trace, console)
        # Of each command by itself: a piece of an input takes less than a batch.
        self._round_trips: defaultdict[Command[Any], RoundTrip] = defaultdict(RoundTrip)
        # Until INFO says more:
        self._window = 1
        self._batch = 0
        self._max_payload = 0
        self._is_plain = True
        self._tensors: Tensors | None = None
        self._loaded: dict[int, Values] = {}  # what was sent for the next `run`
        self._last_run: Run | None = None
        # Random, so that a late reply to an earlier program is not taken for ours.
        self._seq = random.randrange(1, 0x10000)
        self.counts = self._channel.counts
        self.console_tail = self._channel.console_tail

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
        while time.monotonic() < deadline_s and (item := self._channel.receive(_SETTLE_S)):
            if isinstance(item, Frame) and item.type == ids.Event.FAULT:
                raise DeviceFaultError("boot", *messages.parse_fault(item.payload))
            self._channel.note(item)

    def info(self) -> Info:
        """What runs on the device; from then on its window is used. Raises DeviceError."""
        info = self.call(messages.INFO, timeout_s=min(self._timeout_s, INFO_TIMEOUT_S))
        self._window = max(1, info.window)
        self._batch = info.batch
        self._max_payload = info.max_payload
        self._is_plain = info.input_bytes > 0
        return info

    def raise_baud(self, own_baud: int, baud: int) -> bool:
        """Go from the board's own rate to a higher one; True if both ends understand each other.

        Else both are back at the board's own. Should the line fail at the higher rate later, or the
        device reset, the next request goes on at the board's own by itself. Raises DeviceError.
        """
        try:
            self.call(messages.BAUD, messages.baud_payload(baud), timeout_s=INFO_TIMEOUT_S)
        except DeviceRefusedError:
            return False
        try:
            self._channel.raise_baud(own_baud, baud)
            time.sleep(_SETTLE_S)
            self._exchange_once(messages.INFO)
        except (DeviceRefusedError, DeviceTimeoutError, PortError):
            self._channel.fall_back()
            self.info()  # repeated until the device is back, too
            return False
        return True

    def infer(
        self, values: NDArray[np.uint8] | NDArray[np.int8], input_format: ids.InputFormat
    ) -> Inference:
        """Run the model on one input: uint8 pixels or int8 values in any shape, row by row."""
        (result,) = self.infer_many([(values, input_format)])
        return result

    def infer_many(self, inputs: Iterable[Input]) -> Iterator[Inference]:
        """Run the model on each of `inputs`, several on the way at once as `info` allows.

        The results come in the order of the inputs, which are taken only as the window moves on.
        """
        payloads = _Peekable(
            messages.infer_payload(input_format, values) for values, input_format in inputs
        )
        while (payload := payloads.peek()) is not None:
            if self._goes_in_pieces(payload):
                yield self._infer_in_pieces(next(payloads))
            else:
                yield from self._infer_together(payloads)

    def _infer_together(self, payloads: "_Peekable") -> Iterator[Inference]:
        """As many of the next as do not go in pieces."""
        sent: deque[list[bytes]] = deque()
        command = messages.BATCH if self._batch > 1 else messages.INFER

        def requests() -> Iterator[bytes]:
            while batch := self._next_batch(payloads):
                sent.append(batch)
                yield messages.batch_payload(batch) if self._batch > 1 else batch[0]

        for reply in self._exchange(command, requests(), self._timeout_s, gives_up=self._batch > 0):
            batch = sent.popleft()
            if reply is None:
                yield from map(self._infer_in_pieces, batch)
            else:
                parse = partial(messages.parse_batch, count=len(batch))
                yield from _parse(parse, reply, command.name)

    def _next_batch(self, payloads: "_Peekable") -> list[bytes]:
        """As many together as the device takes at once and the line bears in one frame; none if the
        next one goes in pieces.
        """
        batch: list[bytes] = []
        size = 0
        while (payload := payloads.peek()) is not None and not self._goes_in_pieces(payload):
            size += messages.BATCH_HEAD_BYTES + len(payload)
            if batch and size > min(self._max_payload, self._channel.longest_payload):
                break
            batch.append(next(payloads))
            if len(batch) >= self._batch:
                break
        return batch

    def _goes_in_pieces(self, payload: bytes) -> bool:
        """True for an input that is long for this line, and can be sent in pieces; for a sample."""
        head_bytes = messages.BATCH_HEAD_BYTES if self._batch > 1 else 0
        is_long = len(payload) > self._channel.longest_payload
        is_long = is_long or self._is_too_long(payload, head_bytes)
        return self._batch > 0 and (is_long or payload[0] == ids.InputFormat.SAMPLE)

    def _is_too_long(self, payload: bytes, head_bytes: int = 0) -> bool:
        """True for a request that the device has no room for, with what stands before it."""
        return 0 < self._max_payload < head_bytes + len(payload)

    def _infer_in_pieces(self, payload: bytes) -> Inference:
        return self._call_in_pieces(messages.INFER, payload)

    def _call_in_pieces(self, command: Command[Reply], payload: bytes) -> Reply:
        """INFER's payload by LOAD, then `command` on it."""
        values = Values(ids.InputFormat(payload[0]), payload[1:])
        return self._call_on_loaded(command, messages.loaded_payload([values.content]), [values])

    def _call_on_loaded(
        self,
        command: Command[Reply],
        payload: bytes,
        inputs: Sequence[Values],
    ) -> Reply:
        """All inputs by LOAD, then `command` on them; again when the device has lost them since."""
        for _ in range(_MOST_LOADS):
            for index, values in enumerate(inputs):
                self._load(index, values)
            try:
                return self.call(command, payload)
            except DeviceRefusedError as error:
                if error.code != ids.ErrorCode.BAD_VALUE:
                    raise
        raise self._forgets()

    def _load(self, index: int, values: Values) -> Loaded:
        """One input in pieces; the device tells where to go on. Its last reply."""
        loaded, sent_bytes = Loaded(0), 0
        size = len(values.content)
        while loaded.nbytes < size:
            if sent_bytes > _MOST_LOADS * size:
                raise self._forgets()
            most_bytes = self._channel.longest_payload
            if self._max_payload:
                most_bytes = min(most_bytes, self._max_payload - messages.LOAD_HEAD_BYTES)
            if most_bytes <= 0:
                raise DeviceError(
                    "LOAD",
                    f"{self.line.url} takes requests of {self._max_payload} B, in which no piece "
                    "of an input has room; build and flash the firmware from this tree",
                )
            piece = values.content[loaded.nbytes : loaded.nbytes + most_bytes]
            request = messages.load_payload(index, values.format, loaded.nbytes, piece)
            (answer,) = self._exchange(messages.LOAD, [request], self._timeout_s, gives_up=True)
            if answer is not None:
                sent_bytes += len(piece)
                loaded = _parse(messages.LOAD.parse, answer, "LOAD")
        return loaded

    def _forgets(self) -> DeviceError:
        return DeviceError(
            "LOAD",
            f"{self.line.url} forgets the pieces of an input again and again: does it reset, or "
            "does another program use it?",
        )

    def tensors(self) -> Tensors:
        """The model's inputs and outputs, asked once. Raises DeviceError."""
        if self._tensors is None:
            info = self.info()
            inputs, outputs = (
                tuple(
                    self.call(messages.TENSOR, messages.tensor_payload(is_output, index))
                    for index in range(count)
                )
                for is_output, count in ((False, info.inputs), (True, info.outputs))
            )
            self._tensors = Tensors(inputs, outputs, info.sample_bytes)
        return self._tensors

    def load(self, index: int, values: NDArray[Any]) -> None:
        """Send input `index` of the next `run`: values of its dtype and number, in any shape.

        Raises DeviceError of every kind, for values that are no such input, too.
        """
        self._load_for_run(index, self._input_values(index, values))

    def load_sample(self, index: int, values: NDArray[Any]) -> int:
        """Send a sample, of which the device's front end makes input `index` of the next `run`.

        values: in any shape, of the front end's dtype. Returns the ticks of INFO's tick_hz that
        the front end took. Raises DeviceError of every kind, for a sample of another size, too.
        """
        sample_bytes = self.tensors().sample_bytes
        if values.nbytes != sample_bytes:
            takes = f"takes {sample_bytes} B" if sample_bytes else "has no front end"
            raise DeviceError("LOAD", f"a sample of {values.nbytes} B; the device {takes}")
        content = np.ascontiguousarray(values).tobytes()
        sent = self._load_for_run(index, Values(ids.InputFormat.SAMPLE, content))
        return sent.front_end_ticks

    def _load_for_run(self, index: int, values: Values) -> Loaded:
        self._last_run = None  # the device has written over it
        self._loaded[index] = values
        return self._load(index, values)

    def run(self) -> int:
        """Run the model on what `load` sent, once; the ticks of INFO's tick_hz that it took.

        Each input has to be loaded anew for each run; a stateful model's variables stay as the run
        leaves them. Raises DeviceError of every kind.
        """
        tensors = self.tensors()
        for index, tensor in enumerate(tensors.inputs):
            if index not in self._loaded:
                raise DeviceError("RUN", f"input {index}, {tensor}, was not loaded for this run")
        inputs = [self._loaded[index] for index in range(len(tensors.inputs))]
        payload = messages.run_payload(one.content for one in inputs)
        try:
            reply = self.call(messages.RUN, payload)
        except DeviceRefusedError as error:
            if error.code != ids.ErrorCode.BAD_VALUE:
                raise
            reply = self._call_on_loaded(messages.RUN, payload, inputs)
        parse = partial(messages.parse_run, output_bytes=[one.nbytes for one in tensors.outputs])
        self._last_run = _parse(parse, reply, "RUN")
        self._loaded = {}
        return self._last_run.ticks

    def read(self, index: int) -> NDArray[Any]:
        """Output `index` of the last `run`, in the tensor's dtype and shape, until the next `load`.

        Raises DeviceError of every kind.
        """
        if self._last_run is None:
            raise DeviceError("READ", "the model has not run since the last input was loaded")
        tensor = self.tensors().outputs[index]
        outputs = self._last_run.outputs
        content = self._read(index, tensor.nbytes) if outputs is None else outputs[index]
        if zlib.crc32(content) != self._last_run.crcs[index]:
            raise DeviceError(
                "READ",
                f"output {index} has another CRC-32 than after the run: does {self.line.url} "
                "reset, or does another program use it?",
            )
        return np.frombuffer(content, tensor.dtype).reshape(tensor.shape)

    def _read(self, index: int, nbytes: int) -> bytes:
        content = b""
        while len(content) < nbytes:
            size = min(self._channel.longest_payload, nbytes - len(content))
            request = messages.read_payload(index, len(content), size)
            (answer,) = self._exchange(
                messages.READ, [request], self._timeout_s, gives_up=True, reply_bytes=size
            )
            if answer is not None and len(answer) != size:
                raise DeviceError("READ", f"{len(answer)} B came, expected {size} B")
            content += answer or b""
        return content

    def reset(self) -> None:
        """Give a stateful model's variables their first values, as before a new sequence."""
        self.call(messages.RESET)

    def _input_values(self, index: int, values: NDArray[Any]) -> Values:
        """The values as the device's tensor holds them. Raises DeviceError if they are no such."""
        inputs = self.tensors().inputs
        if index >= len(inputs):
            raise DeviceError("LOAD", f"there is no input {index}; the model has {len(inputs)}")
        if (values.dtype, values.nbytes) != (inputs[index].dtype, inputs[index].nbytes):
            raise DeviceError(
                "LOAD",
                f"input {index} takes {inputs[index]}, got {values.dtype} {list(values.shape)}",
            )
        content = np.ascontiguousarray(values).tobytes()
        return Values(ids.InputFormat.RAW_S8, content)

    def start_stream(self, parameters: Parameters) -> None:
        """Begin a stream, whose next frames are given to `stream_frame`."""
        payload = messages.stream_payload(parameters)
        self.call(messages.STREAM, payload)

    def stream(self, frames: Iterable[Input]) -> Iterator[Smoothed]:
        """Run the model on each frame of the stream, in order, and yield what is detected."""
        # One at a time: of several, one that was lost would be served after the next.
        for values, input_format in frames:
            payload = messages.infer_payload(input_format, values)
            send = self._call_in_pieces if self._goes_in_pieces(payload) else self.call
            yield send(messages.STREAM_FRAME, payload)

    def self_test(self) -> SelfTest:
        """Run the model on the golden vectors in the image."""
        return self.call(messages.SELF_TEST)

    def stats(self) -> dict[str, int]:
        """The device's counters since boot."""
        return self.call(messages.STATS)

    def profile(self, inputs: Sequence[NDArray[Any]]) -> Profile:
        """Run the model, from its first state, on an array for each input, and time each op."""
        return self._inspect(messages.PROFILE, b"", inputs)

    def peek(self, inputs: Sequence[NDArray[Any]], op: int, offset: int, size: int) -> bytes:
        """`size` bytes of the arena from `offset` on, as they are after op `op` of an inference.

        The model runs on an array for each input, from its first state, once for each piece.
        """
        pieces = []
        for start in range(offset, offset + size, _PEEK_BYTES):
            count = min(_PEEK_BYTES, offset + size - start)
            head = messages.peek_head(op, start, count)
            payload = self._inspect(messages.PEEK, head, inputs)
            if len(payload) != count:
                raise DeviceError("PEEK", f"{len(payload)} B came, expected {count} B")
            pieces.append(payload)
        return b"".join(pieces)

    def _inspect(
        self, command: Command[Reply], head: bytes, inputs: Sequence[NDArray[Any]]
    ) -> Reply:
        if self._is_plain:
            payload = head + messages.infer_payload(ids.InputFormat.RAW_S8, inputs[0])
            if not self._is_too_long(payload):
                return self.call(command, payload)
        loaded = [self._input_values(index, values) for index, values in enumerate(inputs)]
        payload = head + messages.loaded_payload(one.content for one in loaded)
        return self._call_on_loaded(command, payload, loaded)

    def call(
        self, command: Command[Reply], payload: bytes = b"", timeout_s: float | None = None
    ) -> Reply:
        """Send a request and return its reply, repeating it when it or the reply is lost.

        Raises DeviceTimeoutError, DeviceRefusedError, DeviceFaultError, ProtocolVersionError,
        DeviceError if the reply is malformed, and PortError if the line is cut.
        """
        limit_s = self._timeout_s if timeout_s is None else timeout_s
        (reply,) = self._exchange(command, [payload], limit_s)
        assert reply is not None  # it is given up only where that was asked for
        return _parse(command.parse, reply, command.name)

    def _exchange_once(self, command: Command[Any]) -> None:
        """One request with few repeats, to see whether the line works."""
        exchange = Exchange(
            *(self._channel, RoundTrip(), command),
            window=self._window,
            limit_s=_PROBE_S,
            retries=1,
        )
        list(exchange.run([(self._next_seq(), b"")]))

    def _exchange(
        self,
        command: Command[Any],
        payloads: Iterable[bytes],
        limit_s: float,
        gives_up: bool = False,
        reply_bytes: int = 0,
    ) -> Iterator[bytes | None]:
        # Before this one the device may have to do again what was sent to it again.
        slowest_s = self._channel.slowest_reply_s
        inferences = _MOST_INFERENCES if command in _OF_ANY_LENGTH else 1
        limit_s = max(limit_s, inferences * slowest_s)
        exchange = Exchange(
            self._channel,
            RoundTrip(limit_s) if command in _OF_ANY_LENGTH else self._round_trips[command],
            command,
            window=self._window,
            limit_s=limit_s,
            retries=self._retries,
            gives_up=gives_up,
            reply_bytes=reply_bytes,
        )
        return exchange.run((self._next_seq(), payload) for payload in payloads)

    def _next_seq(self) -> int:
        self._seq = self._seq % 0xFFFF + 1
        return self._seq


def _parse(parse: Callable[[bytes], Reply], reply: bytes, operation: str) -> Reply:
    """The reply as a value. Raises DeviceError if it is malformed."""
    try:
        return parse(reply)
    except PayloadError as error:
        raise DeviceError(operation, f"the reply is malformed: {error}") from error


class _Peekable(Iterator[bytes]):
    """An iterator of which the next item can be seen before it is taken."""

    def __init__(self, items: Iterable[bytes]) -> None:
        self._items = iter(items)
        self._seen: bytes | None = None

    def peek(self) -> bytes | None:
        """The next item, None at the end."""
        if self._seen is None:
            self._seen = next(self._items, None)
        return self._seen

    def __next__(self) -> bytes:
        if (item := self.peek()) is None:
            raise StopIteration
        self._seen = None
        return item
