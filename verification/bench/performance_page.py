"""The benchmark's rows as Markdown, in the marked part of a document: docs/performance.md."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from codegen.boards.facts import Board
from codegen.files.manifest import atomic_write
from codegen.files.places import PROGRAM
from verification.bench.measure import MEASURES, Row
from verification.bench.report import TITLES, goals, mean_ratios, ratio_text
from verification.errors import VerificationError

BEGIN = "<!-- invoke bench: begin -->"
END = "<!-- invoke bench: end -->"


def tables(rows: Sequence[Row], boards: Iterable[Board]) -> str:
    """A table a board, its means in the last line, then the goals. Ratios stand in brackets."""
    titles = ["model", *(TITLES[name] for name in MEASURES)]
    blocks = [f"Measured on {datetime.now(UTC):%Y-%m-%d}, sources of commit {_commit()}."]
    for board in boards:
        own = [row for row in rows if row.board == board.id]
        cells = [
            [row.model, *(f"{getattr(row, n)} ({ratio_text(row.ratios.get(n))})" for n in MEASURES)]
            for row in own
        ]
        means = mean_ratios(own)
        if means:
            cells.append(["geometric mean", *(f"({means[name]:.3f})" for name in MEASURES)])
        lines = [titles, ["---", *["---:"] * len(MEASURES)], *cells]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        blocks.append(f"**{board.id}** ({board.cpu}, {board.isa})\n\n{table}")
    blocks.append("\n".join(f"- {goal}" for goal in goals(rows)))
    return "\n\n".join(blocks)


def update(path: Path, rows: Sequence[Row], boards: Iterable[Board]) -> None:
    """Puts the tables between the document's marks. Raises VerificationError (no marks)."""
    text = read_marked(path)
    before, rest = text.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    content = f"{before}{BEGIN}\n{tables(rows, boards)}\n{END}{after}"
    atomic_write(path, content.encode())


def read_marked(path: Path) -> str:
    """The document, seen to have the marks. Raises VerificationError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise VerificationError(f"--markdown {path}: cannot read it: {error}") from None
    if BEGIN not in text or END not in text.split(BEGIN, 1)[1]:
        raise VerificationError(f"--markdown {path}: needs a line {BEGIN} and after it one {END}")
    return text


def _commit() -> str:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            cwd=PROGRAM, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return found.stdout.strip()
