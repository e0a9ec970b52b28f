"""How much work an op is, from the model alone: multiply-accumulates, outputs, shapes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from codegen.model.tflite import Model, Op, Tensor


@dataclass(frozen=True)
class OpWork:
    """macs: multiply-accumulates without padding taken off, 0 for ops that have none.

    outputs: elements of all outputs. output_shape, input_shape: of the first output and of the
    data input; filter_shape: () where the op has none.
    """

    macs: int
    outputs: int
    output_shape: tuple[int, ...]
    input_shape: tuple[int, ...]
    filter_shape: tuple[int, ...]


def op_work(model: Model, op: Op) -> OpWork:
    """The work of one op of the main subgraph."""
    output = _tensor(model, op.outputs, 0)
    data = _tensor(model, op.inputs, 2 if op.name == "TRANSPOSE_CONV" else 0)
    weights = _tensor(model, op.inputs, 1)
    output_shape = output.shape if output else ()
    filter_shape: tuple[int, ...] = ()
    macs = 0
    if weights is not None and output is not None and data is not None:
        outputs = math.prod(output_shape)
        if op.name == "CONV_2D":
            macs = outputs * math.prod(weights.shape[1:])
        elif op.name == "DEPTHWISE_CONV_2D":
            macs = outputs * math.prod(weights.shape[1:3])
        elif op.name == "FULLY_CONNECTED":
            macs = outputs * (weights.shape[-1] if weights.shape else 0)
        elif op.name == "TRANSPOSE_CONV":
            # every input element meets every tap of every output channel
            macs = math.prod(data.shape) * math.prod(weights.shape[:3])
        elif op.name == "SVDF":
            time = _tensor(model, op.inputs, 2)
            macs = math.prod(weights.shape) + (math.prod(time.shape) if time else 0)
            macs *= output_shape[0] if output_shape else 1
        elif op.name == "UNIDIRECTIONAL_SEQUENCE_LSTM":
            # four gates of two products each: with the input and with the state
            macs = outputs * 4 * (weights.shape[-1] + output_shape[-1])
        elif op.name == "BATCH_MATMUL" and output_shape[-2:]:
            # the left matrix, transposed or not, has its rows and what is summed over
            macs = outputs * math.prod(data.shape[-2:]) // output_shape[-2]
        if macs and op.name != "BATCH_MATMUL":
            filter_shape = weights.shape
    return OpWork(
        macs=macs,
        outputs=sum(math.prod(model.tensors[i].shape) for i in op.outputs),
        output_shape=output_shape,
        input_shape=data.shape if data else (),
        filter_shape=filter_shape,
    )


def _tensor(model: Model, indices: tuple[int, ...], position: int) -> Tensor | None:
    if position >= len(indices) or indices[position] < 0:
        return None
    return model.tensors[indices[position]]
