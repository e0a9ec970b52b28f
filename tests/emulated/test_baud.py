"""The firmware's side of BAUD, on the process whose pseudo-terminal garbles what comes at another
rate than its own."""

import os
import time
from pathlib import Path

import pytest

from codegen.boards.facts import load_board
from harness.errors import DeviceRefusedError
from harness.rig.emulator import open_emulator
from harness.rig.expected import Expected
from harness.run.digits import Digits
from harness.run.worker import highest_baud
from harness.wire import messages
from harness.wire.device import Device
from harness.wire.framing import Frame, encode
from harness.wire.ids import InputFormat
from harness.wire.transport import SerialLine
from tests import device_checks

pytestmark = pytest.mark.emulated

OWN = 115_200


class Cable(SerialLine):
    """Damages all that passes above a rate."""

    limit_baud = 500_000
    baud = OWN

    def set_baud(self, baud: int) -> None:
        self.baud = baud
        super().set_baud(baud)

    def write(self, data: bytes) -> None:
        super().write(data if self.baud <= self.limit_baud else data[::-1])


def test_the_rate_goes_up_as_far_as_the_line_allows_and_back_by_itself(
    build_dir: Path, digits: Digits
) -> None:
    expected = Expected.load(load_board("host"), build_dir)

    def check(device: Device) -> None:
        result = device.infer(digits.images[0], InputFormat.PIXELS_U8)
        assert result.scores.tolist() == digits.oracle_scores[0].tolist()

    with open_emulator(expected.board, expected.elf) as emulator:
        with Device(SerialLine(emulator.url, OWN)) as device:
            assert highest_baud(device, OWN, device.info()) == 1_000_000
            check(device)
        with Device(Cable(emulator.url, OWN)) as device:
            # It is at 1 Mbaud still, hears noise, and goes back.
            assert highest_baud(device, OWN, device.info()) == 460_800
            check(device)
            counters = device.stats()
            assert counters["crc_errors"] + counters["cobs_errors"] + counters["too_long"] > 0


def test_a_rate_below_the_boards_own_or_above_its_highest_is_refused(build_dir: Path) -> None:
    expected = Expected.load(load_board("host"), build_dir)
    with (
        open_emulator(expected.board, expected.elf) as emulator,
        Device(SerialLine(emulator.url, OWN)) as device,
    ):
        for baud in (0, OWN - 1, 1_000_001, 2**32 - 1):
            with pytest.raises(DeviceRefusedError, match="BAD_VALUE"):
                device.call(messages.BAUD, messages.baud_payload(baud))
            device.info()  # at the rate as before


def _processor_s(pid: int) -> float:
    """What a process took so far (proc(5), fields utime and stime)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_a_raised_rate_outlives_silence_and_noise_byte_by_byte_ends_it(build_dir: Path) -> None:
    """Noise as long as it likes: a second after its first byte the device is at its own rate."""
    expected = Expected.load(load_board("host"), build_dir)
    with open_emulator(expected.board, expected.elf) as emulator:
        assert emulator._process is not None
        with Device(SerialLine(emulator.url, OWN)) as device:
            assert highest_baud(device, OWN, device.info()) == 1_000_000
            before_s = _processor_s(emulator._process.pid)
            time.sleep(1.2)
            assert (
                _processor_s(emulator._process.pid) - before_s < 0.6
            )  # it waits, and does not ask
            exchanged_s = time.monotonic()
            for seq in range(1, 31):
                (reply,) = device_checks.exchange(device, encode(Frame(messages.INFO, seq)))
                assert reply.seq == seq
            assert time.monotonic() - exchanged_s < 12  # not one twitch of its clock each
        with Device(SerialLine(emulator.url, OWN)) as device:
            noise_s = time.monotonic()
            while time.monotonic() - noise_s < 1.3:
                device.line.write(b"\x55")
                time.sleep(0.02)
            device.line.read(0)
            frames = device_checks.exchange(device, encode(Frame(messages.INFO, 40)), count=2)
            assert frames[-1].seq == 40  # behind an ERROR for the noise
