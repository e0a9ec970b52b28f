"""What `invoke bench` shows: rows, means, goals met or missed, and the profile of a model."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen import campaign
from codegen.boards.facts import Board
from codegen.cost.op_rows import cost_lines
from codegen.engines import INTERPRETER
from codegen.files.manifest import atomic_write
from codegen.files.shared_models import find_models, those_that
from codegen.model.tflite import Model
from verification.bench import cycles_page
from verification.bench.measure import (
    CYCLES,
    MEASURES,
    Row,
    bench,
    find_boards,
    read_measurable,
)
from verification.errors import VerificationError

TITLES = {
    "instructions": "instructions",
    "flash_bytes": "flash B",
    "arena_bytes": "arena B",
    "stack_bytes": "stack B",
    "init_instructions": "init instr",
    "cycles_0ws": "cycles 0ws",
    "cycles_flash": "with flash",
}
_WIDTHS = {"board": 11, "model": 24, **dict.fromkeys(TITLES, 10)}

# Ratios ours / TFLM with CMSIS-NN to reach, by measure and cpu: the geometric mean over the models,
# and the largest of them.
_SPEED_GOALS: dict[str, dict[str, tuple[float, float]]] = {
    "instructions": {
        "cortex-m0": (0.42, 0.60),
        "cortex-m3": (0.50, 0.65),
        "cortex-m4": (0.46, 0.65),
        "cortex-m7": (0.46, 0.65),
        "cortex-m55": (0.48, 0.70),
    },
    "cycles_0ws": {"cortex-m3": (0.52, 0.68), "cortex-m4": (0.48, 0.65)},
}
_RATIO_GOALS = {"flash_bytes": 0.35, "stack_bytes": 1.0, "init_instructions": 0.25}
_ARENA_BASE_BYTES = 1024  # of the arena, beside the activations' lower bound
_ARENA_PER_OP_BYTES = 48


@dataclass(frozen=True)
class Goal:
    """One line of the verdict."""

    text: str
    met: bool

    def __str__(self) -> str:
        return f"{'met   ' if self.met else 'MISSED'}  {self.text}"


def run(
    board: str,
    model: str,
    json_path: Path | None = None,
    profile: bool = False,
    say: Callable[[str], None] = print,
    engine: str = INTERPRETER,
    cycles: bool = False,
    workers: str = campaign.ALONE,
) -> list[Row]:
    """Measures, prints every row as it comes, means and goals; writes the JSON list.

    board, model: as find_boards and find_models take them. A row with mismatches is shown and
    counted; the caller turns them into exit code 1.
    """
    if json_path is not None and not json_path.parent.is_dir():
        raise VerificationError(f"--json {json_path}: no folder {json_path.parent}")
    boards, paths = find_boards(board), find_models(model)
    if model == "all":
        paths = those_that(read_measurable, paths, "bench", say)
    models = {path.stem: path for path in paths}
    say(header(cycles))

    def show(row: Row) -> None:
        say(row_text(row, cycles))
        if profile:
            for line in profile_lines(row, Model.read(models[row.model])):
                say(line)
            if row.cycles is not None:
                for line in cycles_page.lines(row.cycles, Model.read(models[row.model])):
                    say(line)

    rows = bench(boards, paths, profile, show, engine, cycles, workers)
    for line in summary_lines(rows, boards):
        say(line)
    if json_path is not None:
        text = json.dumps([row.as_json(cycles) for row in rows], indent=1)
        atomic_write(json_path, f"{text}\n".encode())
    return rows


def header(cycles: bool = False) -> str:
    """Titles of the columns of row_text; `with`: flash and constants, ours / baseline's."""
    names = [*MEASURES, *(CYCLES if cycles else ())]
    cells = "  ".join(f"{TITLES[name]:>{_WIDTHS[name]}} {'ratio':>5}" for name in names)
    start = f"{'board':{_WIDTHS['board']}}  {'model':{_WIDTHS['model']}}"
    return f"{start}  {cells}  wrong  constants  with"


def row_text(row: Row, cycles: bool = False) -> str:
    """One line: each measure with its ratio to the baseline, and the bytes that are wrong."""
    names = [*MEASURES, *(CYCLES if cycles else ())]
    cells = "  ".join(
        f"{_number(row, name):>{_WIDTHS[name]}} {ratio_text(row.ratios.get(name)):>5}"
        for name in names
    )
    note = "" if row.ran_on == row.board else f"  (on {row.ran_on})"
    return (
        f"{row.board:{_WIDTHS['board']}}  {row.model:{_WIDTHS['model']}}  {cells}  "
        f"{row.mismatches:>5}  {row.constant_bytes:>9} {ratio_text(row.whole_ratio):>5}{note}"
    )


def _number(row: Row, name: str) -> str:
    """`-` where nothing is claimed."""
    value = getattr(row, name)
    return "-" if value is None else str(value)


def summary_lines(rows: Sequence[Row], boards: Iterable[Board]) -> list[str]:
    """Geometric means per board, then the goals."""
    lines = ["", "geometric mean of the ratios"]
    for board in boards:
        own = [row for row in rows if row.board == board.id and row.ratios]
        means = mean_ratios(own)
        if not means:
            lines.append(f"{board.id:{_WIDTHS['board']}}  no baseline")
            continue
        texts = "  ".join(f"{TITLES[name]} {mean:.3f}" for name, mean in means.items())
        lines.append(f"{board.id:{_WIDTHS['board']}}  {texts}  ({len(own)} models)")
    wrong = sum(row.mismatches for row in rows)
    lines += ["", *map(str, goals(rows)), ""]
    lines.append(f"{len(rows)} measured, {wrong} output bytes differ from the oracle")
    return lines


def goals(rows: Sequence[Row]) -> list[Goal]:
    """The goals that the rows say something about."""
    found = []
    for measure, by_cpu in _SPEED_GOALS.items():
        for cpu, limits in by_cpu.items():
            own = [row for row in rows if row.cpu == cpu and measure in row.ratios]
            if own:
                found += _speed_goals(cpu, measure, own, *limits)
    for name, limit in _RATIO_GOALS.items():
        own = [row for row in rows if name in row.ratios]
        if own:
            worst = max(own, key=lambda row: row.ratios[name])
            ratio = worst.ratios[name]
            found.append(
                Goal(
                    f"{TITLES[name]}: largest ratio {ratio:.3f}, {worst.model} on {worst.board} "
                    f"(goal {limit:.2f})",
                    ratio <= limit,
                )
            )
    if rows:
        worst = max(rows, key=_arena_excess)
        beside = worst.arena_bytes - worst.arena_lower_bound_bytes
        limit = beside - _arena_excess(worst)
        found.append(
            Goal(
                f"arena: beside the activations' lower bound {beside} B, {worst.model} on "
                f"{worst.board} (goal {limit})",
                beside <= limit,
            )
        )
    return found


def _speed_goals(
    cpu: str, measure: str, rows: Sequence[Row], mean_limit: float, worst_limit: float
) -> list[Goal]:
    mean = geometric_mean(row.ratios[measure] for row in rows)
    worst = max(rows, key=lambda row: row.ratios[measure])
    ratio = worst.ratios[measure]
    start = f"{cpu}: {TITLES[measure]}"
    return [
        Goal(f"{start}, geometric mean {mean:.3f} (goal {mean_limit:.2f})", mean <= mean_limit),
        Goal(
            f"{start}, largest {ratio:.3f}, {worst.model} (goal {worst_limit:.2f})",
            ratio <= worst_limit,
        ),
    ]


def _arena_excess(row: Row) -> int:
    limit = _ARENA_BASE_BYTES + _ARENA_PER_OP_BYTES * row.op_count
    return row.arena_bytes - row.arena_lower_bound_bytes - limit


def mean_ratios(rows: Iterable[Row]) -> dict[str, float]:
    """By measure, geometric means over the rows whose baseline has it; empty without any."""
    own = [row for row in rows if row.ratios]
    by_measure = {n: [row.ratios[n] for row in own if n in row.ratios] for n in TITLES}
    return {name: geometric_mean(ratios) for name, ratios in by_measure.items() if ratios}


def geometric_mean(values: Iterable[float]) -> float:
    """Of positive numbers, at least one."""
    logs = [math.log(value) for value in values]
    return math.exp(sum(logs) / len(logs))


def profile_lines(row: Row, model: Model) -> list[str]:
    """A table of the row's ops: output shape, MACs, instructions, instructions a MAC, share."""
    if len(row.profile) != len(model.ops):
        raise VerificationError(
            f"{row.model}: the image reported {len(row.profile)} ops, the model has "
            f"{len(model.ops)}"
        )
    return cost_lines(model, [cost.instructions for cost in row.profile], "instructions")


def ratio_text(value: float | None) -> str:
    """`-` where the baseline has no such cell."""
    return "-" if value is None else f"{value:.3f}"
