"""What a network may need, and what it does: by preflight, exact but for the cycles."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from codegen.aot.facts import engine_facts
from codegen.boards.facts import Board, Region, load_board
from codegen.cost.preflight import preflight
from codegen.errors import CodegenError
from codegen.model.tflite import Model

_UNITS = {"": 1, "B": 1, "K": 1024, "KB": 1024, "M": 1024**2, "MB": 1024**2}
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass(frozen=True)
class Budget:
    """Of one board. flash_bytes, ram_bytes: of program and model together. latency_s: of an
    inference at 0 wait states, None for any."""

    board_id: str
    engine: str
    flash_bytes: int
    ram_bytes: int
    latency_s: float | None

    @property
    def board(self) -> Board:
        """The board with no more memory than that."""
        board = load_board(self.board_id)
        return replace(
            board,
            regions=_cut(_cut(board.regions, "flash", self.flash_bytes), "ram", self.ram_bytes),
        )


@dataclass(frozen=True)
class Costs:
    """bytes: what flash holds of the model. cycles: of an inference, at 0 wait states."""

    bytes: int
    arena_bytes: int
    cycles: int


def weights_left(budget: Budget) -> int:
    """Bytes of flash that the program leaves, at most."""
    return budget.flash_bytes - engine_facts(budget.engine).program_bytes


def within(budget: Budget, model: Model) -> Costs | str:
    """Or why the model does not fit."""
    facts = engine_facts(budget.engine)
    found = preflight(model, budget.board, facts=facts)
    if not found.passed or found.plan is None:
        return found.problems[0]
    assert found.cycles is not None  # `budget` asked for a core that has them
    costs = Costs(
        facts.model_bytes(model, found.board.isa), found.plan.arena_bytes, sum(found.cycles)
    )
    if budget.latency_s is not None:
        needed_s = costs.cycles / found.board.clock_hz
        if needed_s > budget.latency_s:
            return f"takes {needed_s * 1e3:.1f} ms of {budget.latency_s * 1e3:.1f}"
    return costs


def budget(
    board_id: str, engine: str, flash: str | None, ram: str | None, latency: str | None
) -> Budget:
    """Of a verb's options; without them the board's own memory, and any latency.

    Raises BoardError, CodegenError.
    """
    from codegen.cost.estimate import CYCLE_TABLE, cost_table

    board = load_board(board_id)
    if board.cpu not in cost_table(CYCLE_TABLE) or not board.clock_hz:
        raise CodegenError(
            f"search: no cycles are claimed for {board_id} ({board.cpu}); choose a --board whose "
            "core docs/cycles.md has"
        )
    flash_bytes = _bytes("--flash", flash) if flash else board.flash_bytes
    ram_bytes = _bytes("--ram", ram) if ram else board.ram_bytes
    for flag, asked, there in (
        ("--flash", flash_bytes, board.flash_bytes),
        ("--ram", ram_bytes, board.ram_bytes),
    ):
        if asked > there:
            raise CodegenError(f"{flag} {asked:,} B: {board_id} has {there:,} B; give that or less")
    return Budget(board_id, engine, flash_bytes, ram_bytes, _seconds(latency) if latency else None)


def _bytes(flag: str, text: str) -> int:
    found = re.fullmatch(r"(\d{1,9})\s*([A-Z]*)", text.upper())
    if not found or found[2] not in _UNITS:
        raise CodegenError(f"{flag} {text}: give bytes, such as 4096 or 16K")
    return int(found[1]) * _UNITS[found[2]]


def _seconds(text: str) -> float:
    found = re.fullmatch(r"(\d{1,9}(?:\.\d+)?)\s*(us|ms|s)", text)
    if not found or float(found[1]) == 0:
        raise CodegenError(f"--latency {text}: give a time with its unit, such as 20ms")
    return float(found[1]) * _SECONDS[found[2]]


def _cut(regions: tuple[Region, ...], kind: str, most: int) -> tuple[Region, ...]:
    """The regions, of which those of a kind have `most` bytes together; the first ones stay."""
    kept = []
    for region in regions:
        if region.kind == kind:
            region = replace(region, length=min(region.length, most))
            most -= region.length
            if not region.length:
                continue
        kept.append(region)
    return tuple(kept)
