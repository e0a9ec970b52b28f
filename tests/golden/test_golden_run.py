"""The golden run itself: it must be able to fail, and say how to repeat what failed."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from verification.cases.case import Case
from verification.cases.core import CASES, softmax
from verification.cases.model_builder import one_op, small_cnn
from verification.check_runner import HOST, Job, Result, RunnerCrashError, run, target_of
from verification.errors import VerificationError
from verification.golden import Failure, model_generators, run_golden

pytestmark = pytest.mark.golden


def _job(case: Case, arena_bytes: int, **changes: Any) -> Job:
    inputs = b"".join(values.tobytes() for values in case.inputs)
    return replace(Job(case.model, inputs, arena_bytes, case.inputs[0].nbytes), **changes)


@pytest.fixture
def case() -> Case:
    return softmax(np.random.default_rng(1))


def _run_one(job: Job) -> Result:
    (result,) = run(HOST, [job])
    return result


def test_a_wrong_output_is_a_failure_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def flip_a_byte(target: Any, jobs: list[Job], **more: Any) -> list[Result]:
        results = run(target, jobs, **more)
        results[2] = _with_a_byte_flipped(results[2])
        return results

    monkeypatch.setattr("verification.golden.run", flip_a_byte)
    report = run_golden(CASES, 4, seed=40, op="SOFTMAX")
    assert not report.passed
    (failure,) = report.failures
    assert failure.seed == 42
    assert "1 of" in failure.reason and "the first at 0" in failure.reason
    assert failure.command == ("./invokew golden --op SOFTMAX --seed 42 --count 1 --board host")


def _with_a_byte_flipped(result: Result) -> Result:
    first, second = result.outputs
    return replace(result, outputs=(bytes([first[0] ^ 1]) + first[1:], second))


@pytest.mark.emulated
@pytest.mark.parametrize(
    ("portable", "says"),
    [
        (True, r"^the portable kernels: 1 of .* the first at 0: oracle"),
        (False, r"^1 of .* the first at 0: oracle .*; the portable kernels give something else$"),
    ],
)
def test_a_cores_own_kernels_are_compared_with_the_portable_ones(
    monkeypatch: pytest.MonkeyPatch, portable: bool, says: str
) -> None:
    def flip_a_byte(target: Any, jobs: list[Job], **more: Any) -> list[Result]:
        results = run(target, jobs, **more)
        return [_with_a_byte_flipped(r) if target.portable == portable else r for r in results]

    monkeypatch.setattr("verification.golden.run", flip_a_byte)
    (failure,) = run_golden(CASES, 1, seed=40, boards=["cortex-m4"], op="SOFTMAX").failures
    assert re.search(says, failure.reason)


def test_a_case_is_the_same_alone_and_in_a_run() -> None:
    drawn = []

    def spy(rng: np.random.Generator) -> Case:
        drawn.append(softmax(rng))
        return drawn[-1]

    run_golden({"SOFTMAX": spy}, 3, seed=10)
    run_golden({"SOFTMAX": spy}, 1, seed=12)
    assert drawn[2].model == drawn[3].model


def test_a_larger_arena_than_needed_is_noticed(case: Case) -> None:
    assert "arena that is too small" in str(_run_one(_job(case, 4096)).failure)


def test_an_arena_that_is_too_small_is_noticed(case: Case) -> None:
    failure = str(_run_one(_job(case, 64)).failure)
    assert "refused it" in failure and "arena too small" in failure


def test_other_output_sizes_are_noticed(case: Case) -> None:
    job = _job(case, 0)
    exact = _exact_arena(case)
    result = _run_one(replace(job, arena_bytes=exact, output_bytes=job.output_bytes + 1))
    assert "other sizes" in str(result.failure)
    assert _run_one(replace(job, arena_bytes=exact)).failure is None


def _exact_arena(case: Case) -> int:
    from codegen.memory.planner import plan_model
    from codegen.model.tflite import Model

    return plan_model(Model.parse(case.model), "scalar").arena_bytes


def test_a_model_that_the_oracle_refuses_is_a_failure_not_an_exception() -> None:
    def broken(_: np.random.Generator) -> Case:
        tensor = {"shape": [1, 4], "scale": 0.1}
        # PAD without paddings
        model = one_op("PAD", [tensor], [tensor])
        return Case(model, [np.zeros((1, 4), np.int8)], "no paddings")

    report = run_golden({"PAD": broken}, 1, seed=1)
    assert not report.passed
    assert "oracle" in report.failures[0].reason


def test_a_runner_that_dies_names_the_case(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []

    def die_in_the_second(_: Any, jobs: list[Job], **more: Any) -> list[Result]:
        calls.append(len(jobs))
        if len(calls) == 1:
            raise RunnerCrashError(1, "died")
        return run(HOST, jobs, **more)

    monkeypatch.setattr("verification.golden.run", die_in_the_second)
    report = run_golden(CASES, 3, seed=20, op="PAD")
    assert calls == [3, 2]
    assert [failure.seed for failure in report.failures] == [21]


def test_unknown_names_are_refused() -> None:
    with pytest.raises(VerificationError, match="knows no op 'NOPE'"):
        run_golden(CASES, 1, seed=1, op="NOPE")
    with pytest.raises(VerificationError, match="at least one case"):
        run_golden(CASES, 0, seed=1)


def test_a_board_means_its_core() -> None:
    assert target_of("mps2_an386").machine == "mps2-an386"
    assert target_of("host") is HOST
    assert target_of("cortex-m0").machine == "mps2-an385"


def test_a_failure_reads_well() -> None:
    text = str(Failure("ADD", 5, "host", "1x2 + 1", "2 of 3 output bytes differ"))
    assert "ADD seed 5 on host: 2 of 3 output bytes differ" in text
    assert "repeat: ./invokew golden --op ADD --seed 5 --count 1 --board host" in text


def test_a_model_of_ones_own_is_named_in_what_repeats_it(tmp_path: Path) -> None:
    path = tmp_path / "my net.tflite"
    path.write_bytes(small_cnn())
    report = run_golden(model_generators([path]), 2, seed=5)
    assert report.passed and report.cases["host"] == 2
    failure = Failure("my net", 5, "host", "", "2 bytes differ", model=str(path))
    assert f"golden --model '{path}' --seed 5 --count 1 --board host" in failure.command
