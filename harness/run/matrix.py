"""Hil on several boards: each is built and checked, whatever becomes of the others; one table.

A board on its own uses every processor as soon as there are digits enough for several emulators;
with fewer digits, several boards run side by side.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from codegen.boards.facts import Board, list_boards, load_board
from codegen.errors import CodegenError
from codegen.files.manifest import atomic_write
from harness.errors import HarnessError
from harness.run import hil
from harness.run.report import Report

Build = Callable[[str], Path]


@dataclass(frozen=True)
class Outcome:
    """What became of one board. report: None where it did not come to an end."""

    board: Board
    report: Report | None
    failure: str = ""  # why it did not pass; empty if it did

    @property
    def passed(self) -> bool:
        return not self.failure

    def as_json(self) -> dict[str, Any]:
        """The report's keys, with the core and the reason of a failure (null where it passed)."""
        report = self.report.as_json() if self.report else {"board": self.board.id}
        return {**report, "core": self.board.core, "failure": self.failure or None}


def names_several(choice: str) -> bool:
    """Whether --board means a matrix: `all`, or ids separated by commas."""
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


def run(
    boards: Sequence[Board],
    build: Build,
    *,
    count: int | str | None,
    json_path: Path | None = None,
    console: Console | None = None,
) -> list[Outcome]:
    """Builds and checks each board, prints a line as each ends and then the table.

    build: makes a board's image and returns the folder that Expected.load takes; it runs for one
    board at a time. A board that cannot be built or checked is a failed row.
    Raises HarnessError (count), CodegenError (the JSON file cannot be written).
    """
    out = console or Console()
    emulators = hil.default_emulators(hil.parse_count(count) or hil.DEFAULT_COUNT)
    side_by_side = max(1, (os.cpu_count() or 1) // emulators)
    built = [_build(board, build) for board in boards]
    check = partial(_check, count=count, emulators=emulators, out=out)
    with ThreadPoolExecutor(side_by_side) as pool:
        outcomes = list(pool.map(check, boards, built))
    _print_table(outcomes, out)
    if json_path is not None:
        text = json.dumps([outcome.as_json() for outcome in outcomes], indent=2)
        atomic_write(json_path, f"{text}\n".encode())
    return outcomes


def _build(board: Board, build: Build) -> Path | str:
    """The folder of the image, or why there is none."""
    try:
        return build(board.id)
    except (CodegenError, HarnessError) as error:
        return str(error)


def _check(
    board: Board, built: Path | str, *, count: int | str | None, emulators: int, out: Console
) -> Outcome:
    if isinstance(built, str):
        return Outcome(board, None, built)
    details = io.StringIO()
    console = Console(file=details, width=out.width)
    try:
        settings = hil.Settings(count=count, emulators=emulators)
        report = hil.run(board.id, built, settings, console=console)
    except (CodegenError, HarnessError) as error:
        outcome = Outcome(board, None, str(error))
    else:
        outcome = Outcome(board, report, "" if report.passed else _what_is_wrong(report))
    _say(out, [f"hil: {board.id}: passed" if outcome.passed else details.getvalue()])
    return outcome


def _what_is_wrong(report: Report) -> str:
    for part in report.parts:
        if part.failure:
            return f"{part.name}: {part.failure}"
    if report.answered == report.sent and not report.mismatches:
        return f"self-test: {report.self_test}"
    return (
        f"{report.mismatches:,} of {report.answered:,} answers differ from the oracle, "
        f"{report.sent - report.answered:,} {report.noun}s were not answered"
    )


def _print_table(outcomes: Iterable[Outcome], out: Console) -> None:
    table = Table(box=None, pad_edge=False)
    for title in ("board", "core", "isa"):
        table.add_column(title, no_wrap=True)
    for title in ("flash", "RAM", "instructions", "digits/s", "mismatches"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("result", no_wrap=True)
    for outcome in outcomes:
        report, board = outcome.report, outcome.board
        numbers = ["-"] * 5
        if report is not None:
            instructions = report.instructions_per_inference
            numbers = [
                f"{report.flash_bytes:,}",
                f"{report.ram_bytes:,}",
                "-" if instructions is None else f"{instructions:,}",
                f"{report.digits_per_s:.1f}",
                f"{report.mismatches:,}",
            ]
        result = "passed" if outcome.passed else "FAILED"
        table.add_row(board.id, board.core, board.isa, *numbers, result)
    Console(file=out.file, width=max(120, out.width)).print(table)
    failed = [outcome for outcome in outcomes if not outcome.passed]
    _say(out, [f"{outcome.board.id} failed: {outcome.failure}" for outcome in failed])


def _say(out: Console, lines: Iterable[str]) -> None:
    for line in lines:
        out.print(line, highlight=False, markup=False, soft_wrap=True)
