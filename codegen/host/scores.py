"""What the oracle says to many int8 inputs of a model with one input and one output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codegen.errors import OracleError
from codegen.host import oracle_child
from codegen.host.oracle import VERSION
from codegen.model.op_table import has_foreign_ops
from codegen.model.tflite import Model


def oracle_name(model: Model) -> str:
    """Who gives the model's `oracle_scores`: what to record beside them."""
    if has_foreign_ops(model):
        return f"mcuforge's own runtime on the host; {VERSION} runs no custom op"
    return VERSION


def oracle_scores(model: Model, inputs_int8: NDArray[np.int8]) -> NDArray[np.int8]:
    """int8 [N, ...] -> int8 [N, outputs]: the model's output, flattened, for each of N inputs.

    What follows N may have any shape with as many elements as the model's only input. Each row
    starts from the state after the row before (streaming models). Raises OracleError,
    RuntimeRefusedError, CppBuildError (a custom op does not compile), MissingToolError.
    """
    rows, scores = _batch(model, inputs_int8)
    if len(rows):
        scores[:] = oracle_child.answers(model, [rows])[0].reshape(scores.shape)
    return scores


def _batch(
    model: Model, inputs_int8: NDArray[np.int8]
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """(inputs [N, *shape of the model's input], room for scores [N, outputs])."""
    if len(model.inputs) != 1:
        raise OracleError(f"the model has {len(model.inputs)} inputs; use run()")
    inputs_int8 = np.asarray(inputs_int8)
    tensor = model.inputs[0]
    given = tuple(inputs_int8.shape[1:])
    if inputs_int8.dtype != np.int8 or tensor.dtype != "INT8":
        raise OracleError(
            f"scores takes int8 for an INT8 input, got {inputs_int8.dtype} for {tensor.dtype}"
        )
    if int(np.prod(given)) != tensor.nbytes or inputs_int8.ndim < 2:
        raise OracleError(
            f"an input of shape {list(given)} has {int(np.prod(given))} B, the model's input "
            f"{list(tensor.shape)} takes {tensor.nbytes} B"
        )
    output = model.outputs[0]
    if output.dtype != "INT8":
        raise OracleError(f"output {output.name!r} is {output.dtype}; scores are INT8")
    batch = np.ascontiguousarray(inputs_int8).reshape(len(inputs_int8), *tensor.shape)
    return batch, np.empty((len(batch), output.nbytes), np.int8)
