"""Every fact of a board names its document, or says that none was looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from codegen.boards import facts
from codegen.boards.facts import BoardError, load_board
from codegen.boards.sources import UNCHECKED, by_source, facts_that_need_one, sources_of


@pytest.mark.parametrize("board_id", facts.board_ids())
def test_every_fact_of_every_board_has_one(board_id: str) -> None:
    board = load_board(board_id)
    named = {f"chip.{name}" for name in board.chip} | {f"uart.{name}" for name in board.uart.facts}
    named |= {"clock_hz", "regions"} if board.regions else set()
    named |= {"usb_ids"} if board.usb_ids else set()
    assert set(board.sources) == named
    assert all(board.sources.values())


def changed(folder: Path, sources: dict[str, Any] | None) -> facts.Board:
    document = json.loads((facts.BOARDS_DIR / "nucleo_f446re.json").read_text())
    if sources is None:
        del document["mcuforge"]["sources"]
    else:
        document["mcuforge"]["sources"] = sources
    (folder / "test.json").write_text(json.dumps(document))
    return load_board("test", folder)


GOOD = {"clock_hz": "A, 1", "regions": "B", "chip": "C", "uart": "D", "usb_ids": None}


def test_a_fact_without_a_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BoardError, match="key 'sources' is missing"):
        changed(tmp_path, None)
    for key, fact in [("chip", "chip.irq_count"), ("usb_ids", "usb_ids"), ("clock_hz", "clock_hz")]:
        rest = {name: source for name, source in GOOD.items() if name != key}
        with pytest.raises(BoardError, match=rf"test\.json: .*sources: key '{fact}' is missing"):
            changed(tmp_path, rest)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"chip.crystal": "E"}, "unknown key 'chip.crystal'; allowed: clock_hz, "),
        ({"uart.baud": "E"}, "unknown key 'uart.baud'"),
        ({"chip": ""}, "chip is ''; it has to be a document's name, or null"),
        ({"chip.irq_count": 5}, "chip.irq_count is 5"),
    ],
)
def test_a_source_of_nothing_and_no_source_are_refused(
    more: dict[str, Any], message: str, tmp_path: Path
) -> None:
    with pytest.raises(BoardError, match=message):
        changed(tmp_path, GOOD | more)


def test_a_group_speaks_for_those_without_a_key_of_their_own(tmp_path: Path) -> None:
    sources = changed(tmp_path, GOOD | {"chip.hse_hz": None, "uart.base": "D, 2"}).sources
    assert sources["chip.irq_count"] == "C" and sources["chip.hse_hz"] == UNCHECKED
    assert sources["uart.base"] == "D, 2" and sources["uart.rx_irq"] == "D"
    assert sources["usb_ids"] == UNCHECKED


def test_facts_by_their_source() -> None:
    needed = facts_that_need_one(["a", "b"], ["c", "d"], has_memory=True, has_usb_ids=False)
    assert needed == ["clock_hz", "regions", "chip.a", "chip.b", "uart.c", "uart.d"]
    given = {"clock_hz": "X", "regions": None, "chip": "X", "uart": "Y", "uart.d": None}
    assert by_source(sources_of(given, needed)) == {
        "X": ["clock_hz", "chip"],
        UNCHECKED: ["regions", "uart.d"],
        "Y": ["uart.c"],
    }
