"""Ports by USB id and serial number, with lists of ports as pyserial would give them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from rich.console import Console

from codegen.boards.facts import UsbId, load_board
from harness.errors import HarnessError, PortError
from harness.rig import ports
from harness.rig.emulator import open_emulator

NUCLEO = replace(load_board("mps2_an386"), id="nucleo", usb_ids=(UsbId(0x0483, 0x374B),))
DISCO = replace(NUCLEO, id="disco")
MICROBIT = replace(NUCLEO, id="microbit", usb_ids=(UsbId(0x0D28, 0x0204),))


@dataclass
class Port:
    device: str
    vid: int | None = None
    pid: int | None = None
    serial_number: str | None = None


BUILT_IN = Port("/dev/ttyS0")
FIRST = Port("/dev/ttyACM1", 0x0483, 0x374B, "066AFF")
SECOND = Port("/dev/ttyACM0", 0x0483, 0x374B, "0670FF")
OTHER = Port("/dev/ttyUSB0", 0x10C4, 0xEA60)


def test_the_one_board_is_found() -> None:
    assert ports.find_port(NUCLEO, ports=[BUILT_IN, OTHER, FIRST]) == "/dev/ttyACM1"


def test_serial_number_chooses_among_several() -> None:
    assert ports.find_port(NUCLEO, "0670ff", ports=[FIRST, SECOND]) == "/dev/ttyACM0"
    with pytest.raises(PortError, match=r"2 ports may be nucleo: .*066AFF.*say which with --seri"):
        ports.find_port(NUCLEO, ports=[FIRST, SECOND])
    with pytest.raises(PortError, match=r"no nucleo with serial number X; found: /dev/ttyACM1"):
        ports.find_port(NUCLEO, "X", ports=[FIRST])


def test_a_port_tells_which_board_it_leads_to() -> None:
    assert ports.serial_number("/dev/ttyACM1", [BUILT_IN, FIRST, SECOND]) == "066AFF"
    assert ports.serial_number("/dev/ttyUSB0", [OTHER]) is None
    assert ports.serial_number("/dev/ttyS0", [BUILT_IN]) is None


def test_two_ports_of_one_board_are_one_board() -> None:
    assert ports.find_port(NUCLEO, ports=[replace(FIRST, device="B"), FIRST]) == "/dev/ttyACM1"


def test_no_board_names_what_is_there() -> None:
    with pytest.raises(PortError, match=r"no microbit .*0d28:0204.*other USB ports: /dev/ttyUSB0"):
        ports.find_port(MICROBIT, ports=[BUILT_IN, OTHER])
    with pytest.raises(PortError, match="give its port with --port"):
        ports.find_port(replace(MICROBIT, usb_ids=()), ports=[OTHER])


def test_a_board_without_usb_id_names_its_wires() -> None:
    with pytest.raises(PortError, match=r"PA2 \(the board sends\) and PA3 .* --port"):
        ports.find_port(load_board("disco_f407vg"), ports=[FIRST])
    with pytest.raises(HarnessError, match=r"no emulator; .* PA2 .* PA3 .* --port"):
        open_emulator(replace(load_board("disco_f407vg"), emulator=None), Path("firmware.elf"))
    assert ports.wiring(NUCLEO) == ""


def test_connected_lists_boards_that_share_ids() -> None:
    found = ports.connected([NUCLEO, DISCO, MICROBIT], [OTHER, FIRST, BUILT_IN])
    assert [(entry.device, entry.board_ids) for entry in found] == [
        ("/dev/ttyACM1", ("nucleo", "disco")),
        ("/dev/ttyUSB0", ()),
    ]


def test_table(capsys: pytest.CaptureFixture[str]) -> None:
    ports.print_connected(Console(width=100), [OTHER])
    assert "10c4:ea60" in (shown := capsys.readouterr().out)
    assert "unknown" in shown
    assert "disco_f407vg has no USB port of its own: wire a USB serial adapter" in shown
    ports.print_connected(Console(width=100), [])
    assert "no USB serial port" in capsys.readouterr().out
