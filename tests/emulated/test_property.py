"""One dead channel costs its neighbours nothing, in any family, on any kind of kernels, nor does a
large bias with the DSP extension; and no model costs more than it did."""

from pathlib import Path

import numpy as np
import pytest

from tests.approved import on_record
from verification.bench.cliffs import FAMILIES, draw_neighbours
from verification.bench.property_run import LIMIT, measure_steps
from verification.check_runner import TARGETS

pytestmark = pytest.mark.emulated

# What each took: its bytes are right on a slower way, too. Another compiler's may differ a little.
_COSTS = Path(__file__).parents[1] / "golden" / "data" / "costs.txt"
_TOLERANCE = 0.02

OTHERS = {"cortex-m4": ("biases near int32", "a channel more")}


@pytest.mark.parametrize("cpu", ["cortex-m0", "cortex-m4", "cortex-m55"])
def test_no_cliffs(cpu: str) -> None:
    neighbours = [
        one
        for family in FAMILIES
        for one in draw_neighbours(family, np.random.default_rng(7))
        if one.what in ("one dead channel", "extreme zero points", *OTHERS.get(cpu, ()))
    ]
    steps = measure_steps(TARGETS[cpu], neighbours)
    assert len(steps) == len(neighbours) > 15
    assert [str(step) for step in steps if step.ratio > LIMIT] == []
    for step in steps:
        name = f"{cpu}/{step.family}/{step.what}".replace(" ", "-")
        costs = (step.usual, step.cost)
        before = on_record(_COSTS, name, " ".join(map(str, costs)))
        assert costs == pytest.approx([*map(int, before.split())], rel=_TOLERANCE), name
