"""Functions of one number, of which the runtime lacks an op in int8, as tables of 256 bytes.

The converter makes EXP, LOG and SQRT int8, which TFLM has in float32 alone, leaves SIN and FLOOR in
float32, and takes softplus, mish or selu apart into such ops, whose ranges no scale of int8 holds.
Whatever is computed of one int8 tensor, number by number and with constants of one number, is known
for each of the 256: QUANTIZE makes indices of them and GATHER looks them up. Between the two ends
nothing is rounded, so this is nearer to the float model than its ops would be; many ops, as GELU
takes, become a table for that. Indices take four times the tensor's memory, so what is ELU becomes
that op, which is there in int8.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from codegen.errors import CodegenError
from codegen.model.int8_checks import operand_types
from codegen.model.op_options import op_options
from codegen.model.op_table import load_supported_ops
from codegen.model.rewriter import Rewriter
from codegen.model.tflite import WALK_ERRORS, Model, Op, Tensor

Numbers = NDArray[Any]  # of each of the 256 values, or of a constant one

_TINY = 1e-30  # what stands for 0 and less in a logarithm or a quotient: the output's lowest
_MOVES = ("DEQUANTIZE", "QUANTIZE")


_OF_ONE: dict[str, Callable[[Numbers], Numbers]] = {
    **dict.fromkeys(_MOVES, np.asarray),
    "ABS": np.abs,
    "CEIL": np.ceil,
    "COS": np.cos,
    "ELU": lambda x: np.where(x < 0, np.expm1(np.minimum(x, 0)), x),
    "EXP": np.exp,
    "FLOOR": np.floor,
    "LOG": lambda x: np.log(np.maximum(x, _TINY)),
    "LOGISTIC": lambda x: 1 / (1 + np.exp(-x)),
    "NEG": np.negative,
    "RELU": lambda x: np.maximum(x, 0),
    "RELU6": lambda x: np.clip(x, 0, 6),
    "RELU_0_TO_1": lambda x: np.clip(x, 0, 1),
    "RELU_N1_TO_1": lambda x: np.clip(x, -1, 1),
    "ROUND": np.rint,
    "RSQRT": lambda x: 1 / np.sqrt(np.maximum(x, _TINY)),
    "SIGN": np.sign,
    "SIN": np.sin,
    "SQRT": lambda x: np.sqrt(np.maximum(x, 0)),
    "SQUARE": np.square,
    "TANH": np.tanh,
}
_OF_MORE: dict[str, Callable[..., Numbers]] = {
    "ADD": np.add,
    "DIV": lambda x, y: x / np.where(y == 0, _TINY, y),
    "EQUAL": np.equal,
    "GREATER": np.greater,
    "GREATER_EQUAL": np.greater_equal,
    "LESS": np.less,
    "LESS_EQUAL": np.less_equal,
    "LOGICAL_AND": np.logical_and,
    "LOGICAL_NOT": np.logical_not,
    "LOGICAL_OR": np.logical_or,
    "MAXIMUM": np.maximum,
    "MINIMUM": np.minimum,
    "MUL": np.multiply,
    "NOT_EQUAL": np.not_equal,
    "SELECT": np.where,
    "SELECT_V2": np.where,
    "SQUARED_DIFFERENCE": lambda x, y: np.square(x - y),
    "SUB": np.subtract,
}
_MANY = 5  # ops, of which each takes as long as the two of a table
_NEAR = 1e-3  # of a step of int8, as float32 constants are
_FUSED = ("", "RELU", "RELU_N1_TO_1", "RELU6")  # schema.ActivationFunctionType


@dataclass(frozen=True)
class _Function:
    """What a tensor is of its source, an int8 tensor. ops: by which. lacks: whether the runtime has
    one of them not so."""

    source: int
    numbers: Numbers
    ops: frozenset[int] = frozenset()
    lacks: bool = False

    @property
    def is_for_a_table(self) -> bool:
        return self.lacks or len(self.ops) > _MANY


def with_tables(content: bytes) -> bytes:
    """A .tflite in which no function of one number needs an op that the runtime lacks in int8;
    `content` itself where there is none such, or where it is none that can be read."""
    try:
        model = Model.parse(content)
        if len(model.subgraphs) != 1:
            return content
        return _Tables(model).content()
    except (*WALK_ERRORS, CodegenError):
        return content


class _Tables:
    def __init__(self, model: Model) -> None:
        self._model = model
        self._functions: dict[int, _Function] = {}
        with np.errstate(all="ignore"):  # what overflows is the output's highest
            for op, options in zip(model.ops, op_options(model), strict=True):
                found = self._function(op, options)
                if found is not None:
                    self._functions[op.outputs[0]] = found

    def content(self) -> bytes:
        ends = list(self._ends())
        if not ends:
            return self._model.data
        changed = Rewriter(self._model.data)
        indices: dict[int, int] = {}
        for end in ends:
            found, tensor = self._functions[end], self._model.tensors[end]
            elu = _OF_ONE["ELU"](self._real(found.source))
            if np.abs(found.numbers - elu).max() < _NEAR * tensor.scale:
                changed.replace(end, "ELU", [found.source])
                continue
            if found.source not in indices:
                indices[found.source] = self._add_indices(changed, end, found.source)
            values = _quantized(found.numbers, tensor)
            table = changed.add_constant(values, tensor.scale, tensor.zero_point)
            changed.replace(end, "GATHER", [table, indices[found.source]])
        changed.drop_unread_ops()
        return changed.content()

    def _add_indices(self, changed: Rewriter, end: int, source: int) -> int:
        zero_point = self._model.tensors[source].zero_point + 128
        return changed.add_before(end, "QUANTIZE", source, "INT32", zero_point)

    def _function(self, op: Op, options: Any) -> _Function | None:
        """What an op's output is of one number; None if it is of several."""
        compute = _OF_ONE.get(op.name) or _OF_MORE.get(op.name)
        if compute is None or len(op.outputs) != 1:
            return None
        given = [one for one in map(self._operand, op.inputs) if one is not None]
        of = [one for one in given if isinstance(one, _Function)]
        tensors = self._model.tensors
        if len(given) < len(op.inputs) or len({one.source for one in of}) != 1:
            return None
        if tensors[op.outputs[0]].shape != tensors[of[0].source].shape:
            return None
        numbers = compute(*(x.numbers if isinstance(x, _Function) else x for x in given))
        fused = _FUSED[getattr(options, "fusedActivationFunction", 0)]
        numbers = _OF_ONE[fused](numbers) if fused else numbers
        lacks = self._is_lacking(op) or any(one.lacks for one in of)
        ops = frozenset({op.index}).union(*(one.ops for one in of))
        return _Function(of[0].source, numbers, ops, lacks)

    def _operand(self, index: int) -> _Function | Numbers | None:
        """A function of one number, a constant of one, or None."""
        tensor = self._model.tensors[index]
        if tensor.is_const:
            return _constant(tensor)
        if index in self._functions:
            return self._functions[index]
        if tensor.dtype != "INT8" or len(tensor.scales) != 1:
            return None
        return _Function(index, self._real(index))

    def _real(self, source: int) -> Numbers:
        tensor = self._model.tensors[source]
        return tensor.scale * (np.arange(-128.0, 128) - tensor.zero_point)

    def _is_lacking(self, op: Op) -> bool:
        if op.name in _MOVES:
            return False
        if op.name not in load_supported_ops():
            return True
        given, _ = operand_types(op.name)
        types = {self._model.tensors[i].dtype for i in (*op.inputs, *op.outputs)}
        return "FLOAT32" in types or ("INT8" in types and "INT8" not in given[-1])

    def _ends(self) -> Iterator[int]:
        """Tensors of int8 that something else than such a function reads, or the application."""
        read = set(self._model.main.outputs)
        for op in self._model.ops:
            if not self._functions.keys() & set(op.outputs):
                read.update(op.inputs)
        for index, found in self._functions.items():
            tensor = self._model.tensors[index]
            is_end = index in read and tensor.dtype == "INT8" and len(tensor.scales) == 1
            if is_end and found.is_for_a_table:
                yield index


def _constant(tensor: Tensor) -> Numbers | None:
    kinds: Mapping[str, str] = {"INT8": "i1", "FLOAT32": "<f4"}
    if tensor.dtype not in kinds:
        return None
    values = np.frombuffer(tensor.data or b"", kinds[tensor.dtype]).astype(np.float64)
    if values.size != 1:
        return None
    if tensor.dtype == "INT8":
        values = tensor.scale * (values - tensor.zero_point)
    return values[0]


def _quantized(numbers: Numbers, tensor: Tensor) -> NDArray[np.int8]:
    real = np.nan_to_num(numbers / tensor.scale, nan=0.0)
    return np.clip(np.rint(real) + tensor.zero_point, -128, 127).astype(np.int8)
