"""An int8 model with loops, put together of .tflite files: the model without its loops, and a step
of each. WHILE carries a counter, the states, and the sequences, which do not change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import flatbuffers
import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from codegen.model.lean import FILE_IDENTIFIER

_NEAR = 1e-6  # of a scale, as float32 are


@dataclass(frozen=True)
class Loop:
    """step: a .tflite of a row [1, ...] and the states, which gives the next states and, if that is
    none of them, what there is at that step. kept: which of the states that is, None if none.
    rows: whether the loop's first result is what there is at all steps [1, steps, ...], else it is
    what there is at the last; its states follow. given: keys of the sequences [1, steps, ...] and
    of the first states, which are zeros where none are given. results: how many are asked for."""

    step: bytes
    kept: int | None
    steps: int
    rows: bool
    given: Sequence[Any]
    results: int


@dataclass(frozen=True)
class Wiring:
    """Of the whole model. inputs: shapes. feeds, fetches: keys of the inputs and outputs of the
    model without its loops. outputs: keys. A key is ("input", i), ("loop", i, result) or what a
    fetch is called."""

    inputs: Sequence[list[int]]
    feeds: Sequence[Any]
    fetches: Sequence[Any]
    outputs: Sequence[Any]


def written(rest: bytes | None, wiring: Wiring, loops: Sequence[Loop]) -> bytes:
    """rest: the model without its loops; None where that is nothing."""
    model = _Model(rest)
    place: dict[Any, int] = {}
    if rest is not None:
        place |= zip(wiring.feeds, map(int, model.main.inputs), strict=True)
        place |= zip(wiring.fetches, map(int, model.main.outputs), strict=True)
    parts = [_Part(model, loop, number, place) for number, loop in enumerate(loops)]
    for part, loop in zip(parts, loops, strict=True):
        for key, like in zip(loop.given, part.taken, strict=False):
            if key[0] == "input" and key not in place:
                place[key] = model.add(model.main, wiring.inputs[key[1]], like=like)
    for part in parts:
        part.start(place)
    model.main.inputs = [place[("input", i)] for i in range(len(wiring.inputs))]
    model.main.outputs = [place[key] for key in wiring.outputs]
    return model.packed()


class _Part:
    """A loop's two subgraphs and its results in the main one."""

    def __init__(self, model: _Model, loop: Loop, number: int, place: dict[Any, int]) -> None:
        """place: tensors of the main subgraph by their keys, to which the results are added."""
        self._model, self._loop = model, loop
        name = f"loop{number}"
        body = model.take(loop.step, f"{name}_body")
        row, *states = map(int, body.inputs)
        after = list(map(int, body.outputs))
        output = after[-1 if loop.kept is None else loop.kept]
        self.taken = [body.tensors[one] for one in (row, *states)]
        self._states = len(states)

        counter = model.add(body, [], "INT32")
        one = model.constant(body, np.array(1, np.int32))
        sequences = model.add(body, [1, loop.steps, *self.taken[0].shape[1:]], like=self.taken[0])
        model.op(body, "GATHER", [sequences, counter], [row], schema.GatherOptionsT(axis=1), 0)
        counted = model.add(body, [], "INT32")
        model.op(body, "ADD", [counter, one], [counted], schema.AddOptionsT())
        taken = [counter, *states]
        next_states = zip(after, (body.tensors[one] for one in states), strict=False)
        given = [counted, *(model.as_type(body, *pair) for pair in next_states)]
        first = -2  # of what goes from round to round, the loop's first result
        if loop.rows:
            taken, given = self._keep_rows(body, output, taken, given)
        elif loop.kept is None:
            taken.append(model.add(body, body.tensors[output].shape, like=body.tensors[output]))
            given.append(output)
        else:
            first = 1 + loop.kept
        body.inputs, body.outputs = [*taken, sequences], [*given, sequences]
        self._carried = [body.tensors[i] for i in body.inputs]

        condition = model.subgraph(f"{name}_condition")
        condition.inputs = [model.add(condition, x.shape, like=x) for x in self._carried]
        goes_on = model.add(condition, [], "BOOL")
        limit = model.constant(condition, np.array(loop.steps, np.int32))
        limits = [condition.inputs[0], limit]
        model.op(condition, "LESS", limits, [goes_on], schema.LessOptionsT())
        condition.outputs = [goes_on]
        self._options = schema.WhileOptionsT(
            condSubgraphIndex=model.index_of(condition), bodySubgraphIndex=model.index_of(body)
        )
        order = [first, *range(1, 1 + self._states)][: loop.results]
        self._results = self._places([("loop", number, i) for i in range(len(order))], order, place)

    def _places(self, keys: list[Any], order: list[int], place: dict[Any, int]) -> list[int]:
        """Tensors of the main subgraph for all that goes from round to round: those that read a
        result, where they have its scale."""
        model, main, carried = self._model, self._model.main, self._carried
        results: dict[int, int] = {}
        for key, which in zip(keys, order, strict=True):
            which %= len(carried)
            fits = key in place and _same_scale(main.tensors[place[key]], carried[which])
            if fits and which not in results:
                results[which] = place[key]
        for which, one in enumerate(carried):
            if which not in results:
                results[which] = model.add(main, one.shape, like=one)
        for key, which in zip(keys, order, strict=True):
            made = results[which % len(carried)]
            if place.setdefault(key, made) != made:
                model.requantize(main, made, place[key])
        return [results[which] for which in range(len(carried))]

    def _keep_rows(
        self, body: Any, output: int, taken: list[int], given: list[int]
    ) -> tuple[list[int], list[int]]:
        """Each step's output at its place among those of all steps."""
        model, shape = self._model, list(body.tensors[output].shape)
        like = body.tensors[output]
        place = model.add(body, [1 + len(shape)], kind="INT32")
        further = model.constant(body, np.eye(1 + len(shape), dtype=np.int32)[1])
        moved = model.add(body, [1 + len(shape)], kind="INT32")
        model.op(body, "ADD", [place, further], [moved], schema.AddOptionsT())
        long = [1, 1, *shape[1:]]
        row = model.add(body, long, like=like)
        wanted = model.constant(body, np.array(long, np.int32))
        model.op(body, "RESHAPE", [output, wanted], [row], schema.ReshapeOptionsT(newShape=long))
        rows, filled = (
            model.add(body, [1, self._loop.steps, *shape[1:]], like=like) for _ in range(2)
        )
        options = schema.DynamicUpdateSliceOptionsT()
        model.op(body, "DYNAMIC_UPDATE_SLICE", [rows, row, place], [filled], options)
        return [*taken, place, rows], [*given, moved, filled]

    def start(self, place: dict[Any, int]) -> None:
        """Writes WHILE, which begins with the sequences and first states of the main subgraph."""
        model, main = self._model, self._model.main
        *states, sequences = self._carried[1:]
        given, *first = (place[key] for key in self._loop.given)
        begin = [model.constant(main, np.array(0, np.int32))]
        begin += [
            model.as_type(main, one, state) for one, state in zip(first, states, strict=False)
        ]
        for state in states[len(first) :]:
            begin.append(model.zeros(main, state, len(begin) > self._states))
        begin.append(model.as_type(main, given, sequences))
        model.op(main, "WHILE", begin, self._results, self._options)


class _Model:
    def __init__(self, rest: bytes | None) -> None:
        if rest is None:
            self._model = schema.ModelT()
            self._model.version = 3
            self._model.operatorCodes, self._model.subgraphs = [], []
            self._model.buffers = [schema.BufferT()]
            self.subgraph("main")
        else:
            self._model = _read(rest)
        self._model.signatureDefs = self._model.metadata = None
        self.main = self._model.subgraphs[0]

    def subgraph(self, name: str) -> Any:
        made = schema.SubGraphT()
        made.name, made.tensors, made.operators = name, [], []
        self._model.subgraphs.append(made)
        return made

    def take(self, content: bytes, name: str) -> Any:
        """The main subgraph of another model, as one more."""
        other = _read(content)
        taken = other.subgraphs[0]
        taken.name = name
        for tensor in taken.tensors:
            tensor.buffer = self._buffer(other.buffers[tensor.buffer].data)
        for op in taken.operators:
            code = other.operatorCodes[op.opcodeIndex]
            op.opcodeIndex = self._code(code)
        self._model.subgraphs.append(taken)
        return taken

    def index_of(self, graph: Any) -> int:
        return next(i for i, one in enumerate(self._model.subgraphs) if one is graph)

    def add(
        self, graph: Any, shape: Sequence[int], kind: str = "INT8", like: Any | None = None
    ) -> int:
        """A new tensor, of the type and with the scale of another."""
        tensor = schema.TensorT()
        tensor.shape, tensor.buffer = [int(one) for one in shape], 0
        tensor.type = getattr(schema.TensorType, kind) if like is None else like.type
        tensor.quantization = None if like is None else like.quantization
        tensor.name = f"{graph.name}_{len(graph.tensors)}"
        graph.tensors.append(tensor)
        return len(graph.tensors) - 1

    def constant(self, graph: Any, values: NDArray[Any], like: Any | None = None) -> int:
        index = self.add(graph, values.shape, "INT32", like)
        graph.tensors[index].buffer = self._buffer(np.frombuffer(values.tobytes(), np.uint8))
        return index

    def zeros(self, graph: Any, like: Any, is_filled: bool) -> int:
        """is_filled: by an op, which takes less flash than many zeros do."""
        if like.type == schema.TensorType.INT32:
            return self.constant(graph, np.zeros(like.shape, np.int32), like)
        zero = np.array(like.quantization.zeroPoint[0], np.int8)
        if not is_filled:
            return self.constant(graph, np.full(like.shape, zero), like)
        made = self.add(graph, like.shape, like=like)
        shape = self.constant(graph, np.array(like.shape, np.int32))
        value = self.constant(graph, zero, like)
        self.op(graph, "FILL", [shape, value], [made], schema.FillOptionsT())
        return made

    def as_type(self, graph: Any, tensor: int, wanted: Any) -> int:
        """The tensor with the scale of another one: itself, where it has that."""
        if _same_scale(graph.tensors[tensor], wanted):
            return tensor
        made = self.add(graph, graph.tensors[tensor].shape, like=wanted)
        self.requantize(graph, tensor, made)
        return made

    def requantize(self, graph: Any, tensor: int, made: int) -> None:
        self.op(graph, "QUANTIZE", [tensor], [made], schema.QuantizeOptionsT())

    def op(
        self,
        graph: Any,
        name: str,
        inputs: Sequence[int],
        outputs: Sequence[int],
        options: Any,
        at: int | None = None,
    ) -> None:
        """A new op, behind all others or at a place among them."""
        operator = schema.OperatorT()
        operator.opcodeIndex = self._code(_code_of(name))
        operator.inputs, operator.outputs = list(inputs), list(outputs)
        kind = type(options).__name__.removesuffix("T")
        operator.builtinOptions = options
        operator.builtinOptionsType = getattr(schema.BuiltinOptions, kind)
        graph.operators.insert(len(graph.operators) if at is None else at, operator)

    def packed(self) -> bytes:
        self.main.operators = _in_order(self.main)
        builder = flatbuffers.Builder(1024)
        builder.Finish(self._model.Pack(builder), file_identifier=FILE_IDENTIFIER)
        return bytes(builder.Output())

    def _buffer(self, data: Any) -> int:
        buffer = schema.BufferT()
        buffer.data = data
        self._model.buffers.append(buffer)
        return len(self._model.buffers) - 1

    def _code(self, code: Any) -> int:
        codes = self._model.operatorCodes
        for index, one in enumerate(codes):
            if (one.builtinCode, one.customCode) == (code.builtinCode, code.customCode):
                one.version = max(one.version, code.version)
                return index
        codes.append(code)
        return len(codes) - 1


def _read(content: bytes) -> Any:
    return schema.ModelT.InitFromObj(schema.Model.GetRootAs(content))


def _code_of(name: str) -> Any:
    code = schema.OperatorCodeT()
    code.builtinCode = getattr(schema.BuiltinOperator, name)
    code.deprecatedBuiltinCode, code.version = min(code.builtinCode, 127), 2
    return code


def _same_scale(one: Any, other: Any) -> bool:
    first, second = one.quantization, other.quantization
    near = abs(first.scale[0] - second.scale[0]) <= _NEAR * second.scale[0]
    return bool(near and first.zeroPoint[0] == second.zeroPoint[0])


def _in_order(graph: Any) -> list[Any]:
    """The ops, each behind those that make its inputs."""
    made = {int(i) for op in graph.operators for i in op.outputs}
    waiting, ordered = list(graph.operators), []
    while waiting:
        ready = next(op for op in waiting if not made.intersection(map(int, op.inputs)))
        waiting.remove(ready)
        made.difference_update(map(int, ready.outputs))
        ordered.append(ready)
    return ordered
