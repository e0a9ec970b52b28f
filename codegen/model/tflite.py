"""Reader of .tflite files that needs no TensorFlow.

The flatbuffer is walked with the schema module inside the tflite-micro wheel, and everything that
the rest of the room relies on is checked while reading: indices, shapes, sizes of constants,
quantization. A Model is therefore sound in itself; whether the firmware can run it is the question
of codegen.model.int8_checks.
"""

from __future__ import annotations

import hashlib
import math
import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.errors import ModelError, UnsupportedModelError
from codegen.files.printable import printable

MEMORY_PLAN = b"OfflineMemoryAllocation"
"""The metadata that tell where in the arena tensors lie (TFLM, docs/memory_management.md)."""

_FILE_IDENTIFIER = b"TFL3"  # schema.fbs: file_identifier
_SCHEMA_VERSION = 3  # TFLITE_SCHEMA_VERSION, the only one in use since 2018
_MAX_RANK = 8  # of any tensor that TFLite or TFLM handles
_MAX_FILE_BYTES = 2**31 - 1  # offsets of a flatbuffer are signed 32 bits
_MAX_SUBGRAPHS = 1024

WALK_ERRORS = (
    struct.error, IndexError, ValueError, TypeError, AttributeError, OverflowError, MemoryError,
)  # fmt: skip
"""What walking damaged offsets with the schema module can raise."""


def _enum_names(enum: type) -> dict[int, str]:
    return {
        value: name for name, value in vars(enum).items() if isinstance(value, int)
    }  # the schema's enums are plain classes


_TYPE_NAMES = _enum_names(schema.TensorType)
_OPTIONS_NAMES = _enum_names(schema.BuiltinOptions)
_NO_OPTIONS = schema.BuiltinOptions.NONE
BUILTIN_NAMES = _enum_names(schema.BuiltinOperator)
"""Builtin operator code -> its name in the schema."""
# The ops whose options do not bear their name.
_SHARED_OPTIONS = {
    **dict.fromkeys(("MAX_POOL_2D", "AVERAGE_POOL_2D", "L2_POOL_2D"), "Pool2DOptions"),
    **dict.fromkeys(
        ("MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN", "REDUCE_PROD", "REDUCE_ANY", "REDUCE_ALL"),
        "ReducerOptions",
    ),
    **dict.fromkeys(("MAXIMUM", "MINIMUM"), "MaximumMinimumOptions"),
}


def _options_types() -> dict[str, int]:
    """{op: the type of its options}, as the schema names them: CONV_2D has Conv2DOptions."""
    by_name = {name.lower(): number for number, name in _OPTIONS_NAMES.items()}
    found = {}
    for op in BUILTIN_NAMES.values():
        own = _SHARED_OPTIONS.get(op, op.replace("_", "") + "Options")
        if own.lower() in by_name:
            found[op] = by_name[own.lower()]
    return found


_OPTIONS_TYPES = _options_types()

_ELEMENT_BITS = {
    "FLOAT32": 32, "FLOAT16": 16, "INT32": 32, "UINT8": 8, "INT64": 64, "BOOL": 8, "INT16": 16,
    "COMPLEX64": 64, "INT8": 8, "FLOAT64": 64, "COMPLEX128": 128, "UINT64": 64, "UINT32": 32,
    "UINT16": 16, "INT4": 4, "BFLOAT16": 16, "INT2": 2, "UINT4": 4,
    "FLOAT8_E4M3FN": 8, "FLOAT8_E5M2": 8,
}  # fmt: skip
_SIZELESS_TYPES = {"STRING", "RESOURCE", "VARIANT"}


@dataclass(frozen=True)
class Tensor:
    """One tensor of a subgraph.

    shape: dimensions, () for a scalar. dtype: name in the schema's TensorType enum, e.g. "INT8".
    scales, zero_points: () if not quantized, one entry per tensor or one per channel of `axis`;
    scales hold float32 values exactly. data: contents of a constant, None for anything else.
    nbytes: size of the contents in bytes, packed; 0 for types without a fixed size.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    scales: tuple[float, ...]
    zero_points: tuple[int, ...]
    axis: int
    data: bytes | None
    nbytes: int
    is_variable: bool

    @property
    def is_const(self) -> bool:
        return self.data is not None

    @property
    def scale(self) -> float:
        """The per-tensor scale; ValueError if there is none or one per channel."""
        (scale,) = self.scales
        return scale

    @property
    def zero_point(self) -> int:
        """The per-tensor zero point; ValueError if there is none or one per channel."""
        (zero_point,) = self.zero_points
        return zero_point


@dataclass(frozen=True)
class Op:
    """One operator. name: builtin name, e.g. "CONV_2D"; "CUSTOM" ops have a custom_name.

    inputs, outputs: tensor indices in the op's subgraph; -1 where an input is left out.
    """

    index: int
    name: str
    custom_name: str | None
    version: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def label(self) -> str:
        """Its name for people, in one line: a custom op's own name is quoted."""
        return self.name if self.custom_name is None else f"CUSTOM {self.custom_name!r}"

    def has_input(self, position: int) -> bool:
        """Whether it is there: an optional one may be left out."""
        return position < len(self.inputs) and self.inputs[position] >= 0


@dataclass(frozen=True)
class Subgraph:
    """A graph of tensors and of operators in execution order."""

    index: int
    name: str
    tensors: tuple[Tensor, ...]
    ops: tuple[Op, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True)
class Model:
    """A .tflite file: its bytes and what they say."""

    data: bytes
    subgraphs: tuple[Subgraph, ...]

    @classmethod
    def read(cls, path: Path | str) -> Model:
        """Reads a file. Raises ModelError if it cannot be read or is not a sound model."""
        path = Path(path)
        try:
            if path.stat().st_size > _MAX_FILE_BYTES:
                raise ModelError(f"{path} is larger than 2 GiB, so it is not a .tflite model")
            data = path.read_bytes()
        except OSError as error:
            raise ModelError(
                f"cannot read model {path}: {error.strerror}; give the path of a .tflite file"
            ) from error
        try:
            return cls.parse(data)
        except ModelError as error:
            raise ModelError(f"{path}: {error}") from error

    @classmethod
    def parse(cls, data: bytes) -> Model:
        """Parses a file's bytes. Raises ModelError if they are not a sound model."""
        data = bytes(data)
        if not data:
            raise ModelError("the file is empty; a .tflite model is needed")
        if data[4:8] != _FILE_IDENTIFIER:
            raise ModelError(
                f"not a .tflite model: bytes 4..7 are {data[4:8]!r}, not {_FILE_IDENTIFIER!r}; "
                "give the file that the TFLite converter wrote"
            )
        try:
            return cls(data, _Reader(data).subgraphs())
        except WALK_ERRORS as error:
            raise ModelError(
                f"the .tflite model is damaged or truncated at {len(data)} B (an offset or a "
                "length points outside of it); convert or copy it again"
            ) from error

    @cached_property
    def sha256(self) -> str:
        """Hex sha256 of the file."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.data)

    @property
    def main(self) -> Subgraph:
        return self.subgraphs[0]

    def of_subgraph(self, index: int) -> Model:
        """The model as if subgraph `index`, which is there, were its main one: for what looks at
        one subgraph's ops."""
        return Model(self.data, (self.subgraphs[index],))

    @property
    def tensors(self) -> tuple[Tensor, ...]:
        """Tensors of the main subgraph, by index."""
        return self.main.tensors

    @property
    def ops(self) -> tuple[Op, ...]:
        """Operators of the main subgraph, in execution order."""
        return self.main.ops

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The model's input tensors."""
        return tuple(self.tensors[i] for i in self.main.inputs)

    @property
    def outputs(self) -> tuple[Tensor, ...]:
        """The model's output tensors."""
        return tuple(self.tensors[i] for i in self.main.outputs)

    @property
    def op_names(self) -> tuple[str, ...]:
        """Names of the builtin ops used by any subgraph, each once, in order of first use."""
        names = (op.name for graph in self.subgraphs for op in graph.ops)
        return tuple(dict.fromkeys(names))

    @property
    def is_stateful(self) -> bool:
        """True if an inference depends on those before it: the model has variables."""
        return any(t.is_variable for graph in self.subgraphs for t in graph.tensors) or (
            "VAR_HANDLE" in self.op_names
        )

    @property
    def custom_names(self) -> tuple[str, ...]:
        """Names of the custom ops used by any subgraph, each once, in order of first use."""
        names = (op.custom_name for graph in self.subgraphs for op in graph.ops)
        return tuple(dict.fromkeys(name for name in names if name is not None))

    @property
    def has_memory_plan(self) -> bool:
        """Whether it may bring one: the name is somewhere in the file."""
        return MEMORY_PLAN in self.data

    @property
    def weight_bytes(self) -> int:
        """Bytes of all constants, each buffer counted once a tensor that uses it."""
        return sum(t.nbytes for graph in self.subgraphs for t in graph.tensors if t.is_const)


class _Reader:
    """Walks one flatbuffer and checks it on the way; every fault becomes a ModelError."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._model = schema.Model.GetRootAs(data, 0)
        if self._model.Version() != _SCHEMA_VERSION:
            raise ModelError(
                f"schema version is {self._model.Version()}, only {_SCHEMA_VERSION} is known; "
                "convert it again with a current TFLite converter"
            )
        self._op_codes = [self._op_code(i) for i in range(self._model.OperatorCodesLength())]

    def subgraphs(self) -> tuple[Subgraph, ...]:
        count = self._model.SubgraphsLength()
        if not 1 <= count <= _MAX_SUBGRAPHS:
            raise ModelError(f"the model has {count} subgraphs, 1..{_MAX_SUBGRAPHS} are possible")
        return tuple(self._subgraph(i) for i in range(count))

    def _op_code(self, index: int) -> tuple[str, str | None, int]:
        code = self._model.OperatorCodes(index)
        # Codes up to 127 stand in the old one-byte field, later ones in the new one.
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        name = BUILTIN_NAMES.get(number)
        if name is None:
            raise ModelError(
                f"operator code {index} is builtin {number}, which this schema does not know; "
                "the model is damaged or from a newer converter"
            )
        custom = _text(code.CustomCode()) if name == "CUSTOM" else None
        return name, custom, code.Version()

    def _subgraph(self, index: int) -> Subgraph:
        graph = self._model.Subgraphs(index)
        tensors = tuple(self._tensor(graph.Tensors(i), i) for i in range(graph.TensorsLength()))
        ops = tuple(
            self._op(graph.Operators(i), i, len(tensors)) for i in range(graph.OperatorsLength())
        )
        where = f"subgraph {index}"
        return Subgraph(
            index=index,
            name=_text(graph.Name()),
            tensors=tensors,
            ops=ops,
            inputs=_tensor_indices(graph.InputsAsNumpy(), len(tensors), where),
            outputs=_tensor_indices(graph.OutputsAsNumpy(), len(tensors), where),
        )

    def _op(self, op: Any, index: int, tensor_count: int) -> Op:
        code = op.OpcodeIndex()
        if code >= len(self._op_codes):
            raise ModelError(
                f"op {index} has operator code {code}, the model lists {len(self._op_codes)}; "
                "the file is damaged"
            )
        name, custom_name, version = self._op_codes[code]
        where = f"op {index} ({name})"
        options = op.BuiltinOptionsType()
        if options not in (_NO_OPTIONS, _OPTIONS_TYPES.get(name, options)):
            raise ModelError(
                f"{where} has the options of another op ({_OPTIONS_NAMES.get(options, options)}); "
                "the file is damaged"
            )
        return Op(
            index=index,
            name=name,
            custom_name=custom_name,
            version=version,
            inputs=_tensor_indices(op.InputsAsNumpy(), tensor_count, where, optional=True),
            outputs=_tensor_indices(op.OutputsAsNumpy(), tensor_count, where),
        )

    def _tensor(self, tensor: Any, index: int) -> Tensor:
        name = _text(tensor.Name())
        where = f"tensor {index} {name!r}"
        dtype = _TYPE_NAMES.get(tensor.Type())
        if dtype is None:
            raise ModelError(f"{where} has unknown type {tensor.Type()}; the file is damaged")
        shape = tuple(int(d) for d in _vector(tensor.ShapeAsNumpy()))
        if len(shape) > _MAX_RANK or any(d < 0 for d in shape):
            raise ModelError(
                f"{where} has shape {list(shape)[: _MAX_RANK + 1]}; at most {_MAX_RANK} "
                "dimensions, none negative, are possible: fix the input shape when converting"
            )
        nbytes = 0
        if dtype not in _SIZELESS_TYPES:
            nbytes = (math.prod(shape) * _ELEMENT_BITS[dtype] + 7) // 8
        if nbytes > _MAX_FILE_BYTES:
            raise ModelError(f"{where} of shape {list(shape)} needs {nbytes} B; at most 2 GiB fit")
        scales, zero_points, axis = self._quantization(tensor.Quantization(), shape, where)
        data = self._buffer(tensor.Buffer(), where)
        if tensor.Sparsity() is not None:
            raise UnsupportedModelError(
                f"{where} is stored without its zeros (sparsity), which no microcontroller runtime "
                "reads; convert it again without EXPERIMENTAL_SPARSITY"
            )
        if data is not None and dtype not in _SIZELESS_TYPES and len(data) != nbytes:
            raise ModelError(
                f"{where} ({dtype} {list(shape)}) needs {nbytes} B of data, its buffer holds "
                f"{len(data)} B; the file is damaged"
            )
        return Tensor(
            index=index,
            name=name,
            shape=shape,
            dtype=dtype,
            scales=scales,
            zero_points=zero_points,
            axis=axis,
            data=data,
            nbytes=nbytes,
            is_variable=bool(tensor.IsVariable()),
        )

    def _quantization(
        self, parameters: Any, shape: tuple[int, ...], where: str
    ) -> tuple[tuple[float, ...], tuple[int, ...], int]:
        if parameters is None:
            return (), (), 0
        scales = tuple(float(s) for s in _vector(parameters.ScaleAsNumpy()))
        zero_points = tuple(int(z) for z in _vector(parameters.ZeroPointAsNumpy()))
        axis = int(parameters.QuantizedDimension())
        if not scales:
            return (), (), 0
        if not all(math.isfinite(s) and s > 0 for s in scales):
            raise ModelError(f"{where} has a scale that is not a positive number; quantize again")
        if len(zero_points) == 1:  # converters state once what holds for every channel
            zero_points *= len(scales)
        if len(shape) == 1:  # a bias: TFLM's own models repeat the weights' dimension there
            axis = 0
        if len(zero_points) != len(scales):
            raise ModelError(
                f"{where} has {len(scales)} scales and {len(zero_points)} zero points; "
                "the file is damaged"
            )
        if len(scales) > 1 and not (axis in range(len(shape)) and shape[axis] == len(scales)):
            raise ModelError(
                f"{where} has {len(scales)} scales along dimension {axis} of shape "
                f"{list(shape)}; the file is damaged"
            )
        return scales, zero_points, axis

    def _buffer(self, index: int, where: str) -> bytes | None:
        """Contents of a buffer; None if it is empty, as buffers of activations are."""
        count = self._model.BuffersLength()
        if index >= count:
            raise ModelError(
                f"{where} has buffer {index}, the model holds {count}; the file is damaged"
            )
        buffer = self._model.Buffers(index)
        if buffer.Offset() > 1:  # contents behind the flatbuffer, for files above 2 GiB
            raise ModelError(f"{where} keeps its data outside the flatbuffer; convert it again")
        data = _vector(buffer.DataAsNumpy())
        return data.tobytes() if len(data) else None


def _vector(array: Any) -> np.ndarray:
    """A vector accessor's result; the schema module returns the number 0 for an absent one."""
    return array if isinstance(array, np.ndarray) else np.empty(0, np.uint8)


def _text(raw: bytes | None) -> str:
    """A name for messages: whatever bytes stand there, printable."""
    return "" if raw is None else printable(raw.decode("utf-8", errors="replace"))


def _tensor_indices(
    array: Any, tensor_count: int, where: str, optional: bool = False
) -> tuple[int, ...]:
    indices = tuple(int(i) for i in _vector(array))
    lowest = -1 if optional else 0
    for i in indices:
        if not lowest <= i < tensor_count:
            raise ModelError(
                f"{where} uses tensor {i}, its subgraph has {tensor_count}; the file is damaged"
            )
    return indices
