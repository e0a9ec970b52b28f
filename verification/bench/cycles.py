"""Predicted cycles of a model's inference: the benchmark's image in QEMU, counted and weighed.

docs/cycles.md says how far such a prediction is to be trusted.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen.boards.facts import Board, FlashTiming, Region
from codegen.cycles.core_tables import CORES
from codegen.cycles.counting import COUNTS, Span, qemu_arguments, read_spans
from codegen.cycles.counting import sum_of as sum_of_spans
from codegen.cycles.instruction import Code
from codegen.cycles.weigh import Cycles, Scale, sum_of
from codegen.image.bench_image import BenchImage
from verification import semihosting
from verification.errors import CheckFailedError, VerificationError

# firmware/bench/start.h: each call of it ends a span. Two lie round the calibration and two round
# Init; then two round each Invoke, and two round each op inside of it in an image that profiles.
MARK = r"_ZN.*5TicksEv(\..*)?"
_MARKS_BEFORE = 4
_TIMEOUT_S = 1200


@dataclass(frozen=True)
class ModelCycles:
    """Means over the inputs. functions: by name. ops: of each op; () where nobody asked.

    flash: what with_flash of each was reckoned with; None where the board's is not known.
    """

    board: str
    model: str
    engine: str
    flash: FlashTiming | None
    total: Cycles
    functions: Mapping[str, Cycles]
    ops: tuple[Cycles, ...] = ()

    @property
    def with_flash(self) -> float | None:
        return None if self.flash is None else self.total.with_flash

    def columns(self) -> dict[str, list[int]]:
        """Cycles of each op, by the JSON's names of them."""
        found = {"cycles_0ws": [round(op.at_0_wait_states) for op in self.ops]}
        if self.flash is not None:
            found["cycles_flash"] = [round(op.with_flash) for op in self.ops]
        return found

    def summary(self) -> str:
        """One line: what an inference takes."""
        total = self.total
        flash = f"the flash of {self.board} is not known"
        if self.flash is not None:
            states = self.flash.wait_states
            flash = f"{round(total.with_flash):,} with flash of {states} wait states"
        return (
            f"predicted: {round(total.instructions):,} instructions, "
            f"{round(total.at_0_wait_states):,} cycles at 0 wait states; {flash}"
        )

    def as_json(self) -> dict[str, object]:
        """An entry of `invoke cycles --json`."""
        return {
            "board": self.board,
            "model": self.model,
            "engine": self.engine,
            **self._facts(self.total),
            "ops": [self._facts(one) for one in self.ops],
            "functions": {name: self._facts(one) for name, one in self.functions.items()},
        }

    def _facts(self, of: Cycles) -> dict[str, int | None]:
        known = self.flash is not None
        return {
            "instructions": round(of.instructions),
            "cycles_0ws": round(of.at_0_wait_states),
            "cycles_flash": round(of.with_flash) if known else None,
            "load_use": round(of.load_use),
            "branch_refill": round(of.branch_refill),
            "multi_cycle": round(of.multi_cycle),
            "flash_instruction": round(of.flash_instruction) if known else None,
            "flash_data": round(of.flash_data) if known else None,
        }


def require_table(board: Board) -> None:
    """Raises VerificationError where nothing is claimed of the board's core."""
    if board.cpu not in CORES:
        raise VerificationError(
            f"cycles: no table of a {board.cpu} ({board.id}); those of {', '.join(CORES)} are "
            "known (docs/cycles.md)"
        )


def run_counted(
    command: Sequence[str], folder: Path, mark: int, flash: Region, timing: FlashTiming | None
) -> list[Span]:
    """What QEMU executed in each span, up to the last mark. command: of qemu_command(). mark:
    address of the function whose calls end spans. flash: where the caches of `timing` work.

    Raises MissingToolError, CheckFailedError, CodegenError.
    """
    arguments = qemu_arguments(mark, flash, timing)
    try:
        ended = semihosting.run_to_its_end([*command, *arguments], folder, _TIMEOUT_S)
    except subprocess.TimeoutExpired:
        raise CheckFailedError(f"counting cycles did not end within {_TIMEOUT_S} s") from None
    return list(read_spans(folder / COUNTS, ended.stdout + ended.stderr))


def _spans_of(image: BenchImage, machine: Board, board: Board) -> tuple[Scale, list[Span]]:
    """What weighs the spans, and those from the first Invoke on. The clock's own code is left out:
    what is measured would be without it."""
    code = Code(image.elf)
    marks = code.addresses_of(MARK)
    if len(marks) != 1:
        raise CheckFailedError(f"{image.elf} has {len(marks)} functions Ticks(), not 1")
    flash = next(region for region in machine.regions if region.kind == "flash")
    command = semihosting.qemu_command(
        image.machine, image.elf, "counting cycles", image.icount_shift
    )
    with tempfile.TemporaryDirectory(prefix="cycles-") as folder:
        spans = run_counted(command, Path(folder), marks[0], flash, board.flash_timing)
    scale = Scale(code, board.cpu, board.flash_timing, {code.function(marks[0])})
    return scale, spans[1 + _MARKS_BEFORE :]


def weigh_image(
    image: BenchImage, machine: Board, board: Board, input_count: int
) -> tuple[Cycles, dict[str, Cycles]]:
    """Means over the inputs of an image that does not profile: of Invoke as a whole, and of each
    function in it, the dearest first."""
    scale, spans = _spans_of(image, machine, board)
    invokes = spans[::2]
    if len(invokes) != input_count:
        raise CheckFailedError(f"{image.elf} ended after {len(invokes)} of {input_count} inputs")
    functions = {
        name: sum_of([one], input_count) for name, one in scale.weigh(sum_of_spans(invokes)).items()
    }
    dearest = sorted(functions, key=lambda name: -functions[name].with_flash)
    return sum_of(functions.values()), {name: functions[name] for name in dearest}


def weigh_ops(
    image: BenchImage, machine: Board, board: Board, input_count: int, op_count: int
) -> tuple[Cycles, ...]:
    """Means over the inputs of each op, by an image that profiles."""
    scale, of_inputs = _spans_of(image, machine, board)
    each, rest = divmod(len(of_inputs) + 1, input_count)  # nobody wants what is behind the last
    if rest or each < 2 * op_count + 2:
        raise CheckFailedError(
            f"{image.elf} left {len(of_inputs)} spans for {input_count} inputs of {op_count} ops"
        )
    # From one Invoke's first mark on: what comes before the first op, the op, what comes after it.
    firsts = range(0, len(of_inputs), each)
    return tuple(
        _mean(scale, [of_inputs[first + 2 * op + 1] for first in firsts]) for op in range(op_count)
    )


def _mean(scale: Scale, spans: Sequence[Span]) -> Cycles:
    return sum_of(scale.weigh(sum_of_spans(spans)).values(), len(spans))
