"""What the oracle says to many int8 inputs of a model with one input and one output."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from codegen.host import oracle_child
from codegen.host.oracle import VERSION, batch
from codegen.model.tflite import Model


def oracle_name(model: Model) -> str:
    """Who gives the model's `oracle_scores`: what to record beside them."""
    if model.custom_names:
        return f"mcuforge's own runtime on the host; {VERSION} runs no custom op"
    return VERSION


def oracle_scores(model: Model, inputs_int8: NDArray[np.int8]) -> NDArray[np.int8]:
    """As Oracle.scores(), asked in a process of its own, for models with custom ops too. Raises
    OracleError, RuntimeRefusedError, CppBuildError (a custom op does not compile),
    MissingToolError."""
    rows, scores = batch(model, inputs_int8)
    if len(rows):
        scores[:] = oracle_child.answers(model, [rows])[0].reshape(scores.shape)
    return scores
