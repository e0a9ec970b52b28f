"""Calls of convolutions whose channels are made ready at build time, for cores without SIMD.

The weights stay as they are. What is left for the device is a loop over 8 bytes a channel; before,
a multiplier from scales and a sum of weights for each, again for each piece of a run of ops.
"""

from __future__ import annotations

from collections.abc import Sequence

from codegen.aot.dense import bias_of, in_reach, numbers_of, records_of, weights_of
from codegen.aot.recording import Call
from codegen.aot.rows.strips import READY_CONV
from codegen.host.requant import op_requants
from codegen.model.tflite import Model, Op


def ready_convolutions(
    model: Model, calls: Sequence[tuple[Call, ...]]
) -> tuple[tuple[Call, ...], ...]:
    """The calls of the model's ops. All convolutions that go the short way change, or none: two
    kernels would be code for nothing."""
    found = {}
    for op in model.ops:
        for call in calls[op.index]:
            if call.function == "nn::ConvFastS8":
                ready = _ready(model, op, call) if len(calls[op.index]) == 1 else None
                if ready is None:
                    return tuple(calls)
                found[op.index] = (ready,)
    return tuple(found.get(index, own) for index, own in enumerate(calls))


def _ready(model: Model, op: Op, call: Call) -> Call | None:
    given = dict(call.arguments)
    p = numbers_of(given["params"])
    weights, bias = weights_of(given["filter"], p["out_c"]), bias_of(given["bias"], p["out_c"])
    if weights is None or bias is None:
        return None
    folded = bias - p["in_zero_point"] * weights.sum(axis=1)
    if not in_reach(folded):
        return None
    arguments = (
        ("params", given["params"]),
        ("ready", records_of(folded, op_requants(model, op, p["out_c"]))),
        *((name, given[name]) for name in ("input", "filter", "output", "scratch")),
    )
    return Call(call.header, READY_CONV, False, arguments)
