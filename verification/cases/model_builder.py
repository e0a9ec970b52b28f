"""Builds small .tflite models for the tests, without TensorFlow.

They are made with the schema module inside the tflite-micro wheel. They have what a converter's
output has: file identifier, version 3, buffer 0 empty, each operator code listed once. Constants
are aligned to 16 bytes, because a runtime reads int32 constants in place.

    b = ModelBuilder()
    x = b.tensor([1, 8, 8, 3], scale=0.02, zero_point=-3)
    w = b.constant(weights, scale=[0.01] * 4, axis=0)              # int8 [4, 3, 3, 3], per channel
    bias = b.constant(np.zeros(4, np.int32), scale=[0.0002] * 4)
    y = b.tensor([1, 6, 6, 4], scale=0.05, zero_point=7)
    b.op("CONV_2D", [x, w, bias], [y], schema.Conv2DOptionsT(strideH=1, strideW=1, padding=VALID))
    model_bytes = b.build([x], [y])

Nothing is validated here: wrong models are as easy to make as right ones, which is what tests of
error messages need. `one_op` and `small_cnn` cover the two most frequent wishes.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.model.lean import lean

SAME = schema.Padding.SAME
VALID = schema.Padding.VALID
NO_ACTIVATION = schema.ActivationFunctionType.NONE
RELU = schema.ActivationFunctionType.RELU
RELU6 = schema.ActivationFunctionType.RELU6

OPTIONAL = -1
"""Tensor index that stands for an input which is left out (a missing bias)."""

_BUFFER_ALIGNMENT = 16  # bytes; what schema.fbs asks for by force_align on Buffer.data

_DTYPE_NAMES = {
    np.dtype(np.float32): "FLOAT32",
    np.dtype(np.float16): "FLOAT16",
    np.dtype(np.int8): "INT8",
    np.dtype(np.int16): "INT16",
    np.dtype(np.int32): "INT32",
    np.dtype(np.int64): "INT64",
    np.dtype(np.uint8): "UINT8",
    np.dtype(np.bool_): "BOOL",
}


class _AlignedBuffer(schema.BufferT):
    """A Buffer whose data vector starts at a multiple of 16 bytes in the file."""

    def Pack(self, builder: flatbuffers.Builder) -> int:  # noqa: N802 (name fixed by flatbuffers)
        if self.data is None:
            schema.BufferStart(builder)
            return int(schema.BufferEnd(builder))
        data = bytes(self.data)
        builder.StartVector(1, len(data), _BUFFER_ALIGNMENT)
        builder.head -= len(data)
        builder.Bytes[builder.head : builder.head + len(data)] = data
        vector = builder.EndVector()
        schema.BufferStart(builder)
        schema.BufferAddData(builder, vector)
        return int(schema.BufferEnd(builder))


def aligned(model: schema.ModelT) -> schema.ModelT:
    """The same model, parsed by the schema's module, whose constants will be packed aligned."""
    model.buffers = [_AlignedBuffer(data=buffer.data) for buffer in model.buffers]
    return model


def _as_list(value: float | Sequence[float] | NDArray[Any]) -> list[Any]:
    return list(np.atleast_1d(np.asarray(value)).tolist())


class Subgraph:
    """One graph of a model: tensors and operators by index. Made by ModelBuilder."""

    def __init__(self, model: ModelBuilder, name: str) -> None:
        self._model = model
        self.table = schema.SubGraphT(tensors=[], inputs=[], outputs=[], operators=[], name=name)

    def tensor(
        self,
        shape: Sequence[int],
        dtype: str = "INT8",
        *,
        scale: float | Sequence[float] | NDArray[Any] | None = None,
        zero_point: int | Sequence[int] | NDArray[Any] = 0,
        axis: int = 0,
        name: str | None = None,
        data: bytes | None = None,
        shape_signature: Sequence[int] | None = None,
        is_variable: bool = False,
    ) -> int:
        """Adds a tensor and returns its index.

        shape: dimensions, [] for a scalar. dtype: name in the schema's TensorType enum.
        scale: None (not quantized), one number (per tensor) or one per channel of `axis`.
        zero_point: one for all, or one per channel. data: constant contents, little-endian bytes;
        None for an activation. is_variable: state kept between invocations.
        """
        quantization = None
        if scale is not None:
            scales = _as_list(scale)
            zero_points = [int(z) for z in _as_list(zero_point)]
            if len(zero_points) == 1:
                zero_points *= len(scales)
            quantization = schema.QuantizationParametersT(
                scale=scales, zeroPoint=zero_points, quantizedDimension=axis
            )
        index = len(self.table.tensors)
        self.table.tensors.append(
            schema.TensorT(
                shape=[int(d) for d in shape],
                type=getattr(schema.TensorType, dtype),
                buffer=0 if data is None else self._model.add_buffer(data),
                name=f"t{index}" if name is None else name,
                quantization=quantization,
                isVariable=is_variable,
                shapeSignature=None if shape_signature is None else list(shape_signature),
                hasRank=True,
            )
        )
        return index

    def constant(
        self,
        values: NDArray[Any] | Sequence[Any],
        *,
        dtype: str | None = None,
        scale: float | Sequence[float] | NDArray[Any] | None = None,
        zero_point: int | Sequence[int] | NDArray[Any] = 0,
        axis: int = 0,
        name: str | None = None,
    ) -> int:
        """Adds a constant tensor with the shape, dtype and contents of `values`; returns its index.

        A plain list of Python integers becomes INT32 (shapes, axes, paddings).
        """
        array = (
            values if isinstance(values, np.ndarray | np.generic) else np.asarray(values, np.int32)
        )
        array = np.asarray(array)
        return self.tensor(
            array.shape,
            dtype or _DTYPE_NAMES[array.dtype],
            scale=scale,
            zero_point=zero_point,
            axis=axis,
            name=name,
            data=np.ascontiguousarray(array).tobytes(),
        )

    def op(
        self,
        name: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options: Any = None,
        *,
        version: int = 1,
        custom_options: bytes | None = None,
        intermediates: Sequence[int] | None = None,
    ) -> int:
        """Adds an operator and returns its index.

        name: builtin name in the schema's BuiltinOperator enum, or "CUSTOM:TheName".
        inputs, outputs: tensor indices; OPTIONAL where an input is left out.
        options: an options object of the schema (schema.Conv2DOptionsT(...)), of any type.
        """
        operator = schema.OperatorT(
            opcodeIndex=self._model.operator_code(name, version),
            inputs=[int(i) for i in inputs],
            outputs=[int(i) for i in outputs],
            intermediates=None if intermediates is None else [int(i) for i in intermediates],
        )
        if options is not None:
            union_member = type(options).__name__.removesuffix("T")
            if hasattr(schema.BuiltinOptions, union_member):
                operator.builtinOptionsType = getattr(schema.BuiltinOptions, union_member)
                operator.builtinOptions = options
            else:
                operator.builtinOptions2Type = getattr(schema.BuiltinOptions2, union_member)
                operator.builtinOptions2 = options
        if custom_options is not None:
            operator.customOptions = np.frombuffer(custom_options, np.uint8)
        self.table.operators.append(operator)
        return len(self.table.operators) - 1

    def set_io(self, inputs: Sequence[int], outputs: Sequence[int]) -> None:
        """Declares the graph's input and output tensors."""
        self.table.inputs = [int(i) for i in inputs]
        self.table.outputs = [int(i) for i in outputs]


class ModelBuilder(Subgraph):
    """A model under construction; it is itself its main subgraph (index 0)."""

    def __init__(self, description: str = "mcuforge test model", version: int = 3) -> None:
        self._description = description
        self._version = version
        self._buffers: list[schema.BufferT] = [_AlignedBuffer()]
        self._operator_codes: list[schema.OperatorCodeT] = []
        self._code_index: dict[tuple[str, int], int] = {}
        self._metadata: list[schema.MetadataT] = []
        super().__init__(self, "main")
        self._subgraphs: list[Subgraph] = [self]

    def subgraph(self, name: str) -> tuple[int, Subgraph]:
        """Adds a further subgraph (what CALL_ONCE runs, say): (its index, the subgraph)."""
        self._subgraphs.append(Subgraph(self, name))
        return len(self._subgraphs) - 1, self._subgraphs[-1]

    def add_buffer(self, data: bytes) -> int:
        """Adds a constant buffer and returns its index."""
        self._buffers.append(_AlignedBuffer(data=data))
        return len(self._buffers) - 1

    def add_metadata(self, name: str, data: bytes) -> None:
        """Adds a named metadata blob, as the converter does for its runtime version."""
        self._metadata.append(schema.MetadataT(name=name, buffer=self.add_buffer(data)))

    def operator_code(self, name: str, version: int = 1) -> int:
        """Index of the operator code of `name`, added at first use."""
        key = (name, version)
        if key not in self._code_index:
            custom = name.removeprefix("CUSTOM:") if name.startswith("CUSTOM:") else None
            code = getattr(schema.BuiltinOperator, "CUSTOM" if custom is not None else name)
            self._code_index[key] = len(self._operator_codes)
            self._operator_codes.append(
                schema.OperatorCodeT(
                    # Old readers know one byte only and find 127 for any later code.
                    deprecatedBuiltinCode=min(code, 127),
                    builtinCode=code,
                    customCode=custom,
                    version=version,
                )
            )
        return self._code_index[key]

    def build(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """The .tflite file's bytes, with these tensors as inputs and outputs of the main graph."""
        self.set_io(inputs, outputs)
        model = schema.ModelT(
            version=self._version,
            operatorCodes=self._operator_codes,
            subgraphs=[s.table for s in self._subgraphs],
            description=self._description,
            buffers=self._buffers,
            metadata=self._metadata or None,
        )
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def one_op(
    name: str,
    inputs: Sequence[dict[str, Any] | None],
    outputs: Sequence[dict[str, Any]],
    options: Any = None,
    *,
    version: int = 1,
    custom_options: bytes | None = None,
) -> bytes:
    """A model of a single operator.

    Each entry of inputs and outputs holds the keyword arguments of `Subgraph.tensor` (shape, scale
    and so on), or of `Subgraph.constant` if it has the key "values"; None leaves an input out.
    Inputs that are not constant become the model's inputs, in order.
    """
    builder = ModelBuilder()
    graph_inputs: list[int] = []
    op_inputs: list[int] = []
    for spec in inputs:
        if spec is None:
            op_inputs.append(OPTIONAL)
        elif "values" in spec:
            op_inputs.append(builder.constant(**spec))
        else:
            op_inputs.append(builder.tensor(**spec))
            graph_inputs.append(op_inputs[-1])
    op_outputs = [builder.tensor(**spec) for spec in outputs]
    builder.op(name, op_inputs, op_outputs, options, version=version, custom_options=custom_options)
    return builder.build(graph_inputs, op_outputs)


def small_cnn(seed: int = 1, image: int = 28, channels: int = 4, classes: int = 10) -> bytes:
    """A full-int8 classifier with random weights, as a converter would lay it out.

    CONV_2D 3x3 stride 2 + ReLU, MAX_POOL_2D 2x2, RESHAPE, FULLY_CONNECTED, SOFTMAX; input int8
    [1, image, image, 1] of pixels 0..1 (scale 1/255, zero point -128), output int8 [1, classes].
    """
    rng = np.random.default_rng(seed)
    b = ModelBuilder(description=f"small_cnn seed {seed}")
    conv_size = -(-image // 2)
    pool_size = conv_size // 2
    features = pool_size * pool_size * channels

    x = b.tensor([1, image, image, 1], scale=1 / 255, zero_point=-128, name="image")
    filter_scale = rng.uniform(0.004, 0.012, channels)
    conv_filter = b.constant(
        rng.integers(-127, 128, (channels, 3, 3, 1), dtype=np.int8), scale=filter_scale, axis=0
    )
    conv_bias = b.constant(
        rng.integers(-2000, 2000, channels, dtype=np.int32), scale=filter_scale / 255, axis=0
    )
    conv = b.tensor([1, conv_size, conv_size, channels], scale=0.02, zero_point=-128)
    b.op(
        "CONV_2D",
        [x, conv_filter, conv_bias],
        [conv],
        schema.Conv2DOptionsT(
            padding=SAME, strideW=2, strideH=2, fusedActivationFunction=RELU,
            dilationWFactor=1, dilationHFactor=1,
        ),
        version=3,
    )  # fmt: skip
    pool = b.tensor([1, pool_size, pool_size, channels], scale=0.02, zero_point=-128)
    b.op(
        "MAX_POOL_2D",
        [conv],
        [pool],
        schema.Pool2DOptionsT(
            padding=VALID, strideW=2, strideH=2, filterWidth=2, filterHeight=2
        ),
        version=2,
    )  # fmt: skip
    flat_shape = b.constant([1, features])
    flat = b.tensor([1, features], scale=0.02, zero_point=-128)
    b.op("RESHAPE", [pool, flat_shape], [flat], schema.ReshapeOptionsT(newShape=[1, features]))
    weights = b.constant(rng.integers(-127, 128, (classes, features), dtype=np.int8), scale=0.005)
    bias = b.constant(rng.integers(-2000, 2000, classes, dtype=np.int32), scale=0.005 * 0.02)
    logits = b.tensor([1, classes], scale=0.15, zero_point=4, name="logits")
    b.op(
        "FULLY_CONNECTED",
        [flat, weights, bias],
        [logits],
        schema.FullyConnectedOptionsT(),
        version=4,
    )
    scores = b.tensor([1, classes], scale=1 / 256, zero_point=-128, name="scores")
    b.op("SOFTMAX", [logits], [scores], schema.SoftmaxOptionsT(beta=1.0), version=2)
    return b.build([x], [scores])


def with_first_op(content: bytes, custom_code: str, custom_options: bytes) -> bytes:
    """The model with a custom op before all others: from its only input to a copy of that tensor.

    custom_options: as the op's init function gets them.
    """
    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))
    graph = model.subgraphs[0]
    (source,) = graph.inputs
    made = len(graph.tensors)
    graph.tensors.append(copy.copy(graph.tensors[source]))
    for op in graph.operators:
        op.inputs = [made if index == source else index for index in op.inputs]
    custom = schema.BuiltinOperator.CUSTOM
    model.operatorCodes.append(
        schema.OperatorCodeT(
            deprecatedBuiltinCode=custom, builtinCode=custom, customCode=custom_code
        )
    )
    first = schema.OperatorT(
        opcodeIndex=len(model.operatorCodes) - 1,
        inputs=[source],
        outputs=[made],
        customOptions=np.frombuffer(custom_options, np.uint8),
    )
    graph.operators.insert(0, first)
    builder = flatbuffers.Builder(len(content))
    builder.Finish(model.Pack(builder), b"TFL3")
    return lean(bytes(builder.Output()))  # which aligns the constants
