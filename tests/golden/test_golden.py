"""A few of the models that `invoke golden` runs by the thousand, on this machine.

Whole runs: ./invokew golden --count 2000 --seed 1 --board <board or core>.
"""

from __future__ import annotations

import numpy as np
import pytest

from codegen.model.op_table import load_supported_ops
from verification.cases.registry import CASES
from verification.golden import run_golden

pytestmark = pytest.mark.golden

_HOST_CASES_PER_OP = 8


@pytest.mark.parametrize("op", sorted(CASES))
def test_every_output_byte_is_the_oracles_on_the_host(op: str) -> None:
    report = run_golden(CASES, _HOST_CASES_PER_OP, seed=7000, boards=["host"], op=op)
    assert not report.failures, "\n".join(map(str, report.failures))
    assert report.cases == {"host": _HOST_CASES_PER_OP}


def test_every_op_of_the_runtime_has_a_generator() -> None:
    assert set(load_supported_ops()) <= set(CASES)


@pytest.mark.parametrize("op", sorted(CASES))
def test_a_seed_gives_the_same_case_again(op: str) -> None:
    first, second = (CASES[op](np.random.default_rng(3)) for _ in range(2))
    assert first.model == second.model
    assert first.label == second.label
    for a, b in zip(first.inputs, second.inputs, strict=True):
        np.testing.assert_array_equal(a, b)
