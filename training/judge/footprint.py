"""What an int8 model costs before any board is known: bytes of weights and activations, MACs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from codegen.model.tflite import Model, Op


@dataclass(frozen=True)
class Footprint:
    """`weight_bytes`: all constants, biases (int32) included. `activation_bytes`: the most that is
    alive at once, input and output included; a lower bound for any arena plan. `macs`:
    multiply-accumulates of one inference.
    """

    weight_bytes: int
    activation_bytes: int
    macs: int


def footprint(model: Model) -> Footprint:
    return Footprint(
        weight_bytes=model.weight_bytes,
        activation_bytes=activation_bytes(model),
        macs=sum(_macs(model, op) for op in model.ops),
    )


def activation_bytes(model: Model) -> int:
    """Peak over the ops of what must be held while one runs: its operands and what later ops need.

    A tensor lives from the op that writes it to the last that reads it; the model's input from
    the first op on, its outputs to the last.
    """
    last = len(model.ops) - 1
    born = dict.fromkeys(model.main.inputs, 0)
    dies = dict.fromkeys(model.main.outputs, last)
    for step, op in enumerate(model.ops):
        for index in op.outputs:
            born.setdefault(index, step)
        for index in (*op.inputs, *op.outputs):
            dies[index] = max(step, dies.get(index, 0))
    return max(
        (
            sum(
                model.tensors[index].nbytes
                for index, first in born.items()
                if first <= step <= dies[index]
            )
            for step in range(len(model.ops))
        ),
        default=0,
    )


def _macs(model: Model, op: Op) -> int:
    if op.name not in ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED"):
        return 0
    weights = model.tensors[op.inputs[1]].shape
    outputs = math.prod(model.tensors[op.outputs[0]].shape)
    # Weights are [out, h, w, in], depthwise [1, h, w, out], fully connected [out, in].
    each = weights[1] * weights[2] if op.name == "DEPTHWISE_CONV_2D" else math.prod(weights[1:])
    return outputs * each
