"""An arena that is large enough for upstream TFLM, whose own structures are not planned here."""

from __future__ import annotations

from collections.abc import Iterable

from codegen.memory.planner import ArenaPlan
from codegen.model.tflite import Model

# Above every arena of the baseline (docs/baseline_tflm_cmsis_nn.json).
_BASE_BYTES = 2048
_OP_BYTES = 256  # node, registration, parameters
_TENSOR_BYTES = 16
_CHANNEL_BYTES = 12  # multiplier, shift, and the sum of the weights for Helium
_BIASED_OPS = ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "FULLY_CONNECTED")


def upstream_arena_bytes(model: Model, plans: Iterable[ArenaPlan]) -> int:
    """An estimate from above, a multiple of 16. plans: ours, for each instruction set."""
    channels = sum(
        max((model.tensors[i].nbytes // 4 for i in op.inputs[2:] if i >= 0), default=0)
        for op in model.ops
        if op.name in _BIASED_OPS
    )
    nbytes = (
        max(plan.arena_bytes for plan in plans)
        + _BASE_BYTES
        + _OP_BYTES * len(model.ops)
        + _TENSOR_BYTES * len(model.tensors)
        + _CHANNEL_BYTES * channels
    )
    return -(-nbytes // 16) * 16
