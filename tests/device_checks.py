"""Checks that every device has to pass, the emulated as the real."""

import struct
import time
import zlib
from typing import Any

import numpy as np
import pytest

from codegen.host.oracle_child import answers
from codegen.host.random_inputs import numpy_dtype, random_inputs
from codegen.memory.planner import plan_model
from codegen.model.op_work import op_work
from codegen.model.pixels import pack_pixels
from codegen.model.tflite import Model
from harness.errors import DeviceRefusedError
from harness.rig import identity
from harness.rig.expected import Expected
from harness.run import comparison
from harness.run.digits import Digits
from harness.wire import ids, messages
from harness.wire.device import Device
from harness.wire.framing import Decoder, Frame, encode
from harness.wire.smoothing import Parameters, Smoothed, smooth

REPLY_LIMIT_S = 10.0


def exchange(device: Device, data: bytes, count: int = 1) -> list[Frame]:
    """Send raw bytes and return the next `count` frames that come, whatever they are."""
    device.line.write(data)
    decoder = Decoder()
    frames: list[Frame] = []
    deadline_s = time.monotonic() + REPLY_LIMIT_S
    while len(frames) < count and (left_s := deadline_s - time.monotonic()) > 0:
        frames += [i for i in decoder.feed(device.line.read(left_s)) if isinstance(i, Frame)]
    assert len(frames) == count, f"{len(frames)} frames came, expected {count}: {frames}"
    return frames


def body(frame: Frame) -> bytes:
    return struct.pack("<BBH", frame.version, frame.type, frame.seq) + frame.payload


def forged(frame: Frame, like: Frame) -> Frame:
    """`frame` with other last four bytes of its payload, so that its CRC-32 is that of `like`."""
    start = zlib.crc32(body(frame)[:-4]) ^ 0xFFFFFFFF
    end = zlib.crc32(body(like)) ^ 0xFFFFFFFF
    for _ in range(32):  # back over the four bytes
        end = (end ^ 0xEDB88320) << 1 | 1 if end >> 31 else end << 1
    made = Frame(frame.type, frame.seq, frame.payload[:-4] + (start ^ end).to_bytes(4, "little"))
    assert zlib.crc32(body(made)) == zlib.crc32(body(like))
    assert made.payload != like.payload
    return made


def check_handshake(device: Device, expected: Expected) -> None:
    """The device runs the image of the build folder, uses its whole arena, and takes digits."""
    info = device.info()
    identity.check_info(info, expected)
    assert info.max_payload >= 1 + info.input_bytes
    assert info.window >= 1
    assert info.tick_hz > 0
    # All parts of docs/protocol.md, and no byte more.
    texts = len(info.board) + len(info.setup_message) + len(info.unique_id) // 2
    (reply,) = exchange(device, encode(Frame(messages.INFO, 599)))
    assert len(reply.payload) == 83 + texts + (4 if info.sample_bytes else 0)


def check_digits(device: Device, digits: Digits) -> None:
    """Every digit gets the oracle's scores in each format, several on the way; each ran once."""
    device.info()  # says how many may be on the way
    inferences_before = device.stats()["inferences"]
    mismatches = []
    correct = 0
    everything = range(len(digits))
    for index, result, wrong in comparison.check_digits(
        device, digits, everything, every_format=len(digits)
    ):
        mismatches += wrong
        correct += result.predicted == digits.labels[index]
    assert not mismatches, f"{len(mismatches)} mismatches, the first: {mismatches[0]}"
    assert correct >= 0.9 * len(digits)  # a model that learned nothing would be bit-exact, too
    ran = device.stats()["inferences"] - inferences_before
    assert ran == 3 * len(digits)  # formats


def check_repeat(device: Device, digits: Digits) -> None:
    """What was answered last is answered again from the results kept, a whole window of it; under
    another seq it runs anew."""
    window = device.info().window
    payload = messages.infer_payload(ids.InputFormat.PIXELS_U8, digits.images[0])
    before = device.stats()
    requests = [encode(Frame(messages.INFER, 777 + i, payload)) for i in range(window)]
    first = [exchange(device, request)[0] for request in requests]
    again = [exchange(device, request)[0] for request in requests]
    assert again == first
    assert {frame.payload[5:] for frame in first} == {digits.oracle_scores[0].tobytes()}
    (other,) = exchange(device, encode(Frame(messages.INFER, 700, payload)))
    assert other.seq == 700
    assert other.payload[5:] == first[0].payload[5:]
    after = device.stats()
    assert after["inferences"] - before["inferences"] == window + 1
    assert after["repeats"] - before["repeats"] == window
    for seq, ran in ((0, 2), (1, 1)):  # 0 is no number: nothing repeats it
        before = device.stats()
        for _ in range(2):
            exchange(device, encode(Frame(messages.INFER, seq, payload)))
        assert device.stats()["inferences"] - before["inferences"] == ran


def check_forged_repeats(device: Device, digits: Digits) -> None:
    """Other bytes with the same number and CRC-32 are another request, and are run."""
    raw = [messages.infer_payload(ids.InputFormat.RAW_S8, digits.quantized[i]) for i in (0, 1)]
    packed = [bytes([ids.InputFormat.PACKED_U8, 0, n, *range(1, 1 + n)]) for n in (8, 9)]
    commands = (messages.INFER, messages.BATCH, messages.STREAM_FRAME)
    cases = [(command, pair) for command in commands for pair in (raw, packed)]
    for seq, (command, pair) in enumerate(cases, start=810):
        payloads = [messages.batch_payload([i]) if command is messages.BATCH else i for i in pair]
        first = Frame(command, seq, payloads[0])
        second = forged(Frame(command, seq, payloads[1]), like=first)
        before = device.stats()
        for frame in (first, second, first, second):
            (reply,) = exchange(device, encode(frame))
            assert (reply.type, reply.seq) == (command | ids.REPLY_BIT, seq), command.name
        after = device.stats()
        assert after["inferences"] - before["inferences"] == 2, command.name
        assert after["repeats"] - before["repeats"] == 2, command.name


def check_refused_requests_change_nothing(device: Device, digits: Digits) -> None:
    """An input that came by half, outputs, the results that are kept: all outlive a request that
    is refused, however far its bytes were fine."""
    raw = digits.quantized[1].tobytes()
    packed = pack_pixels(digits.images[1].tobytes())
    beyond = b"\xff\x00" * (len(raw) // 255 + 1)
    cut_off = b"\x00\x05abc"
    loads = [
        messages.load_payload(0, input_format, offset, values)
        for input_format, offset, values in (
            (ids.InputFormat.RAW_S8, 0, raw + b"?"),
            (ids.InputFormat.PIXELS_U8, 0, raw + b"?"),
            (ids.InputFormat.PACKED_U8, 0, beyond),
            (ids.InputFormat.LOADED, 0, bytes(4)),
            (9, 0, b"?"),
        )
    ]
    good = messages.infer_payload(ids.InputFormat.PACKED_U8, digits.images[0])
    bad = [bytes([ids.InputFormat.PACKED_U8]) + values for values in (beyond, cut_off, b"\x00")]
    bad += [b"\x09" + raw, messages.loaded_payload([raw])]
    peek = messages.peek_head(0, 0, 1)
    refused: list[tuple[messages.Command[Any], bytes]] = [
        (messages.LOAD, payload) for payload in loads
    ]
    for payload in bad:
        refused += [
            (messages.INFER, payload),
            (messages.STREAM_FRAME, payload),
            (messages.PROFILE, payload),
            (messages.PEEK, peek + payload),
            (messages.BATCH, messages.batch_payload([payload])),
        ]
        if len(good) + len(payload) + 4 <= device.info().max_payload:
            refused.append((messages.BATCH, messages.batch_payload([good, payload])))
    refused.append((messages.RUN, bytes(4)))

    for input_format, values in (
        (ids.InputFormat.RAW_S8, raw),
        (ids.InputFormat.PACKED_U8, packed),
    ):
        device.load(0, digits.quantized[2])
        run = encode(
            Frame(messages.RUN, 960, messages.run_payload([digits.quantized[2].tobytes()]))
        )
        (reply,) = exchange(device, run)
        read = messages.read_payload(0, 0, digits.oracle_scores[2].size)
        outputs = device.call(messages.READ, read)
        assert outputs == digits.oracle_scores[2].tobytes()
        middle = len(values) // 2 | 1  # of packed pixels: a run is cut
        for half_came in (False, True):
            if half_came:
                half = messages.load_payload(0, input_format, 0, values[:middle])
                assert device.call(messages.LOAD, half).nbytes == middle
            before = device.stats()
            for command, payload in refused:
                with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
                    device.call(command, payload)
            after = device.stats()
            assert after["inferences"] == before["inferences"]
            if not half_came:
                assert device.call(messages.READ, read) == outputs
                assert exchange(device, run) == [reply]
        rest = messages.load_payload(0, input_format, middle, values[middle:])
        assert device.call(messages.LOAD, rest).nbytes == len(values)
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):  # whole, it is kept, too
            device.call(messages.BATCH, messages.batch_payload([messages.loaded_payload([values])]))
        result = device.call(messages.INFER, messages.loaded_payload([values]))
        assert result.scores.tolist() == digits.oracle_scores[1].tolist()


def check_pieces(device: Device, digits: Digits) -> None:
    """An input that comes in pieces is run once it is whole, and never half another's."""
    raw = digits.quantized[1].tobytes()
    pixels = digits.images[1].tobytes()

    def load(input_format: ids.InputFormat, offset: int, values: bytes) -> int:
        payload = messages.load_payload(0, input_format, offset, values)
        return device.call(messages.LOAD, payload).nbytes

    def infer(values: bytes) -> list[int]:
        return device.call(messages.INFER, messages.loaded_payload([values])).scores.tolist()

    for input_format, values in (
        (ids.InputFormat.RAW_S8, raw),
        (ids.InputFormat.PIXELS_U8, pixels),
        (ids.InputFormat.PACKED_U8, pack_pixels(pixels)),
    ):
        middle = len(values) // 2
        assert load(input_format, 0, values[:middle]) == middle
        assert load(input_format, middle + 1, values[middle + 1 :]) == middle  # one was lost
        assert load(input_format, middle, values[middle:]) == len(values)
        assert load(input_format, middle, values[middle:]) == len(values)  # its reply was
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
            infer(values[1:])
        assert infer(values) == digits.oracle_scores[1].tolist()
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
            infer(values)  # the model may have written over it
    first = messages.load_payload(0, ids.InputFormat.RAW_S8, 0, raw)
    (reply,) = exchange(device, encode(Frame(messages.LOAD, 598, first)))
    assert len(reply.payload) == (8 if device.info().sample_bytes else 4)
    device.self_test()
    with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
        infer(raw)
    load(ids.InputFormat.PIXELS_U8, 0, pixels[:-1])
    assert load(ids.InputFormat.RAW_S8, len(raw) - 1, raw[-1:]) == len(raw) - 1  # another format
    for input_format, values in (
        (ids.InputFormat.PIXELS_U8, pixels[-2:]),  # beyond the input
        (ids.InputFormat.PACKED_U8, bytes([255, 0]) * 4),
        (ids.InputFormat.PACKED_U8, bytes([255, 0, 255, 0, 255, 20])),
        (ids.InputFormat.LOADED, bytes(4)),
    ):
        offset = len(raw) - 1 if input_format == ids.InputFormat.PIXELS_U8 else 0
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
            load(input_format, offset, values)
    assert load(ids.InputFormat.PACKED_U8, 0, bytes([0, 3, 1, 2])) == 4  # not the end of a run
    with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
        infer(bytes([0, 3, 1, 2]))


def check_packed_ends(device: Device, digits: Digits) -> None:
    """Runs may end where the input does, of zeros and of pixels; not one pixel later."""
    size = digits.images[0].size

    def runs(zeros: int, pixels: bytes) -> bytes:
        """`zeros`, in as many runs as they take, then up to 255 `pixels`."""
        whole, rest = divmod(zeros, 255)
        return b"\xff\0" * whole + bytes([rest, len(pixels)]) + pixels

    for pixels in (b"", b"\7", bytes(range(1, 201))):
        image = np.frombuffer(bytes(size - len(pixels)) + pixels, np.uint8)
        wanted = device.infer(image, ids.InputFormat.PIXELS_U8)
        packed = bytes([ids.InputFormat.PACKED_U8]) + runs(size - len(pixels), pixels)
        assert device.call(messages.INFER, packed).scores.tolist() == wanted.scores.tolist()
        beyond = bytes([ids.InputFormat.PACKED_U8]) + runs(size - len(pixels) + 1, pixels)
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
            device.call(messages.INFER, beyond)


def check_batch(device: Device, digits: Digits) -> None:
    """As many inputs as INFO says are answered by one reply, and repeated from it; no more are."""
    batch = device.info().batch
    assert batch > 1
    packed = [
        messages.infer_payload(ids.InputFormat.PACKED_U8, image) for image in digits.images[:50]
    ]
    shown = sorted(range(50), key=lambda index: len(packed[index]))[:batch]  # fit into a frame
    inputs = [packed[index] for index in shown]
    before = device.stats()
    request = encode(Frame(messages.BATCH, 900, messages.batch_payload(inputs)))
    (first,) = exchange(device, request)
    results = messages.parse_batch(first.payload, batch)
    assert [result.scores.tolist() for result in results] == digits.oracle_scores[shown].tolist()
    for result in results:
        assert result.predicted == result.scores.argmax()
    for _ in range(2):
        assert exchange(device, request) == [first]
    after = device.stats()
    assert after["inferences"] - before["inferences"] == batch
    assert after["repeats"] - before["repeats"] == 2
    good = messages.batch_payload(inputs[:1])
    for payload, code in (
        (messages.batch_payload([b"\x02"] * (batch + 1)), "BAD_LENGTH"),
        (b"", "BAD_LENGTH"),
        (good + b"\1", "BAD_LENGTH"),
        (good[:-1], "BAD_LENGTH"),
        (messages.batch_payload([b""]), "BAD_LENGTH"),
        (messages.batch_payload([b"", b"\x02\x00"]), "BAD_LENGTH"),  # behind it stands a format
        (messages.batch_payload([inputs[0], b"\x02\x00\x05abc"]), "BAD_VALUE"),
    ):
        with pytest.raises(DeviceRefusedError, match=code):
            device.call(messages.BATCH, payload)


def check_equal_scores(device: Device, expected: Expected, digits: Digits) -> None:
    """Of classes with the highest score the first one is predicted."""
    model = Model.read(expected.model_path)
    inputs = random_inputs(model, 300, seed=1)
    (scores,) = answers(model, inputs, ())
    rows = scores.reshape(len(scores), -1)
    highest = rows == rows.max(axis=1, keepdims=True)
    equal = np.flatnonzero(highest.sum(axis=1) > 1)
    assert equal.size > 0
    for index in equal[:3]:
        values = inputs[0][index].reshape(digits.quantized[0].shape)
        result = device.infer(values, ids.InputFormat.RAW_S8)
        assert result.scores.tolist() == rows[index].tolist()
        assert result.predicted == np.flatnonzero(highest[index])[0]


def check_profile(device: Device, expected: Expected, digits: Digits) -> None:
    """Every op is timed, and together they are nearly the whole inference."""
    model = Model.read(expected.model_path)
    profile = device.profile([digits.quantized[0]])
    assert len(profile.op_ticks) == len(model.ops)
    macs = [op_work(model, op).macs for op in model.ops]
    assert profile.op_ticks[macs.index(max(macs))] > 0
    assert 0.8 * profile.ticks < sum(profile.op_ticks) <= profile.ticks


def check_peek(device: Device, expected: Expected, digits: Digits) -> None:
    """After the last op the output is where the plan says; what does not exist is refused."""
    model = Model.read(expected.model_path)
    output = model.subgraphs[0].outputs[0]
    planned = plan_model(model, expected.board.isa).tensors
    offset = next(tensor.offset for tensor in planned if tensor.index == output)
    last = len(model.ops) - 1
    for index in (0, 1):  # each from its own input
        scores = device.peek([digits.quantized[index]], last, offset, model.tensors[output].nbytes)
        assert scores == digits.oracle_scores[index].tobytes()
    arena_size = device.info().arena_size
    assert device.peek([digits.quantized[0]], last, 0, arena_size)[offset:].startswith(
        digits.oracle_scores[0].tobytes()
    )
    shown = messages.infer_payload(ids.InputFormat.RAW_S8, digits.quantized[0])
    assert device.call(messages.PEEK, messages.peek_head(last, arena_size, 0) + shown) == b""
    for op, start, size in ((last + 1, 0, 1), (0, 1, arena_size), (0, arena_size + 1, 0)):
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
            device.call(messages.PEEK, messages.peek_head(op, start, size) + shown)
    result = device.infer(digits.images[0], ids.InputFormat.PIXELS_U8)
    assert result.scores.tobytes() == digits.oracle_scores[0].tobytes()


def check_stream(device: Device, digits: Digits) -> None:
    """Means and detections are the reference's, whatever happens between frames."""
    shown = [index for index in range(4) for _ in range(3)]
    parameters = Parameters(frames=2, threshold=-20, refractory=2)
    wanted = list(smooth(digits.oracle_scores[shown], parameters))
    assert {row.detected for row in wanted} > {None}
    for _ in range(2):  # the second stream knows nothing of the first
        device.start_stream(parameters)
        got: list[Smoothed] = []
        for index in shown:
            frame = (digits.images[index], comparison.shorter_format(digits, index))
            got += device.stream([frame])
            device.infer(digits.images[9], ids.InputFormat.PIXELS_U8)
        assert got == wanted
    before = device.stats()
    payload = messages.infer_payload(ids.InputFormat.PIXELS_U8, digits.images[shown[0]])
    device.start_stream(parameters)
    for seq in (801, 801, 802):  # the first one's reply was lost
        (reply,) = exchange(device, encode(Frame(messages.STREAM_FRAME, seq, payload)))
        assert reply.type == messages.STREAM_FRAME | ids.REPLY_BIT
        means = messages.parse_inference(reply.payload).scores
        assert tuple(means) == wanted[seq - 801].means
    after = device.stats()
    assert after["repeats"] - before["repeats"] == 1
    assert after["inferences"] - before["inferences"] == 2
    for frames in (0, ids.STREAM_MOST_FRAMES + 1):
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
            device.start_stream(Parameters(frames, 0, 0))
    with pytest.raises(DeviceRefusedError, match="BAD_LENGTH"):
        device.call(messages.STREAM, b"\1\0")
    # What was refused began no stream.
    (third,) = device.stream([(digits.images[shown[2]], ids.InputFormat.PIXELS_U8)])
    assert third == wanted[2]


def check_self_test(device: Device, digits: Digits) -> None:
    """The golden vectors in the image pass, and cost no other request anything."""
    before = device.stats()["inferences"]
    result = device.self_test()
    assert result.vectors == result.passed == 3
    assert device.stats()["inferences"] - before == 3
    answer = device.infer(digits.images[5], ids.InputFormat.PIXELS_U8)
    assert answer.scores.tolist() == digits.oracle_scores[5].tolist()


def check_refusals(device: Device, digits: Digits) -> None:
    """Whatever is wrong gets its ERROR, moves its counter, and changes nothing else."""
    infer_bytes = 1 + digits.images[0].size
    pixels = digits.images[0].tobytes()
    good = encode(Frame(messages.INFER, 500, b"\0" + pixels))
    damaged = bytearray(good)
    damaged[len(damaged) // 2] ^= 0x80 if damaged[len(damaged) // 2] != 0x80 else 0x01
    before = device.stats()
    cases = [
        (bytes(damaged), ids.ErrorCode.BAD_CRC, 0, "crc_errors"),
        (b"\0\x09abc\0", ids.ErrorCode.BAD_FRAME, 0, "cobs_errors"),
        (b"\0hello\r\n\0", ids.ErrorCode.BAD_FRAME, 0, "cobs_errors"),
        (b"\0" + b"\x02\x01" * (infer_bytes + 50) + b"\0", ids.ErrorCode.TOO_LONG, 0, "too_long"),
        (encode(Frame(0x5F, 501)), ids.ErrorCode.UNKNOWN_COMMAND, 501, "unknown_commands"),
        (
            encode(Frame(messages.INFER, 502, b"\0" + pixels[:-1])),
            *(ids.ErrorCode.BAD_LENGTH, 502, "length_errors"),
        ),
        (
            encode(Frame(messages.INFO, 503, b"?")),
            *(ids.ErrorCode.BAD_LENGTH, 503, "length_errors"),
        ),
        (
            encode(Frame(messages.INFER, 504, b"\x07" + pixels)),
            *(ids.ErrorCode.BAD_VALUE, 504, None),
        ),
        (
            encode(Frame(messages.INFER, 506, b"\x02\x00\x05abc")),  # a run cut off
            *(ids.ErrorCode.BAD_VALUE, 506, None),
        ),
        (
            encode(Frame(messages.INFER, 508, b"\x02" + b"\xff\x00" * (infer_bytes // 255 + 1))),
            *(ids.ErrorCode.BAD_VALUE, 508, None),  # runs beyond the input
        ),
        (encode(Frame(messages.INFO, 505, version=9)), ids.ErrorCode.BAD_VERSION, 505, None),
    ]
    expected = dict(before)
    for data, code, seq, counter in cases:
        (frame,) = exchange(device, data)
        assert frame.type == ids.Event.ERROR, (code, frame)
        assert (frame.payload[0], frame.seq) == (code, seq)
        asked = [one.type for one in Decoder().feed(data) if isinstance(one, Frame)]
        assert frame.payload[1] == (asked[0] if seq else 0)
        assert frame.payload[2:].decode() == code.name
        if seq:
            expected["frames_ok"] += 1
        if counter is not None:
            expected[counter] += 1
    after = device.stats()
    expected["frames_ok"] += 1  # the STATS request itself
    expected["stack_high_water_bytes"] = after["stack_high_water_bytes"]
    assert after == expected
    (reply,) = exchange(device, good)
    assert reply.payload[5:] == digits.oracle_scores[0].tobytes()


def check_tensors(device: Device, model: Model) -> None:
    """Inputs and outputs are what the model says; what comes out is the oracle's, to the byte."""
    found = device.tensors()
    for tensors, wanted in ((found.inputs, model.inputs), (found.outputs, model.outputs)):
        assert [(one.dtype, one.shape, one.nbytes) for one in tensors] == [
            (numpy_dtype(one), one.shape, one.nbytes) for one in wanted
        ]
        assert [(one.scale, one.zero_point) for one in tensors] == [
            (one.scale, one.zero_point) if one.scales else (0.0, 0) for one in wanted
        ]
    resets = (0, 3)
    inputs = random_inputs(model, 6, seed=5)
    answered = answers(model, inputs, resets)
    ran = device.stats()["inferences"]
    for sample in range(6):
        if sample in resets:
            device.reset()
        for index, values in enumerate(inputs):
            device.load(index, values[sample])
        device.run()
        for index, outputs in enumerate(answered):
            assert device.read(index).tobytes() == outputs[sample].tobytes(), (sample, index)
    assert device.stats()["inferences"] - ran == 6


def check_run(device: Device) -> None:
    """A RUN that is repeated runs once; its outputs can be read until an input is written; an input
    that is not whole, or another's, is never run."""
    tensors = device.tensors()
    contents = [(bytes(range(1, 9)) * one.nbytes)[: one.nbytes] for one in tensors.inputs]
    if tensors.inputs[-1].dtype == np.int32:
        contents[-1] = bytes(tensors.inputs[-1].nbytes)  # an index
    arrays = [
        np.frombuffer(content, one.dtype)
        for content, one in zip(contents, tensors.inputs, strict=True)
    ]
    for index, values in enumerate(arrays):
        device.load(index, values)
    payload = messages.run_payload(contents)
    with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
        device.call(messages.RUN, payload[:-1] + bytes([payload[-1] ^ 1]))
    before = device.stats()
    request = encode(Frame(messages.RUN, 950, payload))
    (first,) = exchange(device, request)
    assert first.type == messages.RUN | ids.REPLY_BIT
    assert exchange(device, request) == [first]
    after = device.stats()
    assert after["inferences"] - before["inferences"] == 1
    assert after["repeats"] - before["repeats"] == 1
    nbytes = tensors.outputs[0].nbytes
    if len(contents) > 1:
        other = forged(
            Frame(messages.RUN, 950, payload[:-8] + bytes(8)), Frame(messages.RUN, 950, payload)
        )
        (error,) = exchange(device, encode(other))
        assert (error.type, error.payload[0]) == (ids.Event.ERROR, ids.ErrorCode.BAD_VALUE)
    whole = device.call(messages.READ, messages.read_payload(0, 0, nbytes))
    assert zlib.crc32(whole) == int.from_bytes(first.payload[4:8], "little")
    assert device.call(messages.READ, messages.read_payload(0, 1, 5)) == whole[1:6]
    assert device.call(messages.READ, messages.read_payload(0, nbytes, 0)) == b""
    for index, offset, size in (
        (0, 1, nbytes),
        (0, nbytes + 1, 0),
        (0, 4, 0xFFFFFFFF),
        (len(tensors.outputs), 0, 1),
    ):
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
            device.call(messages.READ, messages.read_payload(index, offset, size))
    for head in (b"\2\0", bytes([0, len(tensors.inputs)]), bytes([1, len(tensors.outputs)])):
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
            device.call(messages.TENSOR, head)
    with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
        device.call(messages.RUN, payload)  # under another seq: the inputs are gone
    device.call(messages.LOAD, messages.load_payload(0, ids.InputFormat.RAW_S8, 0, contents[0][:1]))
    with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
        device.call(messages.READ, messages.read_payload(0, 0, 1))
    (late,) = exchange(device, request)
    assert (late.type, late.payload[0]) == (ids.Event.ERROR, ids.ErrorCode.BAD_VALUE)
    for index, input_format in (
        (len(tensors.inputs), 1),
        (0, ids.InputFormat.LOADED),
        (0, ids.InputFormat.SAMPLE),
        (0, 9),
    ):
        with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
            device.call(messages.LOAD, messages.load_payload(index, input_format, 0, b"x"))


def check_lengths(device: Device) -> None:
    """A payload shorter or longer than its command's row in ids.def allows is refused."""
    commands = [value for value in vars(messages).values() if isinstance(value, messages.Command)]
    assert messages.LOAD in commands
    before = device.stats()["length_errors"]
    wrong = [(one, bytes(one.least_bytes - 1)) for one in commands if one.least_bytes > 0]
    wrong += [(one, bytes(one.most_bytes + 1)) for one in commands if one.most_bytes is not None]
    for command, payload in wrong:
        with pytest.raises(DeviceRefusedError, match=f"^{command.name}: .*BAD_LENGTH"):
            device.call(command, payload)
    assert device.stats()["length_errors"] - before == len(wrong)


def check_one_answer(device: Device, digits: Digits) -> None:
    """Each command is answered by one frame: what comes next is the next request's."""
    raw = digits.quantized[0].tobytes()
    shown = bytes([ids.InputFormat.RAW_S8]) + raw
    requests: list[tuple[messages.Command[Any], bytes]] = [
        (messages.INFER, shown),
        (messages.STREAM, b"\1\0\0"),
        (messages.STREAM_FRAME, shown),
        (messages.PROFILE, shown),
        (messages.PEEK, messages.peek_head(0, 0, 1) + shown),
        (messages.LOAD, messages.load_payload(0, ids.InputFormat.RAW_S8, 0, raw)),
        (messages.RUN, messages.run_payload([raw])),
        (messages.READ, messages.read_payload(0, 0, 1)),
        (messages.TENSOR, b"\0\0"),
        (messages.BATCH, messages.batch_payload([b"\2\0\1\7"])),
        (messages.SELF_TEST, b""),
        (messages.RESET, b""),
        (messages.STATS, b""),
        (messages.INFO, b""),
    ]
    for seq, (command, payload) in enumerate(requests, start=1100):
        frames = exchange(device, encode(Frame(command, seq, payload)))
        frames += exchange(device, encode(Frame(messages.INFO, 1)))
        assert [(frame.type, frame.seq) for frame in frames] == [
            (command | ids.REPLY_BIT, seq),
            (messages.INFO | ids.REPLY_BIT, 1),
        ], command.name


def check_noise(device: Device) -> None:
    """Noise before a frame costs an ERROR and nothing else; empty frames cost nothing."""
    request = encode(Frame(messages.INFO, 600))
    error, reply = exchange(device, b"Press any key" + request, count=2)
    assert (error.type, error.payload[0]) == (ids.Event.ERROR, ids.ErrorCode.BAD_FRAME)
    assert (reply.type, reply.seq) == (messages.INFO | ids.REPLY_BIT, 600)
    (reply,) = exchange(device, b"\0\0\0" + request + b"\0\0")
    assert reply.seq == 600


def check_random_bytes(device: Device, seed: int = 1) -> None:
    """After any random bytes the device answers the next request."""
    rng = np.random.default_rng(seed)
    for _ in range(20):
        device.line.write(rng.integers(0, 256, rng.integers(1, 1500), np.uint8).tobytes())
        device.synchronize()
        assert device.info().ready, f"seed {seed}"
