"""Every port in QEMU: start-up, ticks over the wrap of their counter, faults, full stack, reset."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from codegen.boards.facts import Board, list_boards, load_board
from harness.rig.emulator import open_emulator
from tests.cortex_m_port import link

pytestmark = pytest.mark.emulated
MAIN = Path(__file__).with_name("cortex_m_port_main.cc").read_text()

# CFSR, Armv7-M B3.2.15
DACCVIOL, MSTKERR = 1 << 1, 1 << 4
BFARVALID, PRECISERR = 1 << 15, 1 << 9
STKERR = 1 << 12
UNDEFINSTR = 1 << 16
STKOF = 1 << 20  # Armv8-M: the stack pointer passed its limit

# QEMU's: rp2040js has no faults.
BOARDS = [
    board.id
    for board in list_boards()
    if board.family.architecture == "cortex_m" and board.emulator and board.emulator.machine
]
# QEMU 7.2 lets these machines read 0 from where nothing is and write to it, for the sake of images
# that use devices which it does not model. The chips would fault.
ACCESSES_TO_NOWHERE_PASS = ("lm3s6965evb", "netduino2")

Ask = Callable[[str], list[str]]


@pytest.fixture(scope="module", params=BOARDS)
def board(request: pytest.FixtureRequest) -> Board:
    return load_board(request.param)


def status(board: Board, bits: int) -> int:
    """What CFSR shows: Armv6-M has none."""
    return 0 if board.cpu in ("cortex-m0", "cortex-m0plus") else bits


@pytest.fixture(scope="module")
def elf(board: Board, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("port")
    result = link(board, MAIN, folder)
    assert result.returncode == 0, result.stderr
    return folder / "firmware.elf"


@pytest.fixture
def ask(board: Board, elf: Path) -> Iterator[Ask]:
    """Sends one letter; returns the words of the next line."""
    with open_emulator(board, elf) as emulator:
        host, port = emulator.url.removeprefix("socket://").split(":")
        with socket.create_connection((host, int(port)), timeout=90) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with line.makefile("r", encoding="ascii") as lines:
                emulator.resume()
                assert lines.readline() == "boot\n"

                def exchange(letter: str) -> list[str]:
                    line.sendall(letter.encode())
                    return lines.readline().split()

                yield exchange


def numbers(words: list[str]) -> list[int]:
    return [int(word, 16) for word in words]


def function_at(elf: Path, address: int) -> str:
    """The function that an address is in."""
    output = subprocess.run(
        ["arm-none-eabi-addr2line", "-f", "-e", str(elf), hex(address)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return output.splitlines()[0]


def test_data_bss_and_constructors_are_set_up(ask: Ask) -> None:
    assert numbers(ask("d")) == [0x12345678, 0, 42]


def test_ticks_never_run_backwards_or_jump(ask: Ask) -> None:
    """Over a wrap of the 24-bit counter, with its interrupt held off at many of the reads."""
    backward, largest_step, last = numbers(ask("t"))
    assert last > 1 << 24
    assert backward == 0
    assert largest_step < 4000


def test_bus_fault_names_its_instruction(ask: Ask, elf: Path, board: Board) -> None:
    if board.id in ACCESSES_TO_NOWHERE_PASS:
        assert ask("be") == ["echo"]
        return
    word, *registers = ask("b")
    assert word == "FAULT"
    pc, _, cfsr = numbers(registers)
    assert function_at(elf, pc) == "StoreToNowhere"
    assert cfsr == status(board, BFARVALID | PRECISERR)
    assert ask("") == ["boot"]  # it reset itself


def test_undefined_instruction(ask: Ask, elf: Path, board: Board) -> None:
    _, *registers = ask("u")
    pc, _, cfsr = numbers(registers)
    assert function_at(elf, pc) == "RunUndefined"
    assert cfsr == status(board, UNDEFINSTR)


def test_abort_reports_its_caller(ask: Ask, elf: Path) -> None:
    _, *registers = ask("a")
    assert function_at(elf, numbers(registers)[0]) == "GiveUp"


def test_failed_assertion_reports_its_function(ask: Ask, elf: Path) -> None:
    word, *registers = ask("x")
    assert word == "FAULT"
    assert function_at(elf, numbers(registers)[0]) == "FailAssertion"
    assert ask("") == ["boot"]


def test_full_stack_is_a_fault_and_damages_nothing(ask: Ask, board: Board) -> None:
    word, *registers = ask("o")
    assert word == "FAULT"
    cfsr = numbers(registers)[2]
    expected = {"mpu": DACCVIOL | MSTKERR, "msplim": STKOF, "none": PRECISERR | STKERR}
    # Without a guard it is a fault only where nothing is in front of RAM, as in these machines.
    assert cfsr & expected[board.stack_guard] or cfsr == status(board, 0)
    assert ask("") == ["boot"]
    assert numbers(ask("d")) == [0x12345678, 0, 42]


# Where the chips have what the firmware reads below RAM: RM0033 33.1, RM0090 39.1 (unique id)
UNIQUE_ID, UNIQUE_ID_BYTES = 0x1FFF7A10, 12


def test_guard_is_right_below_the_stack_and_leaves_the_unique_id(ask: Ask, board: Board) -> None:
    if board.stack_guard != "mpu":
        return  # no region to look at
    rbar, rasr, control = numbers(ask("g"))
    start, size = rbar & ~0x1F, 1 << ((rasr >> 1 & 0x1F) + 1)
    assert control & 1
    assert rasr & 1
    assert rasr >> 24 & 7 == 0  # no access at all
    assert start + size == next(r.origin for r in board.regions if r.kind == "ram")
    assert size > board.stack_bytes
    assert start >= UNIQUE_ID + UNIQUE_ID_BYTES


def test_unique_id_of_an_stm32_is_readable(ask: Ask, board: Board) -> None:
    """Nothing is there in QEMU; one machine lets such a read pass, unless the MPU forbids it."""
    if board.id == "netduino2":
        assert numbers(ask("m")) == [0, 0, 0]


def test_stack_high_water_mark_grows_with_use(ask: Ask, board: Board) -> None:
    (before,) = numbers(ask("s"))
    assert 0 < before < board.stack_bytes
    ask("1")  # uses 1,000 bytes and more
    (after,) = numbers(ask("s"))
    assert before + 900 < after < before + 1300


def test_unique_id_is_what_the_machine_has(ask: Ask, board: Board) -> None:
    """QEMU's nRF51 has fixed words in its FICR; its STM32s have no system memory."""
    expected = bytes.fromhex("0300000078563412") if board.family.id == "nrf5" else b""
    assert bytes(numbers(ask("i"))) == expected


def test_reset(ask: Ask) -> None:
    assert ask("r") == ["boot"]
    assert numbers(ask("d")) == [0x12345678, 0, 42]


def test_burst_longer_than_the_ring_is_counted_or_kept(ask: Ask) -> None:
    """Bytes that come while the program is busy wait in the ring buffer, in order."""
    assert ask("w" + "e" * 64) == ["busy"]
    for _ in range(64):
        assert ask("") == ["echo"]
