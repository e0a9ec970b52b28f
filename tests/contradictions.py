"""Models that say one thing otherwise than they should: each of a case's, one at a time.

Of each tensor its type, extents, rank, scale, zero point and, where it is a small table of
integers, its values; of each op its number of inputs and outputs, and each of its options.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import flatbuffers
import numpy as np
from flatbuffers import flexbuffers

from verification.cases.model_builder import aligned, schema

_BYTES = {"INT8": 1, "INT16": 2, "INT32": 4, "UINT8": 1, "BOOL": 1, "FLOAT32": 4}
_TYPES = {getattr(schema.TensorType, name): size for name, size in _BYTES.items()}
_SMALL = 8  # values of a table: a shape, an axis, paddings
_CUSTOM_VALUES = (-1, 0, 31, 32, 1 << 16, (1 << 16) + 1)

Change = Callable[[Any], None]


def contradictions(content: bytes) -> Iterator[tuple[str, bytes]]:
    """(what is changed, the model) for each change of each graph, then of the model itself."""
    for number, graph in enumerate(_parsed(content).subgraphs):
        for words, model in _of_graph(content, number, graph):
            yield f"graph {number}, {words}", model
    for words, change in _OF_MODEL.items():
        changed = _parsed(content)
        change(changed)
        yield words, _packed(changed, len(content))


def _of_graph(content: bytes, number: int, graph: Any) -> Iterator[tuple[str, bytes]]:
    for kind, changes in (("tensors", _of_tensor), ("operators", _of_op)):
        for index, thing in enumerate(getattr(graph, kind)):
            for words, change in changes(thing):
                model = _parsed(content)
                changed = getattr(model.subgraphs[number], kind)[index]
                change(changed)
                if kind == "tensors":
                    _fit_contents(model, changed, thing)
                yield f"{kind} {index}: {words}", _packed(model, len(content))
    yield from _of_tables(content, number, graph)


def with_scales(content: bytes, index: int, exponents: Iterable[int]) -> Iterator[bytes]:
    """The model with 2^exponent for each scale of a tensor, for each exponent."""
    model = _parsed(content)
    said = model.subgraphs[0].tensors[index].quantization
    for exponent in exponents:
        said.scale = [2.0**exponent] * len(said.scale)
        yield _packed(model, len(content))


def retyped(content: bytes) -> Iterator[bytes]:
    """The model with another type for one of the main graph's tensors, and for all of one type,
    with and without the constants among them; for several as they are, and without scales."""
    graph = _parsed(content).subgraphs[0]
    given = {i for i, one in enumerate(graph.tensors) if one.buffer == 0}
    kinds = {one.type for one in graph.tensors}
    of_kinds = [{i for i, one in enumerate(graph.tensors) if one.type == kind} for kind in kinds]
    groups = [*({i} for i in range(len(graph.tensors))), *of_kinds, *(g & given for g in of_kinds)]
    for group in {frozenset(one): None for one in groups if one}:
        for kind in (*_BYTES, "INT64"):
            model = _parsed(content)
            tensors = model.subgraphs[0].tensors
            for i in group:
                tensors[i].type = getattr(schema.TensorType, kind)
                _fit_contents(model, tensors[i], graph.tensors[i])
            yield _packed(model, len(content))
            if len(group) > 1:
                for i in group:
                    tensors[i].quantization = None
                yield _packed(model, len(content))


def scaled_tensors(content: bytes) -> list[int]:
    """The main graph's tensors that have a scale."""
    tensors = _parsed(content).subgraphs[0].tensors
    said = [tensor.quantization for tensor in tensors]
    return [i for i, one in enumerate(said) if one is not None and one.scale is not None]


def _parsed(content: bytes) -> Any:
    return aligned(schema.ModelT.InitFromObj(schema.Model.GetRootAs(content)))


def _packed(model: Any, size: int) -> bytes:
    builder = flatbuffers.Builder(size)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _set(name: str, value: Any) -> Change:
    return lambda thing: setattr(thing, name, value)


def _of_tensor(tensor: Any) -> Iterator[tuple[str, Change]]:
    for name in _BYTES:
        code = getattr(schema.TensorType, name)
        if code != tensor.type:
            yield name, _set("type", code)
    shape = [int(x) for x in tensor.shape] if tensor.shape is not None else []
    for axis in range(len(shape)):
        for by in (-1, 1):
            other = [x + by * (i == axis) for i, x in enumerate(shape)]
            yield f"extent {axis} {by:+d}", _set("shape", other)
    yield "an axis more", _set("shape", [1, *shape])
    yield "an axis less", _set("shape", shape[1:])
    said = tensor.quantization
    if said is None or said.scale is None:
        return
    scales, zeros = [float(x) for x in said.scale], [int(x) for x in said.zeroPoint]
    yield "no scale", _set("quantization", None)
    yield "scale", lambda x: setattr(x.quantization, "scale", [1.5 * v for v in scales])
    yield "a scale more", lambda x: setattr(x.quantization, "scale", [*scales, 1.0])
    yield "zero point", lambda x: setattr(x.quantization, "zeroPoint", [v + 1 for v in zeros])


def _fit_contents(model: Any, tensor: Any, before: Any) -> None:
    """A constant has as many bytes as its type and shape say, so that these are what is wrong."""
    data = model.buffers[tensor.buffer].data
    if data is None or not len(data):
        return
    old, new = (
        _TYPES.get(one.type, 8) * math.prod(map(int, one.shape)) for one in (before, tensor)
    )
    if new == old:
        return
    contents = np.resize(np.asarray(data, np.uint8), max(new, 0))
    model.buffers.append(schema.BufferT(data=contents))
    aligned(model)
    tensor.buffer = len(model.buffers) - 1


def _of_op(op: Any) -> Iterator[tuple[str, Change]]:
    for ends in ("inputs", "outputs"):
        indices = [int(x) for x in getattr(op, ends)]
        if indices:
            yield f"{ends} one less", _set(ends, indices[:-1])
            yield f"{ends} one more", _set(ends, [*indices, indices[0]])
            yield f"{ends} beyond all", _set(ends, [99, *indices[1:]])
            yield f"{ends} without a last", _set(ends, [*indices[:-1], -1])
    yield "operator code beyond all", _set("opcodeIndex", 99)
    if op.builtinOptions is not None:
        yield "options of another op", _set("builtinOptionsType", op.builtinOptionsType % 9 + 1)
        yield "no options", _set("builtinOptions", None)
        for name, value in vars(op.builtinOptions).items():
            for other in _others(value):
                yield f"{name} {other}", _option(name, other)
    if op.customOptions is not None and len(op.customOptions):
        yield from _of_custom_options(bytes(bytearray(op.customOptions)))


def _others(value: Any) -> list[Any]:
    if isinstance(value, bool | np.bool_):
        return [not value]
    if isinstance(value, int | np.integer):
        return sorted({int(value) - 1, int(value) + 1, 0, -1} - {int(value)})
    if isinstance(value, float):
        return [-value, value + 1.0, 0.0]
    return []


def _option(name: str, value: Any) -> Change:
    return lambda op: setattr(op.builtinOptions, name, value)


def _of_custom_options(options: bytes) -> Iterator[tuple[str, Change]]:
    yield "no options", _set("customOptions", None)
    known = flexbuffers.Loads(options)
    for name, value in known.items() if isinstance(known, dict) else ():
        changed: list[dict[str, Any]] = [{k: v for k, v in known.items() if k != name}]
        changed += [known | {name: x} for x in {*_others(value), *_CUSTOM_VALUES} - {value}]
        for one in sorted(changed, key=lambda x: (name in x, x.get(name))):
            dumped = np.frombuffer(bytes(flexbuffers.Dumps(one)), np.uint8)
            yield f"{name} {one.get(name, 'gone')}", _set("customOptions", dumped)


def _of_tables(content: bytes, number: int, graph: Any) -> Iterator[tuple[str, bytes]]:
    buffers = _parsed(content).buffers
    for index, tensor in enumerate(graph.tensors):
        data = buffers[tensor.buffer].data
        if tensor.type != schema.TensorType.INT32 or data is None or len(data) > 4 * _SMALL:
            continue
        values = np.frombuffer(bytes(bytearray(data)), np.int32)
        for at in range(values.size):
            for by in (-1, 1):
                model = _parsed(content)
                changed = values + by * (np.arange(values.size) == at).astype(np.int32)
                model.buffers[tensor.buffer].data = np.frombuffer(changed.tobytes(), np.uint8)
                yield f"tensors {index}: value {at} {by:+d}", _packed(model, len(content))


def _fill_buffer_0(model: Any) -> None:
    model.buffers[0].data = np.zeros(4, np.uint8)


_OF_MODEL: dict[str, Change] = {
    "version 2": _set("version", 2),
    "version 4": _set("version", 4),
    "no graph": _set("subgraphs", []),
    "no operator codes": _set("operatorCodes", []),
    "no buffers": _set("buffers", []),
    "buffer 0 has contents": _fill_buffer_0,
}
