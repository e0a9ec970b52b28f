"""Runs models in every arena from nothing to exact, and holds what comes of it to the oracle."""

from __future__ import annotations

import numpy as np

from codegen.host.oracle import Oracle
from codegen.host.random_inputs import random_inputs
from codegen.memory.planner import plan_model
from codegen.model.tflite import Model
from verification.cases.case import Case
from verification.check_runner import Job, Target, run


def job_of(case: Case, target: Target, sweep_step: int) -> tuple[Job, tuple[bytes, bytes]]:
    """The job and the oracle's outputs of the first run and of the second."""
    model, inputs = Model.parse(case.model), case.inputs
    oracle = Oracle(model)
    first, second = (b"".join(o.tobytes() for o in oracle.run(inputs)) for _ in range(2))
    arena_bytes = plan_model(model, target.isa).arena_bytes
    data = b"".join(np.ascontiguousarray(values).tobytes() for values in inputs)
    return Job(case.model, data, arena_bytes, len(first), sweep_step), (first, second)


def sweep(cases: list[Case], target: Target, sweep_step: int) -> None:
    made = [job_of(case, target, sweep_step) for case in cases]
    results = run(target, [job for job, _ in made])
    for (job, expected), result in zip(made, results, strict=True):
        assert result.failure is None
        assert result.arena_used_bytes == job.arena_bytes
        assert result.outputs == expected
        assert "arena too small" in result.message


def network(model: bytes) -> Case:
    return Case(model, [one[0] for one in random_inputs(Model.parse(model), 1, seed=5)], "network")
