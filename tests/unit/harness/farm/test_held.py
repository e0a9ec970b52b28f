"""What a run does with its places, beside a farm that is only told of here."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import pytest

from codegen.boards.facts import load_board
from codegen.errors import MissingToolError
from harness.farm.held import HeldPlaces
from harness.farm.place import Place, PlaceError, Resource
from harness.farm.session import Session
from harness.rig.upload_tools import Command, FlashError

BOARD = load_board("mps2_an386")
IMAGE = Path("image")


@dataclass
class FakeSession:
    """Places by name, and what was done with them."""

    places: dict[str, Place]
    taken: set[str] = field(default_factory=set)  # by others, meanwhile
    done: list[str] = field(default_factory=list)

    def place(self, name: str) -> Place:
        return self.places[name]

    held = place

    def acquire(self, name: str) -> None:
        if name in self.taken:
            raise PlaceError(f"place {name} is held by ann")
        self.done.append(f"acquire {name}")

    def release(self, name: str) -> None:
        self.done.append(f"release {name}")


def farm(*names: str, board: str = BOARD.id, taken: str = "") -> FakeSession:
    def place(name: str) -> Place:
        lines = [
            Resource(line, "NetworkSerialPort", f"{name}:{port}", "raw", None)
            for line, port in (("gdb", 1), ("uart", 2))
        ]
        return Place(name, {"board": board}, "", True, True, tuple(lines))

    return FakeSession({name: place(name) for name in names}, {*taken.split()})


def places(session: FakeSession, said: list[str], *names: str) -> HeldPlaces:
    return HeldPlaces(cast(Session, session), BOARD, names, said.append)


def flashes(*dead: str) -> object:
    """Stands for gdb: it fails at the places `dead`."""

    def run(command: Command) -> tuple[int, str]:
        words = str(command)
        return (1, "refused") if any(f"{name}:1" in words for name in dead) else (0, ": matched.")

    return run


def test_all_free_places_are_taken_but_those_that_were_lost_to_others() -> None:
    session, said = farm("a", "b", "c", taken="b"), list[str]()
    held = places(session, said)
    assert session.done == []  # nothing is held while the image is made
    held.take(IMAGE, run=flashes())  # type: ignore[arg-type]
    assert held.names == ("a", "c")
    assert said[0] == "place b is held by ann; the run goes on without it"
    assert held.url("c") == "socket://c:2"


def test_what_cannot_be_flashed_is_set_aside_and_given_back() -> None:
    session, said = farm("a", "b"), list[str]()
    held = places(session, said)
    held.take(IMAGE, run=flashes("a"))  # type: ignore[arg-type]
    assert held.names == ("b",)
    assert session.done[-1] == "release a"
    assert said[-1].startswith("a is set aside: flash mps2_an386 with gdb: ")


def test_the_last_ones_error_ends_the_run() -> None:
    held = places(farm("a", "b"), [])
    with pytest.raises(FlashError):
        held.take(IMAGE, run=flashes("a", "b"))  # type: ignore[arg-type]
    with pytest.raises(PlaceError, match="place b is held by ann"):
        places(farm("a", "b", taken="a b"), []).take(IMAGE)


def test_named_places_are_all_of_them_needed() -> None:
    with pytest.raises(PlaceError, match="place b is held by ann"):
        places(farm("a", "b", taken="b"), [], "a", "b").take(IMAGE)
    with pytest.raises(PlaceError, match="--place a is given twice"):
        places(farm("a"), [], "a", "a")
    with pytest.raises(PlaceError, match="place a holds microbit, not mps2_an386"):
        places(farm("a", board="microbit"), [], "a")


def test_without_a_free_place_it_says_which_there_are() -> None:
    session = farm("a")
    session.places["a"] = Place("a", {"board": BOARD.id}, "host/ann", False, True, ())
    with pytest.raises(PlaceError, match=r"that board: a \(held by host/ann\); `invoke boards"):
        places(session, [])


def test_without_labgrid_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingToolError, match=r'pip install "labgrid>=') as caught:
        Session().__enter__()
    assert caught.value.exit_code == 3
