"""Framing as a pure class: text, noise, splits. The fuzzing against C++ is in tests/unit/wire."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.wire.framing import Damaged, Decoder, Frame, Item, Text, encode

FRAME = Frame(0x82, 513, b"\0\1\0payload")


@given(stream=st.binary(max_size=400), cuts=st.lists(st.integers(0, 400), max_size=6))
def test_splitting_the_stream_changes_nothing(stream: bytes, cuts: list[int]) -> None:
    line = stream + encode(FRAME) + stream
    whole = Decoder().feed(line)
    decoder = Decoder()
    pieces: list[Item] = []
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(line)], strict=True):
        pieces += decoder.feed(line[start:end])
    assert pieces == whole


@given(stream=st.binary(max_size=400))
def test_every_byte_is_in_one_item(stream: bytes) -> None:
    items = Decoder().feed(stream + b"\0")
    kept = b"".join(i.data for i in items if not isinstance(i, Frame))
    assert kept == stream.replace(b"\0", b"")


def test_text_between_frames_is_text() -> None:
    line = b"boot v1\r\n" + encode(FRAME) + "käse\n".encode() + encode(FRAME)
    assert Decoder().feed(line) == [
        Text(b"boot v1\r\n"),
        FRAME,
        Text("käse\n".encode()),
        FRAME,
    ]


@pytest.mark.parametrize(
    ("chunk", "reason"),
    [(b"\x05\x01\x02", "COBS"), (b"\x02\x01", "short"), (b"\x0a\x01\2\3\4\5\6\7\x08\x0e", "CRC")],
)
def test_damage_is_named(chunk: bytes, reason: str) -> None:
    (item,) = Decoder().feed(b"\0" + chunk + b"\0")
    assert isinstance(item, Damaged)
    assert item.data == chunk
    assert reason in item.reason


def test_a_frame_of_another_version_is_passed_on() -> None:
    frame = Frame(0x81, 1, b"", version=7)
    assert Decoder().feed(encode(frame)) == [frame]


def test_waiting_text_is_shown_but_never_the_start_of_a_frame() -> None:
    decoder = Decoder()
    decoder.feed(b"login: ")
    assert decoder.flush_text() == Text(b"login: ")
    line = encode(Frame(0x41, 0x4242, b"A" * 60))  # text but for version and CRC
    for end in range(1, len(line) - 1):
        decoder = Decoder()
        decoder.feed(line[:end])
        assert decoder.flush_text() is None, end
        assert decoder.feed(line[end:]) == [Frame(0x41, 0x4242, b"A" * 60)]


def test_endless_noise_does_not_fill_the_memory() -> None:
    decoder = Decoder(max_chunk_bytes=100)
    items = decoder.feed(b"\x01" * 250)
    assert items
    assert len(decoder._pending) <= 100
    assert decoder.feed(encode(FRAME))[-1] == FRAME


def test_so_much_noise_is_waited_for_and_no_byte_more() -> None:
    decoder = Decoder(max_chunk_bytes=100)
    assert decoder.feed(b"\x01" * 100) == [] and len(decoder._pending) == 100
    assert len(decoder.feed(b"\x01")) == 1 and not decoder._pending
    assert len(decoder.feed(b"a\0" + b"\x01" * 100)) == 1 and len(decoder._pending) == 100
    assert len(decoder.feed(b"\0" + b"\x01" * 101)) == 2 and not decoder._pending


def test_of_a_line_that_goes_on_whole_lines_are_shown() -> None:
    decoder = Decoder()
    decoder.feed(b"one\ntwo\nthr")
    assert decoder.flush_text(whole_lines=True) == Text(b"one\ntwo\n")
    assert decoder.flush_text(whole_lines=True) is None
    assert decoder.flush_text() == Text(b"thr")
    decoder.feed(b"x")
    assert decoder.flush_text() is None  # one byte may be a frame's first
