"""The engine aot on each core: the generated code of each op's random models."""

from __future__ import annotations

import pytest

from codegen.engines import AOT
from verification.cases.registry import CASES
from verification.golden import run_golden

pytestmark = [pytest.mark.golden, pytest.mark.emulated]


@pytest.mark.parametrize(
    ("core", "first"), [("cortex-m0", 0), ("cortex-m3", 1), ("cortex-m4", 2), ("cortex-m55", 3)]
)
def test_every_op_gives_the_oracles_bytes_on_a_core(core: str, first: int) -> None:
    # Each op on one of the cores: to compile them all for all takes minutes.
    cases = dict(list(CASES.items())[first::4])
    report = run_golden(cases, len(cases), seed=11, boards=[core], engine=AOT)
    assert report.passed, "\n".join(map(str, report.failures))


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m4"])
def test_what_just_generated_code_calls_gives_the_oracles_bytes(core: str) -> None:
    """Strips, and on cortex-m4 packed weights, whatever core an op is drawn for above."""
    ops = ("CONV_2D", "FULLY_CONNECTED", "GRAPH", "DEPTHWISE_CONV_2D_CHAIN")
    cases = {op: CASES[op] for op in ops}
    report = run_golden(cases, 40, seed=13, boards=[core], engine=AOT)
    assert report.passed, "\n".join(map(str, report.failures))
