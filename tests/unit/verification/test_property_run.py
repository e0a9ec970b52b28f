"""Models beside their neighbours: what is drawn, and what is called a cliff."""

import numpy as np
import pytest

from codegen.host.runtime import HostRuntime
from codegen.model.tflite import Model
from verification.bench import property_run
from verification.bench.cliffs import FAMILIES, QUANTIZATIONS, draw_neighbours
from verification.bench.property_run import Step


@pytest.mark.parametrize("family", FAMILIES)
def test_neighbours_are_models_that_the_runtime_takes(family: str) -> None:
    drawn = list(draw_neighbours(family, np.random.default_rng(3)))
    again = list(draw_neighbours(family, np.random.default_rng(3)))
    assert [one.model for one in drawn] == [one.model for one in again]
    assert len({one.usual for one in drawn}) == 1
    for one in drawn:
        assert one.model != one.usual
        with HostRuntime(one.model) as runtime:
            assert runtime is not None
    if family != "fully connected":
        assert set(QUANTIZATIONS) <= {one.what for one in drawn}


def test_quantizations_are_what_they_are_called() -> None:
    models = {
        one.what: Model.parse(one.model)
        for one in draw_neighbours("conv 3x3", np.random.default_rng(5))
    }

    def of(what: str, operand: int) -> np.ndarray:
        model = models[what]
        tensor = model.tensors[model.ops[0].inputs[operand]]
        return np.array(tensor.scales if operand == 1 else np.frombuffer(tensor.data or b"", "<i4"))

    assert 0.5 < (of("dead channels", 1) < 1e-6).mean() < 1
    assert (of("one dead channel", 1) < 1e-6).sum() == 1
    wide = np.log10(of("scales over 12 orders", 1))
    assert wide.max() - wide.min() > 8
    assert np.abs(of("biases near int32", 2).astype(np.int64)).max() > (1 << 31) - 200_000
    assert models["extreme zero points"].inputs[0].zero_point in (-128, 127)


def test_the_worst_of_each_kind_is_shown() -> None:
    def step(what: str, ratio: float) -> Step:
        return Step("cortex-m4", "conv 1x1", what, "shape", "cycles", 100, 100, ratio)

    steps = [step("dead channels", 1.0), step("dead channels", 1.2), step("a row more", 1.15)]
    assert property_run.worst(steps) == [steps[1], steps[2]]
    assert [one.is_cliff for one in steps] == [False, True, False]
