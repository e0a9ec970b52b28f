"""A .tflite with some of its tensors changed."""

from __future__ import annotations

from typing import Any

import flatbuffers
import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.model.lean import FILE_IDENTIFIER
from codegen.model.tflite import Op


class Rewriter:
    """Tensors and ops are those of the only subgraph of a valid model, by index."""

    def __init__(self, content: bytes) -> None:
        self._model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
        self._graph = self._model.subgraphs[0]

    def content(self) -> bytes:
        """The model as it is now; constants that nothing uses any more are still in it."""
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._model.Pack(builder), file_identifier=FILE_IDENTIFIER)
        return bytes(builder.Output())

    def keep(self, index: int, kept: NDArray[np.int64], axis: int) -> None:
        """Of a constant of int8 or int32: the kept numbers of an axis, and of its scales where
        they are that axis's."""
        tensor = self._graph.tensors[index]
        kind = "i1" if tensor.type == schema.TensorType.INT8 else "<i4"
        data = np.asarray(self._model.buffers[tensor.buffer].data, np.uint8).tobytes()
        self.put(index, np.frombuffer(data, kind).reshape(tensor.shape).take(kept, axis))
        quantization = tensor.quantization
        if quantization.quantizedDimension != axis % len(tensor.shape):
            return
        for name in ("scale", "zeroPoint"):
            values = getattr(quantization, name)
            if values is not None and len(values) > 1:
                setattr(quantization, name, np.asarray(values)[kept])

    def put(self, index: int, values: NDArray[Any]) -> None:
        """The values of a constant, in a buffer of its own: others may have the old one."""
        buffer = schema.BufferT()
        buffer.data = np.frombuffer(values.tobytes(), np.uint8)
        self._graph.tensors[index].buffer = len(self._model.buffers)
        self._graph.tensors[index].shape = list(values.shape)
        self._model.buffers.append(buffer)

    def resize(self, index: int, channels: int) -> None:
        """The last axis of a tensor that is computed."""
        tensor = self._graph.tensors[index]
        tensor.shape = [*tensor.shape[:-1], channels]
        tensor.shapeSignature = None

    def reshape(self, op: Op, channels: int) -> None:
        """The last axis that a RESHAPE makes, where it says it."""
        shape = [*self._graph.tensors[op.outputs[0]].shape[:-1], channels]
        if op.has_input(1):
            self.put(op.inputs[1], np.array(shape, "<i4"))
        options = self._graph.operators[op.index].builtinOptions
        if options is not None and options.newShape is not None:
            options.newShape = shape
