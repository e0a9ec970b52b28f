"""The places that a run has: chosen, acquired, flashed, given back one by one or together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from codegen.boards.facts import Board
from harness.errors import HarnessError
from harness.farm.place import FREE, PlaceError
from harness.farm.session import Session
from harness.rig import flash

Say = Callable[[str], None]


class HeldPlaces:
    """What harness.run.places asks for."""

    def __init__(
        self, session: Session, board: Board, names: Sequence[str] = (), say: Say = print
    ) -> None:
        """names: of places with that board; without any, all that are free are meant.

        Raises PlaceError for what cannot be acquired now. Nothing is, before `take`.
        """
        self._session = session
        self._board = board
        self._say = say
        self._all_of_them = bool(names)
        self._chosen = _check(session, board, names) if names else _free(session, board)
        self._names: list[str] = []

    @property
    def names(self) -> Sequence[str]:
        """Of the places that were taken, and not set aside."""
        return tuple(self._names)

    def take(self, image_dir: Path, run: flash.Run = flash.run_tool) -> None:
        """Acquire the places and flash them side by side.

        Of all free ones those that somebody else took meanwhile are left out, and what cannot be
        flashed is set aside. Raises HarnessError if none is left.
        """
        for name in self._chosen:
            self._acquire(name)
        self._say(f"{self._board.id}: {', '.join(self._names)} held; flashing")
        with ThreadPoolExecutor(len(self._names)) as pool:
            flashed = {name: pool.submit(self._flash, name, image_dir, run) for name in self._names}
        errors = {name: done.exception() for name, done in flashed.items()}
        for name, error in errors.items():
            if error is not None:
                if not isinstance(error, HarnessError) or len(self._names) == 1:
                    raise error
                self.set_aside(name, str(error))

    def _acquire(self, name: str) -> None:
        try:
            self._session.acquire(name)
        except PlaceError as error:
            if self._all_of_them or (name == self._chosen[-1] and not self._names):
                raise
            self._say(f"{error}; the run goes on without it")
        else:
            self._names.append(name)

    def _flash(self, name: str, image_dir: Path, run: flash.Run) -> None:
        """A place without a gdb server keeps what it has; the run finds out what that is."""
        place = self._session.held(name)
        if place.gdb_remote is not None:
            flash.upload(self._board, image_dir, "gdb", remote=place.gdb_remote, run=run)
        _ = place.url  # says what is wrong with it

    def url(self, name: str) -> str:
        """Of its serial line now. Raises PortError while it is away, PlaceLostError."""
        return self._session.held(name).url

    def check_held(self, name: str) -> None:
        """Raises PlaceLostError."""
        self._session.check_held(name)

    def set_aside(self, name: str, why: str) -> None:
        """It failed: give it back."""
        self._names.remove(name)
        self._say(f"{name} is set aside: {why}")
        self._session.release(name)


def _check(session: Session, board: Board, names: Sequence[str]) -> Sequence[str]:
    for name in names:
        if names.count(name) > 1:
            raise PlaceError(f"--place {name} is given twice; give each place once")
        place = session.place(name)
        place.check_board(board)
        place.check_free()
    return names


def _free(session: Session, board: Board) -> Sequence[str]:
    of_board = [one for one in session.places.values() if board.id in one.board_ids]
    free = [one for one in of_board if one.state == FREE]
    if not free:
        there = ", ".join(f"{one.name} ({one.state})" for one in of_board) or "none"
        raise PlaceError(
            f"--farm: no place with {board.id} is free; with that board: {there}; `invoke boards "
            "--farm` lists all"
        )
    for one in free:
        one.check_board(board)
    return [one.name for one in free]
