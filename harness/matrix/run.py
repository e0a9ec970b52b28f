"""Hil for several models on several boards: each pair is built and checked, whatever becomes of the
others; one table.

What cannot be is found first: a model that the runtime refuses, a board that lacks the memory.
Then a model's images are built one after the other. A board on its own uses every processor as soon
as there are samples enough for several emulators; with fewer samples, several boards run side by
side.
"""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from codegen.boards.facts import Board
from codegen.cost.preflight import preflight
from codegen.errors import BudgetError, CodegenError, ModelError, UnsupportedModelError
from codegen.files.artifacts import INT8_MODEL
from codegen.files.manifest import atomic_write
from codegen.memory.engine_facts import INTERPRETER_FACTS, EngineFacts
from codegen.model.tflite import Model
from harness.errors import HarnessError
from harness.matrix import table
from harness.matrix.outcome import Outcome, Result
from harness.run import hil
from harness.run.report import Report

REFUSALS = (ModelError, UnsupportedModelError)


@dataclass(frozen=True)
class Source:
    """A model on its way to boards.

    name: of its build folder. count: samples, as hil.Settings has it. prepare: imports or trains
    it; returns the folder with model.tflite. build: makes a board's image there; called for one
    board at a time, after `prepare`. Both raise CodegenError or HarnessError, REFUSALS where the
    runtime does not run the model.
    """

    name: str
    count: int | str | None
    prepare: Callable[[], Path]
    build: Callable[[Board], object]


def run(
    sources: Sequence[Source],
    boards: Sequence[Board],
    *,
    json_path: Path | None = None,
    console: Console | None = None,
    facts: EngineFacts = INTERPRETER_FACTS,
) -> list[Outcome]:
    """Checks each pair, prints a line as each ends and then the table; Ctrl-C prints what there is.

    facts: of the engine that `build` takes. Outcomes are by source, then by board. Raises
    HarnessError (count), CodegenError (the JSON file cannot be written).
    """
    for source in sources:
        hil.parse_count(source.count)
    matrix = _Matrix(sources, boards, console or Console(), facts)
    try:
        for source in sources:
            matrix.check(source)
    finally:
        outcomes = matrix.outcomes()
        table.show(outcomes, matrix.out)
        if json_path is not None:
            text = json.dumps([outcome.as_json() for outcome in outcomes], indent=2)
            atomic_write(json_path, f"{text}\n".encode())
    return outcomes


class _Matrix:
    """The pairs that have been looked at so far."""

    def __init__(
        self, sources: Sequence[Source], boards: Sequence[Board], out: Console, facts: EngineFacts
    ) -> None:
        self.out = out
        self._facts = facts
        self._boards = boards
        self._found: dict[tuple[str, str], Outcome | None] = {
            (source.name, board.id): None for source in sources for board in boards
        }
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def outcomes(self) -> list[Outcome]:
        return [outcome for outcome in self._found.values() if outcome is not None]

    def check(self, source: Source) -> None:
        """One model on all boards."""
        try:
            folder = source.prepare()
            model = Model.read(folder / INT8_MODEL)
        except (CodegenError, HarnessError) as error:
            result = Result.REFUSED if isinstance(error, REFUSALS) else Result.FAILED
            self._add(*(Outcome(source.name, board, result, str(error)) for board in self._boards))
            return
        fitting = self._with_room(source, model)
        built = [board for board in fitting if self._build(source, board)]
        emulators = hil.default_emulators(hil.parse_count(source.count) or hil.DEFAULT_COUNT)
        settings = hil.Settings(count=source.count, emulators=emulators)
        side_by_side = max(1, (os.cpu_count() or 1) // emulators)

        def ask(board: Board) -> None:
            self._ask(source, board, folder, settings)

        with ThreadPoolExecutor(side_by_side) as pool:
            try:
                list(pool.map(ask, built))
            except BaseException:
                self._stopped.set()  # those that run end after the sample that they are at
                raise

    def _with_room(self, source: Source, model: Model) -> list[Board]:
        """The boards that preflight finds nothing against."""
        fitting: list[Board] = []
        refused: list[Outcome] = []
        for board in self._boards:
            try:
                found = preflight(model, board, facts=self._facts)
            except CodegenError as error:
                self._add(Outcome(source.name, board, Result.FAILED, str(error)))
                continue
            if found.shortage is not None:
                self._add_no_room(source, board, found.shortage)
            elif found.passed:
                fitting.append(board)
            else:
                reason = "; ".join(found.problems)
                refused.append(Outcome(source.name, board, Result.REFUSED, reason))
        self._add(*refused)
        return fitting

    def _build(self, source: Source, board: Board) -> bool:
        """Whether there is an image now."""
        try:
            source.build(board)
        except BudgetError as error:  # preflight estimates the program's size from below
            self._add_no_room(source, board, error)
        except (CodegenError, HarnessError) as error:
            self._add(Outcome(source.name, board, Result.FAILED, str(error)))
        else:
            return True
        return False

    def _ask(self, source: Source, board: Board, folder: Path, settings: hil.Settings) -> None:
        if self._stopped.is_set():
            return
        details = io.StringIO()
        console = Console(file=details, width=self.out.width)
        stopped = self._stopped.is_set
        try:
            report = hil.run(board.id, folder, settings, console=console, stopped=stopped)
        except (CodegenError, HarnessError) as error:
            if stopped():
                return
            outcome = Outcome(source.name, board, Result.FAILED, str(error))
        else:
            wrong = "" if report.passed else _what_is_wrong(report)
            result = Result.FAILED if wrong else Result.PASSED
            outcome = Outcome(source.name, board, result, wrong, report)
        shown = details.getvalue() if outcome.result is Result.FAILED else ""
        self._add(outcome, details=shown)

    def _add_no_room(self, source: Source, board: Board, shortage: BudgetError) -> None:
        reason = str(shortage)
        self._add(Outcome(source.name, board, Result.NO_ROOM, reason, shortage=shortage))

    def _add(self, *outcomes: Outcome, details: str = "") -> None:
        """Outcomes of one model, which have one reason."""
        with self._lock:
            for one in outcomes:
                self._found[one.model, one.board.id] = one
            if outcomes:
                number, count = len(self.outcomes()), len(self._found)
                progress = f"hil: {number} of {count}: {table.line(outcomes)}"
                table.say(self.out, [*filter(None, [details.rstrip()]), progress])


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
