"""The arena for another runtime: ours, and for what that keeps in it, by ops, tensors, channels."""

from __future__ import annotations

import numpy as np
import pytest

from codegen.memory.planner import ArenaPlan
from codegen.memory.upstream_arena import upstream_arena_bytes
from codegen.model.tflite import Model
from verification.cases.model_builder import ModelBuilder, one_op, schema, small_cnn


def _plan(arena_bytes: int) -> ArenaPlan:
    return ArenaPlan(arena_bytes, arena_bytes, 0, 0)


def test_the_largest_plan_and_what_upstream_keeps() -> None:
    io = {"shape": [8], "scale": 0.1}
    model = Model.parse(one_op("RELU", [dict(io)], [dict(io)]))
    # 1,000 + 2,048 + 256 for the op + 16 for each of two tensors = 3,336
    assert upstream_arena_bytes(model, [_plan(500), _plan(1000)]) == 3344
    assert upstream_arena_bytes(model, [_plan(1008)]) == 3344
    assert upstream_arena_bytes(model, [_plan(1009)]) == 3360


def test_each_biased_channel_has_its_multiplier() -> None:
    small, large = (Model.parse(small_cnn(channels=n)) for n in (4, 8))
    plans = [_plan(1024)]
    # CONV_2D has four channels more; the dense layer's stay
    assert upstream_arena_bytes(large, plans) - upstream_arena_bytes(small, plans) == 4 * 12


@pytest.mark.parametrize("bias_first", [True, False])
def test_the_first_tensor_may_be_a_bias(bias_first: bool) -> None:
    b = ModelBuilder()

    def bias() -> int:
        return b.constant(np.zeros(5, np.int32), scale=0.01)

    first = bias() if bias_first else -1
    source = b.tensor([1, 4], scale=0.1)
    weights = b.constant(np.ones((5, 4), np.int8), scale=0.1)
    result = b.tensor([1, 5], scale=0.1)
    b.op("FULLY_CONNECTED", [source, weights, first], [result], schema.FullyConnectedOptionsT())
    model = Model.parse(b.build([source], [result]))
    tensors = 4 if bias_first else 3
    needed = 16 + 2048 + 256 + 16 * tensors + (60 if bias_first else 0)
    assert upstream_arena_bytes(model, [_plan(16)]) == -(-needed // 16) * 16
