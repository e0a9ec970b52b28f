"""AllocateTensors in smaller arenas than it needs, on each instruction set: it fails cleanly."""

from __future__ import annotations

import numpy as np
import pytest

from tests.arena_sweep import network, sweep
from verification.cases.core import graph
from verification.cases.model_builder import small_cnn
from verification.check_runner import TARGETS

pytestmark = [pytest.mark.golden, pytest.mark.emulated]


@pytest.mark.parametrize("core", ["cortex-m0", "cortex-m3", "cortex-m4", "cortex-m55"])
def test_small_arenas_are_refused_on_each_instruction_set(core: str) -> None:
    with_branches = graph(np.random.default_rng(2))
    sweep([network(small_cnn()), with_branches], TARGETS[core], 48)
