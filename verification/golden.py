"""Golden runs: random valid models, every output byte against the oracle.

A case is drawn from its seed alone. So one command repeats any failure: case i of a run with seed S
is case 0 of a run with seed S + i and the same op. Each case

- is computed twice in a row by the oracle (TFLM's interpreter);
- is planned, for the target's instruction set, and the plan is verified (codegen.memory.planner);
- runs twice in a row in the check runner (check_runner.py), in the exact arena. Every buffer is
  guarded, every op watched. An arena of 16 bytes less must be refused;
- does the same on the same core with the portable kernels, and both give the same bytes.

The generators come from whoever calls (tests/golden); this module knows no op.
"""

from __future__ import annotations

import math
import shlex
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from codegen import campaign
from codegen.aot.generate import STRIP_COST, generate_aot, plan_aot
from codegen.engines import AOT, INTERPRETER
from codegen.errors import CodegenError
from codegen.host.oracle import Oracle
from codegen.host.random_inputs import random_inputs
from codegen.memory.planner import plan_model
from codegen.model.closeness import closeness_of, differing
from codegen.model.tflite import Model
from codegen.progress import progress
from verification import aot_runner
from verification.check_runner import (
    Job,
    Result,
    RunnerCrashError,
    Target,
    run,
    target_of,
)
from verification.errors import VerificationError
from verification.stopped import telling
from verification.watchdog import limited

_CASE_LIMIT_S = 120  # in this process: the oracle or a plan; the runner has its own
_BATCH = 200  # runs of cases together, on all boards: few enough that progress shows
_SMALLEST_BATCH = 25


class Case(Protocol):
    """A model, one set of inputs and what it is in a few words."""

    @property
    def model(self) -> bytes: ...
    @property
    def inputs(self) -> list[NDArray[Any]]: ...
    @property
    def label(self) -> str: ...


Generators = Mapping[str, Callable[[np.random.Generator], Case]]


@dataclass(frozen=True)
class _ModelCase:
    model: bytes
    inputs: list[NDArray[Any]]
    label: str


def model_generators(paths: Iterable[Path]) -> Generators:
    """A generator a .tflite file, by its stem: the model as it is, its inputs random.

    Raises ModelError (not a sound model), RuntimeRefusedError (the runtime does not run it),
    VerificationError (two files of one name).
    """
    generators: dict[str, Callable[[np.random.Generator], Case]] = {}
    for path in paths:
        if path.stem in generators:
            raise VerificationError(f"two models are called {path.stem}; rename one")
        generators[path.stem] = _model_generator(read_runnable(path), path)
    return generators


def read_runnable(path: Path) -> Model:
    """A model that the runtime runs. Raises ModelError, RuntimeRefusedError."""
    model = Model.read(path)
    plan_model(model, "scalar")
    return model


def _model_generator(model: Model, path: Path) -> Callable[[np.random.Generator], Case]:
    def draw(rng: np.random.Generator) -> Case:
        samples = random_inputs(model, 2, seed=int(rng.integers(2**32)))
        which = rng.integers(2)  # of the whole range, or as in use
        return _ModelCase(model.data, [values[which] for values in samples], str(path))

    return draw


@dataclass(frozen=True)
class Failure:
    """One case that went wrong on one board. model: its file, if it is no random one."""

    op: str
    seed: int
    board: str
    label: str
    reason: str
    engine: str = INTERPRETER
    model: str = ""

    @property
    def command(self) -> str:
        """What repeats it."""
        words = ["--model", self.model] if self.model else ["--op", self.op]
        words += ["--seed", str(self.seed), "--count", "1", "--board", self.board]
        words += [] if self.engine == INTERPRETER else ["--engine", self.engine]
        return shlex.join(["./invokew", "golden", *words])

    def __str__(self) -> str:
        return (
            f"{self.op} seed {self.seed} on {self.board}: {self.reason}\n"
            f"  {self.label}\n  repeat: {self.command}"
        )


@dataclass
class Report:
    """What a golden run saw. cases: per board, how many ran."""

    cases: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def passed(self) -> bool:
        return not self.failures and all(self.cases.values())


@dataclass(frozen=True)
class _Drawn:
    op: str
    seed: int
    case: Case
    model: Model
    expected: tuple[bytes, bytes]  # all outputs concatenated, of the first run and of the second


def run_golden(
    generators: Generators,
    count: int,
    seed: int,
    boards: Sequence[str] = ("host",),
    op: str | None = None,
    say: Callable[[str], None] = lambda _: None,
    engine: str = INTERPRETER,
    workers: str = campaign.ALONE,
    portable_too: bool = True,
) -> Report:
    """Runs `count` cases, seeds `seed` to `seed + count - 1`, on every board.

    generators: by op name. op: only this one; otherwise they take turns. say: gets each failure.
    engine: AOT runs each model as generated code, and only with the core's own kernels. workers: as
    of codegen.campaign. portable_too: a core's own kernels are not all that run there.
    Raises VerificationError (unknown op, a tool missing), BoardError, CampaignError. A failing case
    is no exception: it stands in the report.
    """
    if op is not None and op not in generators:
        raise VerificationError(
            f"golden knows no op {op!r}; it has {', '.join(sorted(generators))}"
        )
    if count < 1:
        raise VerificationError(f"golden needs at least one case, got --count {count}")
    names = sorted(generators) if op is None else [op]
    for board in boards:
        target_of(board)
    report = Report(Counter(dict.fromkeys(boards, 0)))
    started = time.monotonic()
    whole = 0  # cases that ran on every board
    batch = max(_SMALLEST_BATCH, _BATCH // len(boards))
    shards = (range(at, min(at + batch, seed + count)) for at in range(seed, seed + count, batch))
    run_shard = partial(_run_shard, generators, names, tuple(boards), engine, portable_too)
    with (
        progress("golden", count, "models") as step,
        telling(lambda: whole),
    ):
        for shard in campaign.each(run_shard, shards, workers):
            for failure in shard.failures:
                report.failures.append(failure)
                say(str(failure))
            report.cases.update(dict.fromkeys(boards, shard.drawn))
            whole += shard.seeds
            step.advance(shard.seeds, f"{len(report.failures)} failures")
    report.seconds = time.monotonic() - started
    return report


@dataclass(frozen=True)
class _Shard:
    """What became of some seeds on every board. drawn: those of which the oracle made a case."""

    seeds: int
    drawn: int
    failures: tuple[Failure, ...]


def _run_shard(
    generators: Generators,
    names: Sequence[str],
    boards: Sequence[str],
    engine: str,
    portable_too: bool,
    seeds: Sequence[int],
) -> _Shard:
    drawn = []
    failures = []
    for s in seeds:
        name = names[s % len(names)]
        try:
            with limited(f"golden: {name} seed {s}: the oracle", _CASE_LIMIT_S):
                drawn.append(_draw(generators[name], name, s))
        except CodegenError as error:
            failures.append(Failure(name, s, "host", "", f"the oracle: {error}"))
    for board in boards:
        failures += _run_on(board, target_of(board), drawn, engine, portable_too)
    return _Shard(len(seeds), len(drawn), tuple(failures))


def _draw(generator: Callable[[np.random.Generator], Case], op: str, seed: int) -> _Drawn:
    case = generator(np.random.default_rng(seed))
    model = Model.parse(case.model)
    oracle = Oracle(model)
    first, second = (
        b"".join(output.tobytes() for output in oracle.run(case.inputs)) for _ in range(2)
    )
    return _Drawn(op, seed, case, model, (first, second))


def _run_on(
    board: str, target: Target, drawn: Sequence[_Drawn], engine: str, portable_too: bool
) -> list[Failure]:
    if engine == AOT:
        own = portable = _run_generated(target, drawn)
    else:
        own = _run_cases(target, drawn)
        reference = target.reference if portable_too else None
        portable = own if reference is None else _run_cases(reference, drawn)
    failures = []
    for item, ran, beside in zip(drawn, own, portable, strict=True):
        reason = ran.failure
        if beside is not ran:
            if reason is None and beside.failure is not None:
                reason = f"the portable kernels: {beside.failure}"
            elif reason is not None and ran.outputs != beside.outputs:
                reason += "; the portable kernels give something else"
        if reason is not None:
            model = item.case.label if isinstance(item.case, _ModelCase) else ""
            failures.append(
                Failure(item.op, item.seed, board, item.case.label, reason, engine, model)
            )
    return failures


@dataclass(frozen=True)
class _Ran:
    """What a case gave on a target. failure: what is wrong with it, or None; outputs: if any."""

    failure: str | None
    outputs: tuple[bytes, bytes] | None = None


def _run_cases(target: Target, drawn: Sequence[_Drawn]) -> list[_Ran]:
    ran: dict[int, _Ran] = {}
    jobs: list[tuple[_Drawn, Job]] = []
    for item in drawn:
        try:
            with limited(f"golden: {item.op} seed {item.seed}: the plan", _CASE_LIMIT_S):
                arena_bytes = plan_model(item.model, target.isa).arena_bytes
        except CodegenError as error:
            ran[item.seed] = _Ran(f"not planned: {error}")
            continue
        jobs.append((item, _job(item, item.case.model, arena_bytes)))
    ran |= _run_jobs(target, jobs, target.runner)
    return [ran[item.seed] for item in drawn]


def _run_generated(target: Target, drawn: Sequence[_Drawn]) -> list[_Ran]:
    ran: dict[int, _Ran] = {}
    sound: list[tuple[_Drawn, int]] = []
    for item in drawn:
        try:
            with limited(f"golden: {item.op} seed {item.seed}: the plan", _CASE_LIMIT_S):
                arena_bytes = plan_aot(item.model, target.isa, _strip_cost(item)).arena_bytes
            generate_aot(item.case.model, "check", [target.isa], strip_cost=_strip_cost(item))
        except CodegenError as error:
            ran[item.seed] = _Ran(f"not generated: {error}")
            continue
        sound.append((item, arena_bytes))
    for batch in aot_runner.batches([item.case.model for item, _ in sound]):
        items = [sound[index] for index in batch]
        runner = aot_runner.build_runner(
            target, [(item.case.model, _strip_cost(item)) for item, _ in items]
        )
        jobs = [
            (item, _job(item, aot_runner.case_number(index), arena_bytes))
            for index, (item, arena_bytes) in enumerate(items)
        ]
        ran |= _run_jobs(target, jobs, runner)
    return [ran[item.seed] for item in drawn]


def _strip_cost(item: _Drawn) -> float:
    """Every other case goes by strips wherever it can, whatever that costs."""
    return math.inf if item.seed % 2 else STRIP_COST


def _job(item: _Drawn, model: bytes, arena_bytes: int) -> Job:
    inputs = b"".join(np.ascontiguousarray(values).tobytes() for values in item.case.inputs)
    return Job(model, inputs, arena_bytes, len(item.expected[0]))


def _run_jobs(target: Target, jobs: list[tuple[_Drawn, Job]], runner: Path) -> dict[int, _Ran]:
    """By seed, what became of each."""
    ran: dict[int, _Ran] = {}
    while jobs:
        try:
            results = run(target, [job for _, job in jobs], runner=runner)
        except RunnerCrashError as crash:
            if crash.index >= len(jobs):
                raise
            ran[jobs[crash.index][0].seed] = _Ran(str(crash))
            # What ran before the crash is run again: rare, and simpler than keeping its results.
            del jobs[crash.index]
            continue
        for (item, job), result in zip(jobs, results, strict=True):
            failure = result.failure or difference(item, job, result)
            ran[item.seed] = _Ran(failure, result.outputs)
        break
    return ran


def difference(item: _Drawn, job: Job, result: Result) -> str | None:
    """What is wrong with the outputs, or with how the small arena was refused; None if nothing."""
    for attempt, expected, got in zip(
        ("", " of the second Invoke"), item.expected, result.outputs, strict=True
    ):
        wrong = _wrong_bytes(item.model, got, expected)
        if wrong:
            return (
                f"{len(wrong)} of {len(expected)} output bytes{attempt} differ, the first at "
                f"{wrong[0]}: oracle {expected[wrong[0]]:#04x}, ours {got[wrong[0]]:#04x}"
            )
    if job.arena_bytes >= 16 and "arena" not in result.message:
        return f"an arena of 16 bytes less was refused with {result.message!r}"
    return None


def _wrong_bytes(model: Model, got: bytes, expected: bytes) -> list[int]:
    """Places in all outputs, one after the other."""
    allowed = closeness_of(model)
    wrong: list[int] = []
    start = 0
    for tensor in model.outputs:
        part = slice(start, start + tensor.nbytes)
        wrong += (start + differing(tensor, got[part], expected[part], allowed)).tolist()
        start += tensor.nbytes
    return wrong
