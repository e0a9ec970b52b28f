"""The benchmark's rows as Markdown, in the marked part of a document: docs/performance.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from codegen.boards.facts import Board
from codegen.engines import AOT, INTERPRETER
from codegen.files.git import short_commit
from codegen.files.markdown import update_marked
from codegen.files.places import PROGRAM
from verification.bench.measure import CYCLES, MEASURES, Row
from verification.bench.report import TITLES, goals, mean_ratios, ratio_text

VERB = "bench"
_CONSTANTS = "constants B (with flash / baseline's with its .tflite)"


def part(engine: str) -> str:
    """What the marks of an engine's tables say behind `invoke`."""
    return VERB if engine == INTERPRETER else f"{VERB} --engine {engine}"


def tables(rows: Sequence[Row], boards: Iterable[Board]) -> str:
    """A table a board, its means in the last line, then the goals. Ratios stand in brackets.

    Of generated code the constants besides: they are its model.
    """
    generated = any(row.engine == AOT for row in rows)
    blocks = [
        f"Measured on {datetime.now(UTC):%Y-%m-%d}, sources of commit {short_commit(PROGRAM)}."
    ]
    for board in boards:
        own = [row for row in rows if row.board == board.id]
        names = [*MEASURES, *(n for n in CYCLES if any(getattr(r, n) is not None for r in own))]
        titles = ["model", *(TITLES[name] for name in names), *[_CONSTANTS] * generated]
        cells = [
            [
                row.model,
                *(f"{getattr(row, n)} ({ratio_text(row.ratios.get(n))})" for n in names),
                *[f"{row.constant_bytes} ({ratio_text(row.whole_ratio)})"] * generated,
            ]
            for row in own
        ]
        means = mean_ratios(own)
        if means:
            shown = (f"({ratio_text(means.get(name))})" for name in names)
            cells.append(["geometric mean", *shown, *[""] * generated])
        lines = [titles, ["---", *["---:"] * (len(titles) - 1)], *cells]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        blocks.append(f"**{board.id}** ({board.cpu}, {board.isa})\n\n{table}")
    blocks.append("\n".join(f"- {goal}" for goal in goals(rows)))
    return "\n\n".join(blocks)


def update(
    path: Path, rows: Sequence[Row], boards: Iterable[Board], engine: str = INTERPRETER
) -> None:
    """Puts the tables between the document's marks. Raises CodegenError (no marks)."""
    update_marked(path, part(engine), tables(rows, boards))
