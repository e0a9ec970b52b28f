"""firmware/lib/wire against Python: PyPI's cobs, zlib, hashlib, and the harness's framing.

The C++ runs under AddressSanitizer and UBSan; a sanitizer report ends the tool and fails the test.
"""

import hashlib
import re
import struct
import subprocess
import zlib
from pathlib import Path

import numpy as np
import pytest
from cobs import cobs
from hypothesis import example, given, settings
from hypothesis import strategies as st

from codegen.files.places import PROGRAM
from harness.wire import framing, ids, messages
from tests.unit.firmware.wire.bridge import Decoded, WireTool

PROTOCOL_MD = Path(__file__).resolve().parents[4] / "docs/protocol.md"

# Runs of zeros, runs around the COBS block size of 254, and anything else.
payloads = st.one_of(
    st.binary(max_size=1200),
    st.lists(
        st.one_of(
            st.integers(1, 600).map(bytes),
            st.integers(250, 258).map(lambda n: b"\x01" * n),
            st.binary(max_size=20),
        ),
        max_size=4,
    ).map(b"".join),
)
frames = st.builds(
    framing.Frame, type=st.integers(0, 255), seq=st.integers(0, 65535), payload=payloads
)
noise = st.binary(max_size=300).map(lambda data: data.replace(b"\0", b"\x7f"))


def decoded(frame: framing.Frame) -> Decoded:
    return Decoded("frame", frame.version, frame.type, frame.seq, frame.payload)


@settings(max_examples=200, deadline=None)
@given(frame=frames, span_bytes=st.integers(0, 700))
@example(frame=framing.Frame(1, 1, b"\x01" * 246 + b"\0"), span_bytes=1)
def test_cpp_encoder_writes_what_python_writes(
    wire_tool: WireTool, frame: framing.Frame, span_bytes: int
) -> None:
    line = wire_tool.encode(frame.type, frame.seq, frame.payload, span_bytes)
    assert line == framing.encode(frame)
    assert framing.Decoder().feed(line) == [frame]


@pytest.mark.parametrize("size", [0, 1, 253 - 8, 254 - 8, 255 - 8, 508 - 8, 509 - 8, 1000])
@pytest.mark.parametrize("fill", [0x00, 0x01, 0xFF])
def test_cobs_block_borders(wire_tool: WireTool, size: int, fill: int) -> None:
    frame = framing.Frame(0x42, 0x0101, bytes([fill]) * size)
    line = wire_tool.encode(frame.type, frame.seq, frame.payload)
    body = cobs.decode(line.strip(b"\0"))
    assert body[4:-4] == frame.payload
    assert int.from_bytes(body[-4:], "little") == zlib.crc32(body[:-4])
    assert wire_tool.decode(framing.encode(frame)) == [decoded(frame)]
    # Its first frame needs no delimiter before it.
    assert wire_tool.decode(framing.encode(frame).lstrip(b"\0")) == [decoded(frame)]


@settings(max_examples=200, deadline=None)
@given(stream=st.lists(st.tuples(noise, frames), max_size=4), tail=noise)
def test_cpp_decoder_finds_every_frame_between_noise(
    wire_tool: WireTool, stream: list[tuple[bytes, framing.Frame]], tail: bytes
) -> None:
    line = b"".join(junk + framing.encode(frame) for junk, frame in stream) + tail
    results = wire_tool.decode(line)
    assert [r for r in results if r.result == "frame"] == [decoded(frame) for _, frame in stream]
    items = framing.Decoder().feed(line)
    assert [i for i in items if isinstance(i, framing.Frame)] == [frame for _, frame in stream]


@settings(max_examples=300, deadline=None)
@given(stream=st.binary(max_size=2000), capacity=st.integers(0, 64))
def test_decoders_agree_on_random_bytes(wire_tool: WireTool, stream: bytes, capacity: int) -> None:
    """The device must neither overrun its buffer nor accept what the harness would not."""
    accepted = [r for r in wire_tool.decode(stream + b"\0", 4096) if r.result == "frame"]
    items = framing.Decoder().feed(stream + b"\0")
    assert accepted == [decoded(i) for i in items if isinstance(i, framing.Frame)]
    small = wire_tool.decode(stream + b"\0", capacity)
    assert all(len(r.payload) <= capacity for r in small)


@settings(max_examples=300, deadline=None)
@given(frame=frames, data=st.data())
def test_mutated_frames_are_refused_and_the_next_one_is_read(
    wire_tool: WireTool, frame: framing.Frame, data: st.DataObject
) -> None:
    line = bytearray(framing.encode(frame))
    how = data.draw(st.sampled_from(["flip", "drop", "insert", "cut"]))
    at = data.draw(st.integers(1, len(line) - 2))
    if how == "flip":
        line[at] ^= 1 << data.draw(st.integers(0, 7))
    elif how == "drop":
        del line[at]
    elif how == "insert":
        line.insert(at, data.draw(st.integers(0, 255)))
    else:
        del line[at:]
    good = framing.Frame(2, 7, b"next")
    results = wire_tool.decode(bytes(line) + framing.encode(good))
    assert results[-1] == decoded(good)
    # Whatever was taken as a frame before it is the original: a repeated byte in a run of equal
    # bytes can be the same frame only if COBS and CRC say so.
    assert all(r == decoded(frame) for r in results[:-1] if r.result == "frame")
    items = framing.Decoder().feed(bytes(line) + framing.encode(good))
    assert items[-1] == good
    assert all(i == frame for i in items[:-1] if isinstance(i, framing.Frame))


@settings(max_examples=100, deadline=None)
@given(frame=frames, spare=st.integers(-3, 3))
def test_frame_buffer_bounds_the_body(
    wire_tool: WireTool, frame: framing.Frame, spare: int
) -> None:
    body_bytes = 8 + len(frame.payload)
    (result,) = wire_tool.decode(framing.encode(frame), body_bytes + spare)
    assert result == (decoded(frame) if spare >= 0 else Decoded("too_long"))


@pytest.mark.parametrize(
    ("line", "result"),
    [
        (b"\0\0\0", []),
        (b"\x05abc\0", [Decoded("bad_frame")]),
        (b"\x01\0", [Decoded("bad_frame")]),
        (b"\0hello\r\n\0", [Decoded("bad_frame")]),
        (b"\0" + cobs.encode(b"\x01\x01\x01\x00\x01\x02\x03\x04") + b"\0", [Decoded("bad_crc")]),
    ],
)
def test_bad_streams_are_named(wire_tool: WireTool, line: bytes, result: list[Decoded]) -> None:
    assert wire_tool.decode(line) == result


@settings(max_examples=100, deadline=None)
@given(data=st.binary(max_size=2000), piece=st.integers(1, 300))
def test_crc32_is_zlibs(wire_tool: WireTool, data: bytes, piece: int) -> None:
    assert wire_tool.crc32(data, piece) == zlib.crc32(data)


@pytest.mark.parametrize("size", [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 12345])
def test_sha256_is_hashlibs(wire_tool: WireTool, size: int) -> None:
    data = bytes((i * 7 + size) & 0xFF for i in range(size))
    assert wire_tool.sha256(data) == hashlib.sha256(data).digest()


def test_error_names_come_from_the_one_table(wire_tool: WireTool) -> None:
    for code, entry in ids.ERROR_TEXTS.items():
        assert wire_tool.error_name(code) == entry.name
    assert wire_tool.error_name(200) == ""


def worked_examples() -> list[tuple[str, bytes]]:
    """(name, bytes) of each ```frame block of docs/protocol.md."""
    blocks = re.findall(r"```frame (\w+)\n([0-9a-f\s]+)```", PROTOCOL_MD.read_text("utf-8"))
    return [(name, bytes.fromhex(hexdump)) for name, hexdump in blocks]


_INPUTS = bytes([1, 255]), bytes([0, 5])
_OUTPUT = np.array([1.5], np.float32).tobytes()
EXAMPLE_FRAMES = {
    "infer": framing.Frame(messages.INFER, 0x0102, bytes([0, 0, 7, 255, 0])),
    "infer_reply": framing.Frame(
        messages.INFER | ids.REPLY_BIT, 0x0102, bytes.fromhex("01 40420f00 80 7f")
    ),
    "load": framing.Frame(
        messages.LOAD, 0x0104, messages.load_payload(1, ids.InputFormat.RAW_S8, 0, _INPUTS[1])
    ),
    "run": framing.Frame(messages.RUN, 0x0105, messages.run_payload(_INPUTS)),
    "run_reply": framing.Frame(
        messages.RUN | ids.REPLY_BIT,
        0x0105,
        struct.pack("<II", 1000, zlib.crc32(_OUTPUT)) + _OUTPUT,
    ),
    "load_sample": framing.Frame(
        messages.LOAD,
        0x0106,
        messages.load_payload(0, ids.InputFormat.SAMPLE, 0, struct.pack("<hh", 100, -2)),
    ),
    "load_sample_reply": framing.Frame(
        messages.LOAD | ids.REPLY_BIT, 0x0106, struct.pack("<II", 4, 300)
    ),
}


def test_worked_examples_of_the_protocol_document(wire_tool: WireTool) -> None:
    examples = worked_examples()
    assert [name for name, _ in examples] == list(EXAMPLE_FRAMES)
    for name, line in examples:
        frame = EXAMPLE_FRAMES[name]
        assert framing.encode(frame) == line
        assert framing.Decoder().feed(line) == [frame]
        assert wire_tool.encode(frame.type, frame.seq, frame.payload) == line
        assert wire_tool.decode(line) == [decoded(frame)]


def test_the_most_bytes_of_a_frame_on_the_line(tmp_path: Path) -> None:
    """What server.cc reckons its window with; a body without zeros takes them."""
    sizes = [*range(8, 520), 761, 762, 763, 4096]
    program = tmp_path / "lengths.cc"
    print_one = 'std::printf("%zu %zu\\n", wire::LineBytes({0}), wire::BodyBytes({0}));'
    calls = "\n".join(print_one.format(n) for n in sizes)
    program.write_text(f'#include <cstdio>\n#include "wire/frame.h"\nint main() {{\n{calls}\n}}\n')
    include = f"-I{PROGRAM / 'firmware/lib/wire'}"
    command = ["g++", "-std=c++17", include, str(program), "-o", str(tmp_path / "lengths")]
    subprocess.run(command, check=True)
    lines = subprocess.run([tmp_path / "lengths"], capture_output=True, text=True, check=True)
    delimiters = 3
    expected = [f"{len(cobs.encode(bytes([1]) * n)) + delimiters} {n + 8}" for n in sizes]
    assert lines.stdout.splitlines() == expected
