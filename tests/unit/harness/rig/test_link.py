"""From a board to a device that answers: over a port, or an emulator that may die meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from codegen.boards.facts import Board, load_board
from codegen.image.firmware_build import FirmwareInfo
from harness.errors import (
    CheckError,
    DeviceFaultError,
    DeviceTimeoutError,
    EmulatorError,
    PlaceLostError,
    PortError,
)
from harness.rig import link
from harness.rig.expected import Expected
from tests.unit.harness.wire.fake_device import BUILD_ID, MODEL_SHA256, Clock, FakeDevice

BOARD = load_board("mps2_an386")
ELF = Path("firmware.elf")


class FakeEmulator:
    """Notes what was asked of it. dead: it ended by itself."""

    url = "socket://127.0.0.1:9"
    dead = False
    interrupted = False

    def __init__(self) -> None:
        self.asked: list[str] = []

    def resume(self) -> None:
        self.asked.append("resume")

    def check_alive(self, grace_s: float = 0.0) -> None:
        self.asked.append(f"alive? {grace_s:g}")
        if self.dead:
            raise EmulatorError("QEMU ended with code 7: its last words")

    def wait(self) -> None:
        self.asked.append("wait")
        if self.interrupted:
            raise KeyboardInterrupt


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> FakeEmulator:
    fake = FakeEmulator()

    @contextmanager
    def opened(board: Board, elf: Path) -> Iterator[FakeEmulator]:
        fake.asked.append(f"open {board.id} {elf}")
        yield fake
        fake.asked.append("end")

    monkeypatch.setattr(link, "open_emulator", opened)
    return fake


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """URLs and rates of the lines that were opened; a device is behind each."""
    lines: list[tuple[str, int]] = []

    def line(url: str, baud: int) -> FakeDevice:
        lines.append((url, baud))
        return FakeDevice(url=url, board=BOARD.id.encode())

    monkeypatch.setattr(link, "SerialLine", line)
    return lines


@pytest.fixture
def expected(monkeypatch: pytest.MonkeyPatch) -> None:
    image = FirmwareInfo(BOARD.id, BOARD.isa, BUILD_ID, MODEL_SHA256, 1, 1)
    held = Expected(BOARD, Path("model.tflite"), ELF, image, MODEL_SHA256)
    monkeypatch.setattr(Expected, "load", lambda *_: held)


def test_a_port_is_opened_at_the_boards_rate_or_the_one_that_is_given(
    opened: list[tuple[str, int]], emulator: FakeEmulator
) -> None:
    for baud in (None, 9600):
        with link.open_device(BOARD, ELF, port="/dev/x", baud=baud) as device:
            assert device.info().board == BOARD.id
    assert opened == [("/dev/x", BOARD.uart.baud), ("/dev/x", 9600)]
    assert emulator.asked == []


def test_an_emulator_runs_once_its_line_is_open(
    opened: list[tuple[str, int]], emulator: FakeEmulator
) -> None:
    with link.open_device(BOARD, ELF) as device:
        assert device.info().board == BOARD.id
    assert opened == [(emulator.url, BOARD.uart.baud)]
    assert emulator.asked == ["open mps2_an386 firmware.elf", "resume", "end"]


@pytest.mark.parametrize("error", [PortError("cut"), DeviceTimeoutError("INFO", "no reply")])
def test_an_emulators_last_words_are_the_error(
    error: Exception, opened: list[tuple[str, int]], emulator: FakeEmulator
) -> None:
    with pytest.raises(type(error)), link.open_device(BOARD, ELF):
        raise error
    assert emulator.asked[-1] == "alive? 0.5"
    emulator.dead = True
    with pytest.raises(EmulatorError, match="its last words"), link.open_device(BOARD, ELF):
        raise error
    with pytest.raises(type(error)), link.open_device(BOARD, ELF, port="/dev/x"):
        raise error


def test_a_fault_is_told_with_its_place(
    opened: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link.processor_fault, "explain", lambda *told: f"at {told}")
    with (
        pytest.raises(DeviceFaultError, match=r"at \(.*'firmware.elf'\), 256, 513, 3\)") as raised,
        link.open_device(BOARD, ELF, port="/dev/x"),
    ):
        raise DeviceFaultError("INFER", 256, 513, 3)
    assert (raised.value.pc, raised.value.lr, raised.value.cfsr) == (256, 513, 3)


# ---------------------------------------------------------------- a line that was cut


def connection(
    monkeypatch: pytest.MonkeyPatch,
    lines: Callable[[str, int], FakeDevice],
    find: link.Find | None = None,
) -> link.Connection:
    monkeypatch.setattr(link.ports, "serial_number", lambda url: f"serial of {url}")
    monkeypatch.setattr(link, "SerialLine", lines)
    monkeypatch.setattr(link, "time", Clock())
    return link.Connection(BOARD, "/dev/old", None, None, link.undamaged, find)


def test_a_line_is_found_again_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = FakeDevice()
    assert connection(monkeypatch, lambda *_: fake).find_again(lambda: True)
    assert fake.closed


def test_a_places_line_is_where_its_farm_says(monkeypatch: pytest.MonkeyPatch) -> None:
    fake, told = FakeDevice(), iter(["socket://new:1"])

    def line(url: str, baud: int) -> FakeDevice:
        if url != "socket://new:1":
            raise PortError(f"{url}: nothing there")
        return fake

    found = connection(monkeypatch, line, lambda: next(told))
    assert found.find_again(lambda: True)

    def lost() -> str:
        raise PlaceLostError("place desk was lost")

    with pytest.raises(PlaceLostError):
        connection(monkeypatch, line, lost).find_again(lambda: True)


def test_a_board_is_found_at_another_port_by_its_serial_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake = FakeDevice()

    def line(url: str, baud: int) -> FakeDevice:
        if url != "/dev/new" or baud != BOARD.uart.baud:
            raise PortError(f"{url}: no such port")
        return fake

    sought: list[object] = []

    def find(board: Board, serial: str | None) -> str:
        sought.append((board.id, serial))
        if len(sought) < 3:
            raise PortError("not yet")
        return "/dev/new"

    cut = connection(monkeypatch, line)
    monkeypatch.setattr(link.ports, "find_port", find)
    assert cut.find_again(lambda: True)
    assert sought == 3 * [(BOARD.id, "serial of /dev/old")]


def test_a_line_is_not_sought_for_ever_nor_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def line(url: str, baud: int) -> FakeDevice:
        tried.append(url)
        raise PortError(f"{url}: no such port")

    cut = connection(monkeypatch, line)
    monkeypatch.setattr(link.ports, "find_port", lambda *_: "/dev/old")
    assert not cut.find_again(lambda: False)
    assert tried == []
    with pytest.raises(PortError, match="/dev/old: no such port"):
        cut.find_again(lambda: True)
    assert 140 <= len(tried) <= 160  # each 0.2 s for 30 s


def test_what_cannot_be_reached_is_refused_first(
    opened: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    emulated: list[str] = []
    monkeypatch.setattr(link, "require_emulator", lambda board: emulated.append(board.id))
    link.require(BOARD)
    assert (emulated, opened) == ([BOARD.id], [])
    link.require(BOARD, "/dev/x")
    link.require(BOARD, "/dev/x", 9600)
    assert (emulated, opened) == ([BOARD.id], [("/dev/x", BOARD.uart.baud), ("/dev/x", 9600)])


# ---------------------------------------------------------------- what is printed


@pytest.mark.usefixtures("expected", "opened")
def test_a_handshake_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    info = link.handshake(BOARD.id, tmp_path, port="/dev/x")
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"mps2_an386: build {BUILD_ID} answers, dsp kernels of ")
    assert line.endswith(f"arena 4,096 of 4,096 B used, chip {info.unique_id}")


@pytest.mark.usefixtures("expected")
def test_a_handshake_holds_the_device_to_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    board = BOARD.id.encode()
    monkeypatch.setattr(link, "SerialLine", lambda *_: FakeDevice(board=board, build_id="ff" * 8))
    with pytest.raises(CheckError, match="build id"):
        link.handshake(BOARD.id, tmp_path, port="/dev/x")
    monkeypatch.setattr(link, "SerialLine", lambda *_: FakeDevice(board=board, unique_id=None))
    link.handshake(BOARD.id, tmp_path, port="/dev/x")
    assert "chip" not in capsys.readouterr().out


@pytest.mark.usefixtures("expected")
def test_an_emulator_is_kept_until_the_user_or_itself_ends_it(
    tmp_path: Path, emulator: FakeEmulator, capsys: pytest.CaptureFixture[str]
) -> None:
    emulator.interrupted = emulator.dead = True
    link.emulate(BOARD.id, tmp_path)
    assert emulator.asked == ["open mps2_an386 firmware.elf", "resume", "wait", "end"]
    said = capsys.readouterr().out
    assert f"mps2_an386 runs build {BUILD_ID}; its serial line is {emulator.url}\n" in said
    assert f"invoke monitor --board mps2_an386 --port {emulator.url}`" in said
    emulator.interrupted = False
    with pytest.raises(EmulatorError, match="its last words"):
        link.emulate(BOARD.id, tmp_path)
