"""The result of a hil run: a table for people, JSON for machines."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from codegen.manifest import atomic_write


@dataclass(frozen=True)
class Report:
    """The numbers of one run; the fields are the keys of the JSON."""

    board: str
    isa: str
    sent: int
    answered: int
    correct: int
    accuracy: float  # 0..1, of the device, over the digits answered
    oracle_accuracy: float  # 0..1, on the same digits
    mismatches: int  # digits whose scores differ from the oracle's in any bit
    retries: int
    instructions_per_inference: int | None  # None where they are not counted
    digits_per_s: float
    arena_bytes: int
    flash_bytes: int
    ram_bytes: int
    model_sha256: str
    unique_ids: list[str]  # of the chips that answered, in hex digits; [] where they have none

    @property
    def passed(self) -> bool:
        """True if every digit was answered with the oracle's very scores."""
        return self.answered == self.sent and self.mismatches == 0

    def write_json(self, path: Path) -> None:
        """Write the fields as JSON, atomically. Raises CodegenError if that cannot be done."""
        atomic_write(path, (json.dumps(asdict(self), indent=2) + "\n").encode())

    def rows(self) -> list[tuple[str, str]]:
        """(what, value) of each line of the table."""
        instructions = self.instructions_per_inference
        return [
            ("digits sent", f"{self.sent:,}"),
            ("answered", f"{self.answered:,}"),
            ("correct", f"{self.correct:,}"),
            ("accuracy on the device", f"{self.accuracy:.2%}"),
            ("accuracy of the oracle", f"{self.oracle_accuracy:.2%}"),
            ("bit-exact mismatches", f"{self.mismatches:,}"),
            (
                "instructions per inference",
                "not counted" if instructions is None else f"{instructions:,}",
            ),
            ("digits/s", f"{self.digits_per_s:.1f}"),
            ("retries", f"{self.retries:,}"),
            ("arena", f"{self.arena_bytes:,} B, all used"),
            ("flash", f"{self.flash_bytes:,} B"),
            ("RAM", f"{self.ram_bytes:,} B"),
            ("model", f"{self.model_sha256[:16]}..."),
            *(("chip", unique_id) for unique_id in self.unique_ids),
        ]


def print_report(report: Report, extra: Sequence[tuple[str, str]], console: Console) -> None:
    """Print the table: framed on a terminal, plain lines elsewhere. `extra` rows go last."""
    title = f"{report.board} ({report.isa}): {'PASSED' if report.passed else 'FAILED'}"
    rows = [*report.rows(), *extra]
    if not console.is_terminal:
        width = max(len(what) for what, _ in rows)
        lines = [title, *(f"  {what:<{width}}  {value}" for what, value in rows)]
        console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
        return
    table = Table(title=title, show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for what, value in rows:
        bad = what == "bit-exact mismatches" and report.mismatches > 0
        table.add_row(what, value, style="bold red" if bad else None)
    console.print(table)
