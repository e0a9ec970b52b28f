"""AllocateTensors in every arena from nothing to exact: it fails cleanly below, works at exact.

Under sanitizers on this machine, and coarser on each instruction set. Failing cleanly means: with a
message, without a byte outside of the arena.

How large the exact one is, is on record (data/arenas.txt), for each instruction set; APPROVE=1
writes it anew. Nothing else would tell of a parameter or a scratch that is larger than it need be.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codegen.host.oracle import Oracle
from codegen.host.random_inputs import random_inputs
from codegen.memory.planner import plan_model
from codegen.model.tflite import Model
from tests.approved import on_record
from verification.cases.case import Case
from verification.cases.core import graph
from verification.cases.model_builder import small_cnn
from verification.cases.registry import CASES
from verification.check_runner import HOST, TARGETS, Job, Target, run

pytestmark = pytest.mark.golden


def _job(case: Case, target: Target, sweep_step: int) -> tuple[Job, tuple[bytes, bytes]]:
    """The job and the oracle's outputs of the first run and of the second."""
    model, inputs = Model.parse(case.model), case.inputs
    oracle = Oracle(model)
    first, second = (b"".join(o.tobytes() for o in oracle.run(inputs)) for _ in range(2))
    arena_bytes = plan_model(model, target.isa).arena_bytes
    data = b"".join(np.ascontiguousarray(values).tobytes() for values in inputs)
    return Job(case.model, data, arena_bytes, len(first), sweep_step), (first, second)


def _sweep(cases: list[Case], target: Target, sweep_step: int) -> None:
    made = [_job(case, target, sweep_step) for case in cases]
    results = run(target, [job for job, _ in made])
    for (job, expected), result in zip(made, results, strict=True):
        assert result.failure is None
        assert result.arena_used_bytes == job.arena_bytes
        assert result.outputs == expected
        assert "arena too small" in result.message


def _network(model: bytes) -> Case:
    return Case(model, [one[0] for one in random_inputs(Model.parse(model), 1, seed=5)], "network")


def _models() -> list[Case]:
    networks = [small_cnn(), small_cnn(2, image=12, channels=7)]
    graphs = [graph(np.random.default_rng(seed)) for seed in (2, 3, 5, 8)]
    return [*map(_network, networks), *graphs]


def _smallest(name: str) -> Case:
    """Of a generator's first models: what an op does with its arena depends on no size."""
    made = (CASES[name](np.random.default_rng(seed)) for seed in range(12))
    return min(made, key=lambda case: len(case.model))


_ARENAS = Path(__file__).parent / "data" / "arenas.txt"


def _arenas(model: Model) -> str:
    """For each instruction set: bytes of the arena, of that the interpreter's own, then of each
    scratch; and what may be computed in place, as masks of inputs."""
    parts = []
    for isa in ("scalar", "dsp", "mve"):
        plan = plan_model(model, isa)
        scratch = "".join(f"+{one.nbytes}" for one in plan.scratch)
        masks = ",".join(map(str, plan.in_place_inputs))
        parts.append(f"{isa} {plan.arena_bytes} {plan.persistent_bytes}{scratch} [{masks}]")
    return " ".join(parts)


@pytest.mark.parametrize("name", sorted(CASES))
def test_an_ops_arena_is_what_it_was(name: str) -> None:
    made = [Model.parse(CASES[name](np.random.default_rng(seed)).model) for seed in (1, 2)]
    line = "; ".join(map(_arenas, made))
    assert on_record(_ARENAS, name, line) == line


def test_an_arena_of_any_size_is_refused_by_every_op() -> None:
    """An op whose parameters find no place must say so, not write them."""
    _sweep([_smallest(name) for name in sorted(CASES)], HOST, 4)


@pytest.mark.parametrize("step", [16, 37])
def test_every_small_arena_is_refused_on_the_host(step: int) -> None:
    _sweep(_models(), HOST, step)


def test_every_single_size_of_a_small_arena() -> None:
    _sweep([_network(small_cnn(3, image=8, channels=2))], HOST, 1)


@pytest.mark.emulated
@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55"])
def test_small_arenas_are_refused_on_each_instruction_set(core: str) -> None:
    _sweep([_network(small_cnn()), _models()[2]], TARGETS[core], 48)


def test_the_message_names_the_tensor_that_does_not_fit() -> None:
    job, _ = _job(_network(small_cnn()), HOST, 0)
    (result,) = run(HOST, [job])
    assert "tensor" in result.message and f"{job.arena_bytes} needed" in result.message
