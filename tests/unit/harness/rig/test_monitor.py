"""The monitor: frames in words, text as it is, nothing lost."""

import io
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codegen.boards.facts import Board
from harness.rig import monitor
from harness.wire import ids, messages, trace
from harness.wire.framing import Damaged, Frame, Text, encode
from tests.unit.harness.wire.fake_device import FakeDevice, result


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


class FakeEmulator:
    url = "socket://it"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def resume(self) -> None:
        self.asked.append("resume")

    def check_alive(self) -> None:
        self.asked.append("alive?")


@pytest.mark.parametrize("port", [None, "/dev/x"])
def test_the_device_is_asked_once_what_it_is_until_ctrl_c(
    port: str | None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    emulator = FakeEmulator()
    opened: list[tuple[str, str | int]] = []
    fakes: list[FakeDevice] = []

    class Interrupted(FakeDevice):
        def read(self, timeout_s: float) -> bytes:
            if data := super().read(timeout_s):
                return data
            raise KeyboardInterrupt

        def __enter__(self) -> FakeDevice:
            return self

        def __exit__(self, *_: object) -> None:
            self.close()

    @contextmanager
    def started(board: Board, elf: Path) -> Iterator[FakeEmulator]:
        opened.append((board.id, elf.name))
        yield emulator

    def line(url: str, baud: int) -> FakeDevice:
        opened.append((url, baud))
        fakes.append(Interrupted())
        return fakes[0]

    monkeypatch.setattr(monitor, "open_emulator", started)
    monkeypatch.setattr(monitor, "SerialLine", line)
    expected = type("Expected", (), {"elf": tmp_path / "firmware.elf"})
    monkeypatch.setattr(monitor.Expected, "load", lambda *_: expected)
    monitor.run("mps2_an386", tmp_path, port, 9600 if port else None)
    said = capsys.readouterr()
    assert said.out.count("[INFO reply seq 1]") == 1
    assert said.out.lstrip()[0].isdigit()  # its time
    assert f"mps2_an386 on {port or emulator.url}; Ctrl-C ends" in said.err
    assert fakes[0].closed
    if port:
        assert opened == [("/dev/x", 9600)]
        assert emulator.asked == []
    else:
        assert opened == [("mps2_an386", "firmware.elf"), (emulator.url, 115_200)]
        assert emulator.asked[0] == "resume"
        assert set(emulator.asked[1:]) == {"alive?"}


def test_replies_in_words() -> None:
    def reply(kind: int, payload: bytes) -> str:
        (line,) = monitor.describe(Frame(kind | ids.REPLY_BIT, 2, payload))
        return line.partition("] ")[2]

    assert reply(messages.INFER, result(b"\x05")) == "class 1, 1000 ticks, scores [-128, 5]"
    stats = reply(messages.STATS, struct.pack("<10I", *range(10)))
    assert [int(one.split()[1]) for one in stats.split(", ")] == list(range(10))
    info = FakeDevice(unique_id=None)._info()
    assert "chip" not in reply(messages.INFO, info)
    assert reply(messages.INFO, info).endswith("arena 4,096 of 4,096 B, ready")
    failed = FakeDevice(status=ids.Setup.ALLOCATE_FAILED, message=b"no op")._info()
    assert "no op, chip 000102" in reply(messages.INFO, failed)
