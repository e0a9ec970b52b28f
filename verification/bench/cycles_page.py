"""What `invoke cycles` shows: predicted cycles by op and function, and what they are lost to."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from codegen import tools
from codegen.boards.facts import Board, load_board
from codegen.cycles.core_tables import CORES
from codegen.cycles.weigh import Cycles
from codegen.engines import INTERPRETER
from codegen.files.manifest import atomic_write
from codegen.files.shared_models import find_models, those_that
from codegen.model.op_work import OpWork, op_work
from codegen.model.tflite import Model
from codegen.progress import each
from verification.bench import measure
from verification.bench.cycles import ModelCycles, require_table
from verification.errors import CheckFailedError

FUNCTIONS_SHOWN = 12
_CAUSES = ("load_use", "branch_refill", "multi_cycle", "flash_instruction", "flash_data")
_TITLES = ("load use", "refill", "multi", "flash instr", "flash data")


def run(
    board: str,
    model: str,
    json_path: Path | None = None,
    engine: str = INTERPRETER,
    say: Callable[[str], None] = print,
) -> list[ModelCycles]:
    """The verb. board: ids separated by commas. model: as find_models() takes it.

    Raises VerificationError, BoardError, CodegenError.
    """
    boards = [load_board(word) for word in board.split(",")]
    for one in boards:
        require_table(one)
    paths = find_models(model)
    if model == "all":
        paths = those_that(measure.read_measurable, paths, "cycles", say)
    else:
        for path in paths:
            measure.read_measurable(path)
    found = []
    for path in each("cycles: models", paths, len(paths), "weighed"):
        for one in boards:
            cycles = predict(path, one, engine)
            found.append(cycles)
            for line in lines(cycles, Model.read(path)):
                say(line)
    if json_path is not None:
        text = json.dumps([one.as_json() for one in found], indent=1)
        atomic_write(json_path, f"{text}\n".encode())
    return found


def predict(path: Path, board: Board, engine: str = INTERPRETER, ops: bool = True) -> ModelCycles:
    """Of one model. ops: and of each of its ops. Raises as measure.weigh() does."""
    subject = measure.read_subject(path)
    plan = measure.planner(engine)(subject.model, board.isa)
    return measure.weigh(subject, board, plan, engine, ops)


def lines(of: ModelCycles, model: Model) -> list[str]:
    """Tables of the ops and of the dearest functions, then the total."""
    total = of.total
    return [
        "",
        f"{of.model} on {of.board} ({of.engine}), an inference",
        _row("op", ["output", "MACs"], _head(of)),
        *(
            _row(
                f"{op.index:>3} {op.label}",
                _facts(op_work(model, op)),
                _cells(cost, of),
            )
            for op, cost in zip(model.ops, of.ops, strict=False)
        ),
        _row("function", ["", ""], _head(of)),
        *(
            _row(name, ["", ""], _cells(of.functions[mangled], of))
            for mangled, name in plain_names(list(of.functions)[:FUNCTIONS_SHOWN])
        ),
        _row("total", ["", ""], _cells(total, of)),
        of.summary(),
    ]


def _facts(work: OpWork) -> tuple[str, str]:
    return "x".join(map(str, work.output_shape)), f"{work.macs:,}"


def beside(predicted: ModelCycles, measured: int) -> str:
    """The line of a real board: what its counter said, and what was predicted. measured: cycles."""
    total = predicted.total
    words = [f"{round(total.at_0_wait_states):,} at 0 wait states"]
    against = total.at_0_wait_states
    if predicted.flash is not None:
        against = total.with_flash
        words.append(f"{round(against):,} with its flash")
    return (
        f"cycles of an inference on {predicted.board}: {measured:,} measured; predicted "
        f"{', '.join(words)} (predicted / measured {against / max(1, measured):.3f})"
    )


def is_comparable(board: Board, model: Path) -> bool:
    """Whether a real board's clock ticks at each cycle, its core has a table, and the model is one
    that the benchmark's image runs."""
    if board.tick.hz != board.clock_hz or board.cpu not in CORES:
        return False
    return bool(those_that(measure.read_measurable, [model], "cycles", lambda _: None))


def plain_names(mangled: Sequence[str]) -> list[tuple[str, str]]:
    """(as the linker has it, as people write it) of functions, without their parameters."""
    program = tools.find("arm-none-eabi-c++filt", "reading names of functions")
    text = "".join(f"{name.partition('.')[0]}\n" for name in mangled)
    result = subprocess.run([program], input=text, capture_output=True, text=True, check=False)
    if result.returncode:
        raise CheckFailedError(f"{program} failed: {result.stderr.strip()[:200]}")
    plain = result.stdout.splitlines()
    return [(a, _short(b)) for a, b in zip(mangled, plain, strict=True)]


def _short(name: str) -> str:
    return re.sub(r"\(.*", "", name.replace("(anonymous namespace)::", ""))


def _head(of: ModelCycles) -> list[str]:
    return ["instructions", "cycles 0ws", *["with flash"] * _has_flash(of), *_causes(_TITLES, of)]


def _cells(cost: Cycles, of: ModelCycles) -> list[str]:
    flash = [cost.with_flash] if _has_flash(of) else []
    causes = [getattr(cost, name) for name in _causes(_CAUSES, of)]
    values = [cost.instructions, cost.at_0_wait_states, *flash, *causes]
    return [f"{round(value):,}" for value in values]


def _causes(names: Iterable[str], of: ModelCycles) -> list[str]:
    return list(names)[: None if _has_flash(of) else -2]


def _has_flash(of: ModelCycles) -> bool:
    return of.flash is not None


def _row(name: str, facts: Sequence[str], cells: Sequence[str]) -> str:
    shape, macs = facts
    numbers = " ".join(f"{cell:>12}" for cell in cells)
    return f"{name[:32]:32} {shape:14} {macs:>11} {numbers}".rstrip()
