"""The result of a hil run: a table for people, JSON for machines."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from codegen.files.manifest import atomic_write
from codegen.samples.measures import ACCURACY, MAIN, Measures, higher_is_better, shown
from harness.wire.messages import SelfTest

_CONFUSIONS_SHOWN = 3


@dataclass(frozen=True)
class PartReport:
    """What one of the devices did that ran side by side."""

    name: str  # its port or place, or "emulator 2"
    unique_id: str  # of the chip, in hex digits; "" where it has none or never answered
    answered: int  # samples
    mismatches: int
    retries: int
    damaged: int
    reconnects: int
    samples_per_s: float
    failure: str | None  # why it left the run early, its samples to the others
    set_aside: bool = False  # a farm's place whose failure says nothing of the image


@dataclass(frozen=True)
class Report:
    """The numbers of one run; the fields are the keys of the JSON."""

    board: str
    isa: str
    runtime: str  # who answered: our own runtime or upstream's
    samples: str  # where they come from
    noun: str  # what one is called: "digit"
    labels: list[str]  # the classes' names; [] where nobody knows them
    sent: int
    answered: int
    oracle: str  # who gave the outputs that are compared
    device_measures: Measures | None  # over the samples answered; None where nobody knows
    oracle_measures: Measures | None  # on the same samples
    mismatches: int  # samples whose outputs differ from the oracle's in any bit
    retries: int  # requests that were sent again
    damaged: int  # frames that arrived damaged, at either end
    reconnects: int  # times that the line was cut and opened again
    instructions_per_inference: int | None  # None where they are not counted
    inference_us: dict[str, float]  # min, median, p99, max of the device's own ticks
    samples_per_s: float
    arena_bytes: int
    arena_used_bytes: int  # less only on another runtime than ours, whose arena is estimated
    flash_bytes: int
    ram_bytes: int
    model_sha256: str
    self_test: SelfTest | None  # the worst of all devices'; None if none lived to the end
    unique_ids: list[str]  # of the chips that answered, in hex digits; [] where they have none
    parts: list[PartReport]  # one for each device, without what an earlier part of the run did

    @property
    def passed(self) -> bool:
        """True if each sample and golden vector got the oracle's outputs, and no device failed but
        places that were set aside."""
        if any(part.failure and not part.set_aside for part in self.parts):
            return False
        self_tested = self.self_test is None or self.self_test.failed is None
        return self.answered == self.sent and self.mismatches == 0 and self_tested

    @property
    def correct(self) -> int | None:
        """Samples classified rightly; None where there are no classes."""
        accuracy = self.accuracy
        return None if accuracy is None else round(accuracy * self.answered)

    @property
    def accuracy(self) -> float | None:
        """0..1, of the device; None where there are no classes."""
        return _accuracy(self.device_measures)

    @property
    def oracle_accuracy(self) -> float | None:
        """0..1, on the same samples."""
        return _accuracy(self.oracle_measures)

    @property
    def confusion(self) -> list[list[int]] | None:
        """Samples by [label][predicted]."""
        return self.device_measures.confusion if self.device_measures else None

    def as_json(self) -> dict[str, Any]:
        """The fields, and what programs ask for most by names of their own."""
        fields = asdict(self)
        both = {who: fields.pop(f"{who}_measures") for who in ("device", "oracle")}
        return {
            **fields,
            "correct": self.correct,
            "accuracy": self.accuracy,
            "oracle_accuracy": self.oracle_accuracy,
            "confusion": self.confusion,
            "measures": {who: one["values"] for who, one in both.items() if one},
            "slices": both["device"]["slices"] if both["device"] else [],
            "passed": self.passed,
        }

    def write_json(self, path: Path) -> None:
        """Write `as_json` as JSON, atomically. Raises CodegenError if that cannot be done."""
        atomic_write(path, (json.dumps(self.as_json(), indent=2) + "\n").encode())

    def rows(self) -> list[tuple[str, str]]:
        """(what, value) of each line of the table."""
        instructions = self.instructions_per_inference
        return [
            (f"{self.noun}s sent", f"{self.sent:,}"),
            ("answered", f"{self.answered:,}"),
            *self._judged_rows(),
            ("runtime", self.runtime),
            ("oracle", self.oracle),
            ("bit-exact mismatches", f"{self.mismatches:,}"),
            (
                "instructions per inference",
                "not counted" if instructions is None else f"{instructions:,}",
            ),
            (
                "microseconds per inference",
                ", ".join(f"{name} {value:,.0f}" for name, value in self.inference_us.items()),
            ),
            (f"{self.noun}s/s", f"{self.samples_per_s:.1f}"),
            ("retries", f"{self.retries:,}"),
            ("arrived damaged", f"{self.damaged:,}"),
            ("line cut and opened again", f"{self.reconnects:,}"),
            ("self-test", str(self.self_test or "not run")),
            ("arena", f"{self.arena_bytes:,} B, {self._arena_use()}"),
            ("flash", f"{self.flash_bytes:,} B"),
            ("RAM", f"{self.ram_bytes:,} B"),
            ("model", f"{self.model_sha256[:16]}..."),
            *(("chip", unique_id) for unique_id in self.unique_ids),
        ]

    def _judged_rows(self) -> list[tuple[str, str]]:
        device, oracle = self.device_measures, self.oracle_measures
        if device is None or oracle is None or not device.values:
            return [("inputs", self.samples)]
        rows = []
        if self.accuracy is not None:
            rows.append(("correct", f"{self.correct:,}"))
        for name, value in device.values.items():
            rows.append((f"{name} on the device", shown(name, value)))
            rows.append((f"{name} of the oracle", shown(name, oracle.values[name])))
        if self.confusion is not None:
            rows.append(("confused most", self._confused_most() or "nothing"))
        return [*rows, *self._worst_slices()]

    def _worst_slices(self) -> list[tuple[str, str]]:
        """The part of each column that the model fails most."""
        slices = self.device_measures.slices if self.device_measures else []
        name = MAIN.get(self.device_measures.task, "") if self.device_measures else ""
        rows = []
        for column in dict.fromkeys(one.column for one in slices):
            parts = [one for one in slices if one.column == column]
            worst = (min if higher_is_better(name) else max)(parts, key=lambda one: one.measure)
            text = f"{worst.value}: {shown(name, worst.measure)} of {worst.count}"
            rows.append((f"worst {column}", text))
        return rows

    def _arena_use(self) -> str:
        if self.arena_used_bytes == self.arena_bytes:
            return "all used"
        return f"{self.arena_used_bytes:,} B of them used"

    def _confused_most(self) -> str:
        wrong = [
            (count, label, predicted)
            for label, row in enumerate(self.confusion or [])
            for predicted, count in enumerate(row)
            if count and label != predicted
        ]
        worst = sorted(wrong, key=lambda entry: (-entry[0], entry[1:]))[:_CONFUSIONS_SHOWN]
        return ", ".join(
            f"{self._name(label)} as {self._name(predicted)}: {count}"
            for count, label, predicted in worst
        )

    def _name(self, label: int) -> str:
        return self.labels[label] if label < len(self.labels) else str(label)


def _accuracy(measures: Measures | None) -> float | None:
    value = measures.values.get(ACCURACY) if measures else None
    return None if value is None else round(value, 6)


def styled(result: str) -> Text:
    """PASSED in green, FAILED in red, in any case of letters: on a terminal without NO_COLOR."""
    styles = {"passed": "green", "failed": "bold red"}
    return Text(result, style=styles.get(result.lower(), ""))


def print_report(report: Report, extra: Sequence[tuple[str, str]], console: Console) -> None:
    """Print the table: framed on a terminal, plain lines elsewhere. `extra` rows go last.

    Where several devices ran side by side, a table of them comes first.
    """
    if len(report.parts) > 1:
        _print_parts(report, console)
    result = styled("PASSED" if report.passed else "FAILED")
    title = Text.assemble(f"{report.board} ({report.isa}): ", result)
    rows = [*report.rows(), *extra]
    if not console.is_terminal:
        width = max(len(what) for what, _ in rows)
        lines = [title.plain, *(f"  {what:<{width}}  {value}" for what, value in rows)]
        console.print("\n".join(lines), highlight=False, markup=False, soft_wrap=True)
        return
    table = Table(title=title, show_header=False, title_justify="left")
    table.add_column()
    table.add_column(justify="right")
    for what, value in rows:
        bad = what == "bit-exact mismatches" and report.mismatches > 0
        table.add_row(what, value, style="bold red" if bad else None)
    console.print(table)


def _print_parts(report: Report, console: Console) -> None:
    """A row for each device, one for what an earlier part of the run did, one for all together."""
    table = Table(box=None, pad_edge=False)
    table.add_column("device", no_wrap=True)
    table.add_column("chip", no_wrap=True)
    for title in ("answered", "mismatches", "retries", "damaged", "cuts", "samples/s"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("result", no_wrap=True)
    for part in report.parts:
        _add_row(table, part.name, part.unique_id, part, "FAILED" if part.failure else "passed")
    earlier = report.answered - sum(part.answered for part in report.parts)
    if earlier:
        table.add_row("earlier part", "", f"{earlier:,}")
    _add_row(table, "all", "", report, "passed" if report.passed else "FAILED")
    Console(file=console.file, width=max(120, console.width)).print(table)
    for part in report.parts:
        if part.failure:
            text = f"{part.name} failed: {part.failure}"
            console.print(text, highlight=False, markup=False, soft_wrap=True)


def _add_row(table: Table, name: str, chip: str, counts: PartReport | Report, result: str) -> None:
    numbers = (
        f"{count:,}"
        for count in (
            *(counts.answered, counts.mismatches, counts.retries),
            *(counts.damaged, counts.reconnects),
        )
    )
    table.add_row(name, chip, *numbers, f"{counts.samples_per_s:.1f}", styled(result))
