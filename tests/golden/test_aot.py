"""The engine aot: the generated code of each op's random models, on the host."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from codegen.aot.generate import STRIP_COST, plan_aot
from codegen.engines import AOT, ENGINES
from codegen.memory.planner import plan_model
from codegen.model.tflite import Model
from verification import aot_runner
from verification.cases.core import softmax
from verification.cases.model_builder import ModelBuilder, schema, small_cnn
from verification.cases.registry import CASES
from verification.check_runner import HOST, Job, Result, run
from verification.golden import run_golden

pytestmark = pytest.mark.golden


def test_every_op_gives_the_oracles_bytes_on_the_host() -> None:
    report = run_golden(CASES, len(CASES), seed=7, engine=AOT)
    assert report.passed, "\n".join(map(str, report.failures))


def test_a_wrong_byte_is_a_failure_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def flip_a_byte(target: Any, jobs: list[Job], **more: Any) -> list[Result]:
        (result,) = run(target, jobs, **more)
        first, second = result.outputs
        return [replace(result, outputs=(bytes([first[0] ^ 1]) + first[1:], second))]

    monkeypatch.setattr("verification.golden.run", flip_a_byte)
    (failure,) = run_golden({"SOFTMAX": softmax}, 1, seed=40, engine=AOT).failures
    assert "the first at 0" in failure.reason
    assert failure.command.endswith("--board host --engine aot")


def test_less_arena_or_a_misaligned_one_is_refused_before_anything_is_written() -> None:
    model = small_cnn(image=12)
    arena_bytes = plan_aot(Model.parse(model), "scalar").arena_bytes
    inputs = np.zeros((1, 12, 12, 1), np.int8).tobytes()
    job = Job(aot_runner.case_number(0), inputs, arena_bytes, 10)
    runner = aot_runner.build_runner(HOST, [(model, STRIP_COST)])
    (result,) = run(HOST, [job], runner=runner)
    assert result.failure is None
    (result,) = run(HOST, [replace(job, arena_bytes=arena_bytes + 16)], runner=runner)
    assert result.failure is not None and str(arena_bytes) in result.failure


@pytest.mark.parametrize("engine", ENGINES)
def test_an_index_beyond_its_tensor_ends_invoke_with_an_error(engine: str) -> None:
    b = ModelBuilder()
    table = b.tensor([4, 2], scale=0.5)
    picks = b.tensor([2], dtype="INT32")
    picked = b.tensor([2, 2], scale=0.5)
    b.op("GATHER", [table, picks], [picked], schema.GatherOptionsT())
    content = b.build([table, picks], [picked])
    inputs = np.arange(8, dtype=np.int8).tobytes() + np.array([3, 4], np.int32).tobytes()
    model = Model.parse(content)
    if engine == AOT:
        runner = aot_runner.build_runner(HOST, [(content, STRIP_COST)])
        job = Job(aot_runner.case_number(0), inputs, plan_aot(model, "scalar").arena_bytes, 4)
    else:
        runner = HOST.runner
        job = Job(content, inputs, plan_model(model, "scalar").arena_bytes, 4)
    (result,) = run(HOST, [job], runner=runner)
    assert result.failure is not None and result.failure.startswith("Invoke failed")
