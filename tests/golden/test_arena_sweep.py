"""AllocateTensors in every arena from nothing to exact: it fails cleanly below, works at exact.

Under sanitizers on this machine; tests/cores does it on each instruction set. Failing cleanly
means: with a message, without a byte outside of the arena.

How large the exact one is, is on record (data/arenas.txt), for each instruction set; APPROVE=1
writes it anew. Nothing else would tell of a parameter or a scratch that is larger than it need be.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from codegen.memory.planner import plan_model
from codegen.model.tflite import Model
from tests.approved import on_record
from tests.arena_sweep import job_of, network, sweep
from verification.cases.case import Case
from verification.cases.core import graph
from verification.cases.model_builder import small_cnn
from verification.cases.registry import CASES
from verification.check_runner import HOST, run

pytestmark = pytest.mark.golden


def _models() -> list[Case]:
    networks = [small_cnn(), small_cnn(2, image=12, channels=7)]
    graphs = [graph(np.random.default_rng(seed)) for seed in (2, 3, 5, 8)]
    return [*map(network, networks), *graphs]


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
    sweep([_smallest(name) for name in sorted(CASES)], HOST, 4)


@pytest.mark.parametrize("step", [16, 37])
def test_every_small_arena_is_refused_on_the_host(step: int) -> None:
    sweep(_models(), HOST, step)


def test_every_single_size_of_a_small_arena() -> None:
    sweep([network(small_cnn(3, image=8, channels=2))], HOST, 1)


def test_the_message_names_the_tensor_that_does_not_fit() -> None:
    job, _ = job_of(network(small_cnn()), HOST, 0)
    (result,) = run(HOST, [job])
    assert "tensor" in result.message and f"{job.arena_bytes} needed" in result.message
