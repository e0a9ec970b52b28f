"""The arena for another runtime: ours, and for what that keeps in it, by ops, tensors, channels."""

from __future__ import annotations

from codegen.memory.planner import ArenaPlan
from codegen.memory.upstream_arena import upstream_arena_bytes
from codegen.model.tflite import Model
from verification.cases.model_builder import one_op, small_cnn


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
