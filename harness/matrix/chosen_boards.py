"""Which boards a matrix has."""

from __future__ import annotations

from codegen.boards.facts import Board, list_boards, load_board
from harness.errors import HarnessError


def names_several(choice: str) -> bool:
    """Whether --board or --model means a matrix: `all`, or several separated by commas."""
    return choice == "all" or "," in choice


def choose_boards(choice: str) -> list[Board]:
    """`all` (every board with an emulator), or ids separated by commas.

    Raises BoardError (unknown), HarnessError (has no emulator, or is named twice).
    """
    if choice == "all":
        return [board for board in list_boards() if board.emulator is not None]
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
