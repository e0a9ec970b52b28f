"""Does a model fit a board, and what will it cost there? Asked before any training or building.

All that is wrong is found in one go. The model alone tells its ops and types, the runtime their
constraints and the arena, the board's data the memory. The instructions come from the cost table,
which the benchmark measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from codegen.boards.facts import ISAS, Board, boards_built_here
from codegen.cost.estimate import CYCLE_TABLE, cost_table, estimate
from codegen.cost.memory_fit import (
    check_budget,
    next_step,
    program_ram_bytes,
)
from codegen.errors import BudgetError, CodegenError, UnsupportedModelError
from codegen.frontend.front_end import FrontEnd
from codegen.host.runtime import RuntimeRefusedError
from codegen.memory.engine_facts import INTERPRETER_FACTS, EngineFacts
from codegen.memory.planner import ArenaPlan
from codegen.model.int8_checks import check_edges, check_ops, check_types
from codegen.model.op_table import SupportedOp, load_supported_ops
from codegen.model.op_work import op_work
from codegen.model.tflite import Model


class PreflightError(CodegenError):
    """The model does not fit; each problem has been said."""

    exit_code = 1


@dataclass(frozen=True)
class Preflight:
    """What was found. problems: one line each, with what to change; empty if the model fits.

    plan: of the arena, None where the runtime refuses the model. instructions: estimate of each
    op, None there too and where the board's core has not been measured; cycles: the same at 0 wait
    states, None where none are claimed. shortage: of memory, if
    that is the problem. front_end: what stands before the model, if anything.
    """

    model: Model
    board: Board
    problems: tuple[str, ...]
    plan: ArenaPlan | None
    instructions: tuple[int, ...] | None
    shortage: BudgetError | None = None
    front_end: FrontEnd | None = None
    facts: EngineFacts = INTERPRETER_FACTS
    cycles: tuple[int, ...] | None = None

    @property
    def passed(self) -> bool:
        return not self.problems

    def lines(self, name: str) -> list[str]:
        """The report. name: what the model is called."""
        return [*self._op_lines(), *self._size_lines(name), *self._verdict(name)]

    def _op_lines(self) -> list[str]:
        costs = self.instructions
        total = max(1, sum(costs or ()))
        lines = [
            f"{'op':>4} {'name':24} {'output':18} {'MACs':>11} {'instructions':>13} {'share':>6}"
        ]
        for op in self.model.ops:
            work = op_work(self.model, op)
            cost = f"{costs[op.index]:>13,} {costs[op.index] / total:>6.1%}" if costs else ""
            shape = "x".join(map(str, work.output_shape)) or "-"
            lines.append(f"{op.index:>4} {op.label:24} {shape:18} {work.macs:>11,} {cost}".rstrip())
        return lines

    def _size_lines(self, name: str) -> list[str]:
        board = self.board
        macs = sum(op_work(self.model, op).macs for op in self.model.ops)
        lines = ["", f"{name} on {board.id} ({board.core}, {board.isa})", f"  MACs    {macs:>11,}"]
        if self.instructions is not None:
            guessed = ", custom ops by a rough guess" if self.model.custom_names else ""
            lines.append(f"  instr.  {sum(self.instructions):>11,} estimated an inference{guessed}")
        elif self.plan is not None:
            lines.append(f"  instr.  {'unknown':>11}, {board.cpu} has not been measured")
        if self.cycles is not None:
            ms = f", {sum(self.cycles) / self.board.clock_hz * 1e3:,.1f} ms at its clock"
            lines.append(
                f"  cycles  {sum(self.cycles):>11,} estimated at 0 wait states{ms} (docs/cycles.md)"
            )
        if self.plan is not None:
            lines.append(
                f"  arena   {self.plan.arena_bytes:>11,} B exactly, "
                f"{self.plan.persistent_bytes:,} B of it {self.facts.persistent}"
            )
            program = program_ram_bytes(self.model, board, self.front_end) + board.stack_bytes
            lines.append(
                f"  RAM     {self.plan.arena_bytes + program:>11,} B at least, {program:,} B of it "
                f"the program's data and stack, of {_limit(board.ram_bytes)}"
            )
        if self.plan is None and self.facts is not INTERPRETER_FACTS:
            return lines  # what generated code takes is known of models that run
        program = self.facts.program_flash_bytes(self.model)
        model_bytes = self.facts.model_bytes(self.model, board.isa)
        lines.append(
            f"  flash   {model_bytes + program:>11,} B at least, {model_bytes:,} B of it "
            f"the model, of {_limit(board.flash_bytes)}"
        )
        lines.append(
            f"  {'':7} {self.facts.op_bytes:>11,} B of it for each kind of op; larger kernels take "
            "more"
        )
        return lines

    def _verdict(self, name: str) -> list[str]:
        if self.passed:
            return ["", f"preflight: {name} fits {self.board.id}"]
        count = len(self.problems)
        return [
            "",
            f"preflight: {name} does not fit {self.board.id}, {count} problem"
            f"{'s' if count > 1 else ''}",
            *(f"  - {problem}" for problem in self.problems),
        ]


def preflight(
    model: Model,
    board: Board,
    supported: Mapping[str, SupportedOp] | None = None,
    front_end: FrontEnd | None = None,
    facts: EngineFacts = INTERPRETER_FACTS,
) -> Preflight:
    """Examines the model for the board; an unfit model is no exception but has problems."""
    supported = load_supported_ops() if supported is None else supported
    problems = _op_problems(model, supported)
    plan, shortage = None, None
    if not problems:
        try:
            plan = facts.plan(model, board.isa)
        except RuntimeRefusedError as error:
            problems.append(f"the runtime refuses it: {error.reason}; change that layer's options")
        except UnsupportedModelError as error:  # by the engine
            problems.append(str(error))
    if plan is not None:
        try:
            check_budget(plan, model, board, front_end, facts)
        except BudgetError as error:
            shortage = error
            plans = {isa: facts.plan(model, isa) for isa in ISAS}
            advice = next_step(model, plans, boards_built_here(), front_end, facts)
            problems.append(f"{error}; {advice}")
    # Shapes and options are sound once the runtime has accepted the model.
    costs = estimate(model, board.cpu) if plan is not None else None
    instructions = tuple(costs) if costs else None
    found = estimate(model, board.cpu, cost_table(CYCLE_TABLE)) if costs else None
    cycles = tuple(found) if found else None
    return Preflight(
        model, board, tuple(problems), plan, instructions, shortage, front_end, facts, cycles
    )


def run(
    model: Model,
    name: str,
    board: Board,
    front_end: FrontEnd | None = None,
    say: Callable[[str], None] = print,
    facts: EngineFacts = INTERPRETER_FACTS,
) -> Preflight:
    """The verb: prints the report. Raises PreflightError if the model does not fit."""
    found = preflight(model, board, front_end=front_end, facts=facts)
    for line in found.lines(name):
        say(line)
    if not found.passed:
        count = len(found.problems)
        raise PreflightError(
            f"preflight: {name} does not fit {board.id} ({count} problem"
            f"{'s' if count > 1 else ''}, listed above)"
        )
    return found


def require(
    model: Model,
    name: str,
    board: Board,
    front_end: FrontEnd | None,
    facts: EngineFacts = INTERPRETER_FACTS,
) -> None:
    """For `build`: silent if the model fits. Raises PreflightError with every problem."""
    problems = preflight(model, board, front_end=front_end, facts=facts).problems
    if problems:
        raise PreflightError(f"{name} does not fit {board.id}: {'; '.join(problems)}")


def is_tflite(path: Path) -> bool:
    """Whether the file is a .tflite, by what it holds; a Keras model or a SavedModel is not."""
    if path.suffix == ".tflite":
        return True
    try:
        with path.open("rb") as file:
            return file.read(8)[4:] == b"TFL3"
    except OSError:
        return False


def _op_problems(model: Model, supported: Mapping[str, SupportedOp]) -> list[str]:
    """Each op's first problem, then the inputs' and outputs'."""
    problems: list[str] = []
    checks: Sequence[Callable[[Model], None]] = (
        lambda part: check_ops(part, supported),
        check_types,
    )
    for number, graph in enumerate(model.subgraphs):
        for op in graph.ops:
            alone = replace(graph, ops=(op,))
            part = replace(model, subgraphs=(alone,))
            found = next(filter(None, (_problem(check, part) for check in checks)), None)
            if found:
                problems.append(f"subgraph {number}: {found}" if number else found)
    whole: Sequence[Callable[[Model], None]] = (check_edges,)
    if not model.ops:
        whole = (lambda m: check_ops(m, supported), check_edges)
    return _advice_once(problems + [text for check in whole if (text := _problem(check, model))])


def _advice_once(problems: Sequence[str]) -> list[str]:
    """What to do stands after the semicolons, the same for each op of a kind: the first one's
    will do."""
    said: set[str] = set()
    shorter = []
    for problem in problems:
        parts = problem.split("; ")
        while len(parts) > 1 and parts[-1] in said:
            parts.pop()
        said.update(parts[1:])
        shorter.append("; ".join(parts))
    return shorter


def _problem(check: Callable[[Model], None], model: Model) -> str | None:
    try:
        check(model)
    except UnsupportedModelError as error:
        return str(error)
    return None


def _limit(nbytes: int) -> str:
    return f"{nbytes:,} B" if nbytes else "no limit"
