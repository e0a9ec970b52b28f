"""An op's options (stride, padding, window ...) as the schema's objects."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.errors import ModelError
from codegen.model.tflite import WALK_ERRORS, Model


def op_options(model: Model) -> tuple[Any, ...]:
    """For each op of the main subgraph its options object, such as schema.Pool2DOptionsT; None
    where the op has none. Raises ModelError for options that lie outside of the file."""
    try:
        return _options(model.data, model.main.index)
    except WALK_ERRORS as error:
        raise ModelError(
            f"an op's options are damaged ({error}); convert the model or copy it again"
        ) from error


@lru_cache(maxsize=8)
def _options(data: bytes, subgraph: int) -> tuple[Any, ...]:
    graph = schema.Model.GetRootAs(data, 0).Subgraphs(subgraph)
    operators = (graph.Operators(i) for i in range(graph.OperatorsLength()))
    return tuple(
        schema.BuiltinOptionsCreator(op.BuiltinOptionsType(), op.BuiltinOptions())
        if op.BuiltinOptions() is not None
        else None
        for op in operators
    )
