"""The monitor: frames in words, text as it is, nothing lost."""

import io
import time

from harness.rig import monitor
from harness.wire import ids, messages, trace
from harness.wire.framing import Damaged, Frame, Text, encode
from tests.unit.harness.wire.fake_device import FakeDevice


def shown(fake: FakeDevice) -> list[str]:
    out = io.StringIO()
    monitor.show(fake, out, timestamps=False, limit_s=0.05)
    return out.getvalue().splitlines()


def test_frames_and_text_are_shown_in_order() -> None:
    fake = FakeDevice(message=b"")
    fake._out += b"hello\r\nworld\r\n"
    fake.write(encode(Frame(messages.INFO, 1)))
    fake.say(Frame(ids.Event.LOG, 0, b"a message"))
    fake.say(Frame(ids.Event.ERROR, 4, bytes([8, 2]) + b"no op 'CONV_2D'"))
    fake.say(Frame(ids.Event.FAULT, 0, bytes(12)))
    fake._out += b"login: "
    lines = shown(fake)
    assert lines[:2] == ["hello", "world"]
    assert lines[2].startswith("[INFO reply seq 1] fake, build 0123456789abcdef, dsp kernels")
    assert lines[3] == "[LOG seq 0] a message"
    assert lines[4] == (
        "[ERROR seq 4] error 8 (NOT_READY, the model was not set up): no op 'CONV_2D'"
    )
    assert lines[5] == "[FAULT seq 0] processor fault: pc=0x00000000 lr=0x00000000 cfsr=0x00000000"
    assert lines[6:] == ["login: "]


def test_what_cannot_be_decoded_is_shown_as_bytes() -> None:
    reply = messages.INFER | ids.REPLY_BIT
    assert monitor.describe(Frame(reply, 3, b"\1")) == [
        "[INFER reply seq 3] malformed, 1 B, expected more than 5 B: 01"
    ]
    assert monitor.describe(Frame(0x55, 3, b"\1\2")) == ["[type 0x55 seq 3] 01 02"]
    assert "of protocol version 9: 01" in monitor.describe(Frame(1, 3, b"\1", version=9))[0]
    assert monitor.describe(Damaged(b"\x81\x02", "too short")) == [
        "2 damaged bytes (too short): 81 02"
    ]
    assert monitor.describe(Text(b"a\nb")) == ["a", "b"]


def test_trace_has_direction_and_time_and_costs_nothing_when_off() -> None:
    out = io.StringIO()
    tracer = trace.Trace(out)
    tracer.sent(Frame(messages.INFER, 7, bytes(20)))
    tracer.received(Text(b"hi\n"))
    first, second = out.getvalue().splitlines()
    assert first.endswith(f"> INFER seq=7 20 B: {bytes(16).hex(' ')} ...")
    assert second.startswith("+")
    assert second.endswith(" ms < 'hi\\n'")
    trace.Trace().sent(Frame(1, 1))


def test_a_line_that_is_never_quiet_is_shown_line_by_line() -> None:
    class Chatty(FakeDevice):
        def read(self, timeout_s: float) -> bytes:
            time.sleep(min(timeout_s, 0.005))
            return b"tick\nto"

    lines = shown(Chatty())
    assert lines[:3] == ["tick", "totick", "totick"]
