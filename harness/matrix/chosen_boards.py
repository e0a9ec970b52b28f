"""Which boards a matrix has."""

from __future__ import annotations

from codegen.boards.facts import Board, list_boards, load_board
from harness.errors import HarnessError
from harness.rig.emulator import is_here


def names_several(choice: str) -> bool:
    """Whether --board or --model means a matrix: `all`, or several separated by commas."""
    return choice == "all" or "," in choice


def choose_boards(choice: str) -> list[Board]:
    """`all` (every board whose emulator is here; the others are named), or ids separated by commas.

    Raises BoardError (unknown), HarnessError (has no emulator, or is named twice).
    """
    if choice == "all":
        boards = [board for board in list_boards() if board.emulator is not None]
        absent = ", ".join(board.id for board in boards if not is_here(board))
        if absent:
            print(
                f"hil: {absent} is left out: its emulator is not here yet, --board {absent} gets it"
            )
        return [board for board in boards if is_here(board)]
    boards = [load_board(name) for name in choice.split(",")]
    if len({board.id for board in boards}) < len(boards):
        raise HarnessError(f"--board {choice}: a board is named twice")
    for board in boards:
        if board.emulator is None:
            raise HarnessError(
                f"{board.id} does not run in emulation; check it alone, with --board {board.id} "
                "--port PORT"
            )
    return boards
