"""Fits the cost table of codegen/cost to measurements: one command after kernels change.

Random models (the generators of the golden tests) and the shared models run once on every core, in
QEMU under -icount, which counts each op's instructions. For each class of op, the coefficients with
the least relative error are found. The last check is the one that counts: the estimate of each
shared model against what was measured.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import struct
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np

from codegen.boards.facts import Region
from codegen.compile import cpp_build
from codegen.cost.estimate import (
    CYCLE_TABLE,
    TABLE,
    Costs,
    Features,
    cost_table,
    estimate,
    features,
)
from codegen.cycles.core_tables import CORES as CYCLE_CORES
from codegen.cycles.counting import COUNTS, Span, qemu_arguments, read_spans
from codegen.cycles.instruction import Code
from codegen.cycles.weigh import Scale, sum_of
from codegen.files.manifest import atomic_write
from codegen.files.places import BUILD, PROGRAM
from codegen.host.runtime import RuntimeRefusedError
from codegen.image.bench_image import OPS, program_objects, render, render_ops
from codegen.memory.planner import plan_model
from codegen.model.op_table import load_supported_ops
from codegen.model.tflite import Model
from codegen.progress import each
from verification import semihosting
from verification.bench.cycles import MARK
from verification.bench.least_squares import non_negative_least_squares
from verification.check_runner import TARGETS, Target
from verification.errors import CheckFailedError, VerificationError
from verification.golden import Generators

SOURCE = PROGRAM / "firmware" / "bench" / "op_instructions.cc"
_BUILD = BUILD / "bench"
_STACK_BYTES = 16384
_ICOUNT_SHIFT = 4
_CALIBRATION_INSTRUCTIONS = 1_000_000  # firmware/bench/start.h: 2 * kCalibrationLoops
_INPUT_SEED = 7
_WORKERS = 2

_HEAVY_OPS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED", "MAX_POOL_2D", "AVERAGE_POOL_2D")
_LIGHT_SHARE = 4  # other ops get this fraction of the models
_FLOOR_INSTRUCTIONS = 300  # below it an error counts absolutely: what an op costs at least
_SHARED_WEIGHT = 10.0  # real models are what estimates are for
CORES = ("cortex-m0", "cortex-m3", "cortex-m4", "cortex-m7", "cortex-m33", "cortex-m55")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Work:
    """One model to run. name: of a shared model, None for a random one."""

    name: str | None
    model: Model
    inputs: bytes


@dataclass(frozen=True)
class Sample:
    """One op on one core. shared: it is of a shared model."""

    features: Features
    instructions: float
    shared: bool


@dataclass(frozen=True)
class Deviation:
    """Estimate of a shared model on a core against the measurement."""

    cpu: str
    model: str
    measured: int
    estimated: int

    @property
    def error(self) -> float:
        return self.estimated / max(1, self.measured) - 1

    def __str__(self) -> str:
        return (
            f"{self.cpu:11}  {self.model:24}  measured {self.measured:>10}  "
            f"estimated {self.estimated:>10}  {self.error:+7.1%}"
        )


def refit(
    generators: Generators,
    model_paths: Iterable[Path],
    count: int = 120,
    seed: int = 1,
    cores: Sequence[str] = CORES,
    classes: str = "*",
    table_path: Path = TABLE,
    cycle_table_path: Path = CYCLE_TABLE,
    say: Say = print,
) -> list[Deviation]:
    """Measures, fits and writes both tables; returns how far off each shared model is in
    instructions.

    generators: of random models by op. count: random models for each op that takes time, a
    quarter of it for the others. classes: a pattern of those to fit; others stay as they are in
    the table, as do cores that are not measured. Raises VerificationError, CodegenError.
    """
    check_request(cores, count)
    works = [*_shared_works(model_paths), *_random_works(generators, count, seed)]
    works = [work for work in works if _has_class(work, classes)]
    if not works:
        raise VerificationError(f"costs: no model has an op of the classes {classes!r}")
    known, known_cycles = _read(table_path), _read(cycle_table_path)
    say(f"costs: {len(works)} models")
    table: dict[str, Costs] = {}
    cycle_table: dict[str, Costs] = {}
    deviations = []
    for cpu in each("costs", cores, len(cores), "cores"):
        measured, cycles = measure(TARGETS[cpu], works)
        table[cpu] = _fit_of(classes, known.get(cpu, {}), _samples(works, measured, cpu))
        for core, found in cycles.items():
            own = _samples(works, found, core)
            cycle_table[core] = _fit_of(classes, known_cycles.get(core, {}), own)
            for work, counts in zip(works, found, strict=True):
                if work.name is not None:
                    guess = estimate(work.model, core, cycle_table) or []
                    say(f"{Deviation(core, work.name, sum(counts), sum(guess))}  cycles")
        for work, instructions in zip(works, measured, strict=True):
            if work.name is not None:
                guess = estimate(work.model, cpu, table) or []
                deviations.append(Deviation(cpu, work.name, sum(instructions), sum(guess)))
                say(str(deviations[-1]))
    _write(table_path, table)
    _write(cycle_table_path, cycle_table)
    return deviations


# Of a core whose code another one executes unchanged: weighed by its own table, too.
_ALSO = {"cortex-m0": ("cortex-m0plus",)}

PerOp = list[list[int]]
"""Of each op of each model."""


def measure(target: Target, works: Sequence[Work]) -> tuple[PerOp, dict[str, PerOp]]:
    """Instructions, and by core cycles at 0 wait states, where they are claimed.

    A shared model runs in an image of its own, in which nothing else is linked, as in what ships;
    random models of the same one op in one; those of several ops in one for them all.
    Raises CheckFailedError (an image failed), CppBuildError, MissingToolError.
    """
    supported = load_supported_ops()
    alike: dict[bytes, list[int]] = {}
    mixed = [number for number, work in enumerate(works) if _is_mixed(work)]
    if mixed:
        alike[render_ops([works[number].model for number in mixed], supported)] = mixed
    for number, work in enumerate(works):
        if not _is_mixed(work):
            alike.setdefault(render_ops([work.model], supported), []).append(number)

    def run(group: tuple[bytes, list[int]]) -> tuple[PerOp, dict[str, PerOp]]:
        ops, numbers = group
        return _run_image(target, _build(target, ops), [works[number] for number in numbers])

    instructions: PerOp = [[] for _ in works]
    cycles: dict[str, PerOp] = {}
    with ThreadPoolExecutor(_WORKERS) as pool:
        results = each(f"costs: {target.cpu}", pool.map(run, alike.items()), len(alike), "images")
        for numbers, (counts, weighed) in zip(alike.values(), results, strict=True):
            for place, number in enumerate(numbers):
                instructions[number] = counts[place]
                for cpu, found in weighed.items():
                    cycles.setdefault(cpu, [[] for _ in works])[number] = found[place]
    return instructions, cycles


def _is_mixed(work: Work) -> bool:
    return work.name is None and len(work.model.op_names) > 1


def _run_image(target: Target, elf: Path, works: Sequence[Work]) -> tuple[PerOp, dict[str, PerOp]]:
    assert target.machine is not None and target.memory is not None
    op_counts = [len(work.model.ops) for work in works]
    with tempfile.TemporaryDirectory(prefix="costs-") as name:
        batch = b"".join(_job(work, target) for work in works) + struct.pack("<I", 0)
        (Path(name) / "batch.bin").write_bytes(batch)
        command = semihosting.qemu_command(
            target.machine, elf, "counting instructions", _ICOUNT_SHIFT
        )
        cores = [cpu for cpu in (target.cpu, *_ALSO.get(target.cpu, ())) if cpu in CYCLE_CORES]
        code = Code(elf)
        (mark,) = code.addresses_of(MARK)
        if cores:
            command += qemu_arguments(mark, Region("flash", "flash", *target.memory.code), None)
        result = semihosting.run_to_its_end(command, Path(name), timeout_s=1200)
        said = result.stdout + result.stderr
        instructions = parse(
            said, target.cpu, [[op.name for op in work.model.ops] for work in works]
        )
        cycles: dict[str, PerOp] = {}
        if cores:
            scales = {cpu: Scale(code, cpu, None, {code.function(mark)}) for cpu in cores}
            # two marks lie round the calibration, then two round each op
            spans = itertools.islice(read_spans(Path(name) / COUNTS, said), 3, None, 2)
            cycles = _by_op(spans, scales, op_counts)
    return instructions, cycles


def _by_op(
    spans: Iterator[Span], scales: Mapping[str, Scale], op_counts: Sequence[int]
) -> dict[str, PerOp]:
    found: dict[str, PerOp] = {cpu: [] for cpu in scales}
    for count in op_counts:
        own = list(itertools.islice(spans, count))
        if len(own) != count:
            raise CheckFailedError("the cost image ended early: too few spans were counted")
        for cpu, scale in scales.items():
            totals = [sum_of(scale.weigh(span).values()) for span in own]
            found[cpu].append([round(one.at_0_wait_states) for one in totals])
    return found


def parse(text: str, cpu: str, models: Sequence[Sequence[str]]) -> list[list[int]]:
    """What the image printed, as instructions. models: the ops of each. Raises
    CheckFailedError."""
    calibration = re.search(r"^calibration ([0-9a-f]{8})$", text, re.MULTILINE)
    runs = re.split(r"^model [0-9a-f]{8}$", text, flags=re.MULTILINE)[1:]
    ticks = [
        [int(t, 16) for t in re.findall(r"^op \S+ +([0-9a-f]{8})$", run, re.M)] for run in runs
    ]
    if (
        not calibration
        or not text.rstrip().endswith("end")
        or list(map(len, ticks)) != list(map(len, models))
    ):
        last = (text.strip().splitlines() or ["nothing"])[-1]
        ops = ", ".join(sorted(set(models[max(0, len(runs) - 1)])))
        raise CheckFailedError(
            f"the cost image on {cpu} failed at model {len(runs)}, of {ops}: {last[:200]}"
        )
    per_tick = _CALIBRATION_INSTRUCTIONS / int(calibration[1], 16)
    return [[round(t * per_tick) for t in run] for run in ticks]


def fit(samples: Iterable[Sample]) -> dict[str, Mapping[str, float]]:
    """Coefficients of every class that the samples have; those that are 0 are left out."""
    by_class: dict[str, list[Sample]] = {}
    for sample in samples:
        by_class.setdefault(sample.features.op_class, []).append(sample)
    costs: dict[str, Mapping[str, float]] = {}
    for op_class, own in sorted(by_class.items()):
        names = sorted({name for sample in own for name in sample.features.values})
        rows = np.array([[s.features.values.get(name, 0.0) for name in names] for s in own])
        target = np.array([s.instructions for s in own])
        weight = np.array([_SHARED_WEIGHT if s.shared else 1.0 for s in own])
        weight /= target + _FLOOR_INSTRUCTIONS
        found = non_negative_least_squares(rows * weight[:, None], target * weight)
        costs[op_class] = {
            name: float(f"{value:.6g}")
            for name, value in zip(names, found, strict=True)
            if value > 0
        }
    return costs


def _samples(works: Sequence[Work], measured: Sequence[Sequence[int]], cpu: str) -> list[Sample]:
    return [
        Sample(features(work.model, op, cpu), instructions, work.name is not None)
        for work, run in zip(works, measured, strict=True)
        for op, instructions in zip(work.model.ops, run, strict=True)
    ]


def _shared_works(paths: Iterable[Path]) -> list[Work]:
    works = []
    rng = np.random.default_rng(_INPUT_SEED)
    for path in paths:
        model = Model.read(path)
        works.append(Work(path.stem, model, rng.bytes(sum(t.nbytes for t in model.inputs))))
    return works


def _random_works(generators: Generators, count: int, seed: int) -> list[Work]:
    works = []
    for name in sorted(generators):
        models = count if name.removesuffix("_16X8") in _HEAVY_OPS else count // _LIGHT_SHARE
        for number in each(f"costs: {name}", range(models), models, "models drawn"):
            case = generators[name](np.random.default_rng(seed + number))
            model = Model.parse(case.model)
            try:
                plan_model(model, "scalar")
            except RuntimeRefusedError:
                continue  # an op that is being worked on; the golden tests speak about it
            works.append(Work(None, model, b"".join(values.tobytes() for values in case.inputs)))
    return works


def check_request(cores: Sequence[str], count: int) -> None:
    """Before any model is read. Raises VerificationError."""
    unknown = [cpu for cpu in cores if cpu not in CORES]
    if unknown or count < 8:
        raise VerificationError(f"costs: cores are {', '.join(CORES)} and --count is at least 8")


def read_runnable(path: Path) -> Model:
    """A model that the cost image runs. Raises ModelError, RuntimeRefusedError."""
    model = Model.read(path)
    plan_model(model, "scalar")
    return model


def _job(work: Work, target: Target) -> bytes:
    arena_bytes = plan_model(work.model, target.isa).arena_bytes
    header = struct.pack("<3I", work.model.size, arena_bytes, len(work.inputs))
    return header + work.model.data + work.inputs


def _build(target: Target, ops: bytes) -> Path:
    """The image for a core. ops: the header of its resolver."""
    assert target.memory is not None
    machine = target.machine_flags
    folder = _BUILD / f"costs-{target.cpu}-{hashlib.sha256(ops).hexdigest()[:16]}"
    atomic_write(folder / OPS, ops)
    objects = program_objects([SOURCE], folder, target.isa, machine)
    regions = {
        kind: Region(kind, kind, *extent)
        for kind, extent in (("flash", target.memory.code), ("ram", target.memory.ram))
    }
    values = {"machine": target.machine, "stack_bytes": _STACK_BYTES, **regions}
    values["largest"] = regions["flash"]
    atomic_write(folder / "bench.ld", render("bench.ld", values))
    origin, length = target.memory.heap
    heap = [
        f"-Wl,--defsym=__heap_{n}={v:#x}" for n, v in (("start", origin), ("end", origin + length))
    ]
    return cpp_build.link_image("op_instructions.elf", objects, machine, folder / "bench.ld", heap)


def _has_class(work: Work, pattern: str) -> bool:
    cpu = CORES[0]
    return any(fnmatchcase(features(work.model, o, cpu).op_class, pattern) for o in work.model.ops)


def _fit_of(pattern: str, known: Costs, samples: Iterable[Sample]) -> Costs:
    """The fit of the classes that the pattern means, beside what is known of the others."""
    own = [sample for sample in samples if fnmatchcase(sample.features.op_class, pattern)]
    others = {name: costs for name, costs in known.items() if not fnmatchcase(name, pattern)}
    return others | fit(own)


def _read(path: Path) -> Mapping[str, Costs]:
    return cost_table(path) if path.is_file() else {}


def _write(path: Path, measured: Mapping[str, Costs]) -> None:
    table: dict[str, object] = {**_read(path), **measured}
    lines = [
        f" {json.dumps(cpu)}: {{\n"
        + ",\n".join(f"  {json.dumps(name)}: {json.dumps(c)}" for name, c in sorted(costs.items()))
        + "\n }"
        for cpu, costs in sorted(table.items())
        if isinstance(costs, Mapping)
    ]
    atomic_write(path, ("{\n" + ",\n".join(lines) + "\n}\n").encode())
