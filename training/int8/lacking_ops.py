"""What TFLM or the converter lacks in int8, written by ops that are there: TILE, GELU, ELU, NEG,
SQUARE, REDUCE_ANY, and STRIDED_SLICE of more than four axes.

What tf.repeat makes of an image, as UpSampling2D has it, becomes RESIZE_NEAREST_NEIGHBOR. Anything
else is broadcast along axes of 1, as RepeatVector has it, and concatenated along others. GELU's
error function becomes the logistic one of a cubic, GELU's usual approximation, within 0.0005 of it.
The converter leaves ELU, NEG and SQUARE in float32, and whatever takes the scale of its input, such
as pools and concatenations, behind them; all but ELU are products. How ELU is written has no op
that would go into a convolution's own activation: codegen/model/tables.py puts it together again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

ShapeOf = Callable[[str], list[int]]  # of a node's first output, by its name; [] of an open one

_ROWS_AND_COLUMNS = (1, 2)  # axes of [N, H, W, C]
_MOST_AXES = 4  # of TFLM's STRIDED_SLICE
_LOGIC = ("LogicalNot",)  # which has no type
_MASKS = ("begin", "end", "ellipsis", "new_axis", "shrink_axis")
# erfc(x) is near 2 * logistic(x * (_SLOPE + _BEND * x * x)).
_SLOPE = -4 / np.sqrt(np.pi)
_BEND = 2 * 0.044715 * _SLOPE


def replace(tf: Any, graph: Any, shape_of: ShapeOf) -> None:
    """Changes the graph in place. Tiles of open shapes stay."""
    _replace_tiles(tf, graph, shape_of)
    nodes = {one.name: one for one in graph.node}
    for node in list(graph.node):
        if node.op == "Erfc":
            _erfc(tf, graph, node)
        elif node.op == "Pow":
            _third_power(tf, graph, node, nodes)
        elif node.op == "Neg":
            minus_one = _constant(tf, graph, f"{node.name}/minus_one", np.float32(-1))
            _become(node, "Mul", node.input[0], minus_one)
        elif node.op == "Square":
            _become(node, "Mul", node.input[0], node.input[0])
        elif node.op == "Elu":
            _elu(tf, graph, node)
        elif node.op == "Any":
            _any(graph, node)
        elif node.op == "StridedSlice":
            _slice_of_many_axes(tf, graph, node, nodes, shape_of)
        elif node.op == "AddV2":
            _one_and_tanh(tf, graph, node, nodes)


def _erfc(tf: Any, graph: Any, node: Any) -> None:
    given, kind = node.input[0], node.attr["T"]

    def made(op: str, name: str, *inputs: str) -> str:
        return _added(graph, op, f"{node.name}/{name}", *inputs, T=kind)

    def number(name: str, value: float) -> str:
        return _constant(tf, graph, f"{node.name}/{name}", np.float32(value))

    bent = made("Mul", "bent", made("Mul", "squared", given, given), number("bend", _BEND))
    cubic = made("Mul", "cubic", given, made("AddV2", "steep", bent, number("slope", _SLOPE)))
    _become(node, "Mul", made("Sigmoid", "logistic", cubic), number("two", 2))


def _elu(tf: Any, graph: Any, node: Any) -> None:
    """(x + |x|) / 2 is what is above 0, (x - |x|) / 2 what is below."""
    given, kind = node.input[0], node.attr["T"]
    half = _constant(tf, graph, f"{node.name}/half", np.float32(0.5))
    one = _constant(tf, graph, f"{node.name}/one", np.float32(1))

    def made(op: str, name: str, *inputs: str) -> str:
        return _added(graph, op, f"{node.name}/{name}", *inputs, T=kind)

    size = made("Abs", "size", given)
    above = made("Mul", "above", made("AddV2", "twice_above", given, size), half)
    below = made("Mul", "below", made("Sub", "twice_below", given, size), half)
    _become(node, "AddV2", above, made("Sub", "less", made("Exp", "power", below), one))


def _any(graph: Any, node: Any) -> None:
    """Not all are not."""
    given, axes = node.input
    kept = {name: node.attr[name] for name in ("keep_dims", "Tidx")}
    none = _added(graph, "LogicalNot", f"{node.name}/not", given)
    every = _added(graph, "All", f"{node.name}/all", none, axes, **kept)
    _become(node, "LogicalNot", every)


def _slice_of_many_axes(
    tf: Any, graph: Any, node: Any, nodes: Mapping[str, Any], shape_of: ShapeOf
) -> None:
    """Of more than four axes TFLM has a SLICE, not a STRIDED_SLICE; RESHAPE adds and drops axes.
    Left as it is where it leaves numbers out in between."""
    source = node.input[0]
    before, after = shape_of(_node_name(source)), shape_of(node.name)
    bounds = [_value(tf, nodes, one) for one in node.input[1:]]
    if not before or max(len(before), len(after)) <= _MOST_AXES or ":" in source:
        return
    if any(one is None for one in bounds):
        return

    def part(axis: int, begin: int, end: int, stride: int) -> Any:
        is_set = {name: node.attr[f"{name}_mask"].i >> axis & 1 for name in _MASKS}
        if is_set["ellipsis"]:
            return Ellipsis
        if is_set["new_axis"]:
            return None
        if is_set["shrink_axis"]:
            return begin
        return slice(None if is_set["begin"] else begin, None if is_set["end"] else end, stride)

    parts = tuple(part(axis, *map(int, one)) for axis, one in enumerate(zip(*bounds, strict=True)))
    taken = np.arange(np.prod(before)).reshape(before)[parts]
    corners = [np.array(np.unravel_index(taken.flat[i], before)) for i in (0, -1)]
    size = corners[1] - corners[0] + 1
    if (size < 1).any() or size.prod() != taken.size:
        return
    ends = [
        _constant(tf, graph, f"{node.name}/{name}", values.astype(np.int32))
        for name, values in (("first", corners[0]), ("size", size))
    ]
    index = node.attr["Index"]
    index.type = tf.int32.as_datatype_enum
    cut = _added(graph, "Slice", f"{node.name}/cut", source, *ends, T=node.attr["T"], Index=index)
    shape = _constant(tf, graph, f"{node.name}/shape", np.array(after, np.int32))
    _become(node, "Reshape", cut, shape)
    node.attr["Tshape"].type = tf.int32.as_datatype_enum


def _third_power(tf: Any, graph: Any, node: Any, nodes: Mapping[str, Any]) -> None:
    """As the approximate GELU has it."""
    given, exponent = node.input
    power = _value(tf, nodes, exponent)
    if power is not None and (power == 3).all():
        squared = _added(graph, "Mul", f"{node.name}/squared", given, given, T=node.attr["T"])
        _become(node, "Mul", given, squared)


def _one_and_tanh(tf: Any, graph: Any, node: Any, nodes: Mapping[str, Any]) -> None:
    """1 + tanh(x) is 2 * logistic(2 * x), of which the converter makes no GELU."""
    ends = [nodes.get(_node_name(one)) for one in node.input]
    one = next((end for end in ends if end is not None and end.op == "Const"), None)
    tanh = next((end for end in ends if end is not None and end.op == "Tanh"), None)
    if one is None or tanh is None or (tf.make_ndarray(one.attr["value"].tensor) != 1).any():
        return
    kind = node.attr["T"]
    two = _constant(tf, graph, f"{node.name}/two", np.float32(2))
    double = _added(graph, "Mul", f"{node.name}/double", tanh.input[0], two, T=kind)
    _become(node, "Mul", _added(graph, "Sigmoid", f"{node.name}/logistic", double, T=kind), two)


def _replace_tiles(tf: Any, graph: Any, shape_of: ShapeOf) -> None:
    nodes = {node.name: node for node in graph.node}
    resized: set[str] = set()
    for tile in [node for node in graph.node if node.op == "Tile"]:
        source = nodes[_node_name(tile.input[0])]
        before, after = shape_of(source.name), shape_of(tile.name)
        if not before or not after:
            continue
        readers = [one for one in graph.node if tile.name in map(_node_name, one.input)]
        larger = _enlarged(source, before, after, shape_of)
        if larger and all(one.op == "Reshape" and shape_of(one.name) == larger for one in readers):
            image = nodes[_node_name(source.input[0])]
            given = image.input[0] if image.name in resized else source.input[0]
            for one in readers:
                size = _constant(tf, graph, f"{one.name}/size", np.array(larger[1:3], np.int32))
                _become(one, "ResizeNearestNeighbor", given, size)
                one.attr["half_pixel_centers"].b = True  # no factor is then rounded to a neighbour
                resized.add(one.name)
        else:
            _broadcast(tf, graph, tile, before, after)


def _enlarged(
    source: Any, before: Sequence[int], after: Sequence[int], shape_of: ShapeOf
) -> list[int]:
    """The shape of an image whose rows, or columns, are there several times each: an axis of 1
    behind theirs was repeated. [] where it is something else."""
    repeated = [i for i, (one, other) in enumerate(zip(before, after, strict=True)) if one != other]
    if source.op != "ExpandDims" or len(before) != 5 or len(repeated) != 1:
        return []
    (behind,) = repeated
    axis, image = behind - 1, shape_of(_node_name(source.input[0]))
    if axis not in _ROWS_AND_COLUMNS or [*image[:behind], 1, *image[behind:]] != list(before):
        return []
    return [*before[:axis], before[axis] * after[behind], *before[behind + 1 :]]


def _broadcast(tf: Any, graph: Any, tile: Any, before: Sequence[int], after: Sequence[int]) -> None:
    source = tile.input[0]
    int32 = tf.int32.as_datatype_enum
    for axis, (one, other) in enumerate(zip(before, after, strict=True)):
        if 1 < one < other:
            name, copies = f"{tile.name}/along_{axis}", [source] * (other // one)
            at = _constant(tf, graph, f"{name}/axis", np.int32(axis))
            source = _added(graph, "ConcatV2", name, *copies, at, T=tile.attr["T"])
            graph.node[-1].attr["N"].i = len(copies)
            graph.node[-1].attr["Tidx"].type = int32
    shape = _constant(tf, graph, f"{tile.name}/shape", np.array(after, np.int32))
    _become(tile, "BroadcastTo", source, shape)
    tile.attr["Tidx"].type = int32


def _become(node: Any, op: str, *given: str) -> None:
    """Another op with other inputs, of the same type."""
    node.op = op
    del node.input[:]
    node.input.extend(given)
    for name in set(node.attr) - ({"T"} if op not in _LOGIC else set()):
        del node.attr[name]


def _added(graph: Any, op: str, name: str, *given: str, **attributes: Any) -> str:
    """The name of a new node."""
    node = graph.node.add(name=name, op=op)
    node.input.extend(given)
    for one, value in attributes.items():
        node.attr[one].CopyFrom(value)
    return name


def _constant(tf: Any, graph: Any, name: str, values: Any) -> str:
    constant = graph.node.add(name=name, op="Const")
    tensor = tf.make_tensor_proto(values)
    constant.attr["dtype"].type = tensor.dtype
    constant.attr["value"].tensor.CopyFrom(tensor)
    return name


def _value(tf: Any, nodes: Mapping[str, Any], name: str) -> np.ndarray | None:
    """Of a constant, else None."""
    node = nodes[_node_name(name)]
    return tf.make_ndarray(node.attr["value"].tensor) if node.op == "Const" else None


def _node_name(tensor: str) -> str:
    return tensor.removeprefix("^").partition(":")[0]
