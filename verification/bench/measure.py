"""Measures the runtime on emulated boards as the baseline was measured, and compares.

For each board and model: the benchmark's image (codegen.image.bench_image) runs five inputs in QEMU
under -icount, which makes instruction counts exact and repeatable; every output byte is compared
with the oracle. The baseline, TFLM with CMSIS-NN, stands in docs/baseline_tflm_cmsis_nn.json.
"""

from __future__ import annotations

import contextlib
import json
import re
import statistics
import struct
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen import campaign
from codegen.aot.generate import plan_aot
from codegen.boards.facts import Board, list_boards, load_board
from codegen.compile.cpp_build import RegionOverflowError
from codegen.cycles.core_tables import CORES
from codegen.cycles.weigh import Cycles
from codegen.engines import AOT, INTERPRETER
from codegen.files.places import PROGRAM
from codegen.host.dead_channels import without_dead_channels
from codegen.host.oracle_child import answers
from codegen.host.random_inputs import random_inputs
from codegen.image.bench_image import BenchImage, build_bench_image
from codegen.memory.planner import ArenaPlan, plan_model
from codegen.model.closeness import closeness_of, differing
from codegen.model.int8_checks import check_int8, is_plain
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model
from codegen.progress import each, progress
from verification import semihosting
from verification.bench.cycles import ModelCycles, require_table, weigh_image, weigh_ops
from verification.errors import CheckFailedError, VerificationError

BASELINE = PROGRAM / "docs" / "baseline_tflm_cmsis_nn.json"

MEASURES = ("instructions", "flash_bytes", "arena_bytes", "stack_bytes", "init_instructions")
CYCLES = ("cycles_0ws", "cycles_flash")  # of docs/cycles.md
INPUT_COUNT = 5  # as the baseline; the median is taken
_INPUT_SEED = 7
_CALIBRATION_INSTRUCTIONS = 1_000_000  # firmware/bench/main.cc: 2 * kCalibrationLoops
_WORKERS = 2

# Boards whose memory is too small for a model, or that QEMU does not know, run its image on one
# that executes the same instructions: Armv6-M code runs unchanged on a Cortex-M3.
_STAND_INS = {
    "cortex-m0": "mps2_an385",
    "cortex-m0plus": "mps2_an385",
    "cortex-m3": "mps2_an385",
    "cortex-m4": "mps2_an386",
    "cortex-m7": "mps2_an500",
    "cortex-m33": "mps2_an505",
}


@dataclass(frozen=True)
class OpCost:
    """Instructions of one op of a model, median over the inputs."""

    index: int
    name: str
    instructions: int


@dataclass(frozen=True)
class Row:
    """One model on one board. model: the file's stem. ran_on: board whose machine executed it.

    ratios: ours / baseline for those of MEASURES and CYCLES that the baseline has.
    constant_bytes: the .tflite, or the arrays of generated code. whole_ratio: flash_bytes and these
    together, ours / baseline with its .tflite.
    """

    board: str
    model: str
    instructions: int
    flash_bytes: int
    arena_bytes: int
    stack_bytes: int
    init_instructions: int
    ran_on: str
    cpu: str
    op_count: int
    arena_lower_bound_bytes: int
    mismatches: int
    ratios: Mapping[str, float]
    profile: tuple[OpCost, ...] = ()
    engine: str = INTERPRETER
    constant_bytes: int = 0
    whole_ratio: float | None = None
    cycles: ModelCycles | None = None

    @property
    def cycles_0ws(self) -> int | None:
        return None if self.cycles is None else round(self.cycles.total.at_0_wait_states)

    @property
    def cycles_flash(self) -> int | None:
        found = None if self.cycles is None else self.cycles.with_flash
        return None if found is None else round(found)

    def as_json(self, with_cycles: bool = False) -> dict[str, object]:
        """The row of `invoke bench --json`. with_cycles: and what --cycles adds."""
        own = {name: getattr(self, name) for name in ("board", "model", *MEASURES)}
        found = {**own, **self._ratios(MEASURES)}
        found |= {"engine": self.engine, "constant_bytes": self.constant_bytes}
        if with_cycles:
            found |= {name: getattr(self, name) for name in CYCLES}
            found |= self._ratios(CYCLES)
        return found

    def _ratios(self, names: Sequence[str]) -> dict[str, float | None]:
        return {
            f"ratio_{name}": round(self.ratios[name], 4) if name in self.ratios else None
            for name in names
        }


@dataclass(frozen=True)
class Subject:
    """A model to measure: as it is deployed, with inputs and what the oracle makes of them.

    inputs, expected: for each input and output of the model [INPUT_COUNT, *its shape] of its dtype.
    given_bytes: of the file that it was made of.
    """

    name: str
    model: Model
    inputs: Sequence[NDArray[Any]]
    expected: Sequence[NDArray[Any]]
    given_bytes: int

    @property
    def input_bytes(self) -> NDArray[np.uint8]:
        """[INPUT_COUNT, bytes]: of each inference all inputs, one behind the other."""
        return _side_by_side(self.inputs)

    def count_mismatches(self, outputs: bytes) -> int:
        """How many places of what an image gave are not the oracle's, of float32 behind curves as
        codegen.model.closeness allows. outputs: of each inference all, one behind the other."""
        allowed = closeness_of(self.model)
        given, found = memoryview(outputs), 0
        for i in range(INPUT_COUNT):
            for tensor, values in zip(self.model.outputs, self.expected, strict=True):
                wanted = values[i].tobytes()
                found += differing(tensor, bytes(given[: len(wanted)]), wanted, allowed).size
                given = given[len(wanted) :]
        return found


@dataclass(frozen=True)
class Measurement:
    """What an image reported, in instructions and bytes. outputs: of all inputs, in order."""

    instructions: int
    init_instructions: int
    arena_bytes: int
    stack_bytes: int
    outputs: bytes
    profile: tuple[OpCost, ...]


def find_boards(choice: str) -> list[Board]:
    """`all` (of every core that QEMU emulates one board), or ids separated by commas.

    Raises BoardError (unknown), VerificationError (not emulated by QEMU).
    """
    if choice == "all":
        named = {record["board"] for record in load_baseline().values()}
        emulated = [board for board in list_boards() if _is_emulated(board)]
        # the baseline's own board of a core, else the one with the most memory
        emulated.sort(key=lambda board: (board.id not in named, -board.ram_bytes, board.id))
        by_cpu: dict[str, Board] = {}
        for board in emulated:
            by_cpu.setdefault(board.cpu, board)
        return sorted(by_cpu.values(), key=lambda board: board.id)
    boards = [load_board(word) for word in choice.split(",")]
    for board in boards:
        if not _is_emulated(board):
            raise VerificationError(
                f"bench counts instructions in QEMU, {board.id} does not run there"
            )
    return boards


def bench(
    boards: Sequence[Board],
    models: Iterable[Path],
    profile: bool = False,
    say: Callable[[Row], None] = lambda _: None,
    engine: str = INTERPRETER,
    cycles: bool = False,
    workers: str = campaign.ALONE,
) -> list[Row]:
    """Measures every model on every board. say: gets each row as soon as it and those before it
    are there. cycles: what was executed is weighed, too. workers: as of codegen.campaign; without
    them there are two threads.

    Raises CheckFailedError (the image failed), CampaignError, CodegenError (it cannot be built or
    planned).
    """
    baseline = load_baseline()
    # The oracle and the planner are not made for two threads: all of theirs comes first.
    work = []
    paths = list(models)
    for path in each("bench: models", paths, len(paths), "read"):
        subject = read_subject(path)
        plans = {
            isa: planner(engine)(subject.model, isa) for isa in {board.isa for board in boards}
        }
        work.append((subject, plans))
    images = [(board, subject, plans[board.isa]) for board in boards for subject, plans in work]
    measure_image = partial(_row, baseline, profile, engine, cycles)
    rows = []
    with (
        progress("bench", len(images), "images") as step,
        contextlib.closing(_in_order(measure_image, images, workers)) as measured,
    ):
        for row in measured:
            rows.append(row)
            step.advance()
            say(row)
    return rows


_Image = tuple[Board, Subject, ArenaPlan]


def _in_order(
    measure_image: Callable[[_Image], Row], images: Sequence[_Image], workers: str
) -> Generator[Row, None, None]:
    if workers:
        yield from campaign.each(measure_image, images, workers)
        return
    with ThreadPoolExecutor(_WORKERS) as pool:
        try:
            yield from pool.map(measure_image, images)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def planner(engine: str) -> Callable[[Model, str], ArenaPlan]:
    """What plans the arena of a model for an ISA."""
    return plan_aot if engine == AOT else plan_model


def read_measurable(path: Path) -> Model:
    """A model that the benchmark's image runs. Raises ModelError, UnsupportedModelError,
    RuntimeRefusedError."""
    model = Model.read(path)
    check_int8(model)
    plan_model(model, "scalar")  # refuses with a message what would end the oracle's process
    return model


def read_subject(path: Path) -> Subject:
    """Reads a model, checks that the firmware can run it, and asks the oracle. What is measured is
    what is deployed of it: without dead channels, if it has any."""
    given = read_measurable(path)
    model = Model.parse(without_dead_channels(given.data))
    if is_plain(model):  # as the baseline's
        shape = (INPUT_COUNT, *model.inputs[0].shape)
        rng = np.random.default_rng(_INPUT_SEED)
        inputs = [rng.integers(-128, 127, shape, np.int8, endpoint=True)]
    else:
        inputs = random_inputs(model, INPUT_COUNT, _INPUT_SEED)
    return Subject(path.stem, model, inputs, answers(given, inputs), given.size)


def _side_by_side(arrays: Sequence[NDArray[Any]]) -> NDArray[np.uint8]:
    """[N, bytes] of arrays [N, ...] of any dtypes."""
    rows = [np.ascontiguousarray(one).view(np.uint8).reshape(len(one), -1) for one in arrays]
    return np.concatenate(rows, axis=1)


Baseline = Mapping[tuple[str, str], Mapping[str, Any]]


def load_baseline(path: Path = BASELINE) -> Baseline:
    """Records by (model, cpu as board facts name it). Raises VerificationError."""
    try:
        records = json.loads(path.read_text())
        # "Cortex-M4F" is a cortex-m4 with its floating-point unit
        return {(r["model"], r["core"].lower().removesuffix("f")): r for r in records}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise VerificationError(f"cannot read the baseline {path}: {error}; restore it") from None


def measure(
    subject: Subject,
    board: Board,
    plan: ArenaPlan,
    profile: bool = False,
    engine: str = INTERPRETER,
) -> tuple[Measurement, BenchImage, Board]:
    """Builds and runs the image; returns also the board whose machine ran it."""
    image, runs_on = build(subject, board, plan, profile, engine)
    text, results = run_image(image)
    what = f"{subject.name} on {board.id}"
    return parse_output(text, results, INPUT_COUNT, what), image, runs_on


def build(
    subject: Subject, board: Board, plan: ArenaPlan, profile: bool, engine: str
) -> tuple[BenchImage, Board]:
    """The image, and the board whose machine runs it. Raises as build_bench_image() does."""
    supported = load_supported_ops()
    arguments = (subject.model, board, plan.arena_bytes, subject.input_bytes, supported)
    stand_in = _STAND_INS.get(board.cpu)
    if _is_emulated(board) or stand_in is None:
        try:
            return build_bench_image(*arguments, profile=profile, engine=engine), board
        except RegionOverflowError:
            if stand_in in (None, board.id):
                raise
    assert stand_in is not None
    runs_on = load_board(stand_in)
    return build_bench_image(*arguments, runs_on, profile, engine), runs_on


def weigh(
    subject: Subject, board: Board, plan: ArenaPlan, engine: str, ops: bool = True
) -> ModelCycles:
    """Predicted cycles of a model, without anything else being measured. ops: of each op, too.

    Raises VerificationError (no table for the core), and as build() and run_image() do.
    """
    require_table(board)
    image, runs_on = build(subject, board, plan, False, engine)
    total, functions = weigh_image(image, runs_on, board, INPUT_COUNT)
    of_ops: tuple[Cycles, ...] = ()
    if ops:
        image, runs_on = build(subject, board, plan, True, engine)
        of_ops = weigh_ops(image, runs_on, board, INPUT_COUNT, len(subject.model.ops))
    return ModelCycles(board.id, subject.name, engine, board.flash_timing, total, functions, of_ops)


def run_image(image: BenchImage, timeout_s: float = 600) -> tuple[str, bytes]:
    """What the image prints over semihosting and what it leaves in results.bin, b"" if nothing.

    Raises MissingToolError, CheckFailedError.
    """
    command = semihosting.qemu_command(
        image.machine, image.elf, "counting instructions", image.icount_shift
    )
    with tempfile.TemporaryDirectory() as folder:
        try:
            ended = semihosting.run_to_its_end(command, Path(folder), timeout_s)
        except subprocess.TimeoutExpired:
            raise CheckFailedError(
                f"{image.elf.parent.name} did not end within {timeout_s:.0f} s"
            ) from None
        results = Path(folder) / "results.bin"
        return ended.stdout + ended.stderr, results.read_bytes() if results.exists() else b""


def parse_output(text: str, results: bytes, input_count: int, what: str) -> Measurement:
    """Reads what an image printed and left, as firmware/bench/main.cc lays it out.

    what: for the message of the CheckFailedError.
    """
    head = struct.Struct(f"<{4 + input_count}I")
    output_bytes, rest = divmod(len(results) - head.size, input_count)
    if output_bytes <= 0 or rest:
        last = (text.strip().splitlines() or ["nothing"])[-1]
        raise CheckFailedError(
            f"the benchmark of {what} did not come to its end; it said: {last[:200]}"
        )
    calibration, init, arena_bytes, stack_bytes, *invoke = head.unpack_from(results)
    per_tick = _CALIBRATION_INSTRUCTIONS / calibration
    ops = re.findall(r"^op (\S+) +([0-9a-f]{8})$", text, re.MULTILINE)
    per_run = len(ops) // input_count
    profile = tuple(
        OpCost(
            i,
            ops[i][0],
            round(statistics.median(int(t, 16) for _, t in ops[i::per_run]) * per_tick),
        )
        for i in range(per_run)
    )
    return Measurement(
        instructions=round(statistics.median(invoke) * per_tick),
        init_instructions=round(init * per_tick),
        arena_bytes=arena_bytes,
        stack_bytes=stack_bytes,
        outputs=results[head.size :],
        profile=profile,
    )


def _row(
    baseline: Baseline,
    profile: bool,
    engine: str,
    cycles: bool,
    of: tuple[Board, Subject, ArenaPlan],
) -> Row:
    board, subject, plan = of
    measured, image, runs_on = measure(subject, board, plan, profile, engine)
    where = f"{subject.name} on {board.id}"
    if measured.arena_bytes != plan.arena_bytes:
        raise CheckFailedError(
            f"{where} used {measured.arena_bytes} B of arena, the plan says {plan.arena_bytes}"
        )
    if measured.stack_bytes >= image.stack_bytes:
        raise CheckFailedError(
            f"{where} filled its stack of {image.stack_bytes} B; raise stack_bytes"
        )
    expected_bytes = sum(values.nbytes for values in subject.expected)
    if len(measured.outputs) != expected_bytes:
        raise CheckFailedError(
            f"{where} gave {len(measured.outputs)} output bytes, the oracle {expected_bytes}"
        )
    found = None
    if cycles and board.cpu in CORES:
        found = weigh(subject, board, plan, engine, profile)
    ours = {
        "instructions": measured.instructions,
        "flash_bytes": image.flash_bytes,
        "arena_bytes": measured.arena_bytes,
        "stack_bytes": measured.stack_bytes,
        "init_instructions": measured.init_instructions,
    }
    peer = baseline.get((subject.name, board.cpu))
    if peer is not None and peer["model_bytes"] != subject.given_bytes:
        peer = None  # another model of that name
    row = Row(
        board=board.id,
        model=subject.name,
        **ours,
        ran_on=runs_on.id,
        cpu=board.cpu,
        op_count=len(subject.model.ops),
        arena_lower_bound_bytes=plan.lower_bound_bytes,
        mismatches=subject.count_mismatches(measured.outputs),
        ratios={},
        profile=tuple(
            replace(cost, name=op.name)
            for cost, op in zip(measured.profile, subject.model.ops, strict=False)
        ),
        engine=engine,
        constant_bytes=image.constant_bytes,
        whole_ratio=(image.flash_bytes + image.constant_bytes)
        / (peer["flash_bytes"] + peer["model_bytes"])
        if peer and "flash_bytes" in peer
        else None,
        cycles=found,
    )
    return replace(row, ratios=_ratios(row, peer)) if peer else row


def _ratios(row: Row, peer: Mapping[str, Any]) -> dict[str, float]:
    """Ours / the peer's, of what both have. Its cycles with flash are those of its board's."""
    names = [*MEASURES, CYCLES[0], *[CYCLES[1]] * (peer["board"] == row.board)]
    both = {name: getattr(row, name) for name in names if name in peer}
    return {name: value / peer[name] for name, value in both.items() if value is not None}


def _is_emulated(board: Board) -> bool:
    return board.emulator is not None and board.emulator.kind == "qemu"
