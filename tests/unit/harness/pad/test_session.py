"""A board that is held open: what it is asked for a sample, and that it comes back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from codegen.boards.facts import Board
from codegen.samples import split as split_file
from harness.errors import CheckError, PortError
from harness.pad import session as room
from harness.pad.session import Session
from tests.unit.harness.pad.places import BOARD, MODEL, Answering, build


class Bench:
    """Opens `device` as often as it is asked to. broken: what closing it raises."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.device = Answering()
        self.opened: list[tuple[str | None, int | None]] = []
        self.closed = 0
        self.broken: Exception | None = None
        self.said: list[str] = []
        self.folder = folder
        expected = build(folder)
        monkeypatch.setattr(room.Expected, "load", lambda *_: expected)
        monkeypatch.setattr(room.link, "open_device", self._open)

    @contextmanager
    def _open(self, _: Board, __: Path, port: str | None, baud: int | None) -> Iterator[Answering]:
        self.opened.append((port, baud))
        try:
            yield self.device
        finally:
            self.closed += 1
            if self.broken:
                raise self.broken

    def session(self) -> Session:
        return Session(BOARD.id, self.folder, "/dev/x", 9600, self.said.append)

    def sample(self) -> Any:
        return split_file.load(self.folder).take(slice(0, 1))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(tmp_path, monkeypatch)


def test_a_sample_is_loaded_run_read_and_profiled(bench: Bench) -> None:
    session = bench.session()
    assert bench.opened == [("/dev/x", 9600)]
    assert bench.said == [f"pad: {BOARD.id} answers, build {session.info.build_id}"]
    bench.device.asked.clear()
    shown = session.ask(bench.sample())
    assert bench.device.asked == ["load 0", "run", "read 0", "profile"]
    assert shown.microseconds == 250
    assert (shown.unit, shown.total, shown.ops) == ("cycles", 6250, (25, 50, 75, 100, 125))
    assert shown.front_end_microseconds is None
    assert len(bench.opened) == 1
    session.close()
    assert bench.closed == 1


def test_a_model_that_keeps_state_begins_anew_and_is_run_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = bench.session()
    monkeypatch.setattr(type(MODEL), "is_stateful", property(lambda _: True))
    bench.device.asked.clear()
    assert session.ask(bench.sample()).ops == ()
    assert bench.device.asked == ["reset", "load 0", "run", "read 0"]


def test_a_board_that_failed_is_opened_again(bench: Bench) -> None:
    session = bench.session()
    bench.device.fails = PortError("the cable was pulled")
    bench.broken = PortError("nothing to close")
    with pytest.raises(PortError, match="cable was pulled"):
        session.ask(bench.sample())
    assert bench.said[1:] == [f"pad: closing {BOARD.id}: nothing to close"]
    bench.device.fails = bench.broken = None
    assert session.ask(bench.sample()).total == 6250
    session.check()
    assert (len(bench.opened), bench.closed) == (2, 1)
    assert len(bench.said) == 3


def test_another_firmware_is_no_answer(bench: Bench) -> None:
    bench.device = Answering(build_id="ff" * 8)
    with pytest.raises(CheckError, match="build id"):
        bench.session()
    assert bench.closed == 1
    bench.device = Answering()
    session = bench.session()
    bench.device.known = Answering(board="other").known
    with pytest.raises(CheckError, match="built for other"):
        session.check()
    assert bench.closed == 2
