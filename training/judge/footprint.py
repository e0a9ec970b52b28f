"""What an int8 model costs before any board is known: bytes of weights and activations, MACs."""

from __future__ import annotations

from dataclasses import dataclass

from codegen.model.lifetimes import lifetimes
from codegen.model.op_work import op_work
from codegen.model.tflite import Model


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
        macs=sum(op_work(model, op).macs for op in model.ops),
    )


def activation_bytes(model: Model) -> int:
    """Peak over the ops of what is held while one runs: its operands and what later ops need."""
    alive = [(model.tensors[index].nbytes, *span) for index, span in lifetimes(model).items()]
    return max(
        (
            sum(nbytes for nbytes, first, last in alive if first <= op.index < last)
            for op in model.ops
        ),
        default=0,
    )
