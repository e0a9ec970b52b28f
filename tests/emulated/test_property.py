"""One dead channel costs its neighbours nothing, in any family, on any kind of kernels."""

import numpy as np
import pytest

from verification.bench.cliffs import FAMILIES, draw_neighbours
from verification.bench.property_run import LIMIT, measure_steps
from verification.check_runner import TARGETS

pytestmark = pytest.mark.emulated


@pytest.mark.parametrize("cpu", ["cortex-m0", "cortex-m4", "cortex-m55"])
def test_dead_channels_are_no_cliff(cpu: str) -> None:
    neighbours = [
        one
        for family in FAMILIES
        for one in draw_neighbours(family, np.random.default_rng(7))
        if one.what in ("one dead channel", "extreme zero points")
    ]
    steps = measure_steps(TARGETS[cpu], neighbours)
    assert len(steps) == len(neighbours) > 15
    assert [str(step) for step in steps if step.ratio > LIMIT] == []
