"""The firmware as a process of this machine, without a Device: its line holds what comes first."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from harness.rig.emulator import Emulator, open_emulator
from harness.rig.expected import Expected
from harness.wire import ids, messages
from harness.wire.framing import Decoder, Frame, encode
from harness.wire.transport import SerialLine

pytestmark = pytest.mark.emulated

HOST = load_board("host")
LIMIT_S = 10.0


@pytest.fixture
def process(build_dir: Path) -> Iterator[Emulator]:
    with open_emulator(HOST, Expected.load(HOST, build_dir).elf) as started:
        yield started


@pytest.fixture
def line(process: Emulator) -> Iterator[SerialLine]:
    with SerialLine(process.url, HOST.uart.baud) as opened:
        yield opened


def pid_of(process: Emulator) -> int:
    assert process._process is not None
    return process._process.pid


def next_frame(line: SerialLine) -> Frame:
    decoder = Decoder()
    deadline_s = time.monotonic() + LIMIT_S
    while (left_s := deadline_s - time.monotonic()) > 0:
        for item in decoder.feed(line.read(left_s)):
            if isinstance(item, Frame):
                return item
    pytest.fail("no frame came")


def test_before_the_first_request_an_error_has_no_number(line: SerialLine) -> None:
    line.write(b"\0noise\0")
    error = next_frame(line)
    assert (error.type, error.seq) == (ids.Event.ERROR, 0)
    assert error.payload[0] == ids.ErrorCode.BAD_FRAME


def test_it_takes_no_processor_while_nothing_comes(process: Emulator, line: SerialLine) -> None:
    line.write(encode(Frame(messages.INFO, 1)))
    next_frame(line)

    def ticks() -> int:
        fields = Path(f"/proc/{pid_of(process)}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])  # in user and in kernel mode: proc(5)

    before = ticks()
    time.sleep(0.5)
    assert (ticks() - before) / os.sysconf("SC_CLK_TCK") < 0.1
