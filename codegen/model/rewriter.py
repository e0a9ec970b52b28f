"""A .tflite with some of its tensors and ops changed."""

from __future__ import annotations

import copy
from collections.abc import Sequence
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

    def replace(self, made: int, op: str, inputs: Sequence[int]) -> None:
        """Another op, without options, makes a tensor."""
        operator = self._graph.operators[self._maker(made)]
        operator.opcodeIndex = self._code(op)
        operator.inputs = list(inputs)
        operator.outputs = [made]
        operator.builtinOptions, operator.builtinOptionsType = None, schema.BuiltinOptions.NONE

    def view(self, made: int, given: int) -> None:
        """A tensor becomes the same as another one of its shape, under its own name."""
        tensor = copy.deepcopy(self._graph.tensors[given])
        tensor.name, tensor.buffer = self._graph.tensors[made].name, 0
        self._graph.tensors[made] = tensor
        self.replace(made, "RESHAPE", [given])

    def add_before(self, made: int, op: str, given: int, kind: str, zero_point: int) -> int:
        """A new tensor of that type, with the shape and scale of `given`, of which an op makes it
        just before another tensor is made. Returns its index."""
        tensor = copy.deepcopy(self._graph.tensors[given])
        tensor.type = getattr(schema.TensorType, kind)
        tensor.quantization.zeroPoint = np.array([zero_point], np.int64)
        tensor.buffer = 0
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(op)
        operator.inputs, operator.outputs = [given], [len(self._graph.tensors)]
        self._graph.tensors.append(tensor)
        self._graph.operators.insert(self._maker(made), operator)
        return len(self._graph.tensors) - 1

    def add_constant(self, values: NDArray[np.int8], scale: float, zero_point: int) -> int:
        """A new constant. Returns its index."""
        tensor = schema.TensorT()
        tensor.type = schema.TensorType.INT8
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = np.array([scale], np.float32)
        tensor.quantization.zeroPoint = np.array([zero_point], np.int64)
        self._graph.tensors.append(tensor)
        self.put(len(self._graph.tensors) - 1, values)
        return len(self._graph.tensors) - 1

    def drop_unread_ops(self) -> None:
        """Those whose outputs neither another op nor the application reads; what has none, as
        ASSIGN_VARIABLE, stays."""
        kept, read = [], set(map(int, self._graph.outputs))
        for operator in reversed(self._graph.operators):
            made = set(map(int, operator.outputs))
            if not made or made & read:
                kept.append(operator)
                read.update(map(int, operator.inputs))
        self._graph.operators = kept[::-1]

    def _maker(self, made: int) -> int:
        return next(i for i, op in enumerate(self._graph.operators) if made in op.outputs)

    def _code(self, op: str) -> int:
        """The index of a builtin op's code, which is added where there is none."""
        number = getattr(schema.BuiltinOperator, op)
        codes = self._model.operatorCodes
        for index, code in enumerate(codes):
            if code.builtinCode == number:
                return index
        code = schema.OperatorCodeT()
        code.builtinCode, code.deprecatedBuiltinCode, code.version = number, min(number, 127), 2
        codes.append(code)
        return len(codes) - 1

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
