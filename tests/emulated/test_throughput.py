"""How much of a line's rate the window uses: the firmware as a process behind a slow line."""

import math
import queue
import threading
import time
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from harness.rig import link
from harness.rig.emulator import _QemuEmulator
from harness.rig.expected import Expected
from harness.run import comparison
from harness.run.digits import Digits
from harness.wire import messages
from harness.wire.device import Device
from harness.wire.ids import InputFormat
from harness.wire.transport import Line, SerialLine

pytestmark = pytest.mark.emulated

BITS_PER_BYTE = 10  # start, eight, stop
WANTED_SHARE = 0.9
TRIES = 5
QEMU_ROUNDS = 12  # at most
WANTED_GAIN = 3.0  # 5 and more on a machine that does nothing else: docs/testing.md
QEMU_DIGITS = 10  # a round


@dataclass
class PacedLine:
    """A line that takes as long for what is sent as a UART of that rate, and buffers as one."""

    line: Line
    baud: int
    sent_bytes: int = 0
    _waiting: "queue.Queue[tuple[float, bytes]]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        self.url = self.line.url
        self._pumping = threading.Thread(target=self._pump, daemon=True)
        self._pumping.start()

    def read(self, timeout_s: float) -> bytes:
        return self.line.read(timeout_s)

    def write(self, data: bytes) -> None:
        self.sent_bytes += len(data)
        self._waiting.put((time.monotonic(), data))

    def set_baud(self, baud: int) -> None:
        raise NotImplementedError

    def close(self) -> None:
        self._waiting.put((0.0, b""))
        self._pumping.join()  # what was written goes out before the port is closed under it
        self.line.close()

    def _pump(self) -> None:
        free_s = time.monotonic()
        while True:
            written_s, data = self._waiting.get()
            if not data:
                return
            # From when it was written: this thread may wake late, a UART does not.
            free_s = max(free_s, written_s) + len(data) * BITS_PER_BYTE / self.baud
            time.sleep(max(0.0, free_s - time.monotonic()))
            self.line.write(data)


@pytest.mark.parametrize("baud", [115_200, 1_000_000])
def test_the_window_keeps_the_line_busy(baud: int, build_dir: Path, digits: Digits) -> None:
    process_board = Expected.load(load_board("host"), build_dir)
    paced: list[PacedLine] = []

    def pace(line: Line) -> Line:
        paced.append(PacedLine(line, baud))
        return paced[-1]

    shares: list[float] = []
    with (
        link.connect(process_board.board, process_board.elf, damage=pace) as connection,
        connection.device() as device,
    ):
        device.info()
        # A loaded machine gets several tries: a digit takes 2 ms at 1 Mbaud.
        while len(shares) < TRIES and max(shares, default=0.0) < WANTED_SHARE:
            before, start_s = paced[0].sent_bytes, time.monotonic()
            found = list(
                comparison.check_digits(device, digits, range(len(digits)), every_format=0)
            )
            elapsed_s = time.monotonic() - start_s
            assert not any(mismatches for _, _, mismatches in found)
            shares.append((paced[0].sent_bytes - before) * BITS_PER_BYTE / (elapsed_s * baud))
            print(f"{baud} baud: {len(found) / elapsed_s:.1f} digits/s, {shares[-1]:.1%} of it")
    assert max(shares) >= WANTED_SHARE, shares


class UnbufferedQemu(_QemuEmulator):
    """QEMU with its serial port as it is by itself: no bytes wait before the UART."""

    def _command(self, qmp_path: Path) -> list[str]:
        return [
            part.removesuffix(",mux=on") if "id=uart" in part else part
            for part in super()._command(qmp_path)
        ]


def test_digits_through_the_window_beat_one_at_a_time(build_dir: Path, digits: Digits) -> None:
    """In QEMU, where the time of a digit is mostly that of the bytes on the line. The ways take
    turns, each until its best time, as the window needs a processor and QEMU's port mostly waits:
    what else a loaded machine does slows one of them alone.
    """
    expected = Expected.load(load_board("mps2_an386"), build_dir)
    assert expected.board.emulator is not None
    order = cycle(range(len(digits)))
    best_s: dict[str, float] = {}

    def measure(way: str, device: Device, count: int, one_at_a_time: bool) -> None:
        start_s = time.monotonic()
        if one_at_a_time:
            for image in digits.images[:count]:
                payload = messages.infer_payload(InputFormat.PIXELS_U8, image)
                device.call(messages.INFER, payload)
        else:
            shown = list(islice(order, count))
            found = list(comparison.check_digits(device, digits, shown, every_format=0))
            assert not any(mismatches for _, _, mismatches in found)
        best_s[way] = min(best_s.get(way, math.inf), (time.monotonic() - start_s) / count)

    def reached() -> bool:
        plain_s, buffered_s, windowed_s = best_s.values()
        return plain_s >= WANTED_GAIN * windowed_s and buffered_s >= 1.5 * windowed_s

    with (
        link.open_device(expected.board, expected.elf) as device,
        UnbufferedQemu(expected.elf, expected.board.emulator) as unbuffered,
        Device(SerialLine(unbuffered.url, expected.board.uart.baud)) as naive,
    ):
        unbuffered.resume()
        naive.synchronize()
        for one in (device, naive):
            one.info()
        for _ in range(QEMU_ROUNDS):
            measure("QEMU's port as it is, one at a time", naive, 2, True)
            measure("buffered, one at a time", device, 4, True)
            measure("buffered, through the window", device, QEMU_DIGITS, False)
            if reached():
                break
        retries = device.counts.retries
    told = "; ".join(f"{way} {1 / time_s:.1f}" for way, time_s in best_s.items())
    print(f"QEMU, digits/s: {told}; {retries} retries")
    assert reached(), told
