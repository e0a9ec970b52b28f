"""Payloads to the byte: what is read of them, and what is refused as malformed."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest

from harness.wire import ids, messages
from harness.wire.messages import Loaded, PayloadError, Profile, Run, SelfTest
from tests.unit.harness.wire.fake_device import FakeDevice

parse_two_outputs = partial(messages.parse_run, output_bytes=[3, 2])
LONG = ids.INLINE_BYTES - 3
TENSOR = struct.pack("<BBIIIfi", 7, 2, 5, 3, 30, 0.5, -7)  # int16 [5, 3]


@pytest.mark.parametrize(
    ("parse", "payload", "value"),
    [
        (messages.parse_load, b"\x07\0\0\0", Loaded(7, 0)),
        (messages.parse_load, b"\x07\0\0\0\x09\0\0\0", Loaded(7, 9)),
        (messages.parse_profile, struct.pack("<I", 100), Profile(100, ())),
        (messages.parse_profile, struct.pack("<3I", 100, 60, 30), Profile(100, (60, 30))),
        (messages.parse_self_test, b"\x08\x03", SelfTest(8, 3)),
        (
            parse_two_outputs,
            struct.pack("<3I", 9, 1, 2) + b"abcde",
            Run(9, (1, 2), (b"abc", b"de")),
        ),
        (partial(messages.parse_run, output_bytes=[]), struct.pack("<I", 9), Run(9, (), None)),
        (
            partial(messages.parse_run, output_bytes=[LONG, 3]),
            struct.pack("<3I", 9, 1, 2) + bytes(LONG) + b"abc",
            Run(9, (1, 2), (bytes(LONG), b"abc")),
        ),
        (  # one byte more than comes with the run
            partial(messages.parse_run, output_bytes=[LONG, 4]),
            struct.pack("<3I", 9, 1, 2),
            Run(9, (1, 2), None),
        ),
        (messages.parse_fault, struct.pack("<3I", 1, 2, 3), (1, 2, 3)),
        (messages.parse_fault, struct.pack("<4I", 1, 2, 3, 4), (1, 2, 3)),
        (messages.parse_fault, struct.pack("<2I", 1, 2)[:5], (1, 2, 0)),
        (messages.parse_fault, b"", (0, 0, 0)),
    ],
)
def test_a_reply_is_read_to_the_byte(
    parse: Callable[[bytes], Any], payload: bytes, value: object
) -> None:
    assert parse(payload) == value


@pytest.mark.parametrize(
    ("parse", "fine", "wrong", "said"),
    [
        (messages.parse_inference, (6, 7), (5, 0), "5 B, expected more than 5 B"),
        (messages.parse_smoothed, (6,), (5,), "expected more than 5 B"),
        (partial(messages.parse_batch, count=2), (12, 14), (13, 10), "2 results of one length|5 B"),
        (messages.parse_load, (4, 8), (0, 3, 6, 12), "expected 4 B or twice that"),
        (messages.parse_stats, (40, 41, 44), (39, 0), "B, expected 40 B"),
        (messages.parse_profile, (4, 8, 40), (0, 5, 6, 7), "and 4 B for each op"),
        (messages.parse_self_test, (2,), (0, 1, 3), "B, expected 2 B"),
        (parse_two_outputs, (17,), (12, 16, 18), "B, expected 17 B"),
    ],
)
def test_a_reply_of_another_length_is_malformed(
    parse: Callable[[bytes], Any], fine: tuple[int, ...], wrong: tuple[int, ...], said: str
) -> None:
    zeros = bytes(200)
    for nbytes in fine:
        parse(zeros[:nbytes])
    for nbytes in wrong:
        with pytest.raises(PayloadError, match=said if nbytes == wrong[0] else "B, expected|cut"):
            parse(zeros[:nbytes])


def test_info_needs_its_numbers_and_two_texts() -> None:
    whole = FakeDevice(board=b"ab", message=b"c", unique_id=b"\x12\x34")._info()
    assert messages.parse_info(whole[: messages._INFO.size + 5]).unique_id == ""
    assert messages.parse_info(whole[: messages._INFO.size + 8]).unique_id == "1234"
    least = FakeDevice(board=b"", unique_id=None)._info()
    assert len(least) == messages._INFO.size + 2 and messages.parse_info(least).board == ""
    for nbytes in (messages._INFO.size, messages._INFO.size + 1, messages._INFO.size + 7):
        with pytest.raises(PayloadError, match="a field is cut off"):
            messages.parse_info(whole[:nbytes])
    with pytest.raises(PayloadError, match=f"expected at least {messages._INFO.size + 2} B"):
        messages.parse_info(whole[: messages._INFO.size - 1])


def test_names_that_are_not_in_the_table_are_numbers() -> None:
    payload = bytearray(FakeDevice(isa=2)._info())
    payload[2:4] = b"\xc8\xc9"
    info = messages.parse_info(bytes(payload))
    assert (info.isa, info.runtime) == ("isa 200", "runtime 201")


SCHEMA = ids.SETUP_TEXTS[ids.Setup.BAD_SCHEMA].text


@pytest.mark.parametrize(
    ("status", "message", "failure"),
    [
        (ids.Setup.READY, "", f"READY, {ids.SETUP_TEXTS[ids.Setup.READY].text}"),
        (ids.Setup.BAD_SCHEMA, "", f"BAD_SCHEMA, {SCHEMA}"),
        (ids.Setup.BAD_SCHEMA, "why", f"BAD_SCHEMA, {SCHEMA}: why"),
        (99, "why", "status 99: why"),
        (99, "", "status 99"),
    ],
)
def test_why_a_model_was_not_set_up(status: int, message: str, failure: str) -> None:
    info = messages.parse_info(FakeDevice(status=status, message=message.encode())._info())
    assert info.ready == (status == ids.Setup.READY)
    assert info.setup_failure == failure


def test_results_of_a_batch_are_cut_apart() -> None:
    payload = b"".join(struct.pack("<BI2b", n, 10 * n, n, -n) for n in (1, 2, 3))
    found = messages.parse_batch(payload, 3)
    assert [(one.predicted, one.ticks, one.scores.tolist()) for one in found] == [
        (n, 10 * n, [n, -n]) for n in (1, 2, 3)
    ]


@pytest.mark.parametrize(("code", "detected"), [(3, 3), (ids.NOTHING_DETECTED, None)])
def test_a_frame_of_a_stream_may_detect_nothing(code: int, detected: int | None) -> None:
    found = messages.parse_smoothed(struct.pack("<BI2b", code, 5, -128, 127))
    assert (found.detected, found.means) == (detected, (-128, 127))


def test_a_tensor_is_what_its_sizes_say() -> None:
    tensor = messages.parse_tensor(TENSOR)
    assert (tensor.dtype, tensor.shape, tensor.nbytes) == (np.dtype("int16"), (5, 3), 30)
    assert (tensor.scale, tensor.zero_point) == (0.5, -7)
    scalar = messages.parse_tensor(struct.pack("<BBIfi", 9, 0, 1, 0.0, 0))
    assert scalar.shape == () and str(scalar) == "int8 []"


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (TENSOR[:-1], "21 B, expected 22 B"),
        (TENSOR + b"\0", "23 B, expected 22 B"),
        (b"", "0 B, expected 14 B"),
        (b"\x07", "1 B, expected 14 B"),
        (b"\x07\x01", "2 B, expected 18 B"),
        (b"\xc8" + TENSOR[1:], "dtype 200 is not in this harness's table"),
        (struct.pack("<BBIIIfi", 7, 2, 5, 3, 29, 0.5, -7), r"int16 \[5, 3\] does not take 29 B"),
        (struct.pack("<BBIIIfi", 7, 2, 5, 3, 17, 0.5, -7), r"does not take 17 B"),
    ],
)
def test_a_tensor_that_contradicts_itself_is_malformed(payload: bytes, said: str) -> None:
    with pytest.raises(PayloadError, match=said):
        messages.parse_tensor(payload)


@pytest.mark.parametrize(
    ("passed", "failed", "text"),
    [
        (8, None, "8 golden vectors passed"),
        (7, 7, "golden vector 7 (of 0 to 7) FAILED"),
        (0, 0, "golden vector 0 (of 0 to 7) FAILED"),
    ],
)
def test_the_first_vector_that_failed(passed: int, failed: int | None, text: str) -> None:
    test = SelfTest(8, passed)
    assert test.failed == failed and str(test) == text


NAME, TEXT = ids.ERROR_TEXTS[6].name, ids.ERROR_TEXTS[6].text


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "an ERROR frame without a code"),
        (b"\x06", f"error 6 ({NAME}, {TEXT})"),
        (b"\x06\x81", f"error 6 ({NAME}, {TEXT})"),
        (b"\x06\x81" + NAME.encode(), f"error 6 ({NAME}, {TEXT})"),  # its name says no more
        (b"\x06\x81why", f"error 6 ({NAME}, {TEXT}): why"),
        (b"\x06\x81\x1b\xff", f"error 6 ({NAME}, {TEXT}): "),
        (b"\xc8\x81why", "error 200 (not in this harness's table): why"),
        (b"\xc8\x81", "error 200 (not in this harness's table)"),
    ],
)
def test_an_error_in_words(payload: bytes, said: str) -> None:
    found = messages.describe_error(payload)
    assert found == said or (said.endswith(": ") and found.startswith(said))
    assert found.isprintable()
    assert messages.describe_event(ids.Event.ERROR, payload) == found


def test_events_in_words() -> None:
    assert messages.describe_event(ids.Event.LOG, b"\x06 is no code") != ""
    assert messages.describe_event(ids.Event.LOG, b"plain") == "plain"
    assert messages.describe_event(ids.Event.FAULT, struct.pack("<3I", 1, 2, 3)) == (
        "processor fault: pc=0x00000001 lr=0x00000002 cfsr=0x00000003"
    )


def test_requests_to_the_byte() -> None:
    values = np.array([[1, 2], [3, 4]], np.int8).T  # row by row, however it lies in memory
    raw = bytes([ids.InputFormat.RAW_S8, 1, 3, 2, 4])
    assert messages.infer_payload(ids.InputFormat.RAW_S8, values) == raw
    pixels = np.array([0, 0, 7], np.uint8)
    assert messages.infer_payload(ids.InputFormat.PACKED_U8, pixels) == bytes(
        [ids.InputFormat.PACKED_U8, 2, 1, 7]
    )
    assert messages.batch_payload([b"ab", b"c"]) == b"\2\0ab\1\0c"
    assert messages.load_payload(1, 2, 0x10203, b"xy") == b"\1\2\3\2\1\0xy"
    crc = (0x352441C2).to_bytes(4, "little")  # of "abc", as in zlib's own test
    assert messages.run_payload([b"abc", b""]) == crc + bytes(4)
    assert messages.loaded_payload([b"abc"]) == bytes([ids.InputFormat.LOADED]) + crc
    assert messages.tensor_payload(True, 3) == b"\1\3"
    assert messages.read_payload(1, 2, 3) == struct.pack("<BII", 1, 2, 3)
    assert messages.baud_payload(921_600) == struct.pack("<I", 921_600)
    assert messages.peek_head(1, 2, 3) == struct.pack("<HII", 1, 2, 3)
    assert messages.LOAD_HEAD_BYTES == 6 and messages.BATCH_HEAD_BYTES == 2


def test_commands_know_their_lengths() -> None:
    for command in (one for one in vars(messages).values() if isinstance(one, messages.Command)):
        least, most = ids.COMMANDS[command.name].lengths or (-1, -1)
        assert command.least_bytes == least
        assert command.most_bytes == (None if most == ids.NO_LIMIT else most)
    assert messages.INFO.most_bytes == 0 and messages.INFER.most_bytes is None
