"""Looks for cliffs: quantizations and shapes whose cost a MAC is above that of their neighbour."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from codegen.files.manifest import atomic_write
from codegen.model.op_work import op_work
from codegen.model.tflite import Model
from codegen.progress import each
from verification.bench.cliffs import FAMILIES, Neighbour, draw_neighbours
from verification.bench.cost_fit import Work, measure
from verification.check_runner import Target, target_of

LIMIT = 1.15
"""Cost a MAC over that of the neighbour."""

CORES = ("cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55")
_INPUT_SEED = 7

Say = Callable[[str], None]


@dataclass(frozen=True)
class Step:
    """From a model to its neighbour. ratio: of their costs a MAC; unit: of the costs."""

    cpu: str
    family: str
    what: str
    shape: str
    unit: str
    usual: int
    cost: int
    ratio: float

    @property
    def is_cliff(self) -> bool:
        return self.ratio > LIMIT

    def __str__(self) -> str:
        return (
            f"{self.cpu:11} {self.family:18} {self.what:22} {self.ratio:5.2f}  {self.shape}: "
            f"{self.usual:,} and {self.cost:,} {self.unit}"
        )


def run(
    boards: str | None,
    count: int,
    seed: int,
    json_path: Path | None = None,
    say: Say = print,
) -> list[Step]:
    """The verb: draws `count` shapes of each family, prints the worst step of each kind and the
    cliffs' number, writes all steps. boards: ids or cores, separated by commas; None for CORES.

    Raises BoardError, VerificationError (no machine for a core), CheckFailedError.
    """
    of_cores = {target.cpu: target for target in map(target_of, _words(boards))}
    targets = list(of_cores.values())
    neighbours = [
        neighbour
        for number in range(count)
        for index, family in enumerate(FAMILIES)
        for neighbour in draw_neighbours(family, np.random.default_rng([seed + number, index]))
    ]
    steps: list[Step] = []
    for target in each("bench --property", targets, len(targets), "cores"):
        own = measure_steps(target, neighbours)
        steps += own
        for step in worst(own):
            say(f"{'CLIFF' if step.is_cliff else '     '}  {step}")
    cliffs = sum(step.is_cliff for step in steps)
    say(f"bench --property: {len(steps):,} steps, {cliffs:,} above {LIMIT} times the neighbour")
    if json_path is not None:
        text = json.dumps([asdict(step) for step in steps], indent=1)
        atomic_write(json_path, f"{text}\n".encode())
    return steps


def _words(boards: str | None) -> Sequence[str]:
    return boards.split(",") if boards else CORES


def measure_steps(target: Target, neighbours: Sequence[Neighbour]) -> list[Step]:
    """In cycles at 0 wait states, or in instructions where no cycles are claimed."""
    models = list(dict.fromkeys(m for n in neighbours for m in (n.usual, n.model)))
    parsed = {data: Model.parse(data) for data in models}
    rng = np.random.default_rng(_INPUT_SEED)
    works = [
        Work(None, parsed[data], rng.bytes(sum(t.nbytes for t in parsed[data].inputs)))
        for data in models
    ]
    instructions, cycles = measure(target, works)
    unit = "cycles" if target.cpu in cycles else "instructions"
    costs = cycles.get(target.cpu, instructions)
    cost = {data: sum(ops) for data, ops in zip(models, costs, strict=True)}
    macs = {data: sum(op_work(m, op).macs for op in m.ops) for data, m in parsed.items()}

    def step(of: Neighbour) -> Step:
        a_mac = [cost[data] / macs[data] for data in (of.usual, of.model)]
        return Step(
            *(target.cpu, of.family, of.what, str(of.shape), unit, cost[of.usual], cost[of.model]),
            ratio=round(a_mac[1] / a_mac[0], 4),
        )

    return [step(one) for one in neighbours]


def worst(steps: Iterable[Step]) -> list[Step]:
    """Of each family and kind of neighbour the step with the largest ratio, the largest first."""
    found: dict[tuple[str, str], Step] = {}
    for step in steps:
        key = (step.family, step.what)
        if key not in found or step.ratio > found[key].ratio:
            found[key] = step
    return sorted(found.values(), key=lambda step: -step.ratio)
