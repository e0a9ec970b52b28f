"""Who counts a device's ticks says what they are."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

from codegen.boards.facts import load_board
from harness.run import ticks

BOARD = load_board("mps2_an386")


def test_instructions_are_counted_where_time_is_virtual() -> None:
    info = SimpleNamespace(tick_hz=25_000_000)
    assert ticks.instructions(BOARD, info, 1000.0) == 1250  # type: ignore[arg-type]
    emulator = BOARD.emulator
    assert emulator is not None
    at_its_own = replace(BOARD, emulator=replace(emulator, tick_hz=50_000_000))
    assert ticks.instructions(at_its_own, info, 1000.0) == 625  # type: ignore[arg-type]
    # A chip has its crystal: what it says is so.
    assert ticks.tick_hz(at_its_own, info, True) == 50_000_000  # type: ignore[arg-type]
    assert ticks.tick_hz(at_its_own, info, False) == 25_000_000  # type: ignore[arg-type]
    for board, hz in [
        (replace(BOARD, emulator=None), 1),
        (replace(BOARD, emulator=replace(emulator, icount_shift=None)), 1),
        (BOARD, 0),
    ]:
        assert ticks.instructions(board, SimpleNamespace(tick_hz=hz), 1.0) is None  # type: ignore[arg-type]
