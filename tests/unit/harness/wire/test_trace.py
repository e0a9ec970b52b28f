"""What a trace of the line says, and that it says nothing unless asked."""

from __future__ import annotations

import io

import pytest

from harness.wire import messages, trace
from harness.wire.framing import Damaged, Frame, Text
from harness.wire.trace import Trace


def test_each_item_is_a_line_with_the_time_since_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([10.0, 10.25, 10.251, 11.0, 11.5])
    monkeypatch.setattr(trace.time, "monotonic", lambda: next(times))
    outs = [io.StringIO(), io.StringIO()]
    kept = Trace(*outs)
    kept.sent(Frame(messages.INFO, 7))
    kept.received(Frame(messages.STATS, 8, bytes(range(16))))
    kept.received(Text(b"boot\r\n"))
    kept.received(Damaged(b"\x80" * 17, "wrong CRC-32"))
    shown = " ".join(f"{byte:02x}" for byte in range(16))
    assert outs[0].getvalue().splitlines() == [
        "+  250.000 ms > INFO seq=7 0 B: ",
        f"+    1.000 ms < STATS seq=8 16 B: {shown}",
        r"+  749.000 ms < 'boot\r\n'",
        f"+  500.000 ms < '17 damaged bytes (wrong CRC-32): {' '.join(['80'] * 16)} ...'",
    ]
    assert outs[1].getvalue() == outs[0].getvalue()


def test_a_long_payload_is_shown_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    Trace(out).received(Frame(messages.STATS, 8, bytes(17)))
    assert out.getvalue().endswith(f": {' '.join(['00'] * 16)} ...\n")


def test_nothing_is_looked_at_where_nobody_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = Trace()
    monkeypatch.setattr(trace.time, "monotonic", None)
    nobody.sent(Frame(messages.INFO, 7))
    nobody.received(Text(b"boot"))
