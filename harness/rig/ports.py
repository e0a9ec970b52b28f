"""Which serial port is which board: by USB vendor and product id and serial number."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.table import Table
from serial.tools import list_ports

from codegen.boards.facts import Board, UsbId, list_boards
from harness.errors import PortError


class UsbPort(Protocol):
    """What of pyserial's ListPortInfo is used here; vid and pid are None where it is not USB."""

    device: str
    vid: int | None
    pid: int | None
    serial_number: str | None


@dataclass(frozen=True)
class Connected:
    """A port and the boards that it may be: several where boards share one probe's ids."""

    device: str
    vid: int
    pid: int
    serial_number: str
    board_ids: tuple[str, ...]


def connected(
    boards: Iterable[Board] | None = None, ports: Iterable[UsbPort] | None = None
) -> list[Connected]:
    """All USB serial ports, those of unknown ids with no board, sorted by device."""
    known = list(list_boards() if boards is None else boards)
    found = []
    for port in list_ports.comports() if ports is None else ports:
        if port.vid is None or port.pid is None:
            continue
        usb_id = UsbId(port.vid, port.pid)
        ids = tuple(board.id for board in known if usb_id in board.usb_ids)
        number = port.serial_number or ""
        found.append(Connected(port.device, port.vid, port.pid, number, ids))
    return sorted(found, key=lambda entry: entry.device)


def serial_number(device: str, ports: Iterable[UsbPort] | None = None) -> str | None:
    """The USB serial number of what is on that port; None where it has none, or is not USB."""
    numbers = [entry.serial_number for entry in connected([], ports) if entry.device == device]
    return (numbers[0] or None) if numbers else None


def find_port(
    board: Board, serial: str | None = None, ports: Iterable[UsbPort] | None = None
) -> str:
    """The port of the one connected board of that kind, or of the one with that serial number.

    Raises PortError if there is none, or several and no serial number says which.
    """
    if not board.usb_ids:
        raise PortError(
            f"{board.path.name} has no usb_ids to find {board.id} by; "
            f"{wiring(board)}give its port with --port"
        )
    candidates = connected([board], ports)
    matching = [entry for entry in candidates if entry.board_ids]
    if serial is not None:
        chosen = [entry for entry in matching if entry.serial_number.lower() == serial.lower()]
        if not chosen:
            raise PortError(f"no {board.id} with serial number {serial}; found: {_names(matching)}")
        # A board with two ports (Nucleo with a second UART) has the harness's on its first.
        return chosen[0].device
    if not matching:
        ids = ", ".join(f"{usb.vid:04x}:{usb.pid:04x}" for usb in board.usb_ids)
        raise PortError(
            f"no {board.id} is connected (USB {ids}); plug it in, or give its port with --port; "
            f"other USB ports: {_names(candidates)}"
        )
    if len({(entry.vid, entry.pid, entry.serial_number) for entry in matching}) > 1:
        raise PortError(
            f"{len(matching)} ports may be {board.id}: {_names(matching)}; say which with --serial"
        )
    return matching[0].device


def wiring(board: Board) -> str:
    """Which wires to add for the board's UART, with a comma.

    Empty where a USB port of the board leads there, or where nothing is known of the pins.
    """
    pins = board.uart.pins
    if board.usb_ids or not pins:
        return ""
    return (
        f"wire a USB serial adapter of 3.3 V to {pins['tx_pin']} (the board sends) and "
        f"{pins['rx_pin']} (it receives), "
    )


def print_connected(console: Console, ports: Iterable[UsbPort] | None = None) -> None:
    """The table of `invoke boards --connected`, and which boards it cannot show."""
    known = list_boards()
    found = connected(known, ports)
    if found:
        _print_table(console, found)
    else:
        console.print("no USB serial port is connected")
    for board in known:
        if wires := wiring(board):
            console.print(f"{board.id} has no USB port of its own: {wires}use --port")


def _print_table(console: Console, found: list[Connected]) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("port", "USB id", "serial number", "board"):
        table.add_column(title)
    for entry in found:
        usb_id = f"{entry.vid:04x}:{entry.pid:04x}"
        table.add_row(
            entry.device, usb_id, entry.serial_number, " or ".join(entry.board_ids) or "unknown"
        )
    console.print(table)


def _names(entries: list[Connected]) -> str:
    names = [f"{entry.device} (serial {entry.serial_number or 'none'})" for entry in entries]
    return ", ".join(names) or "none"
