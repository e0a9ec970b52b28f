"""The table of several models on several boards in a document, such as docs/testing.md."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from pathlib import Path

from codegen.files.markdown import table, update_marked
from harness.matrix.outcome import Outcome
from harness.matrix.table import KEY, boards_of, cells, models_of, reasons, summary

VERB = "hil"  # in the document's marks


def update(path: Path, outcomes: Sequence[Outcome], commit: str) -> None:
    """Puts the table into the document's marked part. commit: of the sources that were checked.

    Raises CodegenError.
    """
    boards = boards_of(outcomes)
    rows = [[model, *cells(outcomes, model, boards)] for model in models_of(outcomes)]
    header = ["model", *(board.id for board in boards)]
    lines = [
        f"Seen on {datetime.now(timezone.utc):%Y-%m-%d}, sources of commit {commit}. {KEY}",
        "",
        *table(header, "l" + "r" * len(boards), rows),
        "",
        *(f"- {text}" for text in (summary(outcomes), *reasons(outcomes))),
    ]
    update_marked(path, VERB, "\n".join(lines))
