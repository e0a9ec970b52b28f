"""Every object of a board's facts knows all of its keys, and every number its limits."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen.boards import facts
from codegen.boards.facts import BoardError, load_board

_BOARDS = ("netduinoplus2", "mps3_an547", "microbit", "host", "pico")
_LIMITS = [
    # path of a key, the numbers that are just fine, and those just beyond
    ("clock_hz", (1, 2**32 - 1), (0, 2**32)),
    ("stack_bytes", (256, 131064), (248, 255, 257, 260, 131072)),  # in the first RAM, by 8
    ("uart.baud", (300, 1_000_000), (299, 1_000_001)),
    ("uart.max_baud", (115_200, 12_000_000), (115_199, 12_000_001)),
    ("uart.rx_ring_bytes", (16, 65536), (0, 8, 24, 131072)),
    ("uart.rx_irq", (0, 495), (-1, 496)),
    ("uart.bus", (0, 2**32 - 1), (-1, 2**32)),
    ("tick.hz", (1, 2**32 - 1), (0, 2**32)),
    ("emulator.icount_shift", (0, 10), (-1, 11)),
    ("emulator.tick_hz", (1,), (0,)),
    ("emulator.serial_index", (0, 7), (-1, 8)),
    ("flash_timing.wait_states", (1, 15), (-1, 16)),
    ("flash_timing.prefetch", (0, 1), (-1, 2)),
    ("flash_timing.data_cache.lines", (1, 4096), (0, 4097)),
    ("flash_timing.data_cache.line_bytes", (4, 1 << 31), (3, 2, 5, 6)),
]


def document(board: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((facts.BOARDS_DIR / f"{board}.json").read_text())
    return found


def tables(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where there are objects."""
    if isinstance(value, dict):
        yield path
    for key, part in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    ):
        yield from tables(part, (*path, key))


def load(folder: Path, changed: dict[str, Any]) -> facts.Board:
    (folder / "test.json").write_text(json.dumps(changed))
    return load_board("test", folder)


@pytest.mark.parametrize("board", [name for name in _BOARDS if name in facts.board_ids()])
def test_a_key_too_many_is_refused_wherever_it_stands(board: str, tmp_path: Path) -> None:
    places = list(tables(document(board)))
    assert len(places) >= 6
    for path in places:
        changed = document(board)
        place: Any = changed
        for key in path:
            place = place[key]
        place["surplus"] = "x"
        with pytest.raises(BoardError, match="unknown key 'surplus'; allowed: "):
            load(tmp_path, changed)


@pytest.mark.parametrize(("where", "fine", "beyond"), _LIMITS)
def test_numbers_have_limits(
    where: str, fine: tuple[int, ...], beyond: tuple[int, ...], tmp_path: Path
) -> None:
    *tables_, key = where.split(".")
    for number in (*fine, *beyond):
        changed = document("netduinoplus2")
        place = changed["mcuforge"]
        for name in tables_:
            place = place[name]
        place[key] = number
        if number in fine:
            load(tmp_path, changed)
            continue
        with pytest.raises(BoardError, match=rf"test\.json: .*{key}"):
            load(tmp_path, changed)


def changed_regions(**of: str) -> dict[str, Any]:
    found = document("netduinoplus2")
    found["mcuforge"]["regions"][1].update(of)
    return found


def test_regions_end_where_they_may(tmp_path: Path) -> None:
    assert load(tmp_path, changed_regions(origin="0xFFFE0000")).regions[1].end == 1 << 32
    with pytest.raises(BoardError, match="ends beyond 32 bits"):
        load(tmp_path, changed_regions(origin="0xFFFE0001"))
    # right behind the other RAM, and one byte into it
    assert load(tmp_path, changed_regions(origin="0x10010000")).ram_bytes == 192 << 10
    with pytest.raises(BoardError, match="region ccm ends at 0x10010000, but ram begins at"):
        load(tmp_path, changed_regions(origin="0x1000ffff"))
    with pytest.raises(BoardError, match="two regions of one name in flash, ccm, ccm"):
        load(tmp_path, changed_regions(name="ccm"))
    for length, nbytes in [("9999", 9999), ("128K", 128 << 10), ("1M", 1 << 20)]:
        assert load(tmp_path, changed_regions(length=length)).regions[1].length == nbytes


def test_the_stack_lies_in_the_first_ram_of_the_list(tmp_path: Path) -> None:
    small = changed_regions(length="4K")
    with pytest.raises(BoardError, match="below the 4096 B of region ram"):
        load(tmp_path, small)


def test_a_guard_goes_with_its_cores(tmp_path: Path) -> None:
    for board, guard in [("mps3_an547", "mpu"), ("netduinoplus2", "msplim")]:
        changed = document(board)
        changed["mcuforge"]["stack_guard"] = guard
        with pytest.raises(BoardError, match=f"stack_guard '{guard}' with cpu 'cortex-m"):
            load(tmp_path, changed)


def test_a_process_has_no_memory_of_its_own(tmp_path: Path) -> None:
    native = document("host")
    assert load(tmp_path, native).regions == ()
    with_region = copy.deepcopy(native)
    with_region["mcuforge"]["regions"] = document("netduinoplus2")["mcuforge"]["regions"]
    with_region["mcuforge"]["sources"] = {"clock_hz": "x", "regions": "x"}
    with pytest.raises(BoardError, match=r"regions has to be \[\] for a native process"):
        load(tmp_path, with_region)
    for key in ("clock_hz", "stack_bytes"):
        changed = copy.deepcopy(native)
        changed["mcuforge"][key] = 0
        load(tmp_path, changed)


def test_usb_ids_have_16_bits(tmp_path: Path) -> None:
    changed = document("nucleo_f446re")
    for vid, pid, fine in [("0xFFFF", "0xffff", True), ("0x1", "0x10000", False)]:
        changed["mcuforge"]["usb_ids"] = [{"vid": vid, "pid": pid}]
        if fine:
            assert load(tmp_path, changed).usb_ids == (facts.UsbId(0xFFFF, 0xFFFF),)
            continue
        with pytest.raises(BoardError, match=r"usb_ids\[0\]: vid and pid have 16 bits"):
            load(tmp_path, changed)
    for wrong in ([1], "x"):
        changed["mcuforge"]["usb_ids"] = wrong
        with pytest.raises(BoardError, match="usb_ids"):
            load(tmp_path, changed)


@pytest.mark.parametrize(
    ("name", "number"), [("GP5", 5), ("GP29", 29), ("GP30", None), ("GP", None)]
)
def test_pins_of_a_pico(name: str, number: int | None) -> None:
    table = facts._Table({"pin": name}, "x")
    if number is None:
        with pytest.raises(BoardError, match="pin is"):
            table.pin("pin")
        return
    assert table.pin("pin") == number


def test_frameworks_are_those_of_the_family(tmp_path: Path) -> None:
    changed = document("netduinoplus2")
    changed["frameworks"] = ["arduino"]
    with pytest.raises(BoardError, match=r"frameworks has to be \[\] for 'stm32f2f4'"):
        load(tmp_path, changed)


def test_a_family_that_is_none() -> None:
    with pytest.raises(BoardError, match=r"no board family 'none'; known families: .*stm32f2f4"):
        facts.load_family("none")


def test_what_is_built_here_needs_nothing_fetched() -> None:
    built = {board.status for board in facts.boards_built_here()}
    assert built <= {"emulated", "built"} and "emulated" in built
    assert len(facts.boards_built_here()) < len(facts.list_boards())
