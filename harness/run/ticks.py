"""What a device's ticks are: seconds, instructions or cycles, by who counts them."""

from __future__ import annotations

from codegen.boards.facts import Board
from harness.wire.messages import Info


def tick_hz(board: Board, info: Info, is_emulated: bool) -> int:
    """Rate of the ticks: INFO's, but a machine's where that has one of its own for the board."""
    emulator = board.emulator if is_emulated else None
    return (emulator.tick_hz if emulator else None) or info.tick_hz


def instructions(board: Board, info: Info, ticks: float) -> int | None:
    """Executed instructions in `ticks`, where QEMU counts them: each takes 2^shift ns there."""
    emulator = board.emulator
    if emulator is None or emulator.icount_shift is None or not info.tick_hz:
        return None
    return round(ticks / tick_hz(board, info, True) * 1e9 / 2**emulator.icount_shift)


def unit_of(board: Board, info: Info, port: str | None) -> tuple[str, float]:
    """(unit, how many of it are one tick)."""
    if port is not None:
        return "cycles", info.clock_hz / info.tick_hz
    per_second = instructions(board, info, info.tick_hz)
    if per_second is not None:
        return "instructions", per_second / info.tick_hz
    return "ns", 1e9 / info.tick_hz
